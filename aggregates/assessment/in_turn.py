"""The assessments and findings that nobody asks for: whatever is not true any more, in turn.

It never keeps statistics waiting. It looks at the days of the look-back, then at some
stretches of older ones, and does a few days at a time; between them it makes way for a run that
waits.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from time import monotonic

from django.conf import settings
from django.db.models import Max

from aggregates.alerting import findings
from aggregates.assessment.kept_findings import find
from aggregates.assessment.making import assess
from aggregates.assessment.versions import outdated_days
from aggregates.models import ACTIVE, AggregatedDay, AssessmentProgress, Run, locks
from common.days import DAY

logger = logging.getLogger(__name__)

STRETCH = timedelta(days=60)
STRETCHES_AT_A_TIME = 6
# As many turbine-days as take a second or two.
TURBINE_DAYS_AT_A_TIME = 1000
# The rest is left to the next turn.
LONGEST_S = 50
# Findings are made of so many days, again at the earliest after this pause.
LOOKED_AT = timedelta(days=60)
PAUSE = timedelta(minutes=30)


def assess_in_turn(now: datetime) -> None:
    """Assess what is outdated, and look for findings where all is assessed.

    Of two at once the second does nothing.
    """
    with locks.alone_to_assess() as is_alone:
        if is_alone and _assess_outdated(now) and _is_to_find(now):
            _find(now)


def _assess_outdated(now: datetime) -> bool:
    """Return whether all is done; False where a run waits, which goes first, or it takes long."""
    end = monotonic() + LONGEST_S
    while days := _outdated(now):
        for first, last in _batches(days):
            if Run.objects.waiting().exists() or monotonic() > end:
                return False
            logger.info("Assessed: %s turbine-days, %s to %s.", assess(first, last), first, last)
    return True


def _outdated(now: datetime) -> list[date]:
    """Return the days to assess, newest first.

    While older days are aggregated, live ones alone: else each would be assessed again and again,
    by curves of whatever came first.
    """
    today = now.date()
    if Run.objects.filter(status__in=ACTIVE, day__lt=today - DAY).exists():
        return outdated_days(today - DAY, today)
    look_back = today - settings.PENDING_LOOKBACK
    return outdated_days(look_back, today) or _outdated_of_older(look_back)


def _outdated_of_older(look_back: date) -> list[date]:
    """Return the outdated days of the newest stretch, of those in turn, that has any."""
    progress, _ = AssessmentProgress.objects.get_or_create(pk=1)
    end = progress.looked_back_to or look_back
    days: list[date] = []
    for _ in range(STRETCHES_AT_A_TIME):
        last = _last_day_before(end)
        days = outdated_days(last - STRETCH, last) if last else []
        if days or last is None:
            break
        end = last - STRETCH
    # Before the first day of all it begins at the newest again.
    progress.looked_back_to = end if last else None
    progress.save(update_fields=["looked_back_to"])
    return days


def _last_day_before(day: date) -> date | None:
    days = AggregatedDay.objects.filter(day__lt=day).aggregate(last=Max("day"))
    last: date | None = days["last"]
    return last


def _batches(newest_first: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Yield the first and the last day of some days that follow each other, newest first."""
    if not newest_first:
        return
    turbines = AggregatedDay.objects.filter(day=newest_first[0]).count()
    most = max(TURBINE_DAYS_AT_A_TIME // max(turbines, 1), 1)
    batch = [newest_first[0]]
    for day in newest_first[1:]:
        if len(batch) == most or day != batch[-1] - DAY:
            yield batch[-1], batch[0]
            batch = []
        batch.append(day)
    yield batch[-1], batch[0]


def _is_to_find(now: datetime) -> bool:
    progress = AssessmentProgress.objects.filter(pk=1).first()
    return not (progress and progress.found_at and now - progress.found_at < PAUSE)


def _find(now: datetime) -> None:
    look = find(now.date() - LOOKED_AT, now.date(), now)
    progress = {"found_at": now, "error": look.error}
    AssessmentProgress.objects.update_or_create(pk=1, defaults=progress)
    findings.tell(now)
