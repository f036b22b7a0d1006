"""The tasks that Celery runs: doors to the pipeline and to the reconciler."""

from celery import shared_task

from aggregates.audit import nightly
from aggregates.models import Run
from aggregates.runs import chunks, pipeline, presence, queueing, reconciler, slots
from aggregates.runs.chunks import Others


@shared_task
def aggregate_next() -> None:
    """Walk the most urgent run that waits to its end; a message too many finds none."""
    waiting = Run.objects.most_urgent()
    if waiting and presence.is_outdated():
        queueing.pass_on(waiting)
        return
    if run := slots.take_next(presence.time()):
        pipeline.walk(run, Others(queueing.call_helpers, _let_past))
        # A message that met no free slot is gone; this one takes its place.
        queueing.announce_next()


def _let_past(run: Run) -> None:
    """Let live days past a backfill that has the only slot, and the tick that queues them."""
    now = presence.time()
    if slots.is_live(run, now):
        return
    reconciler.tick_if_late(now)
    if live := slots.take_live(now):
        pipeline.walk(live, Others(queueing.call_helpers, lambda run: None))


@shared_task
def help_with_run(run_id: int) -> None:
    """Aggregate a chunk of a run that another worker leads, if one still waits."""
    run = Run.objects.get(pk=run_id)
    if not presence.is_outdated() and slots.may_help_with(run, presence.time()):
        chunks.help_with(run)


@shared_task
def aggregate_pending() -> None:
    """Take back runs whose worker is gone, and queue what is not current and due."""
    if not presence.is_outdated():
        reconciler.tick_once(presence.time())


@shared_task
def audit_in_turn() -> None:
    """Audit the days that were not audited for the longest time."""
    if not presence.is_outdated():
        nightly.audit_in_turn()
