"""Telling people, each morning, what the farm did, and of which turbines too little arrived."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from aggregates import states
from aggregates.alerting.alerts import raise_alert
from aggregates.alerting.report import report
from aggregates.expectations import expectation
from aggregates.freshness import incomplete_turbine_days
from aggregates.models import Alert, Tick, locks
from aggregates.source.arrivals import arrivals
from aggregates.states import TurbineDayState
from common.days import DAY

# More are counted.
MOST_NAMED = 20
MONDAY, WEEK = 0, timedelta(days=7)


@transaction.atomic
def raise_due(at: datetime) -> None:
    """Tell of yesterday where it stayed incomplete, once, from the morning's hour on.

    Raises:
        SourceUnavailable: where the source does not answer; a later tick tells then.
    """
    locks.take_turns_to_alert()
    yesterday, tick = at.date() - DAY, Tick.last()
    # A later day was told of while the clock was ahead.
    is_told = tick is not None and tick.told_until == yesterday
    if is_told or at.hour < settings.MORNING_HOUR:
        return
    arrived = arrivals(yesterday, yesterday)
    days = states.days(arrived, expectation(arrived, at))
    incomplete = incomplete_turbine_days(days)
    if incomplete:
        expected = days[0].expected_turbines
        message = _message(yesterday, incomplete, expected)
        raise_alert(yesterday, Alert.Event.INCOMPLETE, message)
    Tick.objects.update(told_until=yesterday)


@transaction.atomic
def report_due(at: datetime) -> None:
    """Tell what the farm did yesterday, and on Mondays in the week that is over; each once.

    It waits until yesterday is assessed, and says nothing of a farm that did nothing then.
    """
    if at.hour < settings.MORNING_HOUR:
        return
    locks.take_turns_to_alert()
    yesterday, tick = at.date() - DAY, Tick.last()
    if tick and tick.reported_until == yesterday:
        return
    firsts = [yesterday, *([at.date() - WEEK] if at.weekday() == MONDAY else [])]
    reports = [made for first in firsts if (made := report(first, yesterday))]
    if reports:
        text = "\n\n".join(made.text for made in reports)
        html = "".join(made.html for made in reports)
        raise_alert(yesterday, Alert.Event.MORNING, text, html=html)
        Tick.objects.update(reported_until=yesterday)


def _message(day: date, incomplete: list[TurbineDayState], expected: int) -> str:
    named = [turbine_day.arrived for turbine_day in incomplete[:MOST_NAMED]]
    more = len(incomplete) - len(named)
    rest = [f"{more:,} more"] if more else []
    return (
        f"On {day} too little arrived of {len(incomplete):,} of {expected:,} turbines:"
        f" {', '.join([*named, *rest])}."
    )
