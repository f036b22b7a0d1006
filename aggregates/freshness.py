"""The freshness of the statistics: whether they are up to date, as monitoring asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from aggregates import expectations, states
from aggregates.compute.arrival import Expectation
from aggregates.expectations import SilentTurbine
from aggregates.models import Acknowledgement
from aggregates.source import gateway
from aggregates.source.last_known import LastKnown, last_known_arrivals
from aggregates.states import SETTLED, DayState, TurbineDayState
from common.days import DAY

OK, LATE, SILENT, INCOMPLETE = "ok", "late", "silent", "incomplete"
SOURCE_IS_SILENT = "unknown: the source does not answer"
SOURCE_LACKS_TRIGGERS = "the source lacks triggers"


@dataclass(frozen=True)
class Freshness:
    """A status, what it is for, and, of a source that does not answer, when that was known.

    The status is OK, or the first that holds of what keeps the answer from being known, LATE,
    SILENT and INCOMPLETE. `late` are days that are not current, and `incomplete` turbine-days of
    which too little arrived; both ended a while ago. Of what people know of, nothing is here.
    """

    status: str
    late: Sequence[DayState]
    silent: Sequence[SilentTurbine]
    incomplete: Sequence[TurbineDayState]
    known_at: datetime | None


def freshness(at: datetime) -> Freshness:
    """Return how up to date the statistics are at that time.

    Raises:
        SourceUnavailable: where the source does not answer, and never did.
    """
    last_known = look_back(at)
    expected = expectations.expectation_of(last_known, at)
    days = ended_days(last_known, expected, at)
    late = [day for day in days if day.state not in SETTLED]
    silent = silent_turbines(last_known, expected, at)
    incomplete = incomplete_turbine_days(days)
    statuses = {LATE: late, SILENT: silent, INCOMPLETE: incomplete}
    status = _trouble_of_source(last_known) or next(
        (status for status, reasons in statuses.items() if reasons), OK
    )
    return Freshness(status, late, silent, incomplete, last_known.read_at)


def look_back(at: datetime) -> LastKnown:
    """Return what is known of the days that the schedule looks at.

    Raises:
        SourceUnavailable: where the source does not answer, and never did.
    """
    return last_known_arrivals(at.date() - settings.PENDING_LOOKBACK, at.date())


def ended_days(last_known: LastKnown, expected: Expectation, at: datetime) -> list[DayState]:
    """Return the days of the schedule's look-back that ended a while ago, oldest first.

    A while is FRESHNESS.
    """
    last = (at - settings.FRESHNESS).date() - DAY
    days = reversed(states.days(last_known.arrivals, expected))
    return [day for day in days if day.day <= last]


def incomplete_turbine_days(days: Sequence[DayState]) -> list[TurbineDayState]:
    """Return the turbine-days of which too little arrived, but for those people know of.

    `days` is oldest first; the answer has the newest day first, and the worst turbine of each.
    """
    if not days:
        return []
    acknowledged = Acknowledgement.objects.turbine_days(days[0].day, days[-1].day)
    return [
        turbine_day
        for day in reversed(days)
        for turbine_day in day.incomplete
        if not acknowledged.has(turbine_day.turbine, day.day)
    ]


def silent_turbines(
    last_known: LastKnown, expected: Expectation, at: datetime
) -> list[SilentTurbine]:
    """Return the turbines that are silent, but for those people know of."""
    silent = expectations.silent_turbines(last_known.arrivals, expected)
    acknowledged = Acknowledgement.objects.turbine_days(at.date(), at.date())
    return [turbine for turbine in silent if not acknowledged.has(turbine.name, at.date())]


def _trouble_of_source(last_known: LastKnown) -> str:
    if last_known.read_at:
        return SOURCE_IS_SILENT
    with gateway.for_page():
        return SOURCE_LACKS_TRIGGERS if gateway.faults() else ""
