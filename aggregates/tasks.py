"""The tasks that Celery runs: doors to the pipeline and to the reconciler."""

from celery import shared_task

from aggregates.audit import nightly
from aggregates.models import Run
from aggregates.runs import chunks, pipeline, presence, queueing, reconciler


@shared_task
def aggregate_next() -> None:
    """Walk the most urgent run that waits to its end; a message too many finds none."""
    run = Run.objects.most_urgent()
    if run and presence.is_outdated():
        queueing.pass_on(run)
        return
    while run and not pipeline.execute(run, queueing.call_helpers):
        run = Run.objects.most_urgent()


@shared_task
def help_with_run(run_id: int) -> None:
    """Aggregate a chunk of a run that another worker leads, if one still waits."""
    if not presence.is_outdated():
        chunks.help_with(Run.objects.get(pk=run_id))


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
