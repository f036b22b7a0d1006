"""From the measurements of a day to the statistics of its windows.

Pure: the statistics depend on the arguments alone. A change of what it computes must raise
ALGORITHM in `rules`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from aggregates.compute import pooling, statistics
from aggregates.compute.pooling import Samples
from aggregates.compute.quality import SampleQuality, sample_quality
from aggregates.compute.statistic_names import COUNT, STATISTICS
from aggregates.compute.windows import WINDOWS_PER_DAY, window_numbers
from common.arrays import Array
from sourcedata.nameplate import Nameplate
from sourcedata.variables import VARIABLES, Variable

Nameplates = Mapping[str, Nameplate]


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
    turbines, of_turbines = list(nameplates), list(nameplates.values())
    names = [variable.name for variable in variables]
    turbine_codes = _turbine_codes(measurements["turbine"], turbines)
    cells = measurements[names].to_numpy(dtype=float)
    missing = np.isnan(cells)
    rejected = ~missing & ~_valid(cells, turbine_codes, of_turbines, variables)
    used = np.where(rejected, np.nan, cells)
    _turn_signed_angles(used, variables)
    windows = window_numbers(measurements["timestamp"].to_numpy(), day)
    samples = Samples(
        measured=measurements,
        means=pd.DataFrame(used, columns=names),
        turbine_codes=turbine_codes,
        groups=turbine_codes * WINDOWS_PER_DAY + windows,
        nameplates=of_turbines,
        variables=variables,
    )
    told = pooling.companions(samples)
    frames, of_means = pooling.pooled(_frames(samples), samples, told)
    values = _kept(_by_signal(_cube(frames, len(turbines), names), turbines, names), variables)
    all_rejected = dict(zip(names, rejected.T, strict=True)) | dict(told.rejected)
    return DayStatistics(
        values=values,
        samples=len(measurements),
        missing=int(missing.sum()),
        rejected=sum(int(is_rejected.sum()) for is_rejected in all_rejected.values()),
        windows=_windows_with_values(values),
        quality=sample_quality(
            turbines,
            turbine_codes,
            windows,
            dict(zip(names, missing.T, strict=True)),
            all_rejected,
        ),
        of_means=_by_turbine(of_means, nameplates),
    )


def _turbine_codes(column: pd.Series, turbines: Sequence[str]) -> Array:
    codes = pd.Index(turbines).get_indexer(pd.Index(column))
    if (codes < 0).any():
        raise ValueError(f"Measurements of {column[codes < 0].iloc[0]!r}, which was not asked for.")
    return codes


def _valid(
    cells: Array,
    turbine_codes: Array,
    nameplates: Sequence[Nameplate],
    variables: Sequence[Variable],
) -> Array:
    ranges = [
        [variable.valid_range(nameplate.rated_power_kw) for variable in variables]
        for nameplate in nameplates
    ]
    # The shape is (turbines, variables, 2), also where there are no turbines.
    bounds = np.array(ranges, dtype=float).reshape(-1, len(variables), 2)[turbine_codes]
    return np.isfinite(cells) & (bounds[..., 0] <= cells) & (cells <= bounds[..., 1])


def _turn_signed_angles(cells: Array, variables: Sequence[Variable]) -> None:
    """Take the angles outside -180 to 180 into them by whole turns, and leave all else as it is."""
    for number, variable in enumerate(variables):
        if variable.is_signed_angle:
            degrees = cells[:, number]
            is_outside = np.abs(degrees) > 180
            degrees[is_outside] -= 360 * np.rint(degrees[is_outside] / 360)


def _frames(samples: Samples) -> pooling.Frames:
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


def _cube(frames: Mapping[str, pd.DataFrame], turbines: int, names: Sequence[str]) -> Array:
    cube = np.full((turbines * WINDOWS_PER_DAY, len(names), len(STATISTICS)), np.nan)
    for number, name in enumerate(STATISTICS):
        cube[frames[name].index, :, number] = frames[name]
    return _without_absent(cube)


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
