"""The statistics of samples in groups.

Every function takes samples, a frame of floats with a column per variable where NaN is no sample,
and `groups`, an integer per row. It returns a frame per statistic, with a row per group that
occurs and the same columns; NaN where a statistic does not exist.
"""

import numpy as np
import pandas as pd

from aggregates.compute.rules import ROUNDING_DEG, SHORTEST_RESULTANT
from aggregates.compute.statistic_names import COUNT, MAXIMUM, MEAN, MINIMUM, STD
from common.arrays import Array

Frames = dict[str, pd.DataFrame]
Pair = tuple[pd.DataFrame, pd.DataFrame]


def of_values(samples: pd.DataFrame, groups: Array) -> Frames:
    """Return the statistics of plain quantities, in the samples' units.

    `std` is the sample standard deviation (ddof 1), so one sample has none.
    """
    grouped = samples.groupby(groups)
    minimum, maximum = grouped.min(), grouped.max()
    return {
        # Rounding must not carry the mean of equal samples past them.
        MEAN: grouped.mean().clip(minimum, maximum),
        MINIMUM: minimum,
        MAXIMUM: maximum,
        STD: grouped.std(ddof=1),
        COUNT: grouped.count(),
    }


def of_angles(samples: pd.DataFrame, groups: Array) -> Frames:
    """Return the statistics of directions in degrees of any turn, averaged as unit vectors.

    With s and c the means of sine and cosine and R = min(1, hypot(s, c)), the mean is
    atan2(s, c) in [0, 360) and std = sqrt(-2 ln R); where R < 1e-9 only the count exists. `min`
    and `max` are the samples farthest to the left and right of the mean, modulo 360 and to the
    bit, so `min` may be the larger number: 350 to 10. One sample has no std.

    Source: K. V. Mardia and P. E. Jupp, Directional Statistics (2000), sections 2.2 and 2.3.
    """
    samples = _in_circle(samples)
    count = samples.groupby(groups).count()
    mean, resultant = _mean_vector(samples, groups)
    minimum, maximum = _farthest(samples, mean, groups)
    frames = {
        MEAN: _between(mean, minimum, maximum),
        MINIMUM: minimum,
        MAXIMUM: maximum,
        STD: _std(resultant).where(count > 1),
    }
    has_direction = resultant >= SHORTEST_RESULTANT
    return {name: frame.where(has_direction) for name, frame in frames.items()} | {COUNT: count}


def _mean_vector(samples: pd.DataFrame, groups: Array) -> tuple[pd.DataFrame, pd.DataFrame]:
    radians = samples.apply(np.radians)
    sine = radians.apply(np.sin).groupby(groups).mean()
    cosine = radians.apply(np.cos).groupby(groups).mean()
    direction = sine.combine(cosine, np.arctan2).apply(np.degrees)
    return _in_circle(direction), sine.combine(cosine, np.hypot).clip(upper=1)


def _std(resultant: pd.DataFrame) -> pd.DataFrame:
    with np.errstate(divide="ignore"):
        # Adding 0 turns the -0.0 of R = 1 into 0.0.
        return np.degrees(np.sqrt(-2 * np.log(resultant))) + 0.0


def _farthest(samples: pd.DataFrame, mean: pd.DataFrame, groups: Array) -> Pair:
    """Return the samples farthest to the left and to the right of the mean.

    Clockwise from opposite of the mean, directions grow up to north and again from north on.
    """
    opposite = _in_circle(mean - 180 + ROUNDING_DEG).reindex(groups)
    is_before_north = samples >= opposite.to_numpy()
    before = samples.where(is_before_north).groupby(groups)
    after = samples.mask(is_before_north).groupby(groups)
    return before.min().fillna(after.min()), after.max().fillna(before.max())


def _between(mean: pd.DataFrame, minimum: pd.DataFrame, maximum: pd.DataFrame) -> pd.DataFrame:
    """Return the mean, or the extreme past which rounding has carried it."""
    is_left_of_all = (mean - minimum) % 360 > 270
    is_right_of_all = (maximum - mean) % 360 > 270
    return mean.mask(is_left_of_all, minimum).mask(is_right_of_all, maximum)


def _in_circle(degrees: pd.DataFrame) -> pd.DataFrame:
    """Return the angles in [0, 360); the remainder of a tiny negative number rounds to 360."""
    values = degrees.to_numpy()
    if not (np.signbit(values) | (values >= 360)).any():
        # Most sources send no other angles, and to take remainders is slow.
        return degrees
    remainder = degrees % 360
    return remainder.mask(remainder == 360, 0.0)
