"""How the times of each turbine follow each other in the order of the rows, block by block."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from common.arrays import Array
from sourcedata.importing.times.second_passes import NEWEST_FIRST, OLDEST_FIRST, UNORDERED

MICROSECONDS = 1_000_000


@dataclass
class Steps:
    """The steps from each time of a turbine to its next one.

    `forward`, `back` and `equal` count them by the turbine's number; `seconds` counts the lengths
    of all that are not 0, in whole seconds.
    """

    forward: Counter[int] = field(default_factory=Counter)
    back: Counter[int] = field(default_factory=Counter)
    equal: Counter[int] = field(default_factory=Counter)
    seconds: Counter[int] = field(default_factory=Counter)
    _last: dict[int, np.datetime64] = field(default_factory=dict)

    def add(self, turbines: Array, times: Array) -> tuple[Array, Array, Array]:
        """Take the next rows; return the turbine, later time and length in µs of each step."""
        order = np.argsort(turbines, kind="stable")
        numbers, starts = np.unique(turbines[order], return_index=True)
        before = np.empty(len(times), dtype="datetime64[us]")
        before[1:] = times[order][:-1]
        never = np.datetime64("NaT", "us")
        before[starts] = [self._last.get(number, never) for number in numbers.tolist()]
        ends = np.append(starts[1:], len(times)) - 1
        self._last.update(zip(numbers.tolist(), times[order][ends], strict=True))
        is_step = ~np.isnat(before)
        sorted_turbines, sorted_times = turbines[order][is_step], times[order][is_step]
        lengths = (sorted_times - before[is_step]).astype(np.int64)
        self._count(sorted_turbines, lengths)
        return sorted_turbines, sorted_times, lengths

    def _count(self, turbines: Array, lengths: Array) -> None:
        for counter, is_it in (
            (self.forward, lengths > 0),
            (self.back, lengths < 0),
            (self.equal, lengths == 0),
        ):
            numbers, counts = np.unique(turbines[is_it], return_counts=True)
            counter.update(dict(zip(numbers.tolist(), counts.tolist(), strict=True)))
        # A clock that is a little late makes steps of a little less.
        seconds = (np.abs(lengths[lengths != 0]) + MICROSECONDS // 2) // MICROSECONDS
        lengths_s, counts = np.unique(seconds, return_counts=True)
        self.seconds.update(dict(zip(lengths_s.tolist(), counts.tolist(), strict=True)))

    def directions(self) -> dict[int, int]:
        """Return whether the rows of each turbine stand oldest or newest first, by its number."""
        return {number: self._direction(number) for number in self._last}

    def _direction(self, number: int) -> int:
        if self.back[number] == 0:
            return OLDEST_FIRST
        return NEWEST_FIRST if self.forward[number] == 0 else UNORDERED

    @property
    def is_strict(self) -> bool:
        """Whether no turbine has a time twice, as far as the order of the rows tells."""
        directions = self.directions()
        return not self.equal and UNORDERED not in directions.values()

    @property
    def median_s(self) -> int | None:
        """The median length of the steps, in whole seconds; None without any."""
        half = self.seconds.total() / 2
        for length, count in sorted(self.seconds.items()):
            half -= count
            if half <= 0:
                return length
        return None
