"""Farms written by hand: every turbine runs by its curve, until a test changes some windows."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime

import numpy as np

from aggregates.assessment.conditions import Judgement, judge
from aggregates.assessment.farm import Farm, Traits
from aggregates.assessment.findings import Seen
from aggregates.assessment.reference_curve import Curves, ReferenceCurve, ValidCurve
from tests.builders import at

FIRST = "2025-01-01"
RATED_KW = 2000.0
WIND = np.arange(3, 15, 0.5)
CURVE = ReferenceCurve(
    wind_speed=WIND,
    power_kw=np.minimum(RATED_KW * (WIND / 12) ** 3, RATED_KW),
    spread_kw=np.full(len(WIND), 30.0),
    windows=np.full(len(WIND), 100),
)
MEANS = {"wind_speed": 9.0, "wind_direction": 200.0, "ambient_temperature": 10.0}
Check = Callable[[Farm, Judgement], list[Seen]]


def healthy(turbines: int = 4, days: int = 1, rated_kw: float | None = RATED_KW) -> Farm:
    """Return a farm of T01, T02 … in 9 m/s from 200 degrees at 10 degC, ten samples a window.

    Every mean wavers a little, each turbine's in another way.
    """
    shape = turbines, days * 144
    wavering = np.sin(np.arange(shape[1]) * (1 + np.arange(turbines)[:, np.newaxis] / 10))
    values = {(name, "mean"): mean + 0.5 * wavering for name, mean in MEANS.items()}
    values["power", "mean"] = CURVE.expected_kw(values["wind_speed", "mean"])
    values |= {(name, "count"): np.full(shape, 10.0) for name in (*MEANS, "power")}
    return Farm(
        turbines=[f"T{number:02}" for number in range(1, turbines + 1)],
        starts=np.datetime64(FIRST, "us") + np.arange(shape[1]) * np.timedelta64(10, "m"),
        traits=[Traits()] * turbines,
        values=values,
        rated_power_kw=np.full(shape, rated_kw or np.nan),
        expected_samples=np.full(shape, 10.0),
        is_expected=np.ones(shape, dtype=bool),
        rejected={},
    )


def with_values(
    farm: Farm, variable: str, rows: int | list[int], windows: slice, values: float | np.ndarray
) -> Farm:
    """Return the farm with other means of a variable in some windows of some turbines."""
    table = farm.table(variable).copy()
    table[rows, windows] = values
    return replace(farm, values={**farm.values, (variable, "mean"): table})


def times(farm: Farm, variable: str, rows: int | list[int], windows: slice, factor: float) -> Farm:
    """Return the farm with means of a variable multiplied."""
    values = farm.table(variable)[rows, windows] * factor
    return with_values(farm, variable, rows, windows, values)


def turned(farm: Farm, rows: int | list[int], windows: slice, degrees: float) -> Farm:
    """Return the farm with wind directions turned."""
    values = (farm.table("wind_direction")[rows, windows] + degrees) % 360
    return with_values(farm, "wind_direction", rows, windows, values)


def without_samples(farm: Farm, rows: int | list[int], windows: slice) -> Farm:
    """Return the farm without any sample in some windows of some turbines."""
    values = {signal: table.copy() for signal, table in farm.values.items()}
    for table in values.values():
        table[rows, windows] = np.nan
    return replace(farm, values=values)


def days(first: int, last: int) -> slice:
    """Return the windows of the days of those numbers, from 0 on; the last is not included."""
    return slice(first * 144, last * 144)


def curves(farm: Farm, curve: ReferenceCurve = CURVE) -> Curves:
    """Return one curve for all turbines and all days."""
    valid = ValidCurve(date(2025, 1, 1), date(2026, 12, 31), curve)
    return {name: [valid] for name in farm.turbines}


def judged(farm: Farm) -> Judgement:
    """Return what the turbines did."""
    return judge(farm, curves(farm))


def seen(check: Check, farm: Farm) -> list[Seen]:
    """Return what a check sees."""
    return check(farm, judged(farm))


def bounds(findings: Sequence[Seen]) -> list[tuple[str, datetime, datetime]]:
    """Return the turbine, start and end of each finding."""
    return [(finding.turbine, finding.start, finding.end) for finding in findings]


def window(number: int) -> datetime:
    """Return when the farm's window of that number starts."""
    return at(FIRST) + number * (at("2025-01-01T00:10") - at("2025-01-01T00:00"))
