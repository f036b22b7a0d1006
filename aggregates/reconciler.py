"""The tick that keeps the two databases in step without anybody watching.

It takes back runs that lost their worker or their message, and queues a run for every day of its
look-back that is not current and due. Nothing depends on a tick that was missed, or that came
twice.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice, takewhile

from django.conf import settings
from django.db.models import Q

from aggregates import alerts, queueing, versions
from aggregates.extract import SourceUnavailable, TurbineDay
from aggregates.models import ACTIVE, Run, Tick

logger = logging.getLogger(__name__)

SCHEDULE = "schedule"
# A tick leaves the rest to the next one.
MOST_DAYS_PER_TICK = 50
# A day that has run is left alone this long, so that live data costs six runs an hour.
PAUSE = timedelta(minutes=10)
LONGEST_PAUSE = timedelta(hours=6)
# A queued run that nobody took in this time may have lost its message.
MESSAGE_PATIENCE = timedelta(minutes=10)


def tick(now: datetime) -> None:
    """Do what is due at the time `now`, and tell people what they must know.

    A source that does not answer keeps nothing from being done but what it is needed for.
    """
    for run in Run.objects.filter(status=Run.Status.RUNNING):
        run.take_back()
    _warn(queueing.announce(_unannounced(now)))
    try:
        due = list(islice(due_days(now), MOST_DAYS_PER_TICK))
        _warn(queueing.submit(due, [], requested_by=SCHEDULE)[1])
        error = ""
    except SourceUnavailable as failure:
        error = str(failure)
        logger.error("%s", error)
    _remember(now, error)
    alerts.raise_due(now)
    alerts.deliver(now)


def _warn(failure: str) -> None:
    if failure:
        logger.warning("%s", failure)


def _remember(now: datetime, error: str) -> None:
    last = Tick.last()
    failing_since = ((last and last.failing_since) or now) if error else None
    found = {"ticked_at": now, "failing_since": failing_since, "error": error}
    Tick.objects.update_or_create(pk=1, defaults=found)


def due_days(now: datetime) -> Iterator[date]:
    """Yield the days of the look-back that are to be queued at the time `now`, newest first.

    Raises:
        SourceUnavailable: where the source does not answer.
    """
    found = _not_current_by_day(now.date())
    runs = _runs_by_day(found)
    for day in sorted(found, reverse=True):
        when = due_at(runs[day], versions.fingerprint(found[day]))
        if when is not None and when <= now:
            yield day


def due_at(runs: Sequence[Run], fingerprint: str) -> datetime | None:
    """Return when a day that is not current is to be queued; None while it is not to be.

    `runs` are all of the day's, newest first; `fingerprint` is that of the versions it has now.
    A failed day waits twice as long after each failure, until its versions are new or a person
    ran it; an errored one waits for either of those.
    """
    if not runs:
        return datetime.min.replace(tzinfo=UTC)
    last = runs[0]
    if last.status in ACTIVE or last.finished_at is None:
        return None
    met_the_same = last.fingerprint == fingerprint
    if last.status == Run.Status.ERRORED and met_the_same:
        return None
    failures = sum(1 for _ in takewhile(lambda run: _repeats(run, fingerprint), runs))
    return last.finished_at + _pause_after(failures)


def _pause_after(failures: int) -> timedelta:
    # Bounded before it is computed: no number is large enough for a day that fails for a year.
    doublings = min(max(failures - 1, 0), 10)
    return min(PAUSE * 2**doublings, LONGEST_PAUSE)


def _repeats(run: Run, fingerprint: str) -> bool:
    is_scheduled = run.requested_by == SCHEDULE
    return is_scheduled and run.status == Run.Status.FAILED and run.fingerprint == fingerprint


def _unannounced(now: datetime) -> list[Run]:
    untold = Q(sent_at=None) | Q(sent_at__lt=now - MESSAGE_PATIENCE)
    return list(Run.objects.filter(untold, status=Run.Status.QUEUED))


def _not_current_by_day(today: date) -> Mapping[date, list[TurbineDay]]:
    by_day = defaultdict(list)
    for turbine_day in versions.not_current(today - settings.PENDING_LOOKBACK, today):
        by_day[turbine_day.day].append(turbine_day)
    return by_day


def _runs_by_day(days: Collection[date]) -> Mapping[date, list[Run]]:
    by_day = defaultdict(list)
    for run in Run.objects.filter(day__in=days).order_by("-id"):
        by_day[run.day].append(run)
    return by_day
