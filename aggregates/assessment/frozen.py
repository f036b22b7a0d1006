"""Values that stand still where what they measure cannot: their sensor repeats one value."""

import numpy as np

from aggregates.assessment.farm import (
    AT_REST,
    DIRECTION,
    STRONG_WIND,
    TEMPERATURE,
    Farm,
    once,
)
from aggregates.assessment.sequences import lasting, unchanged
from common.arrays import Array

# Means that differ by less are equal, in the variable's unit.
TOLERANCE = 0.001
# Greenbyte's rule of equal means, and FLASC's of windows whose samples have no deviation.
SPEED_WINDOWS, STILL_WINDOWS, STILL_STD = 6, 3, 0.001
# A vane is still in calm air, so it is judged from 5 m/s on; power is the same at standstill and at
# rated power, so between 2 and 98 % of it; the temperature may stand still for hours of fog, but
# not for a day. All were tried on a real year, which has none.
DIRECTION_WINDOWS, POWER_WINDOWS, TEMPERATURE_WINDOWS = 12, 6, 144
MOST_POWER = 0.98


@once
def frozen_wind_speed(farm: Farm) -> Array:
    """Return the windows in which the wind speed stood still, which no wind does.

    Either six means in a row are equal and above 0, or three windows of several samples in a row
    have no deviation.
    """
    wind_speed = np.where(farm.wind_speed > 0, farm.wind_speed, np.nan)
    equal = unchanged(wind_speed, SPEED_WINDOWS, TOLERANCE)
    still = lasting((farm.wind_speed_std < STILL_STD) & (farm.wind_speed > 0), STILL_WINDOWS)
    return equal | still


def frozen_power(farm: Farm) -> Array:
    """Return the windows in which the power stood still, neither at rest nor at its most."""
    moves = (farm.relative_power > AT_REST) & (farm.relative_power < MOST_POWER)
    return unchanged(np.where(moves, farm.power_kw, np.nan), POWER_WINDOWS, TOLERANCE)


def frozen_direction(farm: Farm) -> Array:
    """Return the windows in which the wind direction stood still in wind."""
    in_wind = (farm.wind_speed >= STRONG_WIND) & ~frozen_wind_speed(farm)
    return unchanged(np.where(in_wind, farm.table(DIRECTION), np.nan), DIRECTION_WINDOWS, TOLERANCE)


def frozen_temperature(farm: Farm) -> Array:
    """Return the windows in which the temperature stood still for a day."""
    return unchanged(farm.table(TEMPERATURE), TEMPERATURE_WINDOWS, TOLERANCE)


@once
def believable_temperature(farm: Farm) -> Array:
    """Return the temperatures in degC of windows in which their sensor does not stand still."""
    return np.where(frozen_temperature(farm), np.nan, farm.table(TEMPERATURE))
