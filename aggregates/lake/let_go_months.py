"""Which months were let go, by table."""

from collections.abc import Collection
from datetime import date

from django.conf import settings

from aggregates import reader
from aggregates.lake.tables import MEASUREMENTS, LakeTable
from aggregates.models import HeldMonth
from aggregates.source import gateway
from common.days import day_bounds
from common.postgres.partitions import month_of


def months_let_go(table: LakeTable, first: date, last: date) -> Collection[date]:
    """Return the first days of the months with days from `first` to `last` that were let go.

    A source that was lost, or comes from a backup, may not know any more which of its measurements
    were.

    Raises:
        SourceUnavailable: where the source does not answer, which knows those of measurements.
    """
    if table is not MEASUREMENTS:
        return {month.first for month in reader.let_go(day_bounds(first)[0], day_bounds(last)[1])}
    months = {month.first for month in gateway.months_let_go(first, last)}
    if settings.SOURCE_API_URL:
        return months
    held = HeldMonth.months_of(table.name)
    return months | {month for month in held if month_of(first) <= month <= last}
