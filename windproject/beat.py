"""The scheduler of the periodic tasks, which takes nothing that is stored for granted.

A time that lies in the future, where the host's clock was ahead once, would keep a task from being
due until the clock has come to it. A task that cannot be planned would end django-celery-beat's
scheduler, and so all others.
"""

import logging
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import CharField
from django.db.models.functions import Cast
from django_celery_beat.models import CrontabSchedule, PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

from common import broker, waits
from common.patience import keep_to
from common.postgres import watchdog

logger = logging.getLogger(__name__)


# A row raises these where it says what cannot be.
CANNOT_BE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class Entry(ModelEntry):  # type: ignore[misc]  # it has no types
    """A periodic task that did not run in the future."""

    last_run_at: datetime

    def __init__(self, model: PeriodicTask, app: Any = None) -> None:
        """Plan the task.

        Raises:
            ValueError: where it cannot be planned; the scheduler then goes on without it.
        """
        try:
            super().__init__(model, app)
        except CANNOT_BE as error:
            sentence = (
                "The periodic task %r cannot be planned, and is left out until it is mended: %r"
            )
            logger.error(sentence, model.name, error)
            raise ValueError from error

    def is_due(self) -> Any:
        """Return whether it is due, and when to ask again."""
        self.last_run_at = min(self.last_run_at, self._default_now())
        return super().is_due()


class Scheduler(DatabaseScheduler):  # type: ignore[misc]  # as above
    """The scheduler, which reads everything anew where its clock went back."""

    Entry = Entry

    def __init__(self, *args: Any, lazy: bool = False, **kwargs: Any) -> None:
        """Make the scheduler, which waits for a database no longer than a worker does.

        Celery asks the database before it tells that it begins; it makes a lazy one to name it.
        """
        if not lazy:
            keep_to(waits.RUN)
            watchdog.start(waits.RUN.statement_s + waits.LEFT_LATER_S)
        # Each message takes a connection of the application's, within a limit of time.
        self.producer = None
        self.latest = datetime.min.replace(tzinfo=UTC)
        super().__init__(*args, lazy=lazy, **kwargs)

    def send_task(self, *arguments: Any, **options: Any) -> None:
        """Send the message of a task that is due; where that fails, the next one is sent.

        While no worker takes them, messages would pile up, and somebody may send any number.
        """
        broker.send(broker.tidy)
        broker.send(partial(super().send_task, *arguments, **options))

    def enabled_models_qs(self) -> Any:
        """Return the tasks but those of an unknown time zone, which cannot even be read."""
        unknown = {zone for zone in _stored_zones() if not _is_known(zone)}
        for zone in sorted(unknown):
            logger.error("Tasks of the time zone %r are left out: nobody knows it.", zone)
        of_unknown = _crontabs().filter(zone__in=unknown).values_list("pk", flat=True)
        return super().enabled_models_qs().exclude(crontab__in=[*of_unknown])

    def _get_unique_timezone_names(self) -> list[str]:
        """Return the time zones that hours are turned into those of the server from."""
        return [zone for zone in _stored_zones() if _is_known(zone)]

    def schedule_changed(self) -> bool:
        """Return whether the tasks are to be read anew: somebody edited one, or the clock."""
        now = datetime.now(UTC)
        went_back, self.latest = now < self.latest, now
        if went_back:
            logger.warning("The clock of this host went back.")
        before = self._last_timestamp
        has_changed = self._is_edited()
        # An edit may be earlier than what is stored of the last one.
        return has_changed or went_back or (before is not None and before != self._last_timestamp)

    def _is_edited(self) -> bool:
        try:
            return bool(super().schedule_changed())
        except ValueError as error:
            # Python has no time after the year 9999, and PostgreSQL has.
            logger.error("When the tasks were edited last cannot be read: %s", error)
            return True


def _crontabs() -> Any:
    """Return the crontabs with `zone`, their time zone as it is stored, which may be none."""
    return CrontabSchedule.objects.annotate(zone=Cast("timezone", CharField())).order_by()


def _stored_zones() -> list[str]:
    return [*_crontabs().values_list("zone", flat=True).distinct()]


def _is_known(zone: str) -> bool:
    try:
        return bool(zone and ZoneInfo(zone))
    except (LookupError, OSError, ValueError):
        return False
