"""Windows that follow each other: how long something lasts, and what is next to it.

Every function takes tables of truth with a row per turbine and a column per window.
"""

from collections.abc import Iterator

import numpy as np

from common.arrays import Array


def bounds(row: Array) -> Iterator[tuple[int, int]]:
    """Yield where each sequence of true windows of one turbine begins, and where it has ended."""
    starts, ends = _starts_and_ends(row)
    yield from zip(starts.tolist(), ends.tolist(), strict=True)


def _starts_and_ends(row: Array) -> tuple[Array, Array]:
    steps = np.diff(np.concatenate([[0], row.astype(np.int8), [0]]))
    return np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)


def lasting(table: Array, least: int) -> Array:
    """Return the windows that lie in a sequence of at least so many."""
    # One row after the other, with a window between them that is not true, is one long row.
    apart = np.pad(table, ((0, 0), (0, 1)))
    starts, ends = _starts_and_ends(apart.ravel())
    is_long_enough = ends - starts >= least
    steps = np.zeros(apart.size, dtype=np.int8)
    steps[starts[is_long_enough]] = 1
    steps[ends[is_long_enough]] = -1
    kept: Array = np.cumsum(steps, dtype=np.int8).reshape(apart.shape)[:, :-1] > 0
    return kept


def next_to(table: Array) -> Array:
    """Return the windows that come directly before or after a true one and are not true."""
    neighbours = np.zeros_like(table)
    neighbours[:, 1:] |= table[:, :-1]
    neighbours[:, :-1] |= table[:, 1:]
    return neighbours & ~table


def near(table: Array, apart: int) -> Array:
    """Return the windows at most so far from a true one, and the true ones."""
    sums = np.cumsum(np.pad(table, ((0, 0), (apart + 1, apart))), axis=1)
    around = 2 * apart + 1
    near_it: Array = sums[:, around:] > sums[:, :-around]
    return near_it


def unchanged(values: Array, least: int, tolerance: float) -> Array:
    """Return the windows in which a value has not changed for at least so many in a row."""
    is_same = np.zeros(values.shape, dtype=bool)
    is_same[:, 1:] = np.abs(np.diff(values)) < tolerance
    begun = lasting(is_same, least - 1)
    # The first window of a sequence equals none before it.
    begun[:, :-1] |= begun[:, 1:]
    return begun
