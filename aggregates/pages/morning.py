"""What an operator asks first: is everything there, what is wrong, and what does the farm do."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django_celery_beat.models import PeriodicTask

from aggregates import expectations, states, versions
from aggregates.compute.windows import WINDOW
from aggregates.expectations import SilentTurbine
from aggregates.models import Acknowledgement, AssessmentProgress, LakeProgress, Run, Tick, Worker
from aggregates.pages.board import Board, board
from aggregates.pages.energy import Yield, yield_of
from aggregates.pages.open_findings import FindingGroup, grouped, open_findings
from aggregates.runs import reconciler
from aggregates.runs.due import SETTLED_AFTER, is_live
from aggregates.source import gateway
from aggregates.source.gateway import SourceUnavailable
from aggregates.source.last_known import LastKnown, kept_arrivals, last_known_arrivals
from aggregates.states import SETTLED, DayState, State
from common.days import day_start, now
from common.servers import LACKS_MIGRATIONS, OK, servers
from common.wording import listed

# It ticks every ten seconds, but for the minute in which it starts.
LONGEST_WITHOUT_TICK = timedelta(minutes=3)
# Programs that were started together are not missed while they start.
STARTED_AT, GRACE = now(), timedelta(seconds=90)
UNDER_WAY = {State.QUEUED, State.RUNNING}
# A calendar of more is another page.
MOST_DAYS = 31

RESTART = "It ticks within a minute of the scheduler's start."
TICK = "aggregates.tasks.aggregate_pending"
NO_SOURCE = "The database source does not answer."
SERVE = "make serve"
MIGRATE = ".venv/bin/python manage.py migrate"
VERIFY = ".venv/bin/python manage.py verify_source --repair"


@dataclass(frozen=True)
class Trouble:
    """What is wrong, in a sentence, and what to type to mend it."""

    sentence: str
    command: str = ""


@dataclass(frozen=True)
class Morning:
    """The days of the schedule's look-back that have measurements, and what is wrong.

    `waiting` counts those that are not current, by state, the worst first, and `next_try` is when
    the first of them is queued again, None where none is. A day that goes on is none of them where
    its windows are in that ended by `live_until`. `incomplete` has the days on which less
    arrived of a turbine than was expected, newest first. `board` has the newest days as a calendar,
    and `done` is of the newest one that has statistics. `ended_at` is the last measurement of a
    farm that is not live. `silent` are the turbines of which nothing arrives now, `acknowledged` is
    what people know of today, and `ahead` names turbines with measurements that are yet to come.
    `findings` are those that nobody acknowledged, by what they cost.
    """

    days: int = 0
    current: int = 0
    waiting: Sequence[tuple[State, int]] = ()
    next_try: datetime | None = None
    live_until: datetime | None = None
    # The first and the last that is not current.
    first: date | None = None
    last: date | None = None
    last_run: Run | None = None
    workers: int = 0
    troubles: Sequence[Trouble] = ()
    board: Board | None = None
    done: Yield | None = None
    incomplete: Sequence[DayState] = ()
    ended_at: datetime | None = None
    silent: Sequence[SilentTurbine] = ()
    acknowledged: Sequence[Acknowledgement] = ()
    ahead: Sequence[tuple[str, datetime]] = ()
    findings: Sequence[FindingGroup] = ()

    @property
    def is_well(self) -> bool:
        """Whether nobody need look any further."""
        return not (
            self.troubles or self.waiting or self.incomplete or self.silent or self.findings
        )

    @property
    def worst(self) -> State:
        """The state in whose colour it is shown."""
        if self.troubles:
            return State.FAILED
        return State.CURRENT if self.is_well else State.STALE


def morning_at(at: datetime) -> Morning:
    """Return how things stand at a time."""
    answers = servers()
    troubles = list(_of_servers(answers))
    if answers["target"] != OK or answers["source"] == LACKS_MIGRATIONS:
        return Morning(troubles=troubles)
    workers = Worker.objects.alive().count()
    try:
        last_known = _known(answers["source"] == OK, at)
    except SourceUnavailable as error:
        return Morning(workers=workers, troubles=[*troubles, Trouble(str(error))])
    troubles += [Trouble(last_known.warning)] if last_known.warning else _of_triggers()
    troubles += [*_of_checks(), *_of_lake()]
    if answers["broker"] == OK and at - STARTED_AT > GRACE:
        troubles += _of_programs(workers, Tick.last(), at)
    return _morning(last_known, workers, troubles, at)


def _known(does_answer: bool, at: datetime) -> LastKnown:
    first, last = at.date() - settings.PENDING_LOOKBACK, at.date()
    if does_answer:
        return last_known_arrivals(first, last)
    # It was waited for already.
    return kept_arrivals(first, last, SourceUnavailable(NO_SOURCE))


def _morning(
    last_known: LastKnown, workers: int, troubles: Sequence[Trouble], at: datetime
) -> Morning:
    expected = expectations.expectation_of(last_known, at)
    days = states.days(last_known.arrivals, expected)
    due = _due_times(last_known, days, at)
    up_to_date = next((day for day in days if _is_up_to_date(day, last_known, due, at)), None)
    waiting = [day for day in days if day.state not in SETTLED and day is not up_to_date]
    by_state = Counter(day.state for day in waiting)
    measured = sum(day.state != State.EMPTY for day in days)
    return Morning(
        days=measured,
        current=measured - len(waiting),
        waiting=sorted(by_state.items(), key=lambda item: states.WORST_FIRST.index(item[0])),
        next_try=min((due[day.day] for day in waiting if day.day in due), default=None),
        live_until=_last_window_of(up_to_date) if up_to_date else None,
        first=min((day.day for day in waiting), default=None),
        last=max((day.day for day in waiting), default=None),
        last_run=Run.objects.filter(finished_at__isnull=False).order_by("-finished_at").first(),
        workers=workers,
        troubles=troubles,
        board=board(days[:MOST_DAYS]) if measured else None,
        done=next((yield_of(day, at) for day in days if _is_judged(day, at)), None),
        incomplete=[day for day in days if day.incomplete],
        ended_at=expectations.ended_at(last_known.arrivals, expected),
        silent=expectations.silent_turbines(last_known.arrivals, expected),
        acknowledged=list(Acknowledgement.objects.of_day(at.date())),
        ahead=list(expectations.ahead(last_known.arrivals, at)),
        findings=grouped(open_findings(at)),
    )


def _is_judged(day: DayState, at: datetime) -> bool:
    """Return whether the day has statistics, and should: right after midnight nobody can say yet.

    Of how many turbines they should be is not known then.
    """
    return day.windows > 0 and (day.day < at.date() or day.expected_turbines > 0)


def _due_times(
    last_known: LastKnown, days: Sequence[DayState], at: datetime
) -> Mapping[date, datetime]:
    """Return when those of the days are queued that are neither settled, queued nor running."""
    idle = {day.day for day in days if day.state not in SETTLED | UNDER_WAY}
    turbine_days = [day for day in last_known.arrivals.turbine_days if day.day in idle]
    times = reconciler.due_times(versions.outdated(turbine_days), at)
    return {day: time for day, time in times.items() if time}


def _is_up_to_date(
    day: DayState, last_known: LastKnown, due: Mapping[date, datetime], at: datetime
) -> bool:
    """Return whether a day that goes on has got but what was measured since its last run."""
    waits_for_window = is_live(day.day, at) and day.day in due and due[day.day] > at
    run = day.last_run
    if not waits_for_window or run is None or run.started_at is None:
        return False
    passed_s = (at - run.started_at).total_seconds() + SETTLED_AFTER[-1].total_seconds()
    turbines = last_known.arrivals.roster.values()
    punctual = sum(passed_s / entry.sample_interval_s + 1 for entry in turbines)
    is_stale = set(day.turbines) <= SETTLED | {State.STALE, State.MISSING}
    return is_stale and day.samples - run.samples <= punctual


def _last_window_of(day: DayState) -> datetime | None:
    """Return the end of the last window that was over when the day's last run began."""
    began = day.last_run.started_at if day.last_run else None
    return began and day_start(day.day) + (began - day_start(day.day)) // WINDOW * WINDOW


def _of_triggers() -> Iterator[Trouble]:
    faults: Sequence[str] = ()
    with suppress(SourceUnavailable), gateway.for_page():
        faults = gateway.faults()
    if faults:
        sentence = f"The source lacks triggers, so changes may go unnoticed: {listed(faults)}."
        yield Trouble(sentence, VERIFY)


def _of_lake() -> Iterator[Trouble]:
    progress = LakeProgress.objects.exclude(failing_since=None).first()
    if progress and settings.LAKE_URL:
        since = f"{progress.failing_since:%Y-%m-%d %H:%M}"
        yield Trouble(f"The lake is behind since {since} UTC: {progress.error}")


def _of_checks() -> Iterator[Trouble]:
    if error := AssessmentProgress.error_of_checks():
        yield Trouble(error)


def _of_servers(answers: dict[str, str]) -> Iterator[Trouble]:
    for name, answer in answers.items():
        if answer == LACKS_MIGRATIONS:
            yield Trouble(f"The database {name} lacks migrations.", MIGRATE)
        elif answer != OK and name == "broker":
            yield Trouble(f"The broker {answer}: runs wait in the queue.", SERVE)
        elif answer != OK and name == "target":
            yield Trouble(f"The database {name} does not answer.")


def _of_programs(workers: int, tick: Tick | None, at: datetime) -> Iterator[Trouble]:
    if not workers:
        yield Trouble("No worker is there: runs wait in the queue.", SERVE)
    elif tick is None or abs(at - tick.ticked_at) > LONGEST_WITHOUT_TICK:
        yield _of_schedule(tick, at)


def _of_schedule(tick: Tick | None, at: datetime) -> Trouble:
    """Return why the schedule does not tick, as far as its task tells."""
    since = f"since {tick.ticked_at:%Y-%m-%d %H:%M} UTC" if tick else "yet"
    said = f"The schedule has not ticked {since}"
    tasks = PeriodicTask.objects.filter(task=TICK)
    if not tasks.filter(enabled=True).exists():
        return Trouble(f'{said}: its task is switched off, or gone, under "Periodic tasks".')
    if tasks.filter(last_run_at__gt=at + LONGEST_WITHOUT_TICK).exists():
        return Trouble(f"{said}: the clock of the scheduler's host was ahead. {RESTART}", SERVE)
    if tick and tick.ticked_at > at:
        return Trouble(f"{said}, which is yet to come: the clock of a host is wrong.")
    return Trouble(f"{said}: nothing runs by itself. {RESTART}", SERVE)
