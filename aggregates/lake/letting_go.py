"""Letting go of what the lake has: which months must stay, and months of statistics that go."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import product

from django.conf import settings
from django.db import connections, transaction
from django.db.models import Count
from django.db.models.functions import TruncMonth

from aggregates import reader
from aggregates.lake import failures, held, reading
from aggregates.lake.auditing import audit_day, damaged_days
from aggregates.lake.contents import KEPT, MEASURED, Kept
from aggregates.lake.reading import Key
from aggregates.lake.tables import ASSESSMENTS, MEASUREMENTS, STATISTICS, LakeTable
from aggregates.lake.undeclared import (
    measurements_that_the_lake_lacks,
    statistics_that_the_lake_lacks,
)
from aggregates.models import ACTIVE, AggregatedDay, Assessment, LetGoMonth, Run
from aggregates.source import gateway
from common import waits
from common.databases import TARGET
from common.days import DAY, FIRST_DAY, LAST_DAY, day_bounds
from common.let_go import MonthElsewhere
from common.postgres.partitions import month_after, month_bounds, month_of, partitions
from common.refusals import Refusal
from common.wording import listed


class MonthMustStay(Refusal):
    """A month of statistics that cannot be let go as things are."""


@dataclass(frozen=True)
class MonthOfStatistics:
    """A month of the target: how many turbine-days it has."""

    first: date
    turbine_days: int

    @property
    def last(self) -> date:
        """Its last day."""
        return month_after(self.first) - DAY


def address_of_measurements() -> str:
    """Return where the lake has measurements that are let go; empty without a lake."""
    return failures.address(MEASUREMENTS) if settings.LAKE_URL else ""


@dataclass(frozen=True)
class LetGo:
    """A month that a database let go: what of it, how many turbine-days the lake has.

    `lost` counts those that it does not have any more as they were let go.
    """

    first: date
    what: str
    turbine_days: int
    lost: int


def let_go_months() -> list[LetGo]:
    """Return the months that were let go, in order.

    Raises:
        LakeUnavailable: where the lake does not do its part.
    """
    months = []
    for kept in KEPT:
        if kept.table is not ASSESSMENTS:
            for first in kept.months_let_go(FIRST_DAY, LAST_DAY):
                period = first, month_after(first) - DAY
                in_lake, lost = reading.contents(kept.table, *period), held.lost(kept, *period)
                alone = held.held(kept, *period, in_lake)
                # Of what was let go without a lake, it has nothing.
                if alone or lost:
                    months.append(LetGo(first, kept.table.name, len(alone), len(lost)))
    return sorted(months, key=lambda month: (month.first, month.what))


def months_elsewhere(day: date, is_archived: bool) -> list[MonthElsewhere]:
    """Return the month of a UTC day, where the lake alone has statistics or measurements of it.

    Those of an archived day's measurements are let go.
    """
    months = reader.let_go(*day_bounds(day))
    if is_archived and settings.LAKE_URL:
        months.append(MonthElsewhere(month_of(day), address_of_measurements()))
    return months


def reason_to_keep_measurements(first: date, last: date) -> str:
    """Return why the measurements of these days must stay, else an empty text.

    That is where a lake is set, and has not all of them at their revision.

    Raises:
        LakeUnavailable: where the lake does not do its part.
        SourceUnavailable: where the source does not answer.
    """
    if not settings.LAKE_URL:
        return ""
    if names := measurements_that_the_lake_lacks(first, last):
        return _undeclared(names, first, last)
    return _behind([MEASUREMENTS], first, last)


def _undeclared(names: Sequence[str], first: date, last: date) -> str:
    return (
        f"These days have values of {listed(names)}, which the lake lacks: let VARIABLES_FILE in"
        " .env name the file that declares them, then run:"
        f" manage.py lake audit --from {first} --to {last} --repair"
    )


def _behind(tables: Sequence[LakeTable], first: date, last: date) -> str:
    """Compare every value, for what is let go is nowhere else."""
    if changed := held.changed(first, last):
        day, turbine = changed[0]
        return (
            f"Of what was let go before, the lake lacks {len(changed):,} turbine-days, or has them"
            f" otherwise, as {turbine} on {day}: see manage.py lake status"
        )
    kept = [each for each in KEPT if each.table in tables]
    days = [day for day in _days_of(kept, first, last) if _is_damaged(day, kept, held_too=True)]
    if not days:
        return ""
    if staying := [day for day in days if not _is_damaged(day, kept, held_too=False)]:
        month = f"{staying[0]:%Y-%m}"
        return (
            f"{month} was let go before, and the databases have something else of it since, as on"
            f" {staying[0]}. First: manage.py lake restore --month {month}"
        )
    return (
        f"The lake lacks {len(days)} of these days, or has them otherwise, from {days[0]} on."
        f" First: manage.py lake audit --from {first} --to {last} --repair"
    )


def _days_of(tables: Sequence[Kept], first: date, last: date) -> list[date]:
    """Return the days of which a database or the lake has anything, in order."""
    days: set[date] = set()
    for kept in tables:
        in_lake = reading.contents(kept.table, first, last)
        days |= {day for day, _ in kept.contents(first, last).keys() | in_lake.keys()}
        days |= reading.days_of_strays(kept.table, first, last)
    return sorted(days)


def _is_damaged(day: date, kept: Sequence[Kept], held_too: bool) -> bool:
    return bool(damaged_days(audit_day(day, kept, held_too)))


@contextmanager
def measurements_held(months: Sequence[date]) -> Iterator[Callable[[date], None]]:
    """Note what the lake is to hold once the measurements of these months are let go.

    The block compares, and says of each month that it let go; of others nothing stays noted.

    Raises:
        LakeUnavailable: where the lake does not do its part.
    """
    with _held([MEASURED] if settings.LAKE_URL else [], months) as is_gone:
        yield is_gone


@contextmanager
def _held(tables: Collection[Kept], months: Sequence[date]) -> Iterator[Callable[[date], None]]:
    noted: list[tuple[Kept, date, Sequence[Key]]] = []
    gone: set[date] = set()

    def is_gone(month: date) -> None:
        gone.add(month)
        for kept in tables:
            held.hold_month(kept, month)

    try:
        for kept, month in product(tables, months):
            noted.append((kept, month, held.hold(kept, month)))
        yield is_gone
    finally:
        for kept, month, turbine_days in noted:
            if month not in gone:
                held.forget_noted(kept, turbine_days)


def months_before(day: date) -> list[MonthOfStatistics]:
    """Return the months of statistics that end before `day` begins, in order."""
    days = AggregatedDay.objects.filter(day__lt=month_of(day))
    months = days.annotate(month=TruncMonth("day")).values("month").order_by("month")
    counted = months.annotate(turbine_days=Count("*")).values_list("month", "turbine_days")
    return [MonthOfStatistics(*row) for row in counted]


def reason_to_keep_statistics(first: date, last: date) -> str:
    """Return why the statistics of these days must stay, else an empty text.

    Raises:
        LakeUnavailable: where the lake does not do its part.
        SourceUnavailable: where the source does not answer.
    """
    if not settings.LAKE_URL:
        return "Only a lake has statistics that PostgreSQL lets go: set LAKE_URL."
    if run := Run.objects.filter(day__range=(first, last), status__in=ACTIVE).first():
        return f"{run} is {run.status}: wait for its end."
    if days := gateway.measured_days(first, last):
        return (
            f"{len(days)} of these days still have measurements, and would be computed again."
            f" First: manage.py partitions --drop-before {month_after(month_of(last))} --yes"
        )
    if names := statistics_that_the_lake_lacks(first, last):
        return _undeclared(names, first, last)
    return _behind([STATISTICS, ASSESSMENTS], first, last)


def drop_statistics(month: MonthOfStatistics) -> None:
    """Drop the month's statistics and assessments, in one transaction.

    Nothing waits for the lake meanwhile: what it has was compared before, and is to be so still.

    Raises:
        MonthMustStay: where the lake has not all of it, or it changed meanwhile.
        LakeUnavailable: where the lake does not do its part.
        SourceUnavailable: where the source does not answer.
        django.db.OperationalError: where others hold the table for long; then nothing is dropped.
    """
    before = _contents(month)
    with _held([kept for kept in KEPT if kept is not MEASURED], [month.first]) as is_gone:
        if reason := reason_to_keep_statistics(month.first, month.last):
            raise MonthMustStay(reason)
        _drop_statistics(month, before)
        is_gone(month.first)


def _drop_statistics(month: MonthOfStatistics, before: object) -> None:
    with transaction.atomic(using=TARGET), connections[TARGET].cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{waits.LET_GO_S}s'")
        cursor.execute("LOCK TABLE data, aggregated_day IN ACCESS EXCLUSIVE MODE")
        if _contents(month) != before:
            raise MonthMustStay(f"Statistics of {month.first:%Y-%m} changed: look again.")
        for partition in partitions(cursor, "data"):
            if partition.month == month.first:
                cursor.execute(f"DROP TABLE {partition.name}")
        cursor.execute(
            "DELETE FROM data WHERE timestamp >= %s AND timestamp < %s", month_bounds(month.first)
        )
        Assessment.objects.filter(day__range=(month.first, month.last)).delete()
        AggregatedDay.objects.filter(day__range=(month.first, month.last)).delete()
        LetGoMonth.objects.update_or_create(
            first=month.first, defaults={"lake_address": failures.address(STATISTICS)}
        )


def _contents(month: MonthOfStatistics) -> object:
    return [
        kept.contents(month.first, month.last)
        for kept in KEPT
        if kept.table in (STATISTICS, ASSESSMENTS)
    ]
