"""The states of turbine-days and of days: the one place that decides them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from aggregates import versions
from aggregates.compute.rules import rules
from aggregates.models import ACTIVE, AggregatedDay, Run
from aggregates.source import gateway
from aggregates.source.gateway import Nameplate, TurbineDay
from common.days import days_between
from common.postgres.rows import all_rows, without_garbage_collection

DAY_S = 24 * 60 * 60


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
    """One turbine on one UTC day. `revision` and `samples` are the source's, 0 where archived.

    `windows` is how many windows have values, `changed_at` when these last changed, and
    `of_current_rules` whether they are of the rules that today's are computed by. None where the
    turbine-day was never aggregated, as is `aggregated_revision`; of an archived one the rules are
    not known where the source no longer has the turbine either.
    """

    turbine: str
    day: date
    state: State
    revision: int
    aggregated_revision: int | None
    samples: int
    expected_samples: int
    windows: int
    changed_at: datetime | None
    of_current_rules: bool | None


@dataclass(frozen=True)
class DayState:
    """One UTC day of the farm, in the state of its worst turbine.

    `turbines` counts its turbines by state, `windows` is the sum over them; `last_run` is None
    where it never ran.
    """

    day: date
    state: State
    turbines: Mapping[State, int]
    samples: int
    expected_samples: int
    windows: int
    last_run: Run | None

    @property
    def completeness(self) -> float | None:
        """The part of the expected samples that came; None where none is expected."""
        return self.samples / self.expected_samples if self.expected_samples else None


# The version that a turbine-day's statistics are of, its `windows` and its `changed_at`. It is a
# plain tuple, as there may be very many.
Stored = tuple[int | None, str, int, datetime | None]
NEVER_AGGREGATED: Stored = (None, "", 0, None)


@without_garbage_collection()
def turbine_days(
    first: date,
    last: date,
    turbines: Collection[str] = (),
    changed_since: datetime | None = None,
) -> list[TurbineDayState]:
    """Return the turbine-days from `first` to `last`, both included, by day and turbine.

    No `turbines` means all; with `changed_since` those alone that changed then or later. One whose
    measurements were all deleted is there, as `empty` where it never had statistics. Takes one
    question to the source, one more where some are archived, and two queries, however long the
    range.

    Raises:
        SourceUnavailable: where the source does not answer.
    """
    turbine_days = _turbine_days(first, last, turbines, _last_runs(first, last))
    if not changed_since:
        return turbine_days
    return [
        turbine_day
        for turbine_day in turbine_days
        if turbine_day.changed_at and turbine_day.changed_at >= changed_since
    ]


def _turbine_days(
    first: date, last: date, turbines: Collection[str], runs: Mapping[date, Sequence[Run]]
) -> list[TurbineDayState]:
    measured = gateway.turbine_days(first, last, turbines)
    return _states(measured, _stored(first, last, turbines), runs, gateway.nameplates)


def _states(
    measured: Sequence[TurbineDay],
    stored: Mapping[versions.Key, Stored],
    runs: Mapping[date, Sequence[Run]],
    nameplates: Callable[[], Mapping[str, Nameplate]],
) -> list[TurbineDayState]:
    """Return the state of every turbine-day that the source keeps, or that has statistics.

    `measured` is what the source keeps; `nameplates` is asked only where something is archived.
    """
    by_key = {(turbine_day.day, turbine_day.turbine): turbine_day for turbine_day in measured}
    kept = [
        _kept(turbine_day, stored.get(key, NEVER_AGGREGATED), runs.get(turbine_day.day, ()))
        for key, turbine_day in by_key.items()
    ]
    archived_keys = stored.keys() - by_key.keys()
    if not archived_keys:
        return kept
    plates = nameplates()
    archived = [
        _archived(day, turbine, stored[day, turbine], runs.get(day, ()), plates.get(turbine))
        for day, turbine in archived_keys
    ]
    return sorted(kept + archived, key=lambda state: (state.day, state.turbine))


def of_turbine(turbine: str, day: date, measured: TurbineDay | None) -> TurbineDayState | None:
    """Return one turbine-day, of which `measured` is what the source has; None without anything.

    The source is not asked again, so of an archived one the rules are not known.
    """
    runs = _last_runs(day, day)[day]
    stored = _stored(day, day, [turbine]).get((day, turbine))
    if measured:
        return _kept(measured, stored or NEVER_AGGREGATED, runs)
    if not stored:
        return None
    return _archived(day, turbine, stored, runs, None)


@without_garbage_collection()
def turbine_days_of(
    measured: Sequence[TurbineDay], first: date, last: date
) -> list[TurbineDayState]:
    """Return the turbine-days, of which `measured` is what the source said; it is not asked.

    Of those that it no longer keeps the rules are not known.
    """
    return _states(measured, _stored(first, last, []), _last_runs(first, last), dict)


@without_garbage_collection()
def days(measured: Sequence[TurbineDay], first: date, last: date) -> list[DayState]:
    """Return the days from `first` to `last`, both included, newest first.

    `measured` is what the source said of them; it is not asked.
    """
    runs = _last_runs(first, last)
    by_day = defaultdict(list)
    for turbine_day in _states(measured, _stored(first, last, []), runs, dict):
        by_day[turbine_day.day].append(turbine_day)
    return [_day(day, by_day[day], runs[day]) for day in days_between(first, last)][::-1]


def day_and_turbines(day: date) -> tuple[DayState, Sequence[TurbineDayState]]:
    """Return one day, and its turbines.

    Raises:
        SourceUnavailable: where the source does not answer.
    """
    runs = _last_runs(day, day)
    turbine_days = _turbine_days(day, day, [], runs)
    return _day(day, turbine_days, runs[day]), turbine_days


def _day(day: date, turbine_days: Sequence[TurbineDayState], runs: Sequence[Run]) -> DayState:
    counts = Counter(turbine_day.state for turbine_day in turbine_days)
    return DayState(
        day=day,
        state=min(counts, key=WORST_FIRST.index, default=State.EMPTY),
        turbines=dict(counts),
        samples=sum(turbine_day.samples for turbine_day in turbine_days),
        expected_samples=sum(turbine_day.expected_samples for turbine_day in turbine_days),
        windows=sum(turbine_day.windows for turbine_day in turbine_days),
        last_run=next(iter(runs), None),
    )


def _kept(measured: TurbineDay, stored: Stored, runs: Sequence[Run]) -> TurbineDayState:
    revision, of_rules, windows, changed_at = stored
    is_of_rules = of_rules == rules(measured.rated_power_kw)
    return TurbineDayState(
        measured.turbine,
        measured.day,
        _state(measured, revision, is_of_rules, _last_run(measured.turbine, runs)),
        measured.revision,
        revision,
        measured.samples,
        DAY_S // measured.sample_interval_s,
        windows,
        changed_at,
        None if revision is None else is_of_rules,
    )


def _archived(
    day: date, turbine: str, stored: Stored, runs: Sequence[Run], plate: Nameplate | None
) -> TurbineDayState:
    revision, of_rules, windows, changed_at = stored
    last_run = _last_run(turbine, runs)
    is_active = last_run and last_run.status in ACTIVE
    state = State(last_run.status) if last_run and is_active else State.ARCHIVED
    is_of_rules = of_rules == rules(plate.rated_power_kw) if plate else None
    return TurbineDayState(turbine, day, state, 0, revision, 0, 0, windows, changed_at, is_of_rules)


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
