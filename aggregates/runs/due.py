"""When a day that is not current is to be queued.

A day under way is due when each of its windows has ended and its samples had time to come, and once
more for those that came late. A day that is over heals at once, and then leaves a pause.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile

from aggregates.compute.windows import WINDOW
from aggregates.models import ACTIVE, Run
from common.days import day_start

SCHEDULE = "schedule"
# After a window's end: the samples of its last minute have come by the first of these times, and
# late ones by the last.
SETTLED_AFTER = (timedelta(seconds=5), timedelta(seconds=90))
# A day that is over and goes on changing is computed again so often; one that fails, more and more
# seldom.
PAUSE = timedelta(minutes=10)
LONGEST_PAUSE = timedelta(hours=6)


def due_at(day: date, runs: Sequence[Run], fingerprint: str) -> datetime | None:
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
    if failures:
        return last.finished_at + _pause_after(failures)
    return _of_windows(day, last) or _of_day_that_is_over(runs)


def is_live(day: date, at: datetime) -> bool:
    """Return whether the day goes on, or ended just now, so that its runs follow its windows."""
    return first_live_day(at) <= day <= at.date()


def first_live_day(at: datetime) -> date:
    """Return today, or the day before as long as its last window settles."""
    return (at - SETTLED_AFTER[-1]).date()


def _of_windows(day: date, last: Run) -> datetime | None:
    """Return when the next window settles after the last run began; None after the last window."""
    began = last.started_at or last.finished_at
    if began is None or not is_live(day, began):
        return None
    start = day_start(day)
    ended = start + (began - start) // WINDOW * WINDOW
    times = [ended + after for after in SETTLED_AFTER] + [ended + WINDOW + SETTLED_AFTER[0]]
    return min(time for time in times if began < time)


def _of_day_that_is_over(runs: Sequence[Run]) -> datetime:
    """Return the end of the last run, or of the pause after it.

    It leaves the pause where it did not end well, or the one before was near.
    """
    ends = [run.finished_at for run in runs[:2] if run.finished_at]
    is_first = runs[0].is_well and (len(ends) == 1 or ends[0] - ends[1] >= PAUSE)
    return ends[0] if is_first else ends[0] + PAUSE


def _pause_after(failures: int) -> timedelta:
    # The doublings are bounded first, or the pause of a day that fails for a year is no timedelta.
    doublings = min(max(failures - 1, 0), 10)
    return min(PAUSE * 2**doublings, LONGEST_PAUSE)


def _repeats(run: Run, fingerprint: str) -> bool:
    is_scheduled = run.requested_by == SCHEDULE
    return is_scheduled and run.status == Run.Status.FAILED and run.fingerprint == fingerprint
