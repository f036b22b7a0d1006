"""What one turbine did on one day, window by window, and what it was judged by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

import numpy as np

from aggregates.analysis import history
from aggregates.assessment.conditions import Condition
from aggregates.assessment.farm import POWER, SPEED, TEMPERATURE, WINDOW_HOURS
from aggregates.assessment.kept_curves import curve_of_points
from aggregates.assessment.reference_curve import density_factor
from aggregates.compute.statistic_names import MEAN
from aggregates.compute.windows import WINDOW
from aggregates.models import Assessment, Curve, Finding, TurbineSite
from common.arrays import Array
from common.days import day_start

SIGNALS = [(SPEED, MEAN), (POWER, MEAN), (TEMPERATURE, MEAN)]


@dataclass(frozen=True)
class JudgedDay:
    """The day's windows: wind in m/s, power and expected power in kW; NaN where nothing tells.

    `assessment` is None where the day is not assessed, and `expected_kw` is NaN then.
    """

    turbine: str
    day: date
    wind_speed: Array
    power_kw: Array
    expected_kw: Array
    assessment: Assessment | None
    findings: Sequence[Finding]

    @property
    def has_values(self) -> bool:
        """Whether any window has a wind speed or a power."""
        return bool((~np.isnan(self.wind_speed) | ~np.isnan(self.power_kw)).any())

    @property
    def bands(self) -> Sequence["Band"]:
        """Its conditions in order, each as long as it lasted."""
        return bands(self) if self.assessment else ()


@dataclass(frozen=True)
class Band:
    """Windows in a row that have one condition, in [start, end), with their means and energies."""

    condition: Condition
    start: datetime
    end: datetime
    wind_speed: float | None
    power_kw: float | None
    expected_kw: float | None
    missing_kwh: float | None

    @property
    def name(self) -> str:
        """The condition in words."""
        return self.condition.value.replace("_", " ")

    @property
    def lasts(self) -> timedelta:
        """How long it lasted."""
        return self.end - self.start


def turbine_day(turbine: str, day: date) -> JudgedDay:
    """Return what the turbine did on the day; three or four queries."""
    table = history.table(turbine, SIGNALS, day, day)
    assessments = Assessment.objects.filter(turbine=turbine, day=day)
    assessment = assessments.select_related("curve").first()
    wind_speed, power_kw, temperature = (table[signal].to_numpy() for signal in SIGNALS)
    curve = assessment.curve if assessment else None
    return JudgedDay(
        turbine=turbine,
        day=day,
        wind_speed=wind_speed,
        power_kw=power_kw,
        expected_kw=_expected_kw(turbine, curve, wind_speed, temperature),
        assessment=assessment,
        findings=list(Finding.objects.within(day, day).filter(turbine__in=[turbine, ""]).by_cost()),
    )


def _expected_kw(
    turbine: str, curve: Curve | None, wind_speed: Array, temperature_degc: Array
) -> Array:
    """Return what the turbine should have given at its wind, as it was judged by that curve."""
    if curve is None:
        return np.full(wind_speed.shape, np.nan)
    site = TurbineSite.objects.filter(turbine=turbine).first()
    factor = density_factor(site.elevation_m if site else None, temperature_degc)
    return curve_of_points(curve.points).expected_kw(wind_speed * factor)


def bands(of: JudgedDay) -> list[Band]:
    """Return the conditions of an assessed day, each as long as it lasted."""
    assert of.assessment
    number, lasting = 0, []
    for condition, windows in groupby(of.assessment.windows_of()):
        end = number + len(list(windows))
        lasting.append(_band(of, condition, number, end))
        number = end
    return lasting


def _band(of: JudgedDay, condition: Condition, first: int, end: int) -> Band:
    start, windows = day_start(of.day), slice(first, end)
    missing_kw = of.expected_kw[windows] - of.power_kw[windows]
    return Band(
        condition=condition,
        start=start + first * WINDOW,
        end=start + end * WINDOW,
        wind_speed=_mean(of.wind_speed[windows]),
        power_kw=_mean(of.power_kw[windows]),
        expected_kw=_mean(of.expected_kw[windows]),
        missing_kwh=_sum(missing_kw * WINDOW_HOURS),
    )


def _mean(values: Array) -> float | None:
    return None if np.isnan(values).all() else float(np.nanmean(values))


def _sum(values: Array) -> float | None:
    return None if np.isnan(values).all() else float(np.nansum(values))
