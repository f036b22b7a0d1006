"""Telling people, once, that a day starts failing, and once that it has recovered.

The alerts follow from the runs as they stand, so one that a tick missed is raised by the next.
"""

import logging
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Func, Value

from aggregates.alerting import channels
from aggregates.alerting.channels import NotDelivered
from aggregates.models import ACTIVE, Alert, Run, Tick, locks
from common.wording import listed

logger = logging.getLogger(__name__)

# A day whose last run ended longer ago starts no alert: nobody needs to hear of it now.
RECENT = timedelta(days=7)
# A source that is restarted is back by then.
PATIENCE = timedelta(minutes=5)
# An alert is offered again, for so long, to a channel that did not take it.
MOST_TRYING = timedelta(hours=6)

Event = Alert.Event


@transaction.atomic
def raise_due(now: datetime) -> None:
    """Raise an alert for all that started failing, or recovered, and was not told of yet."""
    locks.take_turns_to_alert()
    told = [alert for alert in _last_alerts() if alert.event == Event.FAILING]
    _raise_for_days(now, {alert.day for alert in told if alert.day})
    _raise_for_source(now, any(alert.day is None for alert in told))


def raise_alert(
    day: date | None, event: Alert.Event, message: str, turbine: str = "", html: str = ""
) -> None:
    """Raise an alert, which the next tick delivers; `html` says the same to who reads that.

    One without a day or a turbine is about what its event says.
    """
    Alert.objects.create(
        day=day,
        turbine=turbine,
        event=event,
        message=message,
        html=html,
        waiting=channels.configured(),
    )


def _last_alerts() -> Sequence[Alert]:
    """Return the last alert about each day, and the last one about the source."""
    about_runs = Alert.objects.filter(event__in=[Event.FAILING, Event.RECOVERED])
    return list(about_runs.order_by("day", "-id").distinct("day"))


def _raise_for_days(now: datetime, told: Collection[date]) -> None:
    """Raise alerts about days; of those in `told` people know that they are failing."""
    errors = _errors_of_days(now, told)
    for day in sorted(errors.keys() - told):
        raise_alert(day, Event.FAILING, errors[day])
    recovered = {*told} - errors.keys()
    runs = Run.objects.filter(day__in=recovered).exclude(status__in=ACTIVE).last_of_each()
    for day in sorted(recovered):
        raise_alert(day, Event.RECOVERED, _end_of_failure(day, runs.get(day, [])))


def _end_of_failure(day: date, newest_first: Sequence[Run]) -> str:
    """Say why the day fails no more: a loss that somebody confirmed does not make it well."""
    confirmed = next((run for run in newest_first if run.is_well and run.force), None)
    if confirmed is None or not confirmed.removed:
        return f"The day {day} is well again."
    turbines = listed(confirmed.turbines) if confirmed.turbines else "all turbines"
    return (
        f"The day {day} fails no more: {confirmed.requested_by} confirmed the loss of"
        f" {confirmed.removed:,} of its values, by a run of {turbines} with force."
    )


def _errors_of_days(now: datetime, told: Collection[date]) -> dict[date, str]:
    """Return why days are failing, of those that ran recently or that people were told of."""
    recent = Run.objects.filter(finished_at__gt=now - RECENT).order_by()
    days = {*recent.values_list("day", flat=True).distinct(), *told}
    ended = Run.objects.filter(day__in=days).exclude(status__in=ACTIVE)
    failing = {day: failing_run(runs) for day, runs in ended.last_of_each().items()}
    return {day: f"{run.status}: {run.error}" for day, run in failing.items() if run}


def _raise_for_source(now: datetime, is_told: bool) -> None:
    """Raise an alert about the source; with `is_told` people know that it is failing."""
    tick = Tick.last()
    since = tick.failing_since if tick else None
    is_failing = since is not None and now - since >= PATIENCE
    if tick and is_failing and not is_told:
        raise_alert(None, Event.FAILING, tick.error)
    if is_told and not is_failing:
        raise_alert(None, Event.RECOVERED, "The source is well again.")


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
        # Another scheduler's tick may be delivering the same alerts.
        with locks.alone_to_deliver(channel) as is_alone:
            if is_alone:
                waiting = Alert.objects.filter(waiting__contains=[channel])
                recent = waiting.filter(raised_at__gt=now - MOST_TRYING)
                _deliver(channel, list(recent.order_by("id")))


def _deliver(channel: str, alerts: Sequence[Alert]) -> None:
    if not alerts:
        return
    offered = Alert.objects.filter(pk__in=[alert.pk for alert in alerts])
    try:
        channels.send(channel, alerts)
    except NotDelivered as failure:
        error = f"{channel}: {failure}"
        logger.error("%s alerts cannot be delivered by %s", len(alerts), error)
        offered.update(error=error)
    else:
        taken = Func(F("waiting"), Value(channel), function="array_remove")
        offered.update(waiting=taken)
        # What another channel says of itself stays.
        offered.filter(error__startswith=f"{channel}: ").update(error="")
