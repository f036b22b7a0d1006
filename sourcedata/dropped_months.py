"""Letting go of whole months of measurements.

Their statistics stay: a turbine-day that the source no longer knows is archived, so nothing
recomputes, removes or audits it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncMonth

from common import waits
from common.databases import SOURCE
from common.days import DAY, day_bounds, days_between
from common.let_go import MonthElsewhere
from common.postgres.partitions import month_after, month_bounds, month_of, partitions
from sourcedata.further_columns import undeclared_columns
from sourcedata.models import DroppedMonth, SourceDay
from sourcedata.snapshot import keep_to_the_schema_of_data
from sourcedata.storage import StoredPartition, states_of, stored_partitions
from sourcedata.verification import counted


class MonthChanged(Exception):
    """Measurements changed after somebody looked whether their month can go, or went uncounted."""


@dataclass(frozen=True)
class KeptMonth:
    """A month of the source: how many turbine-days and measurements it has.

    `revisions` is a sum that any change of a measurement changes, and `states` one that changes
    with what no trigger sees.
    """

    first: date
    turbine_days: int
    measurements: int
    revisions: int
    states: int

    @property
    def last(self) -> date:
        """Its last day."""
        return month_after(self.first) - DAY


def months_before(day: date) -> Sequence[KeptMonth]:
    """Return the months that end before `day` begins, in order."""
    return _months(SourceDay.objects.filter(day__lt=month_of(day)))


def _months(days: QuerySet[SourceDay]) -> Sequence[KeptMonth]:
    by_month = days.annotate(month=TruncMonth("day")).values_list("month").order_by("month")
    sums = {"measurements": Sum("samples"), "revisions": Sum("revision")}
    with transaction.atomic(using=SOURCE), connections[SOURCE].cursor() as cursor:
        keep_to_the_schema_of_data(cursor)
        stored = stored_partitions(cursor)
        rows: Iterable[Any] = list(by_month.annotate(turbine_days=Count("*"), **sums))
    return [
        KeptMonth(first, turbine_days, measurements, revisions, _states(first, stored))
        for first, turbine_days, measurements, revisions in rows
    ]


def _states(month: date, stored: Sequence[StoredPartition]) -> int:
    days = list(days_between(month, month_after(month) - DAY))
    return sum(states_of(days, stored).values())


def dropped(start: datetime, end: datetime) -> list[MonthElsewhere]:
    """Return the months that were let go and have times in [start, end), in order."""
    last = (end - timedelta.resolution).date()
    months = DroppedMonth.objects.filter(first__gte=month_of(start.date()), first__lte=last)
    return [MonthElsewhere(month.first, month.lake_address) for month in months]


def undeclared_values(first: date, last: date) -> list[str]:
    """Return the columns of removed variables that have a value on these days, both included."""
    start, end = day_bounds(first)[0], day_bounds(last)[1]
    with connections[SOURCE].cursor() as cursor:
        names = undeclared_columns(cursor)
        return [name for name in names if _has_value(cursor, name, start, end)]


def _has_value(cursor: CursorWrapper, column: str, start: datetime, end: datetime) -> bool:
    cursor.execute(
        f"SELECT EXISTS (SELECT FROM data WHERE timestamp >= %s AND timestamp < %s"
        f" AND {connections[SOURCE].ops.quote_name(column)} IS NOT NULL)",
        [start, end],
    )
    return bool(cursor.fetchone()[0])


def values_of(column: str, day: date) -> list[tuple[str, datetime, float]]:
    """Return the turbine, the time and the value of each value of a column on a UTC day."""
    # A column of turbine may be called so too.
    value = f"data.{connections[SOURCE].ops.quote_name(column)}"
    with connections[SOURCE].cursor() as cursor:
        cursor.execute(
            f"SELECT name, timestamp, {value} FROM data JOIN turbine ON turbine.id = turbine_id"
            f" WHERE timestamp >= %s AND timestamp < %s AND {value} <> 'NaN'",
            day_bounds(day),
        )
        rows: list[tuple[str, datetime, float]] = cursor.fetchall()
    return rows


def note_dropped(month: date, lake_address: str) -> None:
    """Say of the month that its measurements were let go."""
    DroppedMonth.objects.update_or_create(first=month, defaults={"lake_address": lake_address})


def forget_dropped(month: date) -> None:
    """Say of the month no more that it was let go."""
    DroppedMonth.objects.filter(first=month).delete()


def drop(month: KeptMonth, lake_address: str = "") -> None:
    """Drop the month's measurements and all that the source knows of its turbine-days.

    One transaction, in which nobody else reads or writes measurements. `lake_address` is where the
    lake has them, for those who ask for them later.

    Raises:
        django.db.OperationalError: where others hold the table for long; then nothing is dropped.
        MonthChanged: where it is not as it was when it was read; nothing is dropped either.
    """
    with transaction.atomic(using=SOURCE), connections[SOURCE].cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{waits.LET_GO_S}s'")
        # Before any row is locked, so that no writer waits for us while we wait for it.
        cursor.execute("LOCK TABLE data IN ACCESS EXCLUSIVE MODE")
        keep_to_the_schema_of_data(cursor)
        days = SourceDay.objects.filter(day__range=(month.first, month.last))
        if _months(days) != [month]:
            raise MonthChanged(f"Measurements of {month.first:%Y-%m} changed: look again.")
        _refuse_miscounted(cursor, month)
        for partition in partitions(cursor, "data"):
            if partition.month == month.first:
                cursor.execute(f"DROP TABLE {partition.name}")
        # What is not in a partition of the month alone.
        cursor.execute(
            "DELETE FROM data WHERE timestamp >= %s AND timestamp < %s", month_bounds(month.first)
        )
        days.delete()
        note_dropped(month.first, lake_address)


def _refuse_miscounted(cursor: CursorWrapper, month: KeptMonth) -> None:
    if any(turbine_day.is_wrong for turbine_day in counted(cursor, month.first, month.last)):
        raise MonthChanged(
            f"{month.first:%Y-%m} has measurements that were not counted, or lacks some that were:"
            " manage.py verify_source --repair counts them anew."
        )
