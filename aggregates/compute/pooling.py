"""The statistics of samples that bring their own: the readings that each sample is the mean of.

A companion is the std, the least or the greatest of the readings within each sample. A window's
statistic is made of companions only where every used sample has its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aggregates.compute.samples import Samples
from aggregates.compute.statistic_names import MINIMUM, STD
from aggregates.compute.windows import WINDOWS_PER_DAY
from common.arrays import Array
from sourcedata.variables import Variable, is_on_its_side

Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Companions:
    """The companions of samples, by their columns, an array each with an item per sample.

    `values` are those that count, NaN where there is none; `rejected` marks those that cannot be.
    """

    values: Mapping[str, Array]
    rejected: Mapping[str, Array]


def companions(samples: Samples) -> Companions:
    """Return what samples tell of their readings; nothing where no turbine has such columns.

    A std is valid from 0 on; a minimum in the variable's range and up to the mean, a maximum from
    the mean on. Where the mean does not count, its companions do not either.
    """
    values, rejected = {}, {}
    for variable, companion, column in samples.companion_columns():
        mean = samples.means[variable.name].to_numpy()
        measured = samples.measured[column].to_numpy(dtype=float)
        is_there = samples.has(column) & ~np.isnan(measured) & ~np.isnan(mean)
        # The extremes of a signed angle are turned as its mean is.
        turned = measured + _turns(samples, variable) if companion != STD else measured
        is_valid = _is_in_range(samples, variable, companion, measured)
        is_valid &= is_on_its_side(companion, turned, mean)
        values[column] = np.where(is_there & is_valid, turned, np.nan)
        rejected[column] = is_there & ~is_valid
    return Companions(values, rejected)


def _turns(samples: Samples, variable: Variable) -> Array:
    measured = samples.measured[variable.name].to_numpy(dtype=float)
    if not variable.is_signed_angle:
        return np.zeros(len(measured))
    return 360 * np.rint((samples.means[variable.name].to_numpy() - measured) / 360)


def _is_in_range(samples: Samples, variable: Variable, companion: str, measured: Array) -> Array:
    if companion == STD:
        return np.asarray((measured >= 0) & np.isfinite(measured))
    least, greatest = samples.valid_range(variable)
    return np.asarray((least <= measured) & (measured <= greatest) & np.isfinite(measured))


def pooled(
    frames: Frames, samples: Samples, told: Companions
) -> tuple[Frames, Mapping[str, Sequence[int]]]:
    """Return the frames of `statistics` with those of companions, and where there were none.

    The latter are, by column, the groups whose statistic is of the means alone, since a used sample
    lacks its companion.
    """
    frames, of_means = dict(frames), {}
    for variable, companion, column in samples.companion_columns():
        mean = samples.means[variable.name]
        grouped = pd.DataFrame({"mean": mean, "told": told.values[column]}).groupby(samples.groups)
        used, with_companion = grouped["mean"].count(), grouped["told"].count()
        is_whole = (with_companion == used) & (used > 0)
        of_companions = _of_companions(companion, samples, mean, told.values[column])
        column_before = frames[companion][variable.name]
        frames[companion] = frames[companion].assign(
            **{variable.name: column_before.where(~is_whole, of_companions)}
        )
        of_means[column] = used.index[~is_whole & (used > 0)].tolist()
    return frames, of_means


def _of_companions(companion: str, samples: Samples, mean: pd.Series, told: Array) -> pd.Series:
    """Return the statistic of each group whose samples all have the companion."""
    if companion == STD:
        return _std(samples, mean, told)
    grouped = pd.Series(told).groupby(samples.groups)
    return grouped.min() if companion == MINIMUM else grouped.max()


def _std(samples: Samples, mean: pd.Series, std: Array) -> pd.Series:
    """Return the std of all readings of each group.

    With n samples of mean m, std s and k readings each, and M the mean of the means, std² =
    [Σ(k - 1)s² + kΣ(m - M)²] / (nk - 1). A sample is taken to be of one reading a second, so that k
    is the sample interval in seconds; as k grows, the result hardly depends on it.
    """
    of_group = mean.groupby(samples.groups)
    count = of_group.count()
    nameplates = samples.nameplates.values()
    intervals_s = np.array([nameplate.sample_interval_s for nameplate in nameplates])
    readings = intervals_s[count.index // WINDOWS_PER_DAY]
    within = (readings - 1) * pd.Series(np.square(std)).groupby(samples.groups).sum()
    between = readings * count * of_group.var(ddof=0)
    freedom = count * readings - 1
    return np.sqrt((within + between) / freedom.where(freedom > 0))
