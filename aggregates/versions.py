"""The turbine-days whose statistics are not what their measurements say."""

from collections.abc import Collection, Sequence
from datetime import date
from hashlib import blake2s
from typing import NamedTuple

from aggregates.compute.rules import rules
from aggregates.models import AggregatedDay
from aggregates.source.gateway import TurbineDay, turbine_days
from common.postgres.rows import all_rows, without_garbage_collection

Key = tuple[date, str]


class Version(NamedTuple):
    """The revision and the rules, on which a turbine-day's statistics depend."""

    revision: int
    rules: str


def version_of(turbine_day: TurbineDay) -> Version:
    """Return the version that the source has now."""
    return Version(turbine_day.revision, rules(turbine_day.rated_power_kw))


@without_garbage_collection()
def not_current(first: date, last: date, turbines: Collection[str] = ()) -> list[TurbineDay]:
    """Return the missing and the stale turbine-days from `first` to `last`, by day and turbine.

    No `turbines` means all.

    Raises:
        SourceUnavailable: where the source does not answer.
    """
    return outdated(turbine_days(first, last, turbines))


def outdated(turbine_days: Sequence[TurbineDay]) -> list[TurbineDay]:
    """Return those of the source's turbine-days whose statistics are of another version.

    One that has no samples and never had statistics has nothing to be outdated.
    """
    if not turbine_days:
        return []
    stored = aggregated(turbine_days[0].day, turbine_days[-1].day)
    return [
        turbine_day
        for turbine_day in turbine_days
        if stored.get((turbine_day.day, turbine_day.turbine)) != version_of(turbine_day)
        and (turbine_day.samples or (turbine_day.day, turbine_day.turbine) in stored)
    ]


def fingerprint(turbine_days: Sequence[TurbineDay]) -> str:
    """Return a short hash that tells whether turbine-days are of the versions they once were."""
    versions = sorted((day.day, day.turbine, version_of(day)) for day in turbine_days)
    return blake2s(repr(versions).encode(), digest_size=6).hexdigest()


def aggregated(first: date, last: date) -> dict[Key, tuple[int, str]]:
    """Return the versions that the stored statistics were computed from, by day and turbine.

    As plain tuples, each equal to its Version: there may be very many.
    """
    days = AggregatedDay.objects.filter(day__range=(first, last))
    rows = all_rows(days.values_list("day", "turbine", "revision", "rules"))
    return {row[:2]: row[2:] for row in rows}
