"""The audit of one day, which compares the stored values with those that must be stored.

It finds what no revision can tell: damage done to the target itself, and faults of the pipeline.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import pandas as pd
from django.conf import settings
from django.db import DataError, Error, OperationalError
from django.db.models import F, Min, Q
from django.db.models.functions import Now
from psycopg2 import errorcodes

from aggregates import states
from aggregates.audit.comparison import KEY, differences
from aggregates.audit.expected import expected_values
from aggregates.errors import RunFailed
from aggregates.models import AggregatedDay, Value
from aggregates.runs.restores import NO_REVISION
from aggregates.states import SETTLED, State
from common.days import day_bounds, now
from common.postgres.outages import is_refusal
from common.wording import first_line
from sourcedata.variables import ANGLE_NAMES, VARIABLE_NAMES

# The values of so many turbines are in memory at a time.
CHUNK_TURBINES = 20


class AuditFailed(RunFailed):
    """The values could not be compared, for a reason that its sentence tells an operator."""


@dataclass(frozen=True)
class Audit:
    """The audit of one day, which compared turbines and found differences, or none.

    `audited` names the turbines that were compared, `values` counts what they must have, and
    `not_current` has the states of those that wait for a run, which have nothing to be compared
    with. `failed` says of those that could not be compared why.
    `differences` is as `comparison.differences` returns it.
    """

    day: date
    audited: Sequence[str]
    values: int
    not_current: Mapping[str, State]
    failed: Mapping[str, str]
    differences: pd.DataFrame

    @property
    def damaged(self) -> list[str]:
        """The turbines that have a difference."""
        return sorted(self.differences["turbine"].unique())


def audit_day(day: date, turbines: Collection[str] = ()) -> Audit:
    """Compare the statistics of a UTC day with what its measurements say. No `turbines` means all.

    Raises:
        AuditFailed: where a database does not do its part.
        SourceUnavailable: where the source does not answer.
    """
    if settings.SOURCE_API_URL:
        raise AuditFailed(
            "The audit recomputes in the source database, and SOURCE_API_URL names none."
        )
    # The day is marked first: one that cannot be audited must not hold up the others.
    _remember(day, turbines)
    at = now()
    before = states.turbine_days(day, day, at, turbines)
    current = [turbine_day for turbine_day in before if turbine_day.state == State.CURRENT]
    try:
        values = _values(day, [turbine_day.turbine for turbine_day in current])
    except Error as error:
        raise AuditFailed(f"{day} cannot be audited: {first_line(error)}.") from error
    # A turbine-day that has moved on meanwhile was read in the middle of a change.
    after = states.turbine_days(day, day, at, turbines)
    unchanged = [turbine_day.turbine for turbine_day in current if turbine_day in after]
    audited = [turbine for turbine in unchanged if turbine not in values.failed]
    expected, stored = (
        frame[frame["turbine"].isin(audited)] for frame in (values.expected, values.stored)
    )
    return Audit(
        day=day,
        audited=audited,
        values=len(expected),
        not_current={
            turbine_day.turbine: turbine_day.state
            for turbine_day in after
            if turbine_day.state not in SETTLED
        },
        failed=values.failed,
        differences=differences(expected, stored, ANGLE_NAMES),
    )


class Values(NamedTuple):
    """The values that turbines must have and those they have; why there are none of some."""

    expected: pd.DataFrame
    stored: pd.DataFrame
    failed: Mapping[str, str]


def _values(day: date, turbines: Sequence[str]) -> Values:
    chunks = [
        turbines[start : start + CHUNK_TURBINES]
        for start in range(0, len(turbines), CHUNK_TURBINES)
    ] or [[]]
    failed: dict[str, str] = {}
    expected = pd.concat([_expected_values(day, chunk, failed) for chunk in chunks])
    return Values(expected, pd.concat([_stored_values(day, chunk) for chunk in chunks]), failed)


def _expected_values(day: date, turbines: Sequence[str], failed: dict[str, str]) -> pd.DataFrame:
    """Return the values of the turbines, halves of them where all at once have none; note why."""
    try:
        return expected_values(day, turbines)
    except (DataError, OperationalError) as error:
        took_too_long = getattr(error.__cause__, "pgcode", None) == errorcodes.QUERY_CANCELED
        if not turbines or not (took_too_long or isinstance(error, DataError)):
            raise
        if len(turbines) > 1:
            half = len(turbines) // 2
            halves = turbines[:half], turbines[half:]
            return pd.concat([_expected_values(day, part, failed) for part in halves])
        failed[turbines[0]] = first_line(error)
        return expected_values(day, [])


def _stored_values(day: date, turbines: Sequence[str]) -> pd.DataFrame:
    start, end = day_bounds(day)
    of_day = Value.objects.filter(timestamp__gte=start, timestamp__lt=end)
    # Those of a variable that is declared no more stay as they are.
    signals = {"signal__turbine__in": turbines, "signal__variable__in": VARIABLE_NAMES}
    rows = of_day.filter(**signals).values_list(
        "signal__turbine", "signal__variable", "signal__statistic", "timestamp", "value"
    )
    return pd.DataFrame(list(rows), columns=[*KEY, "value"])


def _remember(day: date, turbines: Collection[str]) -> None:
    audited = AggregatedDay.objects.filter(day=day)
    if turbines:
        audited = audited.filter(turbine__in=turbines)
    try:
        audited.update(audited_at=Now())
    except Error as error:
        if not is_refusal(error):
            raise
        raise AuditFailed(f"{day} cannot be audited: {first_line(error)}.") from error


def make_damaged_stale(audit: Audit) -> None:
    """Give damaged turbine-days a version that nothing equals, so that they heal as any stale ones.

    A forced run would compute them again too, but it ignores the guard against a loss of samples.
    """
    damaged = AggregatedDay.objects.filter(day=audit.day, turbine__in=audit.damaged)
    damaged.update(revision=NO_REVISION)


def longest_unaudited(most: int) -> list[date]:
    """Return at most so many days, those first that were never audited, then the oldest audited.

    A day that was audited while the clock was ahead counts as never audited.
    """
    passed = Min("audited_at", filter=Q(audited_at__lte=Now()))
    days = AggregatedDay.objects.values("day").annotate(oldest=passed)
    by_age = days.order_by(F("oldest").asc(nulls_first=True), "-day")
    return list(by_age.values_list("day", flat=True)[:most])
