"""Times that leave for other days and come back, as those of a clock that was reset."""

from dataclasses import dataclass, field

import numpy as np

from common.arrays import Array
from sourcedata.importing.steps_back import LONGEST_GAP


@dataclass(frozen=True)
class Excursion:
    """The row after which a turbine's times are those of other days, and the time that it has."""

    row: int
    time: np.datetime64


@dataclass
class Excursions:
    """The first excursion of each turbine, by its number.

    It leads days away, and back to where time has gone on meanwhile: files that were put together
    in any order go on where another one ends, or behind what they hold.
    """

    first: dict[int, Excursion] = field(default_factory=dict)
    _last: dict[int, int] = field(default_factory=dict)
    _jumps: dict[int, Array] = field(default_factory=dict)

    def add(self, number: int, times: Array, rows: Array) -> None:
        """Take the next rows of a turbine."""
        instants = times.astype("datetime64[us]").astype(np.int64)
        before = np.concatenate([[self._last.get(number, instants[0])], instants[:-1]])
        self._last[number] = int(instants[-1])
        places = np.flatnonzero(np.abs(instants - before) > LONGEST_GAP)
        new = np.stack([before[places], instants[places], rows[places]])
        jumps = np.hstack([self._jumps.get(number, new[:, :0]), new])
        self._jumps[number] = jumps[:, -1:]
        there = np.flatnonzero(_are_there_and_back(jumps))
        if len(there):
            _, time, row = jumps[:, there[0]].tolist()
            self.first.setdefault(number, Excursion(row, np.datetime64(time, "us")))


def _are_there_and_back(jumps: Array) -> Array:
    """Return which jumps the next one leads back from."""
    before, after, _ = jumps
    away, passed = before[1:] - after[:-1], after[1:] - before[:-1]
    turns = np.sign(after - before)
    beyond = np.sign(passed) * (passed - away)
    is_same_way = np.sign(passed) * away >= 0
    return (turns[:-1] != turns[1:]) & is_same_way & (beyond > 0) & (beyond <= LONGEST_GAP)
