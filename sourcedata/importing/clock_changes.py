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

    `_equal` has the first and the last of the times that come twice in a row, in seconds, and how
    many there are.
    """

    _equal: dict[tuple[date, int], tuple[int, int, int]] = field(default_factory=dict)
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
        self._add_equal(turbines[lengths == 0], times[lengths == 0])

    def _add_equal(self, turbines: Array, times: Array) -> None:
        for number in np.unique(turbines).tolist():
            seconds = np.unique(times[turbines == number].astype("datetime64[s]"))
            days, starts = np.unique(seconds.astype("datetime64[D]"), return_index=True)
            of_days = np.split(seconds.astype(np.int64), starts[1:])
            for day, of_day in zip(days.tolist(), of_days, strict=True):
                new = int(of_day[0]), int(of_day[-1]), len(of_day)
                first, last, count = self._equal.get((day, number), (*new[:2], 0))
                self._equal[day, number] = min(first, new[0]), max(last, new[1]), count + new[2]

    def days(self, interval_s: int, turbines: int) -> Iterator[tuple[date, str]]:
        """Yield the days on which half of the turbines have an hour twice, or lack one."""
        gaps = [key for key, lengths in self._gaps.items() if HOUR_S + interval_s in lengths]
        twice = [key for key, lengths in self._back.items() if interval_s - HOUR_S in lengths]
        twice += [key for key, times in self._equal.items() if _is_an_hour(*times, interval_s)]
        for keys, word in ((gaps, "missing"), (twice, "given twice")):
            by_day = Counter(day for day, _ in {*keys})
            yield from ((day, word) for day in sorted(by_day) if 2 * by_day[day] >= turbines)


# A block of a table in which more of its steps are odd is in no order at all.
MOST_A_BLOCK = 2000
# So many samples of an hour that comes twice may be missing in one of its passes, or this share.
LEAST_LACKING, MOST_LACKING = 2, 0.05


def _is_an_hour(first_s: int, last_s: int, count: int, interval_s: int) -> bool:
    """Return whether times are all those of one hour but for a few, and no others."""
    samples = HOUR_S // interval_s
    lacking = max(LEAST_LACKING, int(MOST_LACKING * samples))
    length_s = last_s - first_s + interval_s
    is_as_long = HOUR_S - lacking * interval_s <= length_s <= HOUR_S
    return is_as_long and samples - lacking <= count <= samples


def _key(times: Array, turbines: Array, place: int) -> tuple[date, int]:
    return times[place].astype("datetime64[D]").item(), int(turbines[place])
