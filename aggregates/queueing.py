"""Handing runs to the workers.

The database is the record; a message is only a hint that a run waits. One that is not sent, or is
lost, is sent again by the reconciler.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from celery import current_app
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from aggregates import pipeline
from aggregates.models import Run
from aggregates.pipeline import Request
from windproject.wording import first_line

# Named, not imported: whoever queues a run need not load what runs it.
AGGREGATE_DAY = "aggregates.tasks.aggregate_day"


def submit(
    days: Iterable[date], turbines: Collection[str], requested_by: str, force: bool = False
) -> tuple[list[Request], str]:
    """Ask for a run of each day and tell the workers; return what became of each request.

    The second value is the sentence that says why the workers could not be told, else empty: the
    runs wait all the same, and the next tick of the schedule tells the workers.

    Raises:
        SourceUnavailable: where the source does not answer.
    """
    requests = pipeline.request(list(days), turbines, requested_by, force)
    waiting = [asked.run for asked in requests if asked.run and asked.outcome.waits]
    return requests, announce(waiting)


def announce(runs: Sequence[Run]) -> str:
    """Send the workers a message per queued run; return why that failed, else an empty text.

    To be called when the runs are committed: a worker may be faster than a commit.
    """
    try:
        for run in runs:
            current_app.send_task(AGGREGATE_DAY, [run.pk])
            Run.objects.filter(pk=run.pk).update(sent_at=Now())
    except OperationalError as error:
        return (
            f"The broker takes no messages ({first_line(error)}): the runs stay queued, and the "
            "next tick of the schedule hands them over."
        )
    return ""
