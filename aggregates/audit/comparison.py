"""Telling values that must be equal from values that are: pure, frames in, a frame out."""

from collections.abc import Collection

import numpy as np
import pandas as pd

KEY = ["turbine", "variable", "statistic", "timestamp"]
# A frame without rows does not know the types of its columns.
TYPES = {"timestamp": "datetime64[us, UTC]", "value": "float64"}

# Two ways of adding the same samples round differently.
TOLERANCE = 1e-9
# The length of a mean vector rounds near 1, where the logarithm turns it into a spread.
TOLERANCE_OF_SPREAD_DEG = 1e-5


def differences(
    expected: pd.DataFrame, stored: pd.DataFrame, angles: Collection[str]
) -> pd.DataFrame:
    """Return the values that are stored otherwise than expected, by their key.

    Both frames have KEY and `value`. The columns of the answer are KEY, `expected` and `stored`,
    NaN where there is no value. Of the variables `angles` the mean, min and max are directions:
    359.9999 and 0.0001 are close.
    """
    left, right = (
        frame.astype(TYPES).rename(columns={"value": name})
        for frame, name in [(expected, "expected"), (stored, "stored")]
    )
    both = left.merge(right, on=KEY, how="outer", indicator=True)
    # A stored NaN is close to nothing.
    is_equal = (both["_merge"] == "both") & _is_close(both, both["variable"].isin(angles))
    return both.loc[~is_equal, [*KEY, "expected", "stored"]].sort_values(KEY, ignore_index=True)


def _is_close(both: pd.DataFrame, is_angle: pd.Series) -> pd.Series:
    distance = (both["stored"] - both["expected"]).abs()
    is_direction = is_angle & both["statistic"].isin(["mean", "min", "max"])
    around = distance % 360
    distance = distance.mask(is_direction, np.minimum(around, 360 - around))
    return distance <= _tolerance(both, is_angle)


def _tolerance(both: pd.DataFrame, is_angle: pd.Series) -> pd.Series:
    relative = TOLERANCE * both["expected"].abs().clip(lower=1)
    is_spread = both["statistic"] == "std"
    return relative.mask(is_angle, np.where(is_spread, TOLERANCE_OF_SPREAD_DEG, TOLERANCE))
