"""Which run a worker takes next: live days are never kept waiting by a backfill.

Where the workers have two slots or more, one of them takes nothing but live days, as long as there
are any: a history is worked off by all of them.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, Sum

from aggregates.models import Chunk, Run, Worker, locks
from aggregates.runs.due import first_live_day


def take_next(at: datetime) -> Run | None:
    """Start and return the most urgent run that a worker may take at that time; None without one.

    The newest day goes first.
    """
    with transaction.atomic():
        # Of two who would take the last slot at once, one does.
        locks.take_turns_to_take()
        run = Run.objects.most_urgent()
        return run if run and may_work_on(run, at) and run.start() else None


def take_live(at: datetime) -> Run | None:
    """Start and return a run of a live day that waits; None without one."""
    run = Run.objects.most_urgent()
    return run if run and is_live(run, at) and run.start() else None


def may_work_on(run: Run, at: datetime) -> bool:
    """Return whether a worker may give a slot to the run, be it to lead or to help."""
    return is_live(run, at) or _has_slot_for_backfill(at)


def is_live(run: Run, at: datetime) -> bool:
    """Return whether the run is of a day that goes on, or ended just now."""
    return run.day >= first_live_day(at)


def _has_slot_for_backfill(at: datetime) -> bool:
    if not Run.objects.filter(day__gte=first_live_day(at)).exists():
        return True
    slots = Worker.objects.alive().aggregate(all=Sum("slots"))["all"] or 1
    is_over = Q(run__day__lt=first_live_day(at), run__status=Run.Status.RUNNING)
    leading = Run.objects.filter(day__lt=first_live_day(at), status=Run.Status.RUNNING).count()
    helping = Chunk.objects.open().filter(is_over).exclude(worker__in=["", F("run__worker")])
    return slots == 1 or leading + helping.count() < slots - 1
