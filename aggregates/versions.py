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
# A turbine-day's key and version: a plain tuple, the fastest to tell apart, as there may be very
# many.
Row = tuple[date, str, int, str]


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
    changed = [turbine_day for turbine_day in turbine_days if _row(turbine_day) not in stored]
    aggregated_once = {(day, turbine) for day, turbine, *_ in stored} if changed else set()
    return [
        turbine_day
        for turbine_day in changed
        if turbine_day.samples or (turbine_day.day, turbine_day.turbine) in aggregated_once
    ]


def _row(turbine_day: TurbineDay) -> Row:
    """Return the row that its statistics would have if they were current."""
    of_rules = rules(turbine_day.rated_power_kw)
    return turbine_day.day, turbine_day.turbine, turbine_day.revision, of_rules


def fingerprint(turbine_days: Sequence[TurbineDay]) -> str:
    """Return a short hash that tells whether turbine-days are of the versions they once were."""
    versions = sorted((day.day, day.turbine, version_of(day)) for day in turbine_days)
    return blake2s(repr(versions).encode(), digest_size=6).hexdigest()


def aggregated(first: date, last: date) -> set[Row]:
    """Return the turbine-days that have statistics, and the versions that these are of."""
    days = AggregatedDay.objects.filter(day__range=(first, last))
    return {*all_rows(days.values_list("day", "turbine", "revision", "rules"))}
