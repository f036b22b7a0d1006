"""How good the samples of each turbine were on a day: what was missing, and what cannot be."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aggregates.compute.samples import Samples
from common.arrays import Array


@dataclass(frozen=True)
class SampleQuality:
    """The rows that came of one turbine on one day, and how many of their cells were not used.

    `missing` counts by variable the cells without a value; `rejected` those with a value that
    cannot be, by variable or companion and number of the window. What has none is in neither.
    """

    samples: int
    missing: Mapping[str, int]
    rejected: Mapping[str, Mapping[int, int]]


def sample_quality(samples: Samples, rejected: Mapping[str, Array]) -> Mapping[str, SampleQuality]:
    """Return the quality of each turbine's samples; `rejected` marks some, by column."""
    codes, turbines = samples.turbine_codes, samples.nameplates
    numbers = np.bincount(codes, minlength=len(turbines))
    missing = {
        name: np.bincount(codes[is_missing], minlength=len(turbines))
        for name, is_missing in samples.missing.items()
    }
    of_rejected = _rejected(codes, samples.windows, rejected)
    return {
        turbine: SampleQuality(
            samples=int(numbers[code]),
            missing={name: int(counts[code]) for name, counts in missing.items() if counts[code]},
            rejected=of_rejected.get(code, {}),
        )
        for code, turbine in enumerate(turbines)
    }


def _rejected(
    turbine_codes: Array, windows: Array, rejected: Mapping[str, Array]
) -> Mapping[int, Mapping[str, Mapping[int, int]]]:
    """Return how many samples were rejected, by the turbine's code, column and window."""
    counted: dict[int, dict[str, dict[int, int]]] = {}
    for name, is_rejected in rejected.items():
        places = np.stack([turbine_codes[is_rejected], windows[is_rejected]])
        for (code, window), number in zip(*_counts(places), strict=True):
            counted.setdefault(code, {}).setdefault(name, {})[window] = number
    return counted


def _counts(places: Array) -> tuple[list[list[int]], list[int]]:
    unique, numbers = np.unique(places, axis=1, return_counts=True)
    return unique.T.tolist(), numbers.tolist()
