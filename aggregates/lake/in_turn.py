"""The lake that follows by itself: what nobody asks for, a while at a time.

Days that are over follow within a minute of their runs, the day that goes on each hour. Whatever
went wrong meanwhile is found by comparing the lake with the databases: the days of the look-back
each hour, older ones a stretch at a time.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from time import monotonic

from django.conf import settings
from django.db.models import Max

from aggregates.errors import SourceUnavailable
from aggregates.lake import delta, held, syncing
from aggregates.lake.contents import KEPT
from aggregates.lake.failures import LakeLacks, LakeUnavailable
from aggregates.lake.syncing import STRETCH, DayBehind
from aggregates.lake.tables import TABLES
from aggregates.models import AggregatedDay, Assessment, HeldMonth, LakeProgress, Run, locks
from common.days import DAY
from common.postgres.partitions import month_after
from common.wording import first_line

logger = logging.getLogger(__name__)

LOOKS_APART = timedelta(hours=1)
# After a failure.
PAUSE = timedelta(minutes=5)
VACUUMS_APART = timedelta(days=7)
# A run that ended before this turn began is seen by the next one at the latest.
OVERLAP = timedelta(minutes=1)
# The rest is left to the next turn.
LONGEST_S = 50

Period = tuple[date, date]


def sync_in_turn(now: datetime) -> None:
    """Bring the lake in step as far as one turn goes; of two at once the second does nothing."""
    if not settings.LAKE_URL or _is_to_pause(now):
        return
    with locks.alone_to_write_the_lake() as is_alone:
        if is_alone:
            _sync_or_note(now)


def _is_to_pause(now: datetime) -> bool:
    """Return whether the lake failed right before: to wait for it takes a worker's time."""
    progress = LakeProgress.get()
    return bool(progress.failing_since) and not _is_past(progress.tried_at, PAUSE, now)


def _sync_or_note(now: datetime) -> None:
    try:
        _sync(now)
    except (LakeUnavailable, SourceUnavailable) as failure:
        logger.error("%s", failure)
        LakeProgress.note_failure(str(failure), now)
    except Exception as fault:
        # The first page says that the lake is behind, and the log has the rest.
        kind = type(fault).__name__
        LakeProgress.note_failure(f"A fault of this program: {kind}: {first_line(fault)}.", now)
        raise


def _sync(now: datetime) -> None:
    progress = LakeProgress.get()
    looks = _looks(progress, now)
    periods = [*_changed(progress.synced_until, now.date()), *looks]
    lacking: list[LakeLacks] = []
    if not _write(periods, lacking):
        return
    for period in periods if looks else []:
        held.look_for_lost(*period)
    lost = str(lacking[0]) if lacking else held.lost_in_words()
    _note(progress, looks, is_whole=not lost, now=now)
    if lost:
        # Old files may be all that is left of it: none is removed.
        raise LakeUnavailable(lost)
    if _is_past(progress.vacuumed_at, VACUUMS_APART, now):
        _vacuum()
        LakeProgress.objects.update(vacuumed_at=now)


def _looks(progress: LakeProgress, now: datetime) -> list[Period]:
    """Return the periods to compare though nothing is known to have changed there.

    These are none, or the look-back and, where there are older days, a stretch of them.
    """
    if not _is_past(progress.looked_at, LOOKS_APART, now):
        return []
    look_back = now.date() - settings.PENDING_LOOKBACK
    older = _stretch_before(progress.looked_back_to or look_back)
    return [(look_back, now.date()), *([older] if older else [])]


def _note(progress: LakeProgress, looks: Sequence[Period], is_whole: bool, now: datetime) -> None:
    progress.synced_until = now - OVERLAP
    if is_whole:
        progress.failing_since, progress.error = None, ""
    if looks:
        _, *older = looks
        progress.looked_at = now
        progress.looked_back_to = older[0][0] if older else None
    progress.save()


def _is_past(last: datetime | None, pause: timedelta, now: datetime) -> bool:
    # A clock that was ahead when it was noted keeps nothing back.
    return last is None or not timedelta() <= now - last < pause


def _changed(since: datetime | None, today: date) -> Iterator[Period]:
    """Yield the stretches that have all days that are over and changed since; newest first."""
    runs = Run.objects.filter(day__lt=today, aggregated_days__isnull=False)
    assessments = Assessment.objects.filter(day__lt=today)
    if since:
        runs = runs.filter(finished_at__gte=since)
        assessments = assessments.filter(assessed_at__gte=since)
    days = {*runs.values_list("day", flat=True), *assessments.values_list("day", flat=True)}
    while days:
        last = max(days)
        yield max(last - STRETCH, min(days)), last
        days = {day for day in days if day < last - STRETCH}


def _stretch_before(day: date) -> Period | None:
    """Return the last days before it that have anything, or None where nothing lies there."""
    days = AggregatedDay.objects.filter(day__lt=day).aggregate(last=Max("day"))
    months = HeldMonth.objects.filter(first__lt=day).aggregate(last=Max("first"))
    ends = [days["last"], months["last"] and min(month_after(months["last"]), day) - DAY]
    last = max(filter(None, ends), default=None)
    return (last - STRETCH, last) if last else None


def _write(periods: list[Period], lacking: list[LakeLacks]) -> bool:
    """Write what is behind; return False where a run waits, which goes first, or it takes long.

    What the lake lacks for good stops nothing else, and comes into `lacking`.
    """
    end = monotonic() + LONGEST_S
    with _going_on(lacking):
        if periods:
            held.hold_unnoted()
    for first, last in periods:
        for day in _days_behind(first, last, lacking):
            if Run.objects.waiting().exists() or monotonic() > end:
                return False
            day.write()
            logger.info("Written to the lake: %s of %s.", day.kept.table.name, day.day)
    return True


def _days_behind(first: date, last: date, lacking: list[LakeLacks]) -> list[DayBehind]:
    behind: list[DayBehind] = []
    for kept in KEPT:
        with _going_on(lacking):
            behind += syncing.days_behind(first, last, [kept])
    return sorted(behind, key=lambda each: each.day, reverse=True)


@contextmanager
def _going_on(lacking: list[LakeLacks]) -> Iterator[None]:
    try:
        yield
    except LakeLacks as failure:
        lacking.append(failure)


def _vacuum() -> None:
    for table in TABLES:
        logger.info("Removed from the lake: %s files of %s.", delta.vacuum(table), table.name)
