"""How good the samples of each turbine were on a day: what was missing, and what cannot be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from common.arrays import Array
from sourcedata.variables import VARIABLE_NAMES


@dataclass(frozen=True)
class SampleQuality:
    """The rows that came of one turbine on one day, and how many of their cells were not used.

    `missing` counts by variable the cells without a value; `rejected` those with a value that
    cannot be, by variable and number of the window. A variable without any is in neither.
    """

    samples: int
    missing: Mapping[str, int]
    rejected: Mapping[str, Mapping[int, int]]


def sample_quality(
    turbines: Sequence[str], turbine_codes: Array, windows: Array, missing: Array, rejected: Array
) -> Mapping[str, SampleQuality]:
    """Return the quality of each turbine's samples.

    A sample belongs to the turbine of its code, a place in `turbines`, and to its window; `missing`
    and `rejected` have a row per sample and a column per variable.
    """
    samples = np.bincount(turbine_codes, minlength=len(turbines))
    missing_samples = [
        np.bincount(turbine_codes[column], minlength=len(turbines)) for column in missing.T
    ]
    of_rejected = _rejected(turbine_codes, windows, rejected)
    return {
        turbine: SampleQuality(
            samples=int(samples[code]),
            missing={
                variable: int(counts[code])
                for variable, counts in zip(VARIABLE_NAMES, missing_samples, strict=True)
                if counts[code]
            },
            rejected=of_rejected.get(code, {}),
        )
        for code, turbine in enumerate(turbines)
    }


def _rejected(
    turbine_codes: Array, windows: Array, rejected: Array
) -> Mapping[int, Mapping[str, Mapping[int, int]]]:
    """Return how many samples were rejected, by the turbine's code, variable and window."""
    rows, variables = np.nonzero(rejected)
    places = np.stack([turbine_codes[rows], variables, windows[rows]])
    counted: dict[int, dict[str, dict[int, int]]] = {}
    for (code, variable, window), number in zip(*_counts(places), strict=True):
        of_turbine = counted.setdefault(code, {})
        of_turbine.setdefault(VARIABLE_NAMES[variable], {})[window] = number
    return counted


def _counts(places: Array) -> tuple[list[list[int]], list[int]]:
    unique, numbers = np.unique(places, axis=1, return_counts=True)
    return unique.T.tolist(), numbers.tolist()
