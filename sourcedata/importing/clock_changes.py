"""Days on which an hour is given twice or missing: clocks were changed, and files were not."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from common.arrays import Array
from sourcedata.limits import LONGEST_INTERVAL_S

HOUR_S = 3600
MICROSECONDS = 1_000_000


@dataclass
class ClockSteps:
    """The steps between times that a change of the clocks would leave, by day and turbine.

    `_equal` has the times that come twice in a row, in seconds.
    """

    _equal: dict[tuple[date, int], set[int]] = field(default_factory=lambda: defaultdict(set))
    _gaps: dict[tuple[date, int], set[int]] = field(default_factory=lambda: defaultdict(set))
    _back: dict[tuple[date, int], set[int]] = field(default_factory=lambda: defaultdict(set))

    def add(self, turbines: Array, times: Array, lengths: Array) -> None:
        """Take steps: the turbine's number, the time after it, and how far it goes ahead in µs."""
        seconds = lengths // MICROSECONDS
        longest = HOUR_S + LONGEST_INTERVAL_S
        for is_it, kept in (
            ((seconds > HOUR_S) & (seconds <= longest), self._gaps),
            ((seconds < 0) & (seconds > -HOUR_S), self._back),
        ):
            for place in np.flatnonzero(is_it)[:MOST_A_BLOCK].tolist():
                kept[_key(times, turbines, place)].add(int(seconds[place]))
        for place in np.flatnonzero(lengths == 0)[:MOST_A_BLOCK].tolist():
            second = int(times[place].astype("datetime64[s]").astype(np.int64))
            self._equal[_key(times, turbines, place)].add(second)

    def days(self, interval_s: int, turbines: int) -> Iterator[tuple[date, str]]:
        """Yield the days on which half of the turbines have an hour twice, or lack one."""
        gaps = [key for key, lengths in self._gaps.items() if HOUR_S + interval_s in lengths]
        twice = [key for key, lengths in self._back.items() if interval_s - HOUR_S in lengths]
        twice += [key for key, times in self._equal.items() if _is_an_hour(times, interval_s)]
        for keys, word in ((gaps, "missing"), (twice, "given twice")):
            by_day = Counter(day for day, _ in {*keys})
            yield from ((day, word) for day in sorted(by_day) if 2 * by_day[day] >= turbines)


# A block of a table in which more of its steps are odd is in no order at all.
MOST_A_BLOCK = 2000


def _is_an_hour(seconds: set[int], interval_s: int) -> bool:
    """Return whether times are all those of one hour, and no others."""
    is_short = max(seconds) - min(seconds) == HOUR_S - interval_s
    return is_short and len(seconds) * interval_s == HOUR_S


def _key(times: Array, turbines: Array, place: int) -> tuple[date, int]:
    return times[place].astype("datetime64[D]").item(), int(turbines[place])
