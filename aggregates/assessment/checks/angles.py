"""Medians of directions, in degrees; NaN is no direction.

The circular median is the angle of the least sum of distances. Unlike a mean, one bad vane does not
pull it.
"""

from collections.abc import Sequence
from math import remainder
from statistics import median
from typing import Any

import numpy as np

from aggregates.assessment.neighbours import median_of_neighbours
from common.arrays import Array

# One bad vane of three others is outvoted; of two it is not.
LEAST_OTHERS = 3
FULL_TURN = 360


def wrapped(degrees: Any) -> Any:
    """Return the same angles between -180 and 180."""
    return degrees - FULL_TURN * np.rint(degrees / FULL_TURN)


def circular_median(angles: Array) -> Any:
    """Return the circular medians along the last axis, -180 to 180; NaN where there is none."""
    return wrapped(_middle(angles)[..., 0])


def median_of_few(angles: Sequence[float]) -> float:
    """Return the median of some angles that lie near the last of them, -180 to 180."""
    last = angles[-1]
    middle = median(remainder(angle - last, FULL_TURN) for angle in angles)
    return remainder(last + middle, FULL_TURN)


def from_others(directions: Array) -> Array:
    """Return how far each turbine's direction is from the circular median of the others.

    A row per turbine and a column per window; NaN where fewer than three others have a direction.
    What is usual for each of the others over all windows is taken off first: constant offsets of
    real vanes reach 15 degrees, and with one of three others wrong, another one is their median.
    """
    deviations = wrapped(directions - _middle(directions.T).T)
    usual = _middle(deviations - median_of_neighbours(deviations))
    without_usual = wrapped(deviations - np.nan_to_num(usual))
    offsets = wrapped(deviations - median_of_neighbours(without_usual))
    is_there = ~np.isnan(directions)
    others = is_there.sum(axis=0) - is_there
    return np.where(others >= LEAST_OTHERS, offsets, np.nan)


def _middle(angles: Array) -> Array:
    """Return the medians along the last axis, kept with length 1.

    The mean direction only says where to cut the circle open; the second time, the median does.
    """
    radians = np.radians(angles)
    sine, cosine = (
        np.nansum(part, axis=-1, keepdims=True) for part in (np.sin(radians), np.cos(radians))
    )
    middle = np.degrees(np.arctan2(sine, cosine))
    for _ in range(2):
        middle = middle + _median(wrapped(angles - middle))
    return middle


def _median(values: Array) -> Array:
    """Return the medians along the last axis, kept with length 1; NaN where there is no value."""
    # NaN is sorted to the end. `numpy.nanmedian` walks over the rows one by one.
    order = np.sort(values, axis=-1)
    number = (~np.isnan(values)).sum(axis=-1, keepdims=True)
    lower = np.take_along_axis(order, np.maximum(number - 1, 0) // 2, axis=-1)
    upper = np.take_along_axis(order, np.minimum(number // 2, values.shape[-1] - 1), axis=-1)
    return (lower + upper) / 2
