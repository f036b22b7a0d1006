"""Telling values that must be equal from values that are: pure, frames in, a frame out."""

from collections.abc import Collection

import numpy as np
import pandas as pd

KEY = ["turbine", "variable", "statistic", "timestamp"]
# A frame without rows does not know the types of its columns.
TYPES = {"timestamp": "datetime64[us, UTC]", "value": "float64"}
ROUNDED = ["mean", "std"]

# Two ways of adding the same samples round differently.
TOLERANCE = 1e-9
# Of numbers above it, nobody tells what their mean and std must be: squares may be too large.
LARGEST_SQUARED = 1e150
# The length of a mean vector rounds near 1, where the logarithm turns it into a spread.
TOLERANCE_OF_SPREAD_DEG = 1e-5
# Rounding turns a mean vector of length 1 this far.
ROUNDING_DEG = 1e-13


def differences(
    expected: pd.DataFrame, stored: pd.DataFrame, angles: Collection[str]
) -> pd.DataFrame:
    """Return the values that are stored otherwise than expected, by their key.

    Both frames have KEY and `value`; `expected` has also `largest`, the largest number among the
    samples of the value's window. The columns of the answer are KEY, `expected` and `stored`, NaN
    where there is no value. Of the variables `angles` the mean, min and max are directions:
    359.9999 and 0.0001 are close.
    """
    left, right = (
        frame.astype(TYPES).rename(columns={"value": name})
        for frame, name in [(expected, "expected"), (stored, "stored")]
    )
    both = left.merge(right, on=KEY, how="outer", indicator=True)
    # A stored NaN is close to nothing.
    is_equal = (both["_merge"] == "both") & _is_close(both, both["variable"].isin(angles))
    is_equal |= both["statistic"].isin(ROUNDED) & (both["largest"].astype(float) > LARGEST_SQUARED)
    return both.loc[~is_equal, [*KEY, "expected", "stored"]].sort_values(KEY, ignore_index=True)


def _is_close(both: pd.DataFrame, is_angle: pd.Series) -> pd.Series:
    distance = (both["stored"] - both["expected"]).abs()
    is_direction = is_angle & both["statistic"].isin(["mean", "min", "max"])
    # What must be stored is of any turn; what is stored, of one alone.
    around = distance % 360
    distance = distance.mask(is_direction, np.minimum(around, 360 - around))
    is_turned = is_direction & ~both["stored"].between(0, 360, inclusive="left")
    return (distance <= _tolerance(both, is_angle)) & ~is_turned


def _tolerance(both: pd.DataFrame, is_angle: pd.Series) -> pd.Series:
    # What is added up is rounded as the samples are large, however small the sum is.
    largest = both["largest"].astype(float).where(both["statistic"].isin(ROUNDED), 0)
    largest = largest.where(largest > both["expected"].abs(), both["expected"].abs())
    tolerance = TOLERANCE * largest.clip(lower=1)
    tolerance = tolerance.mask(is_angle, TOLERANCE)
    tolerance = tolerance.mask(is_angle & (both["statistic"] == "std"), TOLERANCE_OF_SPREAD_DEG)
    is_mean = is_angle & (both["statistic"] == "mean")
    return tolerance.mask(is_mean, np.maximum(tolerance, ROUNDING_DEG / _lengths(both)))


def _lengths(both: pd.DataFrame) -> pd.Series:
    """Return how long the mean vector of each value's window is; 1 where it has no spread.

    The shorter it is, the more does rounding turn it.
    """
    window = ["turbine", "variable", "timestamp"]
    spreads = both[both["statistic"] == "std"].set_index(window)["expected"]
    radians = np.radians(spreads.reindex(pd.MultiIndex.from_frame(both[window])).to_numpy())
    return pd.Series(np.exp(-(radians**2) / 2), index=both.index).fillna(1)
