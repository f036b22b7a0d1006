"""A signal's history in as many points as a screen shows, made of all its windows.

A point takes in windows that follow each other, and is what the statistics of all their samples
are: so a longer history is drawn with fewer points, and none of its extremes is lost.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from aggregates.compute.statistic_names import COUNT, MAXIMUM, MEAN, MINIMUM, STD
from aggregates.compute.statistics import SHORTEST_RESULTANT
from aggregates.compute.windows import WINDOW, WINDOWS_PER_DAY
from common.arrays import Array

# A week has so many windows; more points are finer than the pixels of a screen, and drawn slowly.
MOST_POINTS = 7 * WINDOWS_PER_DAY
# A point takes in one of these numbers of windows, so that points begin with the day.
STEPS = [number for number in range(1, WINDOWS_PER_DAY + 1) if WINDOWS_PER_DAY % number == 0]


@dataclass(frozen=True)
class Points:
    """Points of a signal's history; `frame` has a row per point, by its start (datetime64, UTC).

    Its columns are the statistics, NaN where there is none. The band from `min` to `max` goes
    upwards: of a direction, `min` may be below 0 and `max` above 360 deg.
    """

    frame: pd.DataFrame
    windows: int

    @property
    def lasts(self) -> str:
        """The time that a point lasts, in words."""
        hours = self.span / timedelta(hours=1)
        return f"{hours:g} hours" if hours > 1 else f"{60 * hours:g} minutes"

    @property
    def span(self) -> timedelta:
        """The time that a point lasts."""
        return self.windows * WINDOW


def points(frame: pd.DataFrame, is_angle: bool) -> Points:
    """Return the points of windows that begin with a day and follow each other without a gap.

    `frame` has a row per window, by its start, and a column per statistic.
    """
    windows = next((n for n in STEPS if len(frame) <= n * MOST_POINTS), WINDOWS_PER_DAY)
    groups = np.arange(len(frame)) // windows
    merged = _of_angles(frame, groups) if is_angle else _of_values(frame, groups)
    return Points(merged.set_index(frame.index[::windows]), windows)


def _of_values(frame: pd.DataFrame, groups: Array) -> pd.DataFrame:
    """Return the statistics of each group's samples; squares add up within and between windows.

    Source: B. P. Welford's and T. F. Chan's sums of squares, as in Chan, Golub and LeVeque,
    Algorithms for Computing the Sample Variance (1983).
    """
    count = _counts(frame)
    number = count.groupby(groups).sum()
    mean = (frame[MEAN] * count).groupby(groups).sum() / number.where(number > 0)
    within = (frame[STD].fillna(0) ** 2 * (count - 1)).groupby(groups).sum()
    # Where a window's own std is not kept, that of all samples is not known.
    is_lacking = frame[MEAN].notna() & frame[STD].isna() & (frame[COUNT] != 1)
    is_known = ~is_lacking.groupby(groups).any()
    between = (count * (frame[MEAN] - mean.reindex(groups).to_numpy()) ** 2).groupby(groups).sum()
    return pd.DataFrame(
        {
            MEAN: mean,
            MINIMUM: frame[MINIMUM].groupby(groups).min(),
            MAXIMUM: frame[MAXIMUM].groupby(groups).max(),
            STD: np.sqrt((within + between) / (number - 1).where(number > 1)).where(is_known),
            COUNT: number if frame[COUNT].notna().any() else np.nan,
        }
    )


def _counts(frame: pd.DataFrame) -> pd.Series:
    """Return how many samples each window is of; where nobody counted, all windows weigh one."""
    is_counted = frame[COUNT].notna().any()
    return frame[COUNT] if is_counted else frame[MEAN].notna().astype(float)


def _of_angles(frame: pd.DataFrame, groups: Array) -> pd.DataFrame:
    """Return the statistics of each group's directions, by the sum of the windows' vectors.

    A window's vector is as long as its resultant, which its std tells: R = exp(-std² / 2).
    """
    count, radians = frame[COUNT], np.radians(frame[MEAN])
    resultant = np.exp(-(np.radians(frame[STD].fillna(0)) ** 2) / 2)
    number = count.groupby(groups).sum()
    # A window without a direction counts too: its vector has no length.
    sine = (count * resultant * np.sin(radians)).groupby(groups).sum() / number.where(number > 0)
    cosine = (count * resultant * np.cos(radians)).groupby(groups).sum() / number.where(number > 0)
    length = np.hypot(sine, cosine).clip(upper=1)
    length = length.where(length > SHORTEST_RESULTANT)
    mean = np.degrees(np.arctan2(sine, cosine)).where(length.notna()) % 360
    # Each window's own mean lies so far from that of its point, in [-180, 180).
    turned = (frame[MEAN] - mean.reindex(groups).to_numpy() + 180) % 360 - 180
    lowest = (turned - (frame[MEAN] - frame[MINIMUM]) % 360).groupby(groups).min()
    highest = (turned + (frame[MAXIMUM] - frame[MEAN]) % 360).groupby(groups).max()
    return pd.DataFrame(
        {
            MEAN: mean,
            MINIMUM: mean + lowest,
            MAXIMUM: mean + np.minimum(highest, lowest + 360),
            STD: np.degrees(np.sqrt(2 * np.log(1 / length))).where(number > 1),
            COUNT: number,
        }
    )
