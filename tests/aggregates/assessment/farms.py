"""Small builders of farms, for what judges them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from aggregates.assessment.farm import POWER, SPEED, Farm, Traits
from aggregates.assessment.reference_curve import Curves, ReferenceCurve, ValidCurve
from aggregates.compute.statistic_names import COUNT, MAXIMUM, MEAN
from aggregates.compute.windows import WINDOWS_PER_DAY, window_starts
from common.arrays import Array
from common.days import DAY
from tests.builders import at

DAY_OF_FARM = at("2025-06-01").date()
RATED_KW = 2000.0
SAMPLES = 10
WIND_STEP, POWER_STEP = 0.1, 0.01


def filled(values: Sequence[float], usual: float, step: float) -> Array:
    """Return a day of windows: the values from its start on, and what is usual after them.

    Every other usual value is higher by `step`: no wind and no power stands still.
    """
    day = np.where(np.arange(WINDOWS_PER_DAY) % 2, usual + step, usual)
    day[: len(values)] = values
    return day


def farm(
    power: Mapping[str, Sequence[float]],
    wind: Mapping[str, Sequence[float]] | None = None,
    usual: tuple[float, float] = (8.0, 1000.0),
    rated_power_kw: float | None = RATED_KW,
    **more: Any,
) -> Farm:
    """Return a farm on one day: the first windows of each turbine in kW and m/s, then the usual."""
    winds = {**{name: [] for name in power}, **(wind or {})}
    speed = np.array([filled(winds[name], usual[0], WIND_STEP) for name in power])
    values = {
        (SPEED, MEAN): speed,
        (SPEED, MAXIMUM): speed + 1,
        (POWER, MEAN): np.array(
            [filled(powers, usual[1], POWER_STEP) for powers in power.values()]
        ),
    }
    values |= {(name, COUNT): np.full(speed.shape, SAMPLES) for name in (SPEED, POWER)}
    return Farm(
        turbines=[*power],
        starts=window_starts(DAY_OF_FARM),
        traits=[Traits()] * len(power),
        values={**values, **more.get("values", {})},
        rated_power_kw=np.full(speed.shape, rated_power_kw or np.nan),
        expected_samples=np.full(speed.shape, SAMPLES),
        is_expected=np.ones(speed.shape, dtype=bool),
        rejected={},
    )


def curve(spread_kw: float = 50.0) -> ReferenceCurve:
    """Return a curve that rises by 200 kW a m/s from 3 m/s on, up to 2000 kW."""
    wind_speed = np.arange(3.0, 14.0)
    power_kw = np.minimum(200 * (wind_speed - 3), RATED_KW)
    return ReferenceCurve(wind_speed, power_kw, np.full(11, spread_kw), np.full(11, 100))


def curves(*turbines: str, **options: float) -> Curves:
    """Return that curve for each turbine."""
    valid = ValidCurve(DAY_OF_FARM - DAY, DAY_OF_FARM + DAY, curve(**options))
    return {turbine: [valid] for turbine in turbines}
