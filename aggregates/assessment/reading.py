"""The stored statistics of a farm, as tables for its assessment."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta

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
from aggregates.compute.windows import WINDOW, WINDOWS_PER_DAY, expected_samples, starts_between
from aggregates.models import AggregatedDay, Signal, TurbineSite
from common.arrays import Array
from common.databases import TARGET
from common.days import DAY, day_start
from common.postgres.pgcopy import FLOAT, INTEGER, TIME, copy_out
from common.postgres.rows import all_rows
from sourcedata.variables import COUNTED_NAMES

SignalName = tuple[str, str]
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
# The raw values of more days at a time take more memory than the tables themselves.
DAYS_AT_A_TIME = timedelta(days=10)


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
        values=_values(names, starts, signals),
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


def _values(
    names: Sequence[str], starts: Array, signals: Sequence[SignalName]
) -> Mapping[SignalName, Array]:
    cube = np.full((len(signals), len(names), len(starts)), np.nan)
    ids, places = _signal_ids(names, signals)
    for first, last in _stretches(starts):
        signal_id, timestamp, value = copy_out(
            TARGET,
            "SELECT signal_id, timestamp, value FROM data"
            " WHERE signal_id = ANY(%s::bigint[]) AND timestamp >= %s AND timestamp < %s",
            [ids.tolist(), f"{first}Z", f"{last}Z"],
            INTEGER + TIME + FLOAT,
        )
        of_signal = places[np.searchsorted(ids, signal_id)]
        windows = ((timestamp - starts[0]) // np.timedelta64(WINDOW)).astype(int)
        cube[of_signal[:, 0], of_signal[:, 1], windows] = value
    return dict(zip(signals, cube, strict=True))


def _signal_ids(names: Sequence[str], signals: Sequence[SignalName]) -> tuple[Array, Array]:
    """Return the ids, ascending, and the number of the signal and of the turbine of each."""
    turbine_numbers = {name: number for number, name in enumerate(names)}
    signal_numbers = {signal: number for number, signal in enumerate(signals)}
    rows = Signal.objects.filter(turbine__in=names).order_by("id")
    places = {
        pk: (signal_numbers[variable, statistic], turbine_numbers[turbine])
        for pk, turbine, variable, statistic in rows.values_list(
            "id", "turbine", "variable", "statistic"
        )
        if (variable, statistic) in signal_numbers
    }
    ids = np.array([*places], dtype=np.int64)
    return ids, np.array([*places.values()], dtype=int).reshape(-1, 2)


def _stretches(starts: Array) -> Iterator[tuple[str, str]]:
    """Yield the times between which the windows are read, a few days at a time."""
    end, step = starts[-1] + np.timedelta64(WINDOW), np.timedelta64(DAYS_AT_A_TIME)
    for first in np.arange(starts[0], end, step):
        yield str(first), str(min(first + step, end))
