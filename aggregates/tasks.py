"""What Celery runs: doors to the pipeline and to the reconciler."""

from time import sleep

from celery import shared_task

from aggregates import chunks, pipeline, presence, queueing, reconciler
from aggregates.audit import nightly
from aggregates.models import Run

# Whoever has waited for longer takes a message that is sent again.
LEFT_TO_OTHERS_S = 1


@shared_task
def aggregate_next() -> None:
    """Walk the most urgent run that waits to its end; a message too many finds none."""
    run = Run.objects.most_urgent()
    if run and presence.is_outdated():
        sleep(LEFT_TO_OTHERS_S)
        queueing.announce([run])
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
    """Take back what lost its worker or its message, and queue what is not current and due."""
    now = presence.time()
    if not presence.is_outdated() and not reconciler.has_just_ticked(now):
        reconciler.tick(now)


@shared_task
def audit_in_turn() -> None:
    """Audit the days that were not audited for the longest time."""
    if not presence.is_outdated():
        nightly.audit_in_turn()
