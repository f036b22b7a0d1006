"""Medians of directions, in degrees; NaN is no direction.

The circular median is the angle of the least sum of distances. Unlike a mean, one bad vane does not
pull it.
"""

import warnings
from typing import Any

import numpy as np

from aggregates.assessment.neighbours import median_of_neighbours
from common.arrays import Array

# One bad vane of three others is outvoted; of two it is not.
LEAST_OTHERS = 3


def wrapped(degrees: Any) -> Any:
    """Return the same angles from -180 on, below 180."""
    return (degrees + 180) % 360 - 180


def circular_median(angles: Array) -> Any:
    """Return the circular medians along the last axis, from -180 on; NaN where there is none."""
    return wrapped(_middle(angles)[..., 0])


def from_others(directions: Array) -> Array:
    """Return how far each turbine's direction is from the circular median of the others.

    A row per turbine and a column per window; NaN where fewer than three others have a direction.
    """
    deviations = wrapped(directions - _middle(directions.T).T)
    is_there = ~np.isnan(directions)
    others = is_there.sum(axis=0) - is_there
    offsets = wrapped(deviations - median_of_neighbours(deviations))
    return np.where(others >= LEAST_OTHERS, offsets, np.nan)


def _middle(angles: Array) -> Array:
    """Return the medians along the last axis, kept with length 1.

    The mean direction only says where to cut the circle open; the second time, the median does.
    """
    radians = np.radians(angles)
    # Without any angle there is no median, which is no reason to warn.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        sine, cosine = (
            np.nanmean(part, axis=-1, keepdims=True) for part in (np.sin(radians), np.cos(radians))
        )
        middle = np.degrees(np.arctan2(sine, cosine))
        for _ in range(2):
            middle = middle + np.nanmedian(wrapped(angles - middle), axis=-1, keepdims=True)
    return middle
