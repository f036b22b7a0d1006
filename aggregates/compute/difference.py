"""The difference between two tables of values.

Such a table is a float64 array with a row per signal and a column per window of a day, NaN where
there is no value.
"""

from dataclasses import dataclass

import numpy as np

from common.arrays import Array


@dataclass(frozen=True)
class Difference:
    """The values that came, changed, went and stayed, as masks of the tables' shape."""

    inserted: Array
    changed: Array
    removed: Array
    unchanged: Array

    @property
    def any(self) -> Array:
        """A mask of what is not as it was."""
        return self.inserted | self.changed | self.removed


def compare(before: Array, after: Array) -> Difference:
    """Return how `after` differs from `before`, two tables of one shape, to the last bit."""
    had, has = ~np.isnan(before), ~np.isnan(after)
    same = before.view(np.int64) == after.view(np.int64)
    return Difference(
        inserted=has & ~had,
        changed=had & has & ~same,
        removed=had & ~has,
        unchanged=had & has & same,
    )


def rows_that_lose_most(before: Array, after: Array, owners: Array) -> Array:
    """Return a mask of the rows whose owner would lose more than half of its values.

    `owners` has a non-negative integer per row; rows of one owner are counted together.
    """
    had = np.bincount(owners, weights=(~np.isnan(before)).sum(axis=1))
    removed = np.bincount(owners, weights=compare(before, after).removed.sum(axis=1))
    return (removed > had / 2)[owners]
