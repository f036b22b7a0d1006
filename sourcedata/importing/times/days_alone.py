"""Days that stand alone among times: some programs leave the clock out at midnight.

They are midnights where the other times of their turbine have a clock, and stand as these do: a
table of days, and a time whose clock was lost, are none.
"""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from common.arrays import Array


@dataclass
class DaysAlone:
    """How many times of each turbine are a day alone, by its number, and how many are not."""

    _alone: Counter[int] = field(default_factory=Counter)
    _others: Counter[int] = field(default_factory=Counter)
    _first_rows: dict[int, int] = field(default_factory=dict)

    def add(self, turbines: Array, is_alone: Array, first_row: int) -> None:
        """Take the rows of a block, the first of which has the number `first_row`."""
        for counter, kind in ((self._alone, is_alone), (self._others, ~is_alone)):
            counts = np.bincount(turbines[kind]).tolist()
            counter.update({number: count for number, count in enumerate(counts) if count})
        for row in np.flatnonzero(is_alone).tolist():
            self._first_rows.setdefault(int(turbines[row]), first_row + row)

    @property
    def count(self) -> int:
        """How many times are a day alone."""
        return self._alone.total()

    @property
    def row_of_days(self) -> int | None:
        """The first row of the turbines that have more days than times; None where none has."""
        rows = (
            self._first_rows[number]
            for number, count in self._alone.items()
            if count > self._others[number]
        )
        return min(rows, default=None)


def are_in_order(turbines: Array, local: Array) -> Array:
    """Return which times lie between those of the turbine's rows before and after them.

    A first or a last one goes on as the two rows beside it do.
    """
    order = np.argsort(turbines, kind="stable")
    is_step = np.diff(turbines[order]) == 0
    steps = np.where(is_step, np.sign(np.diff(local[order]).astype(np.int64)), 0)
    nothing, nowhere = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=bool)
    into, out = np.concatenate([nothing, steps]), np.concatenate([steps, nothing])
    is_first, is_last = (~np.concatenate(each) for each in ((nowhere, is_step), (is_step, nowhere)))
    before, after = np.concatenate([nothing, into[:-1]]), np.concatenate([out[1:], nothing])
    is_between = np.empty(len(local), dtype=bool)
    is_along = np.where(is_first, after, into) * np.where(is_last, before, out) >= 0
    is_between[order] = is_along | (is_first & is_last)
    return is_between
