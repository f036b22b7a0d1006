"""The last answers of the source, for pages and monitoring: also while it does not answer.

Nothing else may rely on them: only the source says what is to be aggregated, and what is current.
"""

from dataclasses import astuple, dataclass
from datetime import date, datetime
from typing import Any

from aggregates.models import KeptAnswer
from aggregates.source import gateway
from aggregates.source.gateway import SourceUnavailable, TurbineDay


@dataclass(frozen=True)
class LastKnown:
    """Turbine-days; where the source does not answer now, when it gave them out, and why not.

    Nothing is known of the days after `last`.
    """

    turbine_days: list[TurbineDay]
    last: date
    read_at: datetime | None = None
    error: str = ""

    @property
    def warning(self) -> str:
        """Why this is not of now, and how old it is; empty where it is of now."""
        if not self.read_at:
            return ""
        return f"{self.error} What is shown of it is as of {self.read_at:%Y-%m-%d %H:%M:%S} UTC."


def turbine_days(first: date, last: date) -> LastKnown:
    """Return the turbine-days from `first` to `last`, as the source says now, or said last.

    Raises:
        SourceUnavailable: where it does not answer, and never did.
    """
    try:
        with gateway.for_page():
            answer = gateway.turbine_days(first, last)
    except SourceUnavailable as error:
        return kept_turbine_days(first, last, error)
    KeptAnswer.keep(first, last, [_written(turbine_day) for turbine_day in answer])
    return LastKnown(answer, last)


def kept_turbine_days(first: date, last: date, error: SourceUnavailable) -> LastKnown:
    """Return what the source said last, which does not answer now because of `error`.

    Raises:
        SourceUnavailable: that error, where it never answered.
    """
    kept = KeptAnswer.newest(first, last)
    if kept is None:
        raise error
    days = [day for day in map(_read, kept.turbine_days) if first <= day.day <= last]
    return LastKnown(days, min(last, kept.last), kept.read_at, str(error))


def _written(turbine_day: TurbineDay) -> list[Any]:
    turbine, day, *rest = astuple(turbine_day)
    return [turbine, day.isoformat(), *rest]


def _read(written: list[Any]) -> TurbineDay:
    turbine, day, *rest = written
    return TurbineDay(turbine, date.fromisoformat(day), *rest)
