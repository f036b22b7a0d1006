"""The freshness of the statistics: whether they are up to date, as monitoring asks."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from aggregates import states
from aggregates.source import gateway
from aggregates.source.last_known import LastKnown, last_known_arrivals
from aggregates.states import SETTLED, DayState
from common.days import DAY

OK, LATE = "ok", "late"
SOURCE_IS_SILENT = "unknown: the source does not answer"
SOURCE_LACKS_TRIGGERS = "the source lacks triggers"


@dataclass(frozen=True)
class Freshness:
    """A status, the days that are late, and, of a silent source, when that was known.

    The status is OK, LATE, or what keeps the answer from being known.
    """

    status: str
    late: list[DayState]
    known_at: datetime | None


def freshness(at: datetime) -> Freshness:
    """Return how up to date the statistics are at that time.

    Raises:
        SourceUnavailable: where the source does not answer, and never did.
    """
    last_known = look_back(at)
    late = late_days(last_known, at)
    status = _trouble_of_source(last_known) or (LATE if late else OK)
    return Freshness(status, late, last_known.read_at)


def look_back(at: datetime) -> LastKnown:
    """Return what is known of the days that the schedule looks at.

    Raises:
        SourceUnavailable: where the source does not answer, and never did.
    """
    return last_known_arrivals(at.date() - settings.PENDING_LOOKBACK, at.date())


def late_days(last_known: LastKnown, at: datetime) -> list[DayState]:
    """Return the days of the schedule's look-back that ended a while ago and are not current.

    A while is FRESHNESS. Oldest first.
    """
    last, days = (at - settings.FRESHNESS).date() - DAY, states.days(last_known, at)
    return [day for day in reversed(days) if day.day <= last and day.state not in SETTLED]


def _trouble_of_source(last_known: LastKnown) -> str:
    if last_known.read_at:
        return SOURCE_IS_SILENT
    with gateway.for_page():
        return SOURCE_LACKS_TRIGGERS if gateway.faults() else ""
