"""From the measurements of a day to the statistics of its windows.

Pure: the statistics depend on the arguments alone. A change of what it computes must raise
ALGORITHM in `rules`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from aggregates.compute import statistics
from aggregates.compute.pooling import Frames, companions, pooled
from aggregates.compute.quality import SampleQuality, sample_quality
from aggregates.compute.samples import Nameplates, Samples, cleaned
from aggregates.compute.statistic_names import COUNT, STATISTICS
from aggregates.compute.windows import WINDOWS_PER_DAY
from common.arrays import Array
from sourcedata.variables import VARIABLES, Variable


@dataclass(frozen=True)
class DayStatistics:
    """The statistics of some turbines on one day, and how good the samples were.

    `values` has a row per (turbine, variable, statistic) and a column per window of the day, 0 to
    143; NaN where a statistic does not exist. `samples` counts the rows that came; of their cells,
    `missing` had no value and `rejected` one that cannot be, and `quality` says so by turbine.
    `windows` counts the windows of turbines that have at least one valid sample. `of_means` has, by
    turbine and companion, the windows whose statistic is that of the means alone, since a used
    sample lacks the companion.
    """

    values: pd.DataFrame
    samples: int
    missing: int
    rejected: int
    windows: int
    quality: Mapping[str, SampleQuality]
    of_means: Mapping[str, Mapping[str, Sequence[int]]]


def transform(
    measurements: pd.DataFrame,
    day: date,
    nameplates: Nameplates,
    variables: Sequence[Variable] = VARIABLES,
) -> DayStatistics:
    """Return the statistics of the turbines that `nameplates` names, in its order.

    `measurements` has the columns `turbine`, `timestamp` (datetime64, UTC) and one per variable in
    its unit, as `sourcedata.reader.snapshot` returns them.

    Raises:
        ValueError: where a measurement lies outside the day or belongs to another turbine.
    """
    samples = cleaned(measurements, day, nameplates, variables)
    told = companions(samples)
    frames, of_means = pooled(_frames(samples), samples, told)
    values = _values(frames, samples)
    rejected = {**samples.rejected, **told.rejected}
    return DayStatistics(
        values=values,
        samples=len(measurements),
        missing=_count(samples.missing),
        rejected=_count(rejected),
        windows=_windows_with_values(values),
        quality=sample_quality(samples, rejected),
        of_means=_by_turbine(of_means, nameplates),
    )


def _count(marks: Mapping[str, Array]) -> int:
    return sum(int(marked.sum()) for marked in marks.values())


def _frames(samples: Samples) -> Frames:
    """Return a frame per statistic, with a row per group and a column per variable."""
    quantities = [variable.name for variable in samples.variables if not variable.is_angle]
    angles = [variable.name for variable in samples.variables if variable.is_angle]
    made = []
    if quantities:
        made.append(statistics.of_values(samples.means[quantities], samples.groups))
    if angles:
        made.append(statistics.of_angles(samples.means[angles], samples.groups))
    return {
        name: pd.concat([frames[name] for frames in made], axis=1)[list(samples.means)]
        for name in STATISTICS
    }


def _values(frames: Frames, samples: Samples) -> pd.DataFrame:
    """Return a row per turbine, variable and statistic that is kept of it, a column per window."""
    turbines, names = list(samples.nameplates), samples.names
    cube = np.full((len(turbines) * WINDOWS_PER_DAY, len(names), len(STATISTICS)), np.nan)
    for number, name in enumerate(STATISTICS):
        cube[frames[name].index, :, number] = frames[name]
    return _kept(_by_signal(_without_absent(cube), turbines, names), samples.variables)


def _without_absent(cube: Array) -> Array:
    """Leave out counts of 0, and what overflowed: neither is a statistic of any sample."""
    counts = cube[..., STATISTICS.index(COUNT)]
    return np.where(np.isfinite(cube) & (counts > 0)[..., np.newaxis], cube, np.nan)


def _by_signal(cube: Array, turbines: Sequence[str], names: Sequence[str]) -> pd.DataFrame:
    by_turbine = cube.reshape(len(turbines), WINDOWS_PER_DAY, *cube.shape[1:])
    rows = by_turbine.transpose(0, 2, 3, 1).reshape(-1, WINDOWS_PER_DAY)
    signals = pd.MultiIndex.from_product(
        [turbines, names, STATISTICS], names=["turbine", "variable", "statistic"]
    )
    return pd.DataFrame(rows, index=signals)


def _kept(values: pd.DataFrame, variables: Sequence[Variable]) -> pd.DataFrame:
    """Leave out the statistics that are not kept of their variable."""
    is_kept = [
        statistic in variable.statistics for variable in variables for statistic in STATISTICS
    ]
    if all(is_kept):
        return values
    return values[np.tile(is_kept, len(values) // len(is_kept))]


def _windows_with_values(values: pd.DataFrame) -> int:
    return int(values.notna().groupby(level="turbine").any().to_numpy().sum())


def _by_turbine(
    groups_of_columns: Mapping[str, Sequence[int]], nameplates: Nameplates
) -> Mapping[str, Mapping[str, Sequence[int]]]:
    """Return the windows of the groups, by turbine and by those columns that it has."""
    return {
        turbine: {
            column: [
                group % WINDOWS_PER_DAY for group in groups if group // WINDOWS_PER_DAY == code
            ]
            for column, groups in groups_of_columns.items()
            if column in nameplate.companions
        }
        for code, (turbine, nameplate) in enumerate(nameplates.items())
    }
