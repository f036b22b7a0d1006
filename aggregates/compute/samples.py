"""The samples of some turbines on one day, and which of their values count."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from aggregates.compute.windows import WINDOWS_PER_DAY, window_numbers
from common.arrays import Array
from sourcedata.nameplate import Nameplate
from sourcedata.variables import Variable

Nameplates = Mapping[str, Nameplate]


@dataclass(frozen=True)
class Samples:
    """Samples of some turbines on one day.

    `measured` has a column per variable and companion, as the source has it. `means` has one per
    variable with the values that count, NaN where none does; `missing` and `rejected`, by variable,
    mark those without a value and with one that cannot be. `turbine_codes` are the samples' places
    in `nameplates`, `windows` the numbers of their windows.
    """

    measured: pd.DataFrame
    means: pd.DataFrame
    missing: Mapping[str, Array]
    rejected: Mapping[str, Array]
    turbine_codes: Array
    windows: Array
    nameplates: Nameplates
    variables: Sequence[Variable]

    @property
    def names(self) -> list[str]:
        """The names of the variables."""
        return [variable.name for variable in self.variables]

    @property
    def groups(self) -> Array:
        """The windows of turbines: the turbine's place x 144 + the window."""
        groups: Array = self.turbine_codes * WINDOWS_PER_DAY + self.windows
        return groups

    def companion_columns(self) -> Iterator[tuple[Variable, str, str]]:
        """Yield each variable, what a companion tells of it, and its column, where any has it."""
        noted = {name for nameplate in self.nameplates.values() for name in nameplate.companions}
        for variable in self.variables:
            for companion, column in variable.companion_columns.items():
                if column in noted:
                    yield variable, companion, column

    def has(self, column: str) -> Array:
        """Mark the samples of turbines that have the companion."""
        of_turbines = [column in nameplate.companions for nameplate in self.nameplates.values()]
        return np.array(of_turbines, dtype=bool)[self.turbine_codes]

    def valid_range(self, variable: Variable) -> Array:
        """Return the least and the greatest valid value of each sample, an array each."""
        return _bounds([variable], self.nameplates)[self.turbine_codes, 0].T


def cleaned(
    measurements: pd.DataFrame, day: date, nameplates: Nameplates, variables: Sequence[Variable]
) -> Samples:
    """Return the samples, of which those count that are there and can be.

    Raises:
        ValueError: where a measurement lies outside the day or belongs to another turbine.
    """
    turbine_codes = _turbine_codes(measurements["turbine"], list(nameplates))
    names = [variable.name for variable in variables]
    cells = measurements[names].to_numpy(dtype=float)
    missing = np.isnan(cells)
    rejected = ~missing & ~_are_valid(cells, _bounds(variables, nameplates)[turbine_codes])
    used = np.where(rejected, np.nan, cells)
    _turn_signed_angles(used, variables)
    return Samples(
        measured=measurements,
        means=pd.DataFrame(used, columns=names),
        missing=dict(zip(names, missing.T, strict=True)),
        rejected=dict(zip(names, rejected.T, strict=True)),
        turbine_codes=turbine_codes,
        windows=window_numbers(measurements["timestamp"].to_numpy(), day),
        nameplates=nameplates,
        variables=variables,
    )


def _turbine_codes(column: pd.Series, turbines: Sequence[str]) -> Array:
    codes = pd.Index(turbines).get_indexer(pd.Index(column))
    if (codes < 0).any():
        raise ValueError(f"Measurements of {column[codes < 0].iloc[0]!r}, which was not asked for.")
    return codes


def _bounds(variables: Sequence[Variable], nameplates: Nameplates) -> Array:
    """Return the valid ranges, of the shape (turbines, variables, 2), also without turbines."""
    powers = [nameplate.rated_power_kw for nameplate in nameplates.values()]
    ranges = [[variable.valid_range(power) for variable in variables] for power in powers]
    return np.array(ranges, dtype=float).reshape(-1, len(variables), 2)


def _are_valid(cells: Array, bounds: Array) -> Array:
    return np.isfinite(cells) & (bounds[..., 0] <= cells) & (cells <= bounds[..., 1])


def _turn_signed_angles(cells: Array, variables: Sequence[Variable]) -> None:
    """Take the angles outside -180 to 180 into them by whole turns, and leave all else as it is."""
    for number, variable in enumerate(variables):
        if variable.is_signed_angle:
            degrees = cells[:, number]
            is_outside = np.abs(degrees) > 180
            degrees[is_outside] -= 360 * np.rint(degrees[is_outside] / 360)
