"""Handing runs to the workers.

The database is the record; a message is only a hint that a run waits. The reconciler sends another
one where none was sent, or none arrived.
"""

import logging
import time
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import partial

from celery import current_app
from django.db.models.functions import Now

from aggregates.models import Run
from aggregates.runs import pipeline
from aggregates.runs.pipeline import RequestedDay
from common import broker
from common.broker import BrokerFailed
from common.days import DAY, FIRST_DAY, LAST_DAY

logger = logging.getLogger(__name__)

# The tasks are named, not imported: a program that queues a run need not load what runs it.
AGGREGATE_NEXT = "aggregates.tasks.aggregate_next"
HELP_WITH_RUN = "aggregates.tasks.help_with_run"
# A run is passed on after a pause: two workers who do not take it would pass it to and fro.
PASSED_ON_AFTER_S = 1
# At most so many days can be asked for at a time; a longer history takes several requests.
MOST_DAYS_AT_A_TIME = 366


def problem_of_period(first: date, last: date, most_days: int = MOST_DAYS_AT_A_TIME) -> str:
    """Return why the days up to `last` cannot be asked for, else an empty text."""
    if last < first:
        return "This lies before the first day."
    if first < FIRST_DAY or last > LAST_DAY:
        return f"Measurements lie on days from {FIRST_DAY} to {LAST_DAY}."
    if last - first >= most_days * DAY:
        return f"At most {most_days} days can be asked for at a time."
    return ""


def submit(
    days: Iterable[date], turbines: Collection[str], requested_by: str, force: bool = False
) -> tuple[list[RequestedDay], str]:
    """Ask for a run of each day and tell the workers; return what became of each day.

    The second value is the sentence that says why the workers could not be told, else empty: the
    runs wait all the same, and the next tick of the schedule tells the workers.

    Raises:
        SourceUnavailable: where the source does not answer.
    """
    requested = pipeline.request(list(days), turbines, requested_by, force)
    waiting = [day.run for day in requested if day.run and day.outcome.waits]
    return requested, announce(waiting)


def announce(runs: Sequence[Run]) -> str:
    """Send the workers a message per queued run; return why that failed, else an empty text.

    A message leads to the run that is the most urgent when it arrives. To be called when the runs
    are committed: a worker may be faster than a commit.
    """
    try:
        for run in runs:
            broker.send(partial(current_app.send_task, AGGREGATE_NEXT))
            Run.objects.filter(pk=run.pk).update(sent_at=Now())
    except BrokerFailed as error:
        return (
            f"The broker takes no messages ({error}): the runs stay queued, and the "
            "next tick of the schedule hands them over."
        )
    return ""


def announce_next() -> None:
    """Send a message for the most urgent run that waits, if one does."""
    waiting = Run.objects.most_urgent()
    if waiting and (failure := announce([waiting])):
        logger.warning("%s", failure)


def pass_on(run: Run) -> None:
    """Leave a waiting run to another worker: the broker gives a message to the longest idle one."""
    time.sleep(PASSED_ON_AFTER_S)
    announce([run])


def call_helpers(run: Run, number: int) -> None:
    """Tell the workers that so many chunks of the run wait for help.

    Without an answer the worker that has the run does all of them.
    """
    try:
        for _ in range(number):
            broker.send(partial(current_app.send_task, HELP_WITH_RUN, [run.pk]))
    except BrokerFailed as error:
        logger.warning("No other worker can be called to help: %s.", error)
