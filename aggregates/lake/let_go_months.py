"""Which months were let go into a lake, by table."""

from collections.abc import Collection
from datetime import date

from aggregates import reader
from aggregates.lake.tables import MEASUREMENTS, LakeTable
from aggregates.source import gateway
from common.days import day_bounds


def months_let_go(table: LakeTable, first: date, last: date) -> Collection[date]:
    """Return the first days of the months with days from `first` to `last` that the lake alone has.

    Raises:
        SourceUnavailable: where the source does not answer, which knows those of measurements.
    """
    if table is not MEASUREMENTS:
        return {month.first for month in reader.let_go(day_bounds(first)[0], day_bounds(last)[1])}
    # No lake has what was let go without one: whatever comes into such a month is all there is.
    return {month.first for month in gateway.months_let_go(first, last) if month.lake_address}
