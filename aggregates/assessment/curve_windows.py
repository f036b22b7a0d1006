"""Which windows show what a turbine does when nothing is wrong with it, so that a curve is theirs.

A curve is the median of few windows in its rarest bins and never falls, so three windows of an
anemometer that stands still would raise all of it.
"""

import numpy as np

from aggregates.assessment.anemometers import DISAGREEING
from aggregates.assessment.conditions import at_rest_in_wind
from aggregates.assessment.farm import STRONG_WIND, Farm
from aggregates.assessment.frozen import frozen_power, frozen_wind_speed
from aggregates.assessment.neighbours import median_of_neighbours
from aggregates.assessment.reference_curve import STANDARD_DENSITY_KG_M3, usable
from common.arrays import Array

# No rotor takes more out of the wind than this share of its power (Betz, 1920).
BETZ = 16 / 27
# Turbines for weak wind have a rated power of 180 W per square metre of their rotor; twice what
# Betz allows such a one leaves room for anemometers behind the rotor, which read too little.
LEAST_SPECIFIC_POWER_W_M2, ROOM = 180, 2


def normal_windows(farm: Farm) -> Array:
    """Return the windows of which reference curves are made."""
    is_frozen = frozen_wind_speed(farm)
    is_doubtful = _disagrees_with_neighbours(farm, is_frozen) | _is_impossible(farm)
    is_doubtful |= is_frozen | frozen_power(farm)
    return usable(farm) & ~at_rest_in_wind(farm) & ~is_doubtful


def _disagrees_with_neighbours(farm: Farm, is_frozen: Array) -> Array:
    """Return the windows of anemometers that two neighbours contradict.

    In a real year that leaves out 29 to 125 of some 41,500 windows of a turbine.
    """
    of_neighbours = median_of_neighbours(np.where(is_frozen, np.nan, farm.wind_speed))
    in_wind = np.fmax(of_neighbours, farm.wind_speed) >= STRONG_WIND
    too_little = farm.wind_speed < DISAGREEING * of_neighbours
    return in_wind & (too_little | (DISAGREEING * farm.wind_speed > of_neighbours))


def _is_impossible(farm: Farm) -> Array:
    """Return the windows of more power than a wind of that speed carries."""
    in_wind_w_m2 = STANDARD_DENSITY_KG_M3 / 2 * farm.wind_speed**3
    return farm.relative_power * LEAST_SPECIFIC_POWER_W_M2 > ROOM * BETZ * in_wind_w_m2
