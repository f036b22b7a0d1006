"""The states of turbine-days and of days: the one place that decides them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from aggregates import versions
from aggregates.compute.arrival import Completeness, Expectation, completeness
from aggregates.expectations import expectation, expectation_of
from aggregates.models import ACTIVE, AggregatedDay, Run
from aggregates.source import arrivals
from aggregates.source.arrivals import Arrivals
from aggregates.source.gateway import RosterEntry, TurbineDay
from aggregates.source.last_known import LastKnown
from aggregates.versions import StoredRules
from common.days import days_between
from common.postgres.rows import all_rows, without_garbage_collection


class State(StrEnum):
    """The states of a turbine-day, the worst first: a day shows the worst of its turbines."""

    FAILED = "failed"  # not current, and its last run failed or errored
    RUNNING = "running"
    QUEUED = "queued"
    STALE = "stale"  # its measurements or its rules have changed since
    MISSING = "missing"  # it has measurements and was never aggregated
    ARCHIVED = "archived"  # aggregated, and the source no longer keeps it
    CURRENT = "current"
    EMPTY = "empty"  # without measurements


WORST_FIRST = list(State)
# No run has to do anything about a turbine-day in one of these states.
SETTLED = {State.ARCHIVED, State.CURRENT, State.EMPTY}


# The class is not frozen: that takes four times as long, and there may be very many.
@dataclass
class TurbineDayState:
    """One turbine on one UTC day. `revision` and `samples` are the source's, 0 where it has none.

    `expected_samples` are those that should have arrived by now, and `completeness` says how many
    of them did; None where none is expected. `windows` is how many windows have values,
    `changed_at` when these last changed, and `of_current_rules` whether they are of the rules that
    today's are computed by. None where the turbine-day was never aggregated, as is
    `aggregated_revision`; of an archived one the rules are not known where the source no longer has
    the turbine either.
    """

    turbine: str
    day: date
    state: State
    revision: int
    aggregated_revision: int | None
    samples: int
    expected_samples: int
    completeness: Completeness | None
    windows: int
    changed_at: datetime | None
    of_current_rules: bool | None

    @property
    def percent(self) -> int | None:
        """The part of the expected samples that arrived, rounded down; None without any."""
        if not self.expected_samples:
            return None
        return min(self.samples * 100 // self.expected_samples, 100)

    @property
    def arrived(self) -> str:
        """How much arrived of the turbine, in words: `T29 silent`, `T07 75 %`."""
        is_silent = self.completeness is Completeness.SILENT
        return f"{self.turbine} {'silent' if is_silent else f'{self.percent} %'}"


@dataclass(frozen=True)
class DayState:
    """One UTC day of the farm, in the state of its worst turbine.

    `turbines` counts its turbines by state, `windows` is the sum over them. `complete` counts the
    turbines of which enough arrived, `incomplete` has the others that were expected, the worst
    first. `last_run` is None where it never ran.
    """

    day: date
    state: State
    turbines: Mapping[State, int]
    samples: int
    expected_samples: int
    windows: int
    complete: int
    incomplete: Sequence[TurbineDayState]
    last_run: Run | None

    @property
    def expected_turbines(self) -> int:
        """How many turbines were expected to send."""
        return self.complete + len(self.incomplete)

    @property
    def is_well(self) -> bool:
        """Whether every expected turbine is complete, and every one is current."""
        return self.state in SETTLED and not self.incomplete

    @property
    def percent(self) -> int | None:
        """The part of the expected samples that arrived of the turbine with the least."""
        if self.incomplete:
            return self.incomplete[0].percent
        return 100 if self.complete else None


# The version that a turbine-day's statistics are of, its `windows` and its `changed_at`. It is a
# plain tuple, as there may be very many.
Stored = tuple[int | None, str, int, datetime | None]
NEVER_AGGREGATED: Stored = (None, "", 0, None)


@without_garbage_collection()
def turbine_days(
    first: date,
    last: date,
    at: datetime,
    turbines: Collection[str] = (),
    changed_since: datetime | None = None,
) -> list[TurbineDayState]:
    """Return the turbine-days from `first` to `last`, both included, by day and turbine.

    No `turbines` means all; with `changed_since` those alone that changed then or later. One that
    should have sent by the time `at`, and of which the source has nothing, is there too, and one
    whose measurements were all deleted; as `empty` where it never had statistics. Takes two or
    three questions to the source, and a few queries, however long the range.

    Raises:
        SourceUnavailable: where the source does not answer.
    """
    answer = arrivals.arrivals(first, last, turbines)
    expected = expectation(answer, at)
    turbine_days = _states(answer, expected, turbines, _last_runs(first, last))
    if not changed_since:
        return turbine_days
    return [
        turbine_day
        for turbine_day in turbine_days
        if turbine_day.changed_at and turbine_day.changed_at >= changed_since
    ]


def _states(
    arrivals: Arrivals,
    expected: Expectation,
    turbines: Collection[str],
    runs: Mapping[date, Sequence[Run]],
) -> list[TurbineDayState]:
    """Return the state of every turbine-day that the source has, should have, or that is stored."""
    first, last = arrivals.first, arrivals.last
    stored, stored_rules = _stored(first, last, turbines), StoredRules()
    by_key = {(day.day, day.turbine): day for day in arrivals.turbine_days}
    kept = [
        _kept(
            measured,
            stored.get(key, NEVER_AGGREGATED),
            stored_rules,
            runs.get(key[0], ()),
            expected,
        )
        for key, measured in by_key.items()
    ]
    archived = [
        _archived(
            day, turbine, stored[day, turbine], stored_rules, runs.get(day, ()), arrivals.roster
        )
        for day, turbine in stored.keys() - by_key.keys()
    ]
    silent = [
        _silent(day, turbine, expected)
        for day, turbine in expected.of_period(first, last)
        if (not turbines or turbine in turbines)
        and (day, turbine) not in by_key
        and (day, turbine) not in stored
    ]
    if not archived and not silent:
        return kept
    return sorted(kept + archived + silent, key=lambda state: (state.day, state.turbine))


def of_turbine(turbine: str, day: date, measured: TurbineDay | None) -> State | None:
    """Return the state of one turbine-day, of which `measured` is what the source has.

    None where there is nothing of it. The source is not asked again.
    """
    last_run = _last_run(turbine, _last_runs(day, day)[day])
    stored = _stored(day, day, [turbine]).get((day, turbine))
    if measured:
        revision, of_rules, *_ = stored or NEVER_AGGREGATED
        is_of_rules = StoredRules().are_current(of_rules, measured.nameplate)
        return _state(measured, revision, is_of_rules, last_run)
    return _state_of_archived(last_run) if stored else None


@without_garbage_collection()
def turbine_days_of(last_known: LastKnown, at: datetime) -> list[TurbineDayState]:
    """Return the turbine-days, by day and turbine, as the source said last; it is not asked."""
    first, last = last_known.arrivals.first, last_known.arrivals.last
    expected = expectation_of(last_known, at)
    return _states(last_known.arrivals, expected, [], _last_runs(first, last))


@without_garbage_collection()
def days(arrivals: Arrivals, expected: Expectation) -> list[DayState]:
    """Return the days of what arrived, newest first; the source is not asked."""
    first, last = arrivals.first, arrivals.last
    runs = _last_runs(first, last)
    by_day = defaultdict(list)
    for turbine_day in _states(arrivals, expected, [], runs):
        by_day[turbine_day.day].append(turbine_day)
    return [_day(day, by_day[day], runs[day]) for day in days_between(first, last)][::-1]


def day_and_turbines(day: date, at: datetime) -> tuple[DayState, Sequence[TurbineDayState]]:
    """Return one day, and its turbines.

    Raises:
        SourceUnavailable: where the source does not answer.
    """
    runs = _last_runs(day, day)
    answer = arrivals.arrivals(day, day)
    turbine_days = _states(answer, expectation(answer, at), [], runs)
    return _day(day, turbine_days, runs[day]), turbine_days


def _day(day: date, turbine_days: Sequence[TurbineDayState], runs: Sequence[Run]) -> DayState:
    counts = Counter(turbine_day.state for turbine_day in turbine_days)
    expected = [turbine_day for turbine_day in turbine_days if turbine_day.completeness]
    incomplete = [day for day in expected if day.completeness is not Completeness.COMPLETE]
    return DayState(
        day=day,
        state=min(counts, key=WORST_FIRST.index, default=State.EMPTY),
        turbines=dict(counts),
        samples=sum(turbine_day.samples for turbine_day in turbine_days),
        expected_samples=sum(turbine_day.expected_samples for turbine_day in turbine_days),
        windows=sum(turbine_day.windows for turbine_day in turbine_days),
        complete=len(expected) - len(incomplete),
        incomplete=sorted(incomplete, key=lambda day: (day.percent, day.turbine)),
        last_run=next(iter(runs), None),
    )


def _kept(
    measured: TurbineDay,
    stored: Stored,
    stored_rules: StoredRules,
    runs: Sequence[Run],
    expected: Expectation,
) -> TurbineDayState:
    revision, of_rules, windows, changed_at = stored
    is_of_rules = stored_rules.are_current(of_rules, measured.nameplate)
    expected_samples = expected.samples(measured.turbine, measured.day)
    return TurbineDayState(
        measured.turbine,
        measured.day,
        _state(measured, revision, is_of_rules, _last_run(measured.turbine, runs)),
        measured.revision,
        revision,
        measured.samples,
        expected_samples,
        completeness(measured.samples, expected_samples),
        windows,
        changed_at,
        None if revision is None else is_of_rules,
    )


def _archived(
    day: date,
    turbine: str,
    stored: Stored,
    stored_rules: StoredRules,
    runs: Sequence[Run],
    roster: Mapping[str, RosterEntry],
) -> TurbineDayState:
    revision, of_rules, windows, changed_at = stored
    state = _state_of_archived(_last_run(turbine, runs))
    entry = roster.get(turbine)
    is_of_rules = stored_rules.are_current(of_rules, entry.nameplate) if entry else None
    return TurbineDayState(
        turbine, day, state, 0, revision, 0, 0, None, windows, changed_at, is_of_rules
    )


def _state_of_archived(last_run: Run | None) -> State:
    is_active = last_run and last_run.status in ACTIVE
    return State(last_run.status) if last_run and is_active else State.ARCHIVED


def _silent(day: date, turbine: str, expected: Expectation) -> TurbineDayState:
    samples = expected.samples(turbine, day)
    silent = completeness(0, samples)
    return TurbineDayState(turbine, day, State.EMPTY, 0, None, 0, samples, silent, 0, None, None)


def _last_run(turbine: str, runs: Sequence[Run]) -> Run | None:
    for run in runs:
        if not run.turbines or turbine in run.turbines:
            return run
    return None


def _state(
    measured: TurbineDay, revision: int | None, is_of_rules: bool, last_run: Run | None
) -> State:
    if last_run and last_run.status in ACTIVE:
        return State(last_run.status)
    if is_of_rules and revision == measured.revision:
        return State.CURRENT
    was_aggregated = revision is not None
    if not was_aggregated and not measured.samples:
        return State.EMPTY
    if last_run and last_run.status in (Run.Status.FAILED, Run.Status.ERRORED):
        return State.FAILED
    return State.STALE if was_aggregated else State.MISSING


def _stored(first: date, last: date, turbines: Collection[str]) -> dict[versions.Key, Stored]:
    aggregated = AggregatedDay.objects.filter(day__range=(first, last))
    if turbines:
        aggregated = aggregated.filter(turbine__in=turbines)
    columns = ("day", "turbine", "revision", "rules", "windows", "changed_at")
    return {row[:2]: row[2:] for row in all_rows(aggregated.values_list(*columns))}


def _last_runs(first: date, last: date) -> Mapping[date, Sequence[Run]]:
    return Run.objects.filter(day__range=(first, last)).last_of_each()
