"""How the times of each turbine follow each other in the order of the rows, block by block."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np

from common.arrays import Array
from sourcedata.importing.regular import LEAST_NEAR, tolerance
from sourcedata.importing.times.second_passes import NEWEST_FIRST, OLDEST_FIRST, UNORDERED
from sourcedata.limits import LONGEST_INTERVAL_S

MICROSECONDS = 1_000_000
# So many of a turbine's steps have a length that is no gap between samples.
OFTEN = 0.1
# So many steps of another length, of which nearly each follows another one, are of longer or
# shorter samples: gaps of chance have any length.
LEAST_OTHER, NEARLY_EACH = 12, 0.8
PARTS_OF_A_WINDOW = [
    seconds for seconds in range(1, LONGEST_INTERVAL_S + 1) if LONGEST_INTERVAL_S % seconds == 0
]


@dataclass
class Steps:
    """The steps from each time of a turbine to its next one.

    `forward`, `back` and `equal` count them by the turbine's number; `seconds` counts the lengths
    of those that are not 0, in whole seconds, and `repeated` those of them that are as long as the
    one before.
    """

    forward: Counter[int] = field(default_factory=Counter)
    back: Counter[int] = field(default_factory=Counter)
    equal: Counter[int] = field(default_factory=Counter)
    seconds: dict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    repeated: dict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    _last: dict[int, np.datetime64] = field(default_factory=dict)

    def add(self, turbines: Array, times: Array) -> tuple[Array, Array, Array]:
        """Take the next rows; return the turbine, later time and length in µs of each step."""
        if not len(times):
            return turbines, times, np.empty(0, dtype=np.int64)
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
        of_steps = turbines[lengths != 0]
        for number in np.unique(of_steps).tolist():
            own = seconds[of_steps == number]
            self.seconds[number].update(_counted(own))
            self.repeated[number].update(_counted(own[1:][own[1:] == own[:-1]]))

    def directions(self) -> dict[int, int]:
        """Return whether the rows of each turbine stand oldest or newest first, by its number."""
        return {number: self._direction(number) for number in self._last}

    def _direction(self, number: int) -> int:
        if bool(self.forward[number]) == bool(self.back[number]):
            return UNORDERED
        return OLDEST_FIRST if self.forward[number] else NEWEST_FIRST

    def signs(self, turbines: Array) -> Array:
        """Return -1 for each of the turbines whose rows stand newest first so far, 1 for others."""
        numbers, places = np.unique(turbines, return_inverse=True)
        signs = [-1 if self.back[each] > self.forward[each] else 1 for each in numbers.tolist()]
        return np.array(signs, dtype=np.int64)[places]

    def last(self, number: int) -> np.datetime64:
        """Return the time of a turbine's last row."""
        return self._last[number]

    @property
    def is_strict(self) -> bool:
        """Whether no turbine has a time twice, as far as the order of the rows tells."""
        return not self.equal and not (self.forward.keys() & self.back.keys())

    @property
    def usual_s(self) -> int | None:
        """The usual length of all steps, in whole seconds; None without any."""
        return _usual(sum(self.seconds.values(), Counter()))

    @property
    def are_mostly_gaps(self) -> bool:
        """Whether most steps are longer than the usual one: then gaps of any length are chance."""
        steps = sum(self.seconds.values(), Counter())
        return 2 * _about(self.usual_s or 0, steps) < steps.total()

    def usual_of_turbine_s(self, number: int) -> int | None:
        """Return the usual length of a turbine's steps; where it has none, that of all."""
        return _usual(self.seconds[number]) if self.seconds.get(number) else self.usual_s

    def others_of_turbine_s(self, number: int) -> list[int]:
        """Return the lengths of a turbine's steps that are those of other samples for a while."""
        counted, usual_s = self.seconds[number], self.usual_of_turbine_s(number) or 0
        return [
            length
            for length, count in sorted(counted.items())
            if length <= LONGEST_INTERVAL_S
            and abs(length - usual_s) > 4 * _tolerance_s(max(length, usual_s))
            and count >= LEAST_OTHER
            and self.repeated[number][length] >= NEARLY_EACH * count
        ]


def _counted(lengths_s: Array) -> dict[int, int]:
    different, counts = np.unique(lengths_s, return_counts=True)
    return dict(zip(different.tolist(), counts.tolist(), strict=True))


def _usual(counted: Counter[int]) -> int | None:
    """Return the mean of the steps about the median, in whole seconds.

    Times that are early and late in turn make steps of two lengths, and their interval is neither:
    each step is longer or shorter by two tolerances at most. Where many samples are missing, the
    median is that of the gaps, which are multiples of a shorter step.
    """
    half = counted.total() / 2
    for length, count in sorted(counted.items()):
        half -= count
        if half <= 0:
            return _mean_about(_step_of_gaps(length, counted) or length, counted)
    return None


def _step_of_gaps(median_s: int, counted: Counter[int]) -> int | None:
    """Return the shortest step that is often there and of which nearly all are multiples."""
    if _about(median_s, counted) > counted.total() / 2:
        return None
    # Of a second, all lengths are multiples.
    often = (each for each in counted if each > 1 and counted[each] >= OFTEN * counted.total())
    return next((each for each in sorted(often) if _are_multiples(counted, each)), None)


def _are_multiples(counted: Counter[int], step_s: int) -> bool:
    off_s = 4 * _tolerance_s(step_s)
    near = (count for length, count in counted.items() if _beside(length, step_s) <= off_s)
    return sum(near) >= LEAST_NEAR * counted.total()


def _beside(length_s: int, step_s: int) -> int:
    """Return how far a length is from the nearest multiple of a step."""
    return abs(length_s - max(round(length_s / step_s), 1) * step_s)


def _about(middle_s: int, counted: Counter[int]) -> int:
    """Return how many steps are as long as one, but for what clocks are early or late."""
    off_s = 4 * _tolerance_s(middle_s)
    return sum(count for length, count in counted.items() if abs(length - middle_s) <= off_s)


def _tolerance_s(step_s: int) -> float:
    return float(tolerance(step_s) / np.timedelta64(1, "s"))


def _mean_about(middle_s: int, counted: Counter[int]) -> int:
    tolerance_s = _tolerance_s(middle_s)
    about = [length for length in counted if abs(length - middle_s) <= 4 * tolerance_s]
    steps = _about(middle_s, counted)
    mean_s = sum(length * counted[length] for length in about) / steps
    # The first time and the last one may be off: of a few steps a part of a window is likelier.
    parts = [part for part in PARTS_OF_A_WINDOW if abs(part - mean_s) <= 2 * tolerance_s / steps]
    return min(parts, key=lambda part: abs(part - mean_s), default=round(mean_s))
