"""The tasks that Celery runs: doors to the runs, the reconciler, the audit, the assessment and the
lake."""

from celery import shared_task

from aggregates.assessment import in_turn
from aggregates.audit import nightly
from aggregates.lake import in_turn as lake
from aggregates.models import Run
from aggregates.runs import presence, reconciler, working


@shared_task
def aggregate_next() -> None:
    """Walk the most urgent run that waits to its end; a message too many finds none."""
    working.work_on_next()


@shared_task
def help_with_run(run_id: int) -> None:
    """Aggregate a chunk of a run that another worker leads, if one still waits."""
    working.help_with(Run.objects.get(pk=run_id))


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


@shared_task
def assess_pending() -> None:
    """Assess the turbine-days whose statistics or curves have changed, and look for findings."""
    if not presence.is_outdated():
        in_turn.assess_in_turn(presence.time())


@shared_task
def sync_lake() -> None:
    """Bring the lake in step with the two databases, where the deployment has one."""
    if not presence.is_outdated():
        lake.sync_in_turn(presence.time())
