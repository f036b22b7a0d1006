"""The turbine-days whose statistics are not what their measurements say."""

from collections import defaultdict
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


class Version(NamedTuple):
    """The revision and the rules, on which a turbine-day's statistics depend."""

    revision: int
    rules: str


def version_of(turbine_day: TurbineDay) -> Version:
    """Return the version that the source has now."""
    return Version(turbine_day.revision, rules(turbine_day.nameplate))


# The versions of statistics, by day and then by turbine: as there may be very many, they are plain
# tuples, and a dictionary of a day's is made and asked in less time than one of all.
Versions = defaultdict[date, dict[str, tuple[int, str]]]


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
    # Most are current, which is told here without a call for each of them.
    changed = [
        turbine_day
        for turbine_day in turbine_days
        if stored[turbine_day.day].get(turbine_day.turbine)
        != (turbine_day.revision, rules(turbine_day.nameplate))
    ]
    stored_rules = StoredRules()
    return [day for day in changed if _is_outdated(day, stored, stored_rules)]


def _is_outdated(turbine_day: TurbineDay, stored: Versions, stored_rules: StoredRules) -> bool:
    version = stored[turbine_day.day].get(turbine_day.turbine)
    if version is None:
        return bool(turbine_day.samples)
    revision, of_rules = version
    is_of_rules = stored_rules.are_current(of_rules, turbine_day.nameplate)
    return revision != turbine_day.revision or not is_of_rules


def outdated_variables(turbine_days: Sequence[TurbineDay]) -> Sequence[str]:
    """Return the variables that are to be computed of outdated turbine-days of one UTC day.

    Those alone whose rules are others now, where no measurement has changed.
    """
    if not turbine_days:
        return []
    day = turbine_days[0].day
    stored, stored_rules = aggregated(day, day)[day], StoredRules()
    names: set[str] = set()
    for turbine_day in turbine_days:
        version = stored.get(turbine_day.turbine)
        if version is None or version[0] != turbine_day.revision:
            return VARIABLE_NAMES
        names |= stored_rules.outdated_variables(version[1], turbine_day.nameplate)
    return [name for name in VARIABLE_NAMES if name in names]


def fingerprint(turbine_days: Sequence[TurbineDay]) -> str:
    """Return a short hash that tells whether turbine-days are of the versions they once were."""
    versions = sorted((day.day, day.turbine, version_of(day)) for day in turbine_days)
    return blake2s(repr(versions).encode(), digest_size=6).hexdigest()


def aggregated(first: date, last: date) -> Versions:
    """Return the versions that the statistics of these days are of; a day may be without any."""
    days = AggregatedDay.objects.filter(day__range=(first, last))
    stored: Versions = defaultdict(dict)
    for row in all_rows(days.values_list("day", "turbine", "revision", "rules")):
        stored[row[0]][row[1]] = row[2:]
    return stored
