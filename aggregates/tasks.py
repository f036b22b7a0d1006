"""What Celery runs: doors to the pipeline and to the reconciler."""

from celery import shared_task

from aggregates import pipeline, reconciler
from aggregates.audit import nightly
from aggregates.models import Run
from windproject.days import now


@shared_task
def aggregate_day(run_id: int) -> None:
    """Walk one run to its end; a second message for it finds nothing left to do."""
    pipeline.execute(Run.objects.get(pk=run_id))


@shared_task
def aggregate_pending() -> None:
    """Take back what lost its worker or its message, and queue what is not current and due."""
    reconciler.tick(now())


@shared_task
def audit_in_turn() -> None:
    """Audit the days that were not audited for the longest time."""
    nightly.audit_in_turn()
