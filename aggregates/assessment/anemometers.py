"""Anemometers whose neighbours contradict them by so much that no wake and no gust explains it."""

import numpy as np

from aggregates.assessment.farm import (
    FREE_OF_ICE_DEGC,
    SPEED,
    STRONG_WIND,
    Farm,
)
from aggregates.assessment.frozen import believable_temperature, frozen_wind_speed
from aggregates.assessment.neighbours import highest_of_neighbours, median_of_neighbours
from aggregates.assessment.sequences import lasting, near
from aggregates.compute.windows import LEAST_COVERAGE, WINDOWS_PER_DAY
from common.arrays import Array

# Below 0.6 of the median of the others, or above its inverse, where the higher of the two is 5 m/s
# or more, for an hour. At 0.7, gusts of warm days come in. With fewer than three others, one that
# reads too much pulls their median.
DISAGREEING, DISAGREEING_WINDOWS = 0.6, 6
LEAST_OTHERS = 3
# Power goes with the third power of the wind: of 1 / 0.6 of it, 4.6 times as much. A turbine gives
# less than 0.4 of its rated power at 13 m/s only where something is wrong.
FAR_MORE_POWER = 2
LEAST_POWER, RATED_WIND_M_S = 0.4, 13.0


def believable_wind_speed(farm: Farm) -> Array:
    """Return the wind speeds in m/s of windows that have enough samples and do not stand still."""
    is_believable = (farm.coverage(SPEED) >= LEAST_COVERAGE) & ~frozen_wind_speed(farm)
    return np.where(is_believable, farm.wind_speed, np.nan)


def wind_speed_of_others(wind_speed: Array) -> Array:
    """Return the median of each turbine's neighbours; NaN where fewer than three have a value."""
    is_there = ~np.isnan(wind_speed)
    others = is_there.sum(axis=0) - is_there
    return np.where(others >= LEAST_OTHERS, median_of_neighbours(wind_speed), np.nan)


def reads_too_little(farm: Farm) -> Array:
    """Return the windows in which an anemometer reads far less than its neighbours."""
    wind_speed = believable_wind_speed(farm)
    of_others = wind_speed_of_others(wind_speed)
    too_little = (of_others >= STRONG_WIND) & (wind_speed < DISAGREEING * of_others)
    return lasting(too_little, DISAGREEING_WINDOWS)


def reads_too_much(farm: Farm) -> Array:
    """Return the windows in which an anemometer reads far more than its neighbours.

    Where it has done so for an hour, single windows of it within a day count as well. In the cold,
    or where nobody knows how cold it was, it must be far more than all of them: ice on most of the
    others makes a healthy one look so. So do wakes on them, but then its power is that of its wind.
    """
    wind_speed = believable_wind_speed(farm)
    is_warm = believable_temperature(farm) >= FREE_OF_ICE_DEGC
    of_others = wind_speed_of_others(wind_speed)
    highest = np.where(np.isnan(of_others), np.nan, highest_of_neighbours(wind_speed))
    most = np.where(is_warm, of_others, highest)
    too_much = (wind_speed >= STRONG_WIND) & (DISAGREEING * wind_speed > most)
    too_much &= ~_has_its_power(farm, wind_speed)
    return too_much & near(lasting(too_much, DISAGREEING_WINDOWS), WINDOWS_PER_DAY)


def _has_its_power(farm: Farm, wind_speed: Array) -> Array:
    """Return where a turbine gives what such a wind carries, and far more than its neighbours."""
    power = farm.relative_power
    of_others = median_of_neighbours(np.where(np.isnan(wind_speed), np.nan, power))
    least = LEAST_POWER * np.minimum(wind_speed / RATED_WIND_M_S, 1) ** 3
    return (power >= least) & (power > FAR_MORE_POWER * of_others)
