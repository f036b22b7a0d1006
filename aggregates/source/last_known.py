"""The last answers of the source, for pages and monitoring: also while it does not answer.

Nothing else may rely on them: only the source says what is to be aggregated, and what is current.
"""

from dataclasses import dataclass
from datetime import date, datetime

from aggregates.models import KeptAnswer
from aggregates.source import arrivals, gateway
from aggregates.source.arrivals import Arrivals
from aggregates.source.gateway import SourceUnavailable


@dataclass(frozen=True)
class LastKnown:
    """What arrived; where the source does not answer now, when it said so, and why it does not.

    Nothing is known of the days after the last of `arrivals`.
    """

    arrivals: Arrivals
    read_at: datetime | None = None
    error: str = ""

    @property
    def warning(self) -> str:
        """Why this is not of now, and how old it is; empty where it is of now."""
        if not self.read_at:
            return ""
        return f"{self.error} What is shown of it is as of {self.read_at:%Y-%m-%d %H:%M:%S} UTC."

    def as_of(self, at: datetime) -> datetime:
        """Return the time that it is of, which is `at` where the source answered."""
        return self.read_at or at


def last_known_arrivals(first: date, last: date) -> LastKnown:
    """Return what arrived from `first` to `last`, as the source says now, or said last.

    Raises:
        SourceUnavailable: where it does not answer, and never did.
    """
    try:
        with gateway.for_page():
            answer = arrivals.arrivals(first, last)
    except SourceUnavailable as error:
        return kept_arrivals(first, last, error)
    KeptAnswer.keep(first, last, arrivals.as_json(answer))
    return LastKnown(answer)


def kept_arrivals(first: date, last: date, error: SourceUnavailable) -> LastKnown:
    """Return what the source said last, which does not answer now because of `error`.

    Raises:
        SourceUnavailable: that error, where it never answered.
    """
    kept = KeptAnswer.newest(first, last)
    if kept is None:
        raise error
    of_period = arrivals.from_json(kept.answer).until(first, last)
    return LastKnown(of_period, kept.read_at, str(error))
