"""The stored statistics of a farm, as tables for its assessment."""

from collections.abc import Collection, Sequence
from datetime import date

import numpy as np

from aggregates.assessment.farm import (
    DIRECTION,
    NACELLE,
    POWER,
    SPEED,
    TEMPERATURE,
    Farm,
    Traits,
)
from aggregates.compute.statistic_names import COUNT, MAXIMUM, MEAN, STD
from aggregates.compute.windows import WINDOWS_PER_DAY, expected_samples, starts_between
from aggregates.models import AggregatedDay, TurbineSite
from aggregates.value_tables import SignalName, value_tables
from common.arrays import Array
from common.days import DAY, day_start
from common.postgres.rows import all_rows
from sourcedata.variables import COUNTED_NAMES

# Turbine, day, rated power in kW, and sample interval in s.
TurbineDayRow = tuple[str, date, float | None, int | None]

# What a curve is fitted to, what the conditions follow from, and what the checks look at.
OF_CURVES: Sequence[SignalName] = [
    (SPEED, MEAN),
    (SPEED, COUNT),
    (POWER, MEAN),
    (POWER, COUNT),
    (TEMPERATURE, MEAN),
    (SPEED, STD),
]
OF_CONDITIONS: Sequence[SignalName] = [*OF_CURVES, (SPEED, MAXIMUM)]
OF_CHECKS: Sequence[SignalName] = sorted(
    {*OF_CONDITIONS, (DIRECTION, MEAN), (NACELLE, MEAN)} | {(name, COUNT) for name in COUNTED_NAMES}
)


def farm(
    first: date, last: date, signals: Sequence[SignalName], turbines: Collection[str] = ()
) -> Farm:
    """Return the statistics of these turbines from `first` to `last`, both included.

    No `turbines` means all that have any. What is expected of them is not known here: nothing is.
    """
    starts = starts_between(day_start(first), day_start(last) + DAY)
    turbine_days = _turbine_days(first, last, turbines)
    names = sorted(turbines or {turbine for turbine, *_ in turbine_days})
    shape = (len(names), len(starts))
    return Farm(
        turbines=names,
        starts=starts,
        traits=_traits(names),
        values=value_tables(names, starts, signals),
        rated_power_kw=_rated_powers_kw(names, first, last, turbine_days),
        expected_samples=_expected_samples(names, first, last, turbine_days),
        is_expected=np.zeros(shape, dtype=bool),
        rejected={},
    )


def _turbine_days(first: date, last: date, turbines: Collection[str]) -> list[TurbineDayRow]:
    days = AggregatedDay.objects.filter(day__range=(first, last), windows__gt=0)
    if turbines:
        days = days.filter(turbine__in=turbines)
    columns = ("turbine", "day", "rated_power_kw", "sample_interval_s")
    return all_rows(days.order_by("day").values_list(*columns))


def _traits(names: Sequence[str]) -> list[Traits]:
    sites = {site.turbine: site for site in TurbineSite.objects.all()}
    usual = TurbineSite()
    return [
        Traits(sites.get(name, usual).cut_out_m_s, sites.get(name, usual).elevation_m)
        for name in names
    ]


def _rated_powers_kw(
    names: Sequence[str], first: date, last: date, turbine_days: Sequence[TurbineDayRow]
) -> Array:
    by_day = np.full((len(names), (last - first).days + 1), np.nan)
    number_of = {name: number for number, name in enumerate(names)}
    for turbine, day, rated_power_kw, _ in turbine_days:
        by_day[number_of[turbine], (day - first).days] = rated_power_kw or np.nan
    return by_day.repeat(WINDOWS_PER_DAY, axis=1)


def _expected_samples(
    names: Sequence[str], first: date, last: date, turbine_days: Sequence[TurbineDayRow]
) -> Array:
    by_day = np.full((len(names), (last - first).days + 1), expected_samples(None))
    number_of = {name: number for number, name in enumerate(names)}
    for turbine, day, _, interval_s in turbine_days:
        by_day[number_of[turbine], (day - first).days] = expected_samples(interval_s)
    return by_day.repeat(WINDOWS_PER_DAY, axis=1)
