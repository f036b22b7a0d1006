"""The statistics of samples in groups.

Every function takes samples, a frame of floats with a column per variable where NaN is no sample,
and `groups`, an integer per row. It returns a frame per statistic, with a row per group that
occurs and the same columns; NaN where a statistic does not exist.
"""

from typing import Any

import numpy as np
import pandas as pd

from aggregates.catalogue import COUNT, MAXIMUM, MEAN, MINIMUM, STD

# Below this length of the mean vector its direction is rounding error.
SHORTEST_RESULTANT = 1e-9
# Deviations this close to -180 deg are taken for +180: only rounding tells the two apart.
ROUNDING_DEG = 1e-9

Array = np.ndarray[Any, Any]
Frames = dict[str, pd.DataFrame]


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
    """Return the statistics of directions in degrees, averaged as unit vectors.

    With s and c the means of sine and cosine and R = min(1, hypot(s, c)), the mean is
    atan2(s, c) in [0, 360) and std = sqrt(-2 ln R); where R < 1e-9 only the count exists. `min`
    and `max` are the samples farthest to the left and right of the mean, so `min` may be the
    larger number: 350 to 10. One sample has no std.

    Source: K. V. Mardia and P. E. Jupp, Directional Statistics (2000), sections 2.2 and 2.3.
    """
    count = samples.groupby(groups).count()
    mean, resultant = _mean_vector(samples, groups)
    # One sample is its own mean, without the rounding of the way through sine and cosine.
    mean = mean.mask(count == 1, _in_circle(samples.groupby(groups).first()))
    deviations = _deviations(samples, mean.reindex(groups)).groupby(groups)
    frames = {
        MEAN: mean,
        MINIMUM: _in_circle(mean + deviations.min()),
        MAXIMUM: _in_circle(mean + deviations.max()),
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


def _deviations(samples: pd.DataFrame, means: pd.DataFrame) -> pd.DataFrame:
    """Return how far right of the mean each sample lies, in (-180, 180] degrees."""
    wrapped = (samples - means.to_numpy() + 180) % 360 - 180
    return wrapped.mask(wrapped < ROUNDING_DEG - 180, wrapped + 360)


def _in_circle(degrees: pd.DataFrame) -> pd.DataFrame:
    """Return the angles in [0, 360); the remainder of a tiny negative number rounds to 360."""
    remainder = degrees % 360
    return remainder.mask(remainder == 360, 0.0)
