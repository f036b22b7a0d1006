"""What is remembered of turbine-days whose statistics are new: their version, and their quality."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import DateTimeField, Max, Value
from django.db.models.functions import Greatest, Now

from aggregates.compute.rules import hash_of, rules_of_variables
from aggregates.compute.transform import DayStatistics
from aggregates.models import AggregatedDay, Rules, Run
from aggregates.source.gateway import TurbineDay
from aggregates.versions import StoredRules
from common.days import FIRST_DAY, day_start
from sourcedata.variables import COMPANIONS, VARIABLE_NAMES

# What another run changes of a turbine-day that is remembered already.
UPDATED = [
    field.name
    for field in AggregatedDay._meta.concrete_fields
    if field.name not in ("turbine", "day", "changed_at", "audited_at")
]


def stored_days(day: date, turbines: Collection[str]) -> Mapping[str, AggregatedDay]:
    """Return what is remembered of turbines on a UTC day, by their names."""
    days = AggregatedDay.objects.filter(day=day, turbine__in=turbines)
    return {stored.turbine: stored for stored in days}


@dataclass(frozen=True)
class NewDay:
    """A turbine-day whose statistics of some variables are new, and what is stored of it.

    `windows` counts the windows that have values, `most_windows` those that had some at most.
    """

    turbine_day: TurbineDay
    statistics: DayStatistics
    variables: Sequence[str]
    stored: AggregatedDay | None
    windows: int
    most_windows: int

    @property
    def before(self) -> AggregatedDay | None:
        """What is stored of the other variables, where they are of the same measurements."""
        if not self.stored or len(self.variables) == len(VARIABLE_NAMES):
            return None
        return self.stored if self.stored.revision == self.turbine_day.revision else None

    def rules_of_variables(self, stored_rules: StoredRules) -> Mapping[str, str]:
        """Return the rules of the variables whose statistics are of these measurements."""
        wanted = rules_of_variables(self.turbine_day.nameplate)
        computed = {name: wanted[name] for name in self.variables if name in wanted}
        if not self.before:
            return computed
        return {**stored_rules.of_variables.get(self.before.rules, {}), **computed}

    def as_row(self, run: Run, rules: str, stamp: Greatest) -> AggregatedDay:
        """Return what is to be remembered of it."""
        turbine, quality = self.turbine_day.turbine, self.statistics.quality
        return AggregatedDay(
            turbine=turbine,
            day=self.turbine_day.day,
            revision=self.turbine_day.revision,
            rules=rules,
            run=run,
            sample_interval_s=self.turbine_day.nameplate.sample_interval_s,
            rated_power_kw=self.turbine_day.nameplate.rated_power_kw,
            samples=quality[turbine].samples,
            missing_samples=self._with_stored("missing_samples", quality[turbine].missing),
            rejected_samples=self._with_stored("rejected_samples", quality[turbine].rejected),
            companions=self._with_stored("companions", self.statistics.of_means[turbine]),
            windows=self.windows,
            most_windows=max(self.most_windows, self.windows),
            aggregated_at=stamp,
            changed_at=stamp,
        )

    def _with_stored(self, name: str, new: Mapping[str, Any]) -> Mapping[str, Any]:
        """Add what is stored of the columns whose statistics are not new."""
        stored = getattr(self.before, name) if self.before else None
        of_others = {
            column: value
            for column, value in (stored or {}).items()
            if column not in self._columns()
        }
        return {**of_others, **new}

    def _columns(self) -> Collection[str]:
        # Also of companions that are declared no more.
        companions = {f"{name}_{companion}" for name in self.variables for companion in COMPANIONS}
        return {*self.variables, *companions}


def remember(run: Run, days: Sequence[NewDay], changed: Collection[str]) -> None:
    """Store the versions and qualities; those of `changed` turbines have other values now."""
    stamp, stored_rules = _next_stamp(), StoredRules()
    of_variables = [day.rules_of_variables(stored_rules) for day in days]
    by_hash = {hash_of(of_day): of_day for of_day in of_variables}
    Rules.objects.bulk_create(
        [Rules(rules=rules, of_variables=by_hash[rules]) for rules in sorted(by_hash)],
        ignore_conflicts=True,
    )
    rows = [
        day.as_row(run, hash_of(of_day), stamp)
        for day, of_day in zip(days, of_variables, strict=True)
    ]
    _upsert([row for row in rows if row.turbine not in changed], UPDATED)
    _upsert([row for row in rows if row.turbine in changed], [*UPDATED, "changed_at"])


def _next_stamp() -> Greatest:
    """Return now, or what comes after the last change where the clock was set back since."""
    last = AggregatedDay.objects.aggregate(last=Max("changed_at"))["last"] or day_start(FIRST_DAY)
    return Greatest(Now(), Value(last + timedelta(microseconds=1), DateTimeField()))


def _upsert(days: Sequence[AggregatedDay], updated: Sequence[str]) -> None:
    AggregatedDay.objects.bulk_create(
        days, update_conflicts=True, unique_fields=["turbine", "day"], update_fields=updated
    )
