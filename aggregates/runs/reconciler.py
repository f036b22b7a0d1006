"""The tick that keeps the two databases in step without anybody watching.

It takes back runs whose worker is gone, tells the workers again of runs that wait for long, and
queues a run for every day of its look-back that is not current and due. Where there is none it goes
over older days, a stretch of them in each tick. Nothing depends on a tick that was missed, or that
came twice.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice

from django.conf import settings
from django.db.models import Q

from aggregates import versions
from aggregates.alerting import alerts, mornings, silences
from aggregates.models import ACTIVE, Run, Tick
from aggregates.runs import presence, queueing, restores
from aggregates.runs.due import SCHEDULE, due_at
from aggregates.source import gateway
from aggregates.source.arrivals import arrivals
from aggregates.source.gateway import SourceUnavailable, TurbineDay
from common.days import DAY, FIRST_DAY, day_start
from common.postgres.rows import without_garbage_collection

logger = logging.getLogger(__name__)

# A tick leaves the rest to the next one.
MOST_DAYS_PER_TICK = 50
# So many days older than the look-back are under way at a time, which keeps the workers busy until
# the next tick; it looks at a stretch of them, and at more as long as there is much to do. However
# long the history is, no live day waits for it.
OLDER_AT_A_TIME = 50
STRETCH = timedelta(days=10)
MOST_STRETCHES = 5
# Ticks that piled up while no worker took them come to one.
TICKS_APART = timedelta(seconds=5)
# The schedule ticks every ten seconds.
LATE = timedelta(seconds=15)
LOOKS_APART = timedelta(seconds=55)
LONG_AGO = day_start(FIRST_DAY)
# The message of a queued run that nobody took in this time may not have arrived.
MESSAGE_PATIENCE = timedelta(minutes=10)


def tick_once(now: datetime) -> None:
    """Tick, unless somebody does, or did right before."""
    if Tick.claim(TICKS_APART):
        tick(now)


def tick_if_late(now: datetime) -> None:
    """Tick, where the schedule's own tick waits for a worker."""
    last = Tick.last()
    if last is None or now - last.ticked_at > LATE:
        tick_once(now)


@without_garbage_collection()
def tick(now: datetime) -> None:
    """Do what is due at the time `now`, and tell people what they must know.

    A source that does not answer keeps nothing from being done but what it is needed for.
    """
    for run in Run.objects.filter(status=Run.Status.RUNNING):
        run.take_back()
    _warn(queueing.announce(_unannounced(now) or _idle_away()))
    try:
        restores.notice()
        is_to_look_around = _is_to_look_around(now)
        due = list(islice(due_days(now), MOST_DAYS_PER_TICK))
        if not due and (is_to_look_around or _is_backfilling(now)):
            due = older_due_days(now)
        _warn(queueing.submit(due, [], requested_by=SCHEDULE)[1])
        _remember(now, "")
        if is_to_look_around:
            _look_around(now)
    except SourceUnavailable as failure:
        logger.error("%s", failure)
        _remember(now, str(failure))
    mornings.report_due(now)
    alerts.raise_due(now)
    alerts.deliver(now)


def _warn(failure: str) -> None:
    if failure:
        logger.warning("%s", failure)


def _remember(now: datetime, error: str) -> None:
    last = Tick.last()
    failing_since = ((last and last.failing_since) or now) if error else None
    tick = {"ticked_at": now, "failing_since": failing_since, "error": error}
    Tick.objects.update_or_create(pk=1, defaults=tick)


def _is_to_look_around(now: datetime) -> bool:
    """Return whether it is time for what a live day does not wait for, once a minute."""
    last = Tick.last()
    return not (last and last.looked_at and timedelta() <= now - last.looked_at < LOOKS_APART)


def _look_around(now: datetime) -> None:
    """Tell who fell silent: samples come no more often than once a minute, and it takes a while."""
    silences.raise_due(arrivals(now.date(), now.date()), now)
    mornings.raise_due(now)
    Tick.objects.update(looked_at=now)


def due_days(now: datetime) -> Iterator[date]:
    """Yield the days of the look-back that are to be queued at the time `now`, newest first.

    Raises:
        SourceUnavailable: where the source does not answer.
    """
    today = now.date()
    yield from _due(versions.not_current(today - settings.PENDING_LOOKBACK, today), now)


def _is_backfilling(now: datetime) -> bool:
    """Return whether older days are under way, or were queued right before: more may wait."""
    look_back = now.date() - settings.PENDING_LOOKBACK
    recent = Q(status__in=ACTIVE) | Q(queued_at__gt=now - LOOKS_APART)
    return Run.objects.filter(recent, day__lt=look_back).exists()


def older_due_days(now: datetime) -> list[date]:
    """Return the days before the look-back that are to be queued at the time `now`, newest first.

    Looks at one stretch of them, and as long as not all is current, at those before it; where all
    is, it leaves what lies before it to the next tick. Before the source's first day it begins at
    the newest again.

    Raises:
        SourceUnavailable: where the source does not answer.
    """
    look_back = now.date() - settings.PENDING_LOOKBACK
    under_way = Run.objects.filter(status__in=ACTIVE, day__lt=look_back).count()
    if under_way >= OLDER_AT_A_TIME:
        return []
    last = Tick.last()
    end = (last and last.looked_back_to) or look_back
    due: list[date] = []
    for _ in range(MOST_STRETCHES):
        stretch = gateway.turbine_days(end - STRETCH, end - DAY)
        outdated = versions.outdated(stretch)
        due += _due(outdated, now)
        if not due:
            # The source need not be asked how far it reaches, as long as it has something.
            goes_on = end - STRETCH if stretch else _end_of_measurements_before(end - STRETCH)
            Tick.objects.update(looked_back_to=goes_on)
        # Days that are under way hide those before them, of which the workers need the next.
        if not outdated or len(due) >= OLDER_AT_A_TIME:
            break
        end -= STRETCH
    return due[: OLDER_AT_A_TIME - under_way]


def _end_of_measurements_before(day: date) -> date | None:
    """Return the day after the last one before `day` that the source has; None without any.

    A clock that was once reset leaves a gap of decades, hence longer and longer stretches.
    """
    measured, stretch = gateway.day_range(), STRETCH
    while measured and measured[0] < day:
        turbine_days = gateway.turbine_days(day - stretch, day - DAY)
        if turbine_days:
            return turbine_days[-1].day + DAY
        day, stretch = day - stretch, 2 * stretch
    return None


def _due(not_current: Sequence[TurbineDay], now: datetime) -> Iterator[date]:
    for day, when in sorted(due_times(not_current, now).items(), reverse=True):
        if when is not None and when <= now:
            yield day


def due_times(not_current: Sequence[TurbineDay], now: datetime) -> Mapping[date, datetime | None]:
    """Return when each day of these turbine-days is to be queued; None while it is not to be."""
    by_day = defaultdict(list)
    for turbine_day in not_current:
        by_day[turbine_day.day].append(turbine_day)
    runs = _runs_by_day(by_day, now)
    return {
        day: due_at(day, runs[day], versions.fingerprint(turbine_days))
        for day, turbine_days in by_day.items()
    }


def _unannounced(now: datetime) -> list[Run]:
    untold = Q(sent_at=None) | Q(sent_at__lt=now - MESSAGE_PATIENCE)
    return list(Run.objects.waiting().filter(untold))


def _idle_away() -> list[Run]:
    """Return the most urgent run that waits while none is under way: its message may be lost.

    A worker that has ended a run passes the next one on; one that was killed does not.
    """
    if Run.objects.filter(status=Run.Status.RUNNING).exists():
        return []
    return [run for run in [Run.objects.most_urgent()] if run]


def _runs_by_day(days: Collection[date], now: datetime) -> Mapping[date, list[Run]]:
    by_day = defaultdict(list)
    runs = list(Run.objects.filter(day__in=days).order_by("-id"))
    clock = presence.time()
    for run in runs:
        run.started_at = _passed(run.started_at, now, clock)
        run.finished_at = _passed(run.finished_at, now, clock)
        by_day[run.day].append(run)
    return by_day


def _passed(time: datetime | None, now: datetime, clock: datetime) -> datetime | None:
    """Return a time of a run, or long ago where the database's clock has not come to it.

    That clock was ahead then. To wait until such a time has passed would take as long as it was
    ahead, and a pause that began now would begin again in each tick.
    """
    if time is None or time > clock:
        return time and LONG_AGO
    return min(time, now)
