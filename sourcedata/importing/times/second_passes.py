"""Which of the times that clocks showed twice are of the second pass, by the order of the rows.

A turbine's rows step back once where its clock was put back: the rows from there on are of the
second pass. Where they never do, or more than once, nobody can tell. Where ends of samples are
labelled, a time at which the clock was put back may be one of the first pass, by the clock at the
start; alone it is what clocks showed once, of the second.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from common.arrays import Array

# Zones change their clocks weeks apart.
BETWEEN_CHANGES = np.timedelta64(2, "D")
# Clocks are put back by half an hour and more, and samples are ten minutes apart at most; a smaller
# step back is of rows that are out of order.
LEAST_STEP = np.timedelta64(15, "m")
OLDEST_FIRST, NEWEST_FIRST, UNORDERED = 1, -1, 0


@dataclass(frozen=True)
class Decision:
    """What the order of the rows tells of ambiguous times.

    `is_second_pass` has a bool for each, in the order of adding. `undecided_rows` are row numbers
    in order: the first of each turbine and change of the clocks that cannot be decided.
    `told_apart` counts the times that clocks showed twice and that were decided, and `of_start` the
    ends that only the clock at the start of their sample showed.
    """

    is_second_pass: Array
    undecided_rows: Array
    told_apart: int
    of_start: int


@dataclass
class AmbiguousRows:
    """The rows of a table whose local times clocks showed twice, collected block by block."""

    _turbines: list[Array] = field(default_factory=lambda: [np.empty(0, dtype=np.int64)])
    _local: list[Array] = field(default_factory=lambda: [np.empty(0, dtype="datetime64[us]")])
    _rows: list[Array] = field(default_factory=lambda: [np.empty(0, dtype=np.int64)])
    _is_of_start: list[Array] = field(default_factory=lambda: [np.empty(0, dtype=bool)])

    def add(self, turbines: Array, local: Array, rows: Array, is_of_start: Array) -> None:
        """Take ambiguous rows in the order of the table.

        `turbines` are numbers that stand for the turbines in all blocks alike, `local` is
        datetime64[us], and `rows` are the row numbers, which rise. `is_of_start` marks the ends of
        samples that clocks showed once, unless that was the clock at the start.
        """
        self._turbines.append(turbines)
        self._local.append(local)
        self._rows.append(rows)
        self._is_of_start.append(is_of_start)

    def decide(self, directions: Mapping[int, int]) -> Decision:
        """Return which rows are of the second pass.

        `directions` tells by the turbine's number whether its rows stand OLDEST_FIRST or
        NEWEST_FIRST in the table. Of other turbines nothing can be decided.
        """
        turbines, rows = np.concatenate(self._turbines), np.concatenate(self._rows)
        local, is_of_start = np.concatenate(self._local), np.concatenate(self._is_of_start)
        changes = _changes(local)
        direction = _directions(turbines, directions)
        # Within a group, time goes on: the rows that stand newest first are turned round.
        order = np.lexsort((rows * direction, changes, turbines))
        groups = _groups(turbines[order], changes[order])
        passes, steps = _passes(local[order], groups)
        is_decided = (steps == 1) & (direction[order] != UNORDERED)
        is_alone = np.bincount(groups, weights=~is_of_start[order])[groups] == 0
        is_second_pass = np.empty(len(rows), dtype=bool)
        is_second_pass[order] = is_alone | (is_decided & (passes == 1))
        is_once = is_second_pass & is_of_start
        return Decision(
            is_second_pass,
            _firsts(rows[order], groups, ~(is_decided | is_alone)),
            told_apart=int((~is_once).sum()),
            of_start=int((is_of_start & ~is_second_pass).sum()),
        )


def _directions(turbines: Array, directions: Mapping[int, int]) -> Array:
    """Return the direction of each row."""
    numbers, places = np.unique(turbines, return_inverse=True)
    of_turbines = [directions.get(int(number), UNORDERED) for number in numbers]
    return np.array(of_turbines, dtype=np.int64)[places]


def _changes(local: Array) -> Array:
    """Return a number for each time, which those around one change of the clocks share."""
    times, places = np.unique(local, return_inverse=True)
    is_next = np.diff(times, prepend=times[:1]) > BETWEEN_CHANGES
    return np.cumsum(is_next)[places]


def _groups(turbines: Array, changes: Array) -> Array:
    """Return a number for each of the sorted rows, from 0 on, by turbine and change."""
    is_other = np.zeros(len(turbines), dtype=bool)
    is_other[1:] = (np.diff(turbines) != 0) | (np.diff(changes) != 0)
    return np.cumsum(is_other)


def _passes(local: Array, groups: Array) -> tuple[Array, Array]:
    """Return how many steps back lie before each row of its group, and how many the group has."""
    steps = np.zeros(len(local), dtype=np.int64)
    length = local[:-1] - local[1:]
    is_same = groups[1:] == groups[:-1]
    steps[1:] = is_same & (length >= LEAST_STEP)
    # A row that merely stands out of order leaves nothing that could be decided.
    steps[1:] += 2 * (is_same & (length > np.timedelta64(0)) & (length < LEAST_STEP))
    of_groups = np.bincount(groups, weights=steps).astype(np.int64)
    before = np.cumsum(of_groups) - of_groups
    return np.cumsum(steps) - before[groups], of_groups[groups]


def _firsts(rows: Array, groups: Array, is_wanted: Array) -> Array:
    """Return the lowest row number of each group of which rows are wanted, in order."""
    order = np.lexsort((rows, groups))
    order = order[is_wanted[order]]
    _, places = np.unique(groups[order], return_index=True)
    return np.sort(rows[order][places])
