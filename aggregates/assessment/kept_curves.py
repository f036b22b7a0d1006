"""The reference curves of the turbines: fitted once for each month and kept, or given by persons.

A month's curve is of the 90 days before it. With fewer than 28 days that have values among them it
is of the first 90 days that there are, which is hindsight; as long as these are not over, it is
fitted again from time to time. Late data do not change a curve; days that come for the first time
do, as those of an import.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from hashlib import blake2s

import numpy as np
from django.db.models import Count, Min

from aggregates.assessment.curve_windows import normal_windows
from aggregates.assessment.farm import Farm
from aggregates.assessment.reading import OF_CURVES, farm
from aggregates.assessment.reference_curve import (
    Curves,
    ReferenceCurve,
    ValidCurve,
    fitted,
    misfit,
    normalised_wind_speed,
    with_spread_of,
)
from aggregates.models import AggregatedDay, Curve
from common.days import DAY, days_between

BASIS = timedelta(days=90)
LEAST_DAYS_BEFORE = 28
# A curve is fitted again when the days that it could be of pass one of these numbers; one of fewer
# than the first is no ground for a claim.
STEPS = (7, 14, 28, 45, 60, 75, 90)
# A rated power that differs by no more was corrected: it is the same turbine.
CORRECTED = 0.05
# The windows of so many turbines are read at a time.
TURBINES_AT_A_TIME = 100


@dataclass(frozen=True)
class Basis:
    """The days that a turbine's curve of a month is fitted to, and how many of them have values."""

    turbine: str
    month: date
    first: date
    last: date
    days: int


def keep_fitted(first: date, last: date) -> None:
    """Fit the curves of the months of these days, where there is none or one of fewer days."""
    months = sorted({day.replace(day=1) for day in days_between(first, last)})
    fitted_to = {
        (curve.turbine, curve.first): curve
        for curve in Curve.objects.filter(is_given=False, first__in=months)
    }
    wanted = defaultdict(list)
    for basis in _bases(months):
        if not _is_of(fitted_to.get((basis.turbine, basis.month)), basis):
            wanted[basis.first, basis.last].append(basis)
    for bases in wanted.values():
        for start in range(0, len(bases), TURBINES_AT_A_TIME):
            _fit(bases[start : start + TURBINES_AT_A_TIME])


def _bases(months: Sequence[date]) -> Iterator[Basis]:
    with_values = AggregatedDay.objects.filter(windows__gt=0)
    until = with_values.filter(day__lte=_end_of(months[-1])).values_list("turbine")
    firsts = dict(until.annotate(first=Min("day")))
    days_from = cache(_days_with_values)
    for month in months:
        before = days_from(month - BASIS)
        for turbine, first_with_values in firsts.items():
            # One with too few days before the month has the curve of its first days.
            is_enough = before.get(turbine, 0) >= LEAST_DAYS_BEFORE
            first = month - BASIS if is_enough else first_with_values
            days = days_from(first).get(turbine, 0)
            yield Basis(turbine, month, first, first + BASIS - DAY, days)


def _days_with_values(first: date) -> Mapping[str, int]:
    """Return how many days of the basis that begins so have values, by turbine."""
    days = AggregatedDay.objects.filter(windows__gt=0, day__gte=first, day__lt=first + BASIS)
    return dict(days.values_list("turbine").annotate(days=Count("day")))


def _is_of(curve: Curve | None, basis: Basis) -> bool:
    if basis.days < STEPS[0]:
        return True
    if curve is None or (curve.fitted_from, curve.fitted_to) != (basis.first, basis.last):
        return False
    return _step(curve.fitted_days) == _step(basis.days)


def _step(days: int) -> int:
    return sum(1 for step in STEPS if days >= step)


def _end_of(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - DAY


def _fit(bases: Sequence[Basis]) -> None:
    """Fit the curves of turbines that are of the same days, and keep them."""
    turbines = {basis.turbine for basis in bases}
    windows = farm(bases[0].first, bases[0].last, OF_CURVES, turbines)
    curves = fitted_curves(windows)
    kept = [_kept(basis, curves[basis.turbine]) for basis in bases if basis.turbine in curves]
    Curve.objects.bulk_create(
        kept,
        update_conflicts=True,
        unique_fields=["turbine", "first", "is_given"],
        update_fields=["points", "fitted_from", "fitted_to", "fitted_days", "version", "made_at"],
    )


def fitted_curves(windows: Farm) -> Mapping[str, ReferenceCurve]:
    """Return the curve of each turbine's windows; one without a rated power has none.

    It is of the windows of the last rated power: one that was repowered is another turbine.
    """
    wind_speed, power_kw = normalised_wind_speed(windows), windows.power_kw
    normal = normal_windows(windows)
    curves = {}
    for number, turbine in enumerate(windows.turbines):
        # Whether a turbine is at rest, its rated power tells.
        own = normal[number] & ~np.isnan(windows.rated_power_kw[number])
        rated_powers_kw = windows.rated_power_kw[number, own]
        if len(rated_powers_kw):
            last_kw = rated_powers_kw[-1]
            own &= np.isclose(windows.rated_power_kw[number], last_kw, rtol=CORRECTED)
            curve = fitted(wind_speed[number, own], power_kw[number, own], last_kw)
            if curve:
                curves[turbine] = curve
    return curves


def _kept(basis: Basis, curve: ReferenceCurve) -> Curve:
    points = points_of(curve)
    return Curve(
        turbine=basis.turbine,
        first=basis.month,
        last=_end_of(basis.month),
        points=points,
        fitted_from=basis.first,
        fitted_to=basis.last,
        fitted_days=basis.days,
        version=version_of_points(points),
    )


Points = Sequence[tuple[float, float, float | None, int]]


def points_of(curve: ReferenceCurve) -> Points:
    """Return a curve as it is kept: wind speed, power, spread or None, and windows, by bin."""
    columns = (curve.wind_speed, curve.power_kw, curve.spread_kw, curve.windows)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [
        (wind, power, None if np.isnan(spread) else spread, n) for wind, power, spread, n in rows
    ]


def version_of_points(points: Points) -> str:
    """Return a short hash of a curve."""
    return blake2s(repr([tuple(point) for point in points]).encode(), digest_size=6).hexdigest()


def curve_of_points(points: Points) -> ReferenceCurve:
    """Return the curve that is kept so."""
    wind_speed, power_kw, spread_kw, windows = np.array(points, dtype=float).T
    return ReferenceCurve(wind_speed, power_kw, spread_kw, windows.astype(int))


def misfits(given: Curve) -> Mapping[date, float]:
    """Return the months in which a curve that a person gave does not fit the turbine's own.

    By their first day, with how many times the turbine's own it is.
    """
    valid = Curve.objects.valid_in(given.first, given.last or date.max)
    own = valid.filter(turbine=given.turbine, is_given=False)
    ratios = {fitted.first: _misfit(given, fitted) for fitted in own}
    return {month: ratio for month, ratio in ratios.items() if ratio is not None}


def _misfit(given: Curve, fitted: Curve) -> float | None:
    return misfit(curve_of_points(given.points), curve_of_points(fitted.points))


class CurvesOfDays:
    """The curves that are valid on some days: of each turbine one that was fitted, or was given.

    One that a person gave wins, unless it does not fit what the turbine does.
    """

    def __init__(self, first: date, last: date) -> None:
        self.by_turbine: dict[str, list[Curve]] = defaultdict(list)
        for curve in Curve.objects.valid_in(first, last):
            self.by_turbine[curve.turbine].append(curve)
        self.first, self.last = first, last
        self.days = list(days_between(first, last))

    def of(self, turbine: str, day: date) -> tuple[Curve | None, Curve | None]:
        """Return the fitted and the given curve that are valid that day."""
        fitted = given = None
        for curve in self.by_turbine.get(turbine, ()):
            if curve.first <= day and (curve.last is None or day <= curve.last):
                fitted, given = (fitted, curve) if curve.is_given else (curve, given)
        return fitted, given

    def version(self, turbine: str, day: date) -> str:
        """Return a text that tells the curves of that day from any others."""
        return " ".join(curve.version if curve else "-" for curve in self.of(turbine, day))

    def used(self, turbine: str, day: date) -> Curve | None:
        """Return the kept curve that the turbine is judged by on that day."""
        fitted, given = self.of(turbine, day)
        if given and fitted:
            return given if _misfit(given, fitted) is None else fitted
        return given or fitted

    def curves(self, turbines: Collection[str]) -> Curves:
        """Return what the turbines are judged by."""
        return {turbine: list(self._of_turbine(turbine)) for turbine in turbines}

    def _of_turbine(self, turbine: str) -> Iterator[ValidCurve]:
        start = self.first
        for day in self.days:
            is_end = day == self.last or self.of(turbine, day) != self.of(turbine, day + DAY)
            if is_end:
                curve = self._curve(turbine, day)
                if curve:
                    yield ValidCurve(start, day, curve)
                start = day + DAY

    def _curve(self, turbine: str, day: date) -> ReferenceCurve | None:
        fitted, _ = self.of(turbine, day)
        used = self.used(turbine, day)
        if used is None:
            return None
        curve = curve_of_points(used.points)
        if used.is_given and fitted:
            return with_spread_of(curve, curve_of_points(fitted.points))
        return curve
