"""The turbine-days whose statistics are not what their measurements say."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cached_property
from hashlib import blake2s
from typing import NamedTuple

from aggregates.compute.rules import rules, rules_of_variables
from aggregates.models import AggregatedDay, Rules
from aggregates.source.gateway import Nameplate, TurbineDay, turbine_days
from common.postgres.rows import all_rows, without_garbage_collection
from sourcedata.variables import VARIABLE_NAMES

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
    return Version(turbine_day.revision, rules(turbine_day.nameplate))


class StoredRules:
    """What the rules are, of each variable, that statistics were computed by."""

    def __init__(self) -> None:
        self._are_current: dict[tuple[str, Nameplate], bool] = {}

    @cached_property
    def of_variables(self) -> Mapping[str, Mapping[str, str]]:
        """The rules of each variable, by the hash of them all; most need not ask for them."""
        return dict(Rules.objects.values_list("rules", "of_variables"))

    def outdated_variables(self, stored: str, nameplate: Nameplate) -> set[str]:
        """Return the variables whose rules are others now than those that `stored` stands for."""
        of_variables = self.of_variables.get(stored, {})
        wanted = rules_of_variables(nameplate)
        return {name for name in wanted if of_variables.get(name) != wanted[name]}

    def are_current(self, stored: str, nameplate: Nameplate) -> bool:
        """Return whether the rules of no variable are others now; more variables do no harm."""
        if not stored or stored == rules(nameplate):
            return bool(stored)
        key = stored, nameplate
        if key not in self._are_current:
            self._are_current[key] = not self.outdated_variables(stored, nameplate)
        return self._are_current[key]


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
    if not changed:
        return []
    versions, stored_rules = _by_key(stored), StoredRules()
    return [day for day in changed if _is_outdated(day, versions, stored_rules)]


def _by_key(stored: Collection[Row]) -> Mapping[Key, Version]:
    return {
        (day, turbine): Version(revision, of_rules) for day, turbine, revision, of_rules in stored
    }


def _is_outdated(
    turbine_day: TurbineDay, versions: Mapping[Key, Version], stored_rules: StoredRules
) -> bool:
    version = versions.get((turbine_day.day, turbine_day.turbine))
    if version is None:
        return bool(turbine_day.samples)
    is_of_rules = stored_rules.are_current(version.rules, turbine_day.nameplate)
    return version.revision != turbine_day.revision or not is_of_rules


def outdated_variables(turbine_days: Sequence[TurbineDay]) -> Sequence[str]:
    """Return the variables that are to be computed of outdated turbine-days of one UTC day.

    Those alone whose rules are others now, where no measurement has changed.
    """
    if not turbine_days:
        return []
    day = turbine_days[0].day
    versions, stored_rules = _by_key(aggregated(day, day)), StoredRules()
    names: set[str] = set()
    for turbine_day in turbine_days:
        version = versions.get((day, turbine_day.turbine))
        if version is None or version.revision != turbine_day.revision:
            return VARIABLE_NAMES
        names |= stored_rules.outdated_variables(version.rules, turbine_day.nameplate)
    return [name for name in VARIABLE_NAMES if name in names]


def _row(turbine_day: TurbineDay) -> Row:
    """Return the row that its statistics would have if they were current."""
    of_rules = rules(turbine_day.nameplate)
    return turbine_day.day, turbine_day.turbine, turbine_day.revision, of_rules


def fingerprint(turbine_days: Sequence[TurbineDay]) -> str:
    """Return a short hash that tells whether turbine-days are of the versions they once were."""
    versions = sorted((day.day, day.turbine, version_of(day)) for day in turbine_days)
    return blake2s(repr(versions).encode(), digest_size=6).hexdigest()


def aggregated(first: date, last: date) -> set[Row]:
    """Return the turbine-days that have statistics, and the versions that these are of."""
    days = AggregatedDay.objects.filter(day__range=(first, last))
    return {*all_rows(days.values_list("day", "turbine", "revision", "rules"))}
