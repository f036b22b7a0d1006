"""What a turbine gives by the wind of its neighbours, which its own anemometer has no part in."""

import numpy as np

from aggregates.assessment.conditions import Judgement
from aggregates.assessment.farm import Farm
from aggregates.compute.windows import WINDOWS_PER_DAY
from common.arrays import Array

# What is usual is of the days before, as many and of as many windows.
DAYS_BEFORE, LEAST_WINDOWS = 60, 100


def before(start: int) -> slice:
    """Return the windows before one that tell what is usual."""
    return slice(max(start - DAYS_BEFORE * WINDOWS_PER_DAY, 0), start)


def to_neighbours_wind(
    farm: Farm, judgement: Judgement, row: int, columns: slice, is_normal: Array
) -> float:
    """Return a turbine's energy over what its curve gives at its neighbours' wind.

    Of the normal windows among those columns; NaN where too few of them tell. It is not 1 for a
    healthy one: anemometers of one type differ, and so does the ground. In a real year it is 0.87
    for one of four turbines and 1.22 for another.
    """
    power_kw = farm.power_kw[row, columns]
    promised_kw = judgement.expected.at_neighbours_wind_kw[row, columns]
    tells = is_normal[row, columns] & ~np.isnan(promised_kw)
    if tells.sum() < LEAST_WINDOWS or not promised_kw[tells].sum():
        return np.nan
    return float(power_kw[tells].sum() / promised_kw[tells].sum())
