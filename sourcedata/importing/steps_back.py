"""The steps that go against a turbine's others, into the times that stand before them."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from common.arrays import Array

MICROSECONDS = 1_000_000
# Where more of a turbine's steps go the other way, its times do not go one way at all.
MOST_TURNED = 0.2
# A midnight that is written a day early stands some intervals before the day's first sample: fewer
# than blocks of rows have, whose order is turned round and whose last rows stand first.
MOST_BEFORE = 4
# A longer gap is one between parts of the file, as files of months in the order of their names.
LONGEST_GAP = 2 * 86_400 * MICROSECONDS


@dataclass
class StepsBack:
    """Such steps of a turbine: how many, the row after the first one, and how long that is.

    `days` are those of the times after them. `is_back` says that they lead to earlier times.
    """

    is_back: bool
    row: int
    length_s: int
    count: int = 0
    days: set[date] = field(default_factory=set)


@dataclass
class TurnedSteps:
    """The steps of turbines against each of the two ways, as long as nobody knows which is theirs.

    A step that leads beyond all times since the last one, or since a gap of days, leads to a part
    of the file that stands where it does, such as a day where files of days were put together
    newest first, or a month that comes after another one by its name.
    """

    _steps: dict[tuple[int, int], StepsBack] = field(default_factory=dict)
    _since: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)

    def add(self, number: int, times: Array, rows: Array, interval_s: int) -> None:
        """Take the next rows of a turbine."""
        instants = times.astype("datetime64[us]").astype(np.int64)
        least = -MOST_BEFORE * interval_s * MICROSECONDS
        for sign in (1, -1):
            places, lengths = self._into_before(number, sign, instants, least)
            if len(places):
                length_s = round(int(lengths[0]) / MICROSECONDS)
                new = StepsBack(sign == 1, int(rows[places[0]]), length_s)
                steps = self._steps.setdefault((number, sign), new)
                steps.count += len(places)
                steps.days.update(np.unique(times[places].astype("datetime64[D]")).tolist())

    def _into_before(
        self, number: int, sign: int, instants: Array, least: int
    ) -> tuple[Array, Array]:
        """Return the places of the steps back, as `sign` turns times, and their lengths in µs."""
        start, last = self._since.get((number, sign), (sign * int(instants[0]),) * 2)
        turned = np.concatenate([[start, last], sign * instants])
        steps = np.diff(turned, prepend=turned[0])
        is_start = (steps < 0) | (steps > LONGEST_GAP)
        starts = turned[np.maximum.accumulate(np.where(is_start, np.arange(len(turned)), 0))]
        self._since[number, sign] = int(starts[-1]), int(turned[-1])
        before = starts[1:-1]
        is_into = (steps[2:] < 0) & (turned[2:] - before > least)
        places = np.flatnonzero(is_into)
        return places, (turned[1:-1] - turned[2:])[places]

    def of_turbine(self, number: int, *, is_back: bool) -> StepsBack | None:
        """Return the steps of a turbine whose others go the other way, if it has any."""
        return self._steps.get((number, 1 if is_back else -1))
