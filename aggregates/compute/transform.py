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
from aggregates.compute.quality import SampleQuality, sample_quality
from aggregates.compute.statistic_names import COUNT, STATISTICS
from aggregates.compute.windows import WINDOWS_PER_DAY, window_numbers
from common.arrays import Array
from sourcedata.variables import ANGLE_NAMES, VARIABLE_NAMES, VARIABLES

QUANTITIES = [variable.name for variable in VARIABLES if not variable.is_angle]
SIGNED_ANGLES = [number for number, variable in enumerate(VARIABLES) if variable.is_signed_angle]

RatedPowers = Mapping[str, float | None]


@dataclass(frozen=True)
class DayStatistics:
    """The statistics of some turbines on one day, and how good the samples were.

    `values` has a row per (turbine, variable, statistic) and a column per window of the day, 0 to
    143; NaN where a statistic does not exist. `samples` counts the rows that came; of their cells,
    `missing` had no value and `rejected` one that cannot be, and `quality` says so by turbine.
    `windows` counts the windows of turbines that have at least one valid sample.
    """

    values: pd.DataFrame
    samples: int
    missing: int
    rejected: int
    windows: int
    quality: Mapping[str, SampleQuality]


def transform(measurements: pd.DataFrame, day: date, rated_powers_kw: RatedPowers) -> DayStatistics:
    """Return the statistics of the turbines that `rated_powers_kw` names, in its order.

    `measurements` has the columns `turbine`, `timestamp` (datetime64, UTC) and one per variable in
    its unit, as `sourcedata.reader.measurements` returns them.

    Raises:
        ValueError: where a measurement lies outside the day or belongs to another turbine.
    """
    turbines = list(rated_powers_kw)
    turbine_codes = _turbine_codes(measurements["turbine"], turbines)
    cells = measurements[list(VARIABLE_NAMES)].to_numpy(dtype=float)
    missing = np.isnan(cells)
    rejected = ~missing & ~_valid(cells, turbine_codes, rated_powers_kw)
    used = np.where(rejected, np.nan, cells)
    _turn_signed_angles(used)
    samples = pd.DataFrame(used, columns=list(VARIABLE_NAMES))

    windows = window_numbers(measurements["timestamp"].to_numpy(), day)
    values = _statistics(samples, turbine_codes * WINDOWS_PER_DAY + windows, turbines)
    return DayStatistics(
        values=values,
        samples=len(measurements),
        missing=int(missing.sum()),
        rejected=int(rejected.sum()),
        windows=_windows_with_values(values),
        quality=sample_quality(turbines, turbine_codes, windows, missing, rejected),
    )


def _turbine_codes(column: pd.Series, turbines: Sequence[str]) -> Array:
    codes = pd.Index(turbines).get_indexer(pd.Index(column))
    if (codes < 0).any():
        raise ValueError(f"Measurements of {column[codes < 0].iloc[0]!r}, which was not asked for.")
    return codes


def _valid(cells: Array, turbine_codes: Array, powers: RatedPowers) -> Array:
    ranges = [[variable.valid_range(power) for variable in VARIABLES] for power in powers.values()]
    # The shape is (turbines, variables, 2), also where there are no turbines.
    bounds = np.array(ranges, dtype=float).reshape(-1, len(VARIABLES), 2)[turbine_codes]
    return np.isfinite(cells) & (bounds[..., 0] <= cells) & (cells <= bounds[..., 1])


def _turn_signed_angles(cells: Array) -> None:
    """Take the angles outside -180 to 180 into them by whole turns, and leave all else as it is."""
    for number in SIGNED_ANGLES:
        degrees = cells[:, number]
        is_outside = np.abs(degrees) > 180
        degrees[is_outside] -= 360 * np.rint(degrees[is_outside] / 360)


def _statistics(samples: pd.DataFrame, groups: Array, turbines: Sequence[str]) -> pd.DataFrame:
    """A group is a window of a turbine: the turbine's place in `turbines` x 144 + the window."""
    of_values = statistics.of_values(samples[QUANTITIES], groups)
    of_angles = statistics.of_angles(samples[list(ANGLE_NAMES)], groups)
    cube = np.full((len(turbines) * WINDOWS_PER_DAY, len(VARIABLE_NAMES), len(STATISTICS)), np.nan)
    for number, name in enumerate(STATISTICS):
        both = pd.concat([of_values[name], of_angles[name]], axis=1)[list(VARIABLE_NAMES)]
        cube[both.index, :, number] = both
    return _by_signal(_without_absent(cube), turbines)


def _without_absent(cube: Array) -> Array:
    """Leave out counts of 0, and what overflowed: neither is a statistic of any sample."""
    counts = cube[..., STATISTICS.index(COUNT)]
    return np.where(np.isfinite(cube) & (counts > 0)[..., np.newaxis], cube, np.nan)


def _by_signal(cube: Array, turbines: Sequence[str]) -> pd.DataFrame:
    by_turbine = cube.reshape(len(turbines), WINDOWS_PER_DAY, *cube.shape[1:])
    rows = by_turbine.transpose(0, 2, 3, 1).reshape(-1, WINDOWS_PER_DAY)
    signals = pd.MultiIndex.from_product(
        [turbines, VARIABLE_NAMES, STATISTICS], names=["turbine", "variable", "statistic"]
    )
    return pd.DataFrame(rows, index=signals)


def _windows_with_values(values: pd.DataFrame) -> int:
    return int(values.notna().groupby(level="turbine").any().to_numpy().sum())
