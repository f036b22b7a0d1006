"""The first look at a table: all of it is read and checked, and nothing is written."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import cast

import numpy as np

from common.arrays import Array
from common.wording import quoted
from sourcedata.importing.clock_changes import ClockSteps
from sourcedata.importing.excursions import Excursions
from sourcedata.importing.figures import VariableFigures
from sourcedata.importing.measurements import AssumedIntervals, Corrections, Measured
from sourcedata.importing.reading import Reading
from sourcedata.importing.refusal import ImportRefused
from sourcedata.importing.regular import LEAST_NEAR, is_regular, nearest, seconds_late
from sourcedata.importing.steps import Steps
from sourcedata.importing.steps_back import TurnedSteps
from sourcedata.importing.times.utc import UtcTimes
from sourcedata.limits import LONGEST_INTERVAL_S
from sourcedata.models import Turbine
from sourcedata.variables import COLUMNS, TELLS, is_on_its_side

# One more each for the intervals, the times that are regular, those that collide, the hours that
# come twice, and the last, which decides nothing.
MOST_LOOKS = 6
# Where a greater share of a turbine's times would fall together, none of them is moved.
MOST_COLLIDED = 0.05
TOO_LONG = (
    f"Samples are of {LONGEST_INTERVAL_S} s at most, for statistics are of ten minutes: where these"
    " are longer, export shorter ones; where some are missing, say how long they are with"
    " --sample-interval."
)


@dataclass(frozen=True)
class KnownTurbine:
    """What the source knows of a turbine."""

    sample_interval_s: int
    rated_power_kw: float | None


# What the source knows of its turbines before an import, by their names.
Turbines = Mapping[str, KnownTurbine]


@dataclass
class Survey:
    """What a table holds, as it will be stored.

    `figures` are of each variable's values, `cells` of the numbers that these are made of, where a
    unit or an expression makes them.
    `before` is what the source knew of turbines. `spans` has the first and the last start of a
    turbine's samples, by its number. `near` counts its times that are regular or nearly so, `exact`
    the regular ones, and `late_s` the others by how many seconds they are late; `moved` counts
    those that are moved, `most_moved` by how much at most.
    `turned` has the steps between times that lead back into what stands before them, `excursions`
    those that lead to other days, and back.
    `contradicting` counts a turbine's rows that have the time of the row before and other values.
    `collided` counts the times of a turbine that were not moved, for they would fall together.
    `zones` are the names of zones behind times, in small letters.
    `without_offset` counts the times that are read as those of a zone, `told_apart` those that
    clocks showed twice, `by_start` the ends that only the clock at the sample's start showed, and
    `days_alone` those that were a day without a time.
    """

    reading: Reading
    corrections: Corrections
    before: Turbines
    steps: Steps = field(default_factory=Steps)
    clock: ClockSteps = field(default_factory=ClockSteps)
    turned: TurnedSteps = field(default_factory=TurnedSteps)
    excursions: Excursions = field(default_factory=Excursions)
    figures: dict[str, VariableFigures] = field(default_factory=dict)
    cells: dict[str, VariableFigures] = field(default_factory=dict)
    spans: dict[int, tuple[np.datetime64, np.datetime64]] = field(default_factory=dict)
    months: set[date] = field(default_factory=set)
    rows: int = 0
    near: Counter[int] = field(default_factory=Counter)
    exact: Counter[int] = field(default_factory=Counter)
    of: Counter[int] = field(default_factory=Counter)
    late_s: dict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    contradicting: Counter[int] = field(default_factory=Counter)
    without_offset: int = 0
    zones: set[str] = field(default_factory=set)
    told_apart: int = 0
    by_start: int = 0
    days_alone: int = 0
    collided: Mapping[str, int] = field(default_factory=dict)
    moved: int = 0
    most_moved: np.timedelta64 = field(default_factory=lambda: np.timedelta64(0, "us"))

    def interval_s(self, number: int) -> int:
        """Return how far the samples of a turbine are apart, in seconds."""
        return self.corrections.interval_s[self.turbines[number]]

    @property
    def turbines(self) -> Sequence[str]:
        """The names of the turbines that have rows, by their numbers."""
        return self.reading.turbines

    def rated_power_kw(self, number: int) -> float | None:
        """Return the rated power that a turbine will have, in kW."""
        turbine = self.before.get(self.turbines[number])
        return self.reading.form.rated_power_kw or (turbine.rated_power_kw if turbine else None)

    @property
    def greatest_rated_power_kw(self) -> float | None:
        """The greatest rated power of the turbines that have rows, where any is known."""
        return max(filter(None, map(self.rated_power_kw, self.spans)), default=None)


def survey(reading: Reading, before: Turbines) -> Survey:
    """Read all of a table; return what it holds.

    A second look is taken where the first one tells how times are to be read: which pass of an hour
    that clocks showed twice is meant, how far the samples are apart, which times are regular.

    Raises:
        ImportRefused: where anything in it cannot be as the form says.
    """
    form = reading.form
    intervals = {name: turbine.sample_interval_s for name, turbine in before.items()}
    usual_s = Turbine().sample_interval_s
    corrections = Corrections(
        interval_s=AssumedIntervals(form.sample_interval_s, intervals, usual_s)
    )
    equal: Counter[int] = Counter()
    collided: dict[str, int] = {}
    for _ in range(MOST_LOOKS):
        look, times = Survey(reading, corrections, before), UtcTimes(reading.table, form)
        for measured in reading.measurements(corrections, times):
            _take(look, measured)
        decision = times.decided()
        collided |= _collided(look, equal)
        look.collided = collided
        look.without_offset = times.without_offset
        look.zones = times.zones
        look.days_alone = times.days_alone.count
        look.told_apart = decision.told_apart
        look.by_start = times.put_ahead + decision.of_start
        needed_s = _intervals(look, intervals)
        needed = Corrections(
            decision.is_second_pass,
            needed_s,
            frozenset() if form.keeps_times else _nearly_regular(look, needed_s),
        )
        if not corrections.is_regular:
            equal = look.steps.equal
        if needed == corrections:
            return look
        corrections = needed
    return look


def _intervals(look: Survey, known_s: Mapping[str, int]) -> Mapping[str, int]:
    """Return how far the samples of each turbine are apart, in seconds.

    It is what the form says, else what is known of the turbine, else its median step in the file.

    Raises:
        ImportRefused: where a time labels the end of a sample, and nothing tells how long one is.
    """
    form, intervals = look.reading.form, {}
    for number, name in enumerate(look.turbines):
        stated_s = form.sample_interval_s or known_s.get(name)
        step_s = look.steps.usual_of_turbine_s(number)
        is_told = step_s is not None and 0 < step_s <= LONGEST_INTERVAL_S
        if form.label_is_end and not stated_s and not is_told:
            raise ImportRefused(
                f"{look.reading.table.name} does not tell how long the samples of {quoted(name)}"
                f" are, whose ends are labelled: its times are {step_s or 'not any'} s apart."
                f" {TOO_LONG if step_s else 'Add --sample-interval.'}"
            )
        usual_s = Turbine().sample_interval_s
        intervals[name] = stated_s or min(step_s or usual_s, LONGEST_INTERVAL_S)
    return intervals


def _collided(look: Survey, equal_before: Counter[int]) -> Mapping[str, int]:
    """Return the turbines of which many times fell together as they were moved, and how many.

    A few are rows that came twice, which are joined, and counted.
    """
    fallen = {
        number: look.steps.equal[number] - equal_before[number]
        for number, name in enumerate(look.turbines)
        if name in look.corrections.is_regular
    }
    return {
        look.turbines[number]: count
        for number, count in fallen.items()
        if count > MOST_COLLIDED * look.of[number]
    }


def _nearly_regular(look: Survey, intervals_s: Mapping[str, int]) -> frozenset[str]:
    """Return the turbines of whose times nearly all are near a regular one.

    What was regular by another interval than it needs may be none by that.
    """
    return frozenset(
        name
        for number, name in enumerate(look.turbines)
        if name not in look.collided
        and look.interval_s(number) == intervals_s[name]
        and _is_nearly_regular(look, number)
    )


def _is_nearly_regular(look: Survey, number: int) -> bool:
    rows = look.of[number]
    is_near = look.near[number] >= LEAST_NEAR * rows and look.exact[number] < rows
    return is_near or look.turbines[number] in look.corrections.is_regular


def _take(look: Survey, measured: Measured) -> None:
    turbines, times = measured.turbine, measured.timestamp
    look.rows += len(times)
    of_steps, later, lengths = look.steps.add(turbines, times)
    # Newest first, what is given twice is a step forward.
    look.clock.add(of_steps, later, lengths * look.steps.signs(of_steps))
    if (lengths == 0).any():
        look.contradicting.update(_contradicting(measured))
    look.months.update(np.unique(times.astype("datetime64[M]")).astype("datetime64[D]").tolist())
    is_moved = measured.moved > np.timedelta64(0)
    look.moved += int(is_moved.sum())
    look.most_moved = max(look.most_moved, measured.moved.max())
    for number in np.unique(turbines).tolist():
        own = turbines == number
        _take_span(look, number, times[own])
        look.turned.add(number, times[own], measured.row[own], look.interval_s(number))
        look.excursions.add(number, times[own], measured.row[own])
    for variable, values in measured.values.items():
        figures = look.figures.setdefault(variable, VariableFigures())
        is_outside = _is_outside(look, turbines, variable, values)
        is_outside |= _is_beyond_its_mean(variable, measured.values)
        figures.add(turbines, times, values, is_outside)
    for variable, cells in measured.cells.items():
        none_outside = np.zeros(len(cells), dtype=bool)
        look.cells.setdefault(variable, VariableFigures()).add(turbines, times, cells, none_outside)


def _take_span(look: Survey, number: int, times: Array) -> None:
    first, last = look.spans.get(number, (times[0], times[0]))
    look.spans[number] = min(first, times.min()), max(last, times.max())
    interval_s = look.interval_s(number)
    look.of[number] += len(times)
    look.exact[number] += int(is_regular(times, interval_s).sum())
    is_near = is_regular(nearest(times, interval_s), interval_s)
    look.near[number] += int(is_near.sum())
    look.late_s[number].update(seconds_late(times[~is_near], interval_s).tolist())


def _contradicting(measured: Measured) -> list[int]:
    """Return the turbines of the rows that contradict the row before, which has the same time.

    The first row of a block is not compared.
    """
    order = np.argsort(measured.turbine, kind="stable")
    turbines, times = measured.turbine[order], measured.timestamp[order]
    is_same = (turbines[1:] == turbines[:-1]) & (times[1:] == times[:-1])
    ordered = (values[order] for values in measured.values.values())
    # What is missing differs from no value.
    differ = [np.abs(values[1:] - values[:-1]) > 0 for values in ordered]
    return list(turbines[1:][is_same & np.any(differ, axis=0)].tolist())


def _is_outside(look: Survey, turbines: Array, variable: str, values: Array) -> Array:
    is_outside = np.zeros(len(values), dtype=bool)
    for number in np.unique(turbines).tolist():
        least, most = COLUMNS[variable].valid_range(look.rated_power_kw(number))
        own = turbines == number
        is_outside[own] = (values[own] < least) | (values[own] > most)
    return is_outside


def _is_beyond_its_mean(column: str, values: Mapping[str, Array]) -> Array:
    """Mark the minima above their mean, and the maxima below it: they are not used."""
    told = values[column]
    companion, of = TELLS.get(column, ("", COLUMNS[column]))
    # The mean of a signed angle may be turned to the other side, and its extremes with it.
    if not companion or of.is_signed_angle or of.name not in values:
        return np.zeros(len(told), dtype=bool)
    means = values[of.name]
    is_there = ~np.isnan(told) & ~np.isnan(means)
    return np.asarray(is_there & ~is_on_its_side(companion, told, means))


def ends(look: Survey) -> tuple[datetime, datetime] | None:
    """Return when the first and the last sample of the table start, in UTC; None without rows."""
    if not look.spans:
        return None
    firsts, lasts = zip(*look.spans.values(), strict=True)
    first, last = (cast(datetime, end.item()) for end in (min(firsts), max(lasts)))
    return first.replace(tzinfo=UTC), last.replace(tzinfo=UTC)
