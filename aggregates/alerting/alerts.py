"""Telling people, once, that a day starts failing, and once that it has recovered.

What is to be told follows from the runs as they stand, so it is found out late rather than lost.
"""

import logging
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from aggregates.alerting import channels
from aggregates.alerting.channels import NotDelivered
from aggregates.models import ACTIVE, Alert, Run, Tick, locks

logger = logging.getLogger(__name__)

# A day whose last run ended longer ago starts no alert: nobody needs to hear of it now.
RECENT = timedelta(days=7)
# A source that is restarted is back by then.
PATIENCE = timedelta(minutes=5)
# For so long an alert is offered again to a channel that did not take it.
MOST_TRYING = timedelta(hours=6)

Event = Alert.Event


@transaction.atomic
def raise_due(now: datetime) -> None:
    """Raise an alert for all that started failing, or recovered, and was not told of yet."""
    locks.take_turns_to_alert()
    told = {alert.day for alert in _last_alerts() if alert.event == Event.FAILING}
    failing = _failing_days(now, told - {None}) | _failing_source(now)
    for day in failing.keys() - told:
        raise_alert(day, Event.FAILING, failing[day])
    for day in told - failing.keys():
        raise_alert(day, Event.RECOVERED, f"{_name(day)} is well again.")


def raise_alert(day: date | None, event: Alert.Event, message: str) -> None:
    """Raise an alert, which the next tick delivers; None as the day is the source."""
    Alert.objects.create(day=day, event=event, message=message, waiting=channels.configured())


def _name(day: date | None) -> str:
    return f"The day {day}" if day else "The source"


def _last_alerts() -> Sequence[Alert]:
    about_runs = Alert.objects.filter(event__in=[Event.FAILING, Event.RECOVERED])
    return list(about_runs.order_by("day", "-id").distinct("day"))


def _failing_source(now: datetime) -> dict[date | None, str]:
    tick = Tick.last()
    if tick is None or tick.failing_since is None or now - tick.failing_since < PATIENCE:
        return {}
    return {None: tick.error}


def _failing_days(now: datetime, told: Collection[date | None]) -> dict[date | None, str]:
    news = Run.objects.filter(finished_at__gt=now - RECENT).order_by().values_list("day", flat=True)
    runs = Run.objects.filter(day__in={*news.distinct(), *told}).exclude(status__in=ACTIVE)
    found = {day: failing_run(of_day) for day, of_day in runs.last_of_each().items()}
    return {day: f"{run.status}: {run.error}" for day, run in found.items() if run}


def failing_run(newest_first: Sequence[Run]) -> Run | None:
    """Return the last of a day's ended runs that did not go well, if none made up for it since.

    A run makes up for those whose turbines it covers.
    """
    for number, run in enumerate(newest_first):
        later = [other for other in newest_first[:number] if other.is_well]
        if not run.is_well and not any(other.covers(run.turbines) for other in later):
            return run
    return None


def deliver(now: datetime) -> None:
    """Hand the alerts that wait to their channels, all of a channel in one message.

    What a channel does not take waits for the next time, and says why.
    """
    for channel in channels.configured():
        with transaction.atomic():
            waiting = Alert.objects.filter(
                waiting__contains=[channel], raised_at__gt=now - MOST_TRYING
            )
            # Another scheduler's tick may be at it.
            _deliver(channel, list(waiting.select_for_update(skip_locked=True).order_by("id")))


def _deliver(channel: str, alerts: Sequence[Alert]) -> None:
    if not alerts:
        return
    error = ""
    try:
        channels.send(channel, alerts)
    except NotDelivered as failure:
        error = f"{channel}: {failure}"
        logger.error("%s alerts cannot be delivered by %s", len(alerts), error)
    for alert in alerts:
        alert.error = error
        alert.waiting = [name for name in alert.waiting if error or name != channel]
    Alert.objects.bulk_update(alerts, ["waiting", "error"])
