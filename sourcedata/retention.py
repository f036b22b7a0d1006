"""Letting go of whole months of measurements.

Their statistics stay: a turbine-day that the source no longer knows is archived, so nothing
recomputes, removes or audits it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connections, transaction
from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth

from sourcedata.models import SourceDay
from windproject.partitions import month_after, month_of, partition_of
from windproject.routers import SOURCE

# How long those who write or read are waited for.
LONGEST_WAIT = "10s"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class KeptMonth:
    """A month of the source: how many turbine-days and measurements it has."""

    first: date
    turbine_days: int
    measurements: int

    @property
    def last(self) -> date:
        """Its last day."""
        return month_after(self.first) - DAY


def months_before(day: date) -> Sequence[KeptMonth]:
    """Return the months that end before `day` begins, in order."""
    found = (
        SourceDay.objects.filter(day__lt=month_of(day))
        .annotate(month=TruncMonth("day"))
        .values_list("month")
        .annotate(turbine_days=Count("*"), measurements=Sum("samples"))
        .order_by("month")
    )
    return [KeptMonth(*row) for row in found]


def drop(month: KeptMonth) -> None:
    """Drop the month's measurements and all that the source knows of its turbine-days.

    One transaction, in which nobody else reads or writes measurements.

    Raises:
        django.db.OperationalError: where others hold the table for long; then nothing is dropped.
    """
    with transaction.atomic(using=SOURCE), connections[SOURCE].cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'")
        # Before any row is locked, so that no writer waits for us while we wait for it.
        cursor.execute("LOCK TABLE data IN ACCESS EXCLUSIVE MODE")
        cursor.execute(f"DROP TABLE IF EXISTS {partition_of('data', month.first)}")
        cursor.execute(
            "DELETE FROM data_default WHERE timestamp >= %s AND timestamp < %s",
            [f"{month.first} 00:00+00", f"{month_after(month.first)} 00:00+00"],
        )
        SourceDay.objects.filter(day__range=(month.first, month.last)).delete()
