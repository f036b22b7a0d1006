"""Whether the samples of the turbine-days are the number of their measurements, and mending that.

They are, as long as triggers count. What no trigger sees, a partition that was detached, say,
leaves turbine-days that cannot be aggregated until they are counted anew.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import DatabaseError, connections, transaction
from django.db.backends.utils import CursorWrapper

from common import waits
from common.databases import SOURCE
from common.days import DAY, FIRST_DAY, LAST_DAY, day_bounds, day_start
from common.postgres.outages import is_refusal
from common.postgres.partitions import month_after, month_of
from common.wording import first_line, listed
from sourcedata import upkeep
from sourcedata.limits import END_OF_TIME, FIRST_TIME
from sourcedata.snapshot import UnreadableSource, limited_waits, locked_snapshot
from sourcedata.storage import doubtful_indexes, stored_partitions
from sourcedata.triggers import REVISION
from sourcedata.upkeep import Fault

COUNTED = """
    SELECT turbine_id, turbine.name, day, coalesce(measurements, 0), coalesce(samples, 0)
    FROM (
        SELECT turbine_id, (timestamp AT TIME ZONE 'UTC')::date AS day, count(*) AS measurements
        FROM data WHERE timestamp >= %(start)s AND timestamp < %(end)s GROUP BY 1, 2
    ) AS counted
    FULL JOIN (
        SELECT turbine_id, day, CASE WHEN revision IS NULL OR samples IS NULL THEN -1
            ELSE samples END AS samples
        FROM source_day WHERE day BETWEEN %(first)s AND %(last)s
    ) AS stored USING (turbine_id, day)
    LEFT JOIN (SELECT id, name FROM turbine) AS turbine ON turbine.id = turbine_id
    ORDER BY day, turbine.name
"""
# PostgreSQL's own has none for a `date`, so that one of somebody else would fit better.
MONTHS_OF_DAYS = """
    SELECT DISTINCT pg_catalog.date_trunc('month', day)::date FROM source_day
    WHERE day BETWEEN %s AND %s
"""
MONTHS_OF_MEASUREMENTS = """
    SELECT DISTINCT date_trunc('month', timestamp AT TIME ZONE 'UTC')::date FROM data
    WHERE timestamp >= %s AND timestamp < %s
"""


@dataclass(frozen=True)
class Counted:
    """A turbine-day: its measurements as they were counted now, and the samples it is said to have.

    `turbine` is None where measurements belong to none, and `samples` are -1 where nothing is said,
    or no revision is given.
    """

    turbine_id: int
    turbine: str | None
    day: date
    measurements: int
    samples: int

    @property
    def is_wrong(self) -> bool:
        """Whether the two numbers differ."""
        return self.measurements != self.samples


def months() -> list[tuple[date, date]]:
    """Return the first and the last day of each month that the source may have something of.

    Raises:
        UnreadableSource: where others keep the measurements locked for long.
    """
    with locked_snapshot() as cursor:
        months_with_any = _months(cursor, MONTHS_OF_DAYS, FIRST_DAY, LAST_DAY)
        ranges = [
            (part.start, part.end) for part in stored_partitions(cursor) if not part.is_default
        ]
        for start, end in ranges:
            months_with_any |= _months_between(start, end)
        # The default partition has rows of these. A reader may have no right to name it itself.
        for start, end in _gaps(ranges):
            months_with_any |= _months(cursor, MONTHS_OF_MEASUREMENTS, start, end)
    return [(month, month_after(month) - DAY) for month in sorted(months_with_any)]


def _months(cursor: CursorWrapper, query: str, *bounds: date | datetime) -> set[date]:
    cursor.execute(query, bounds)
    return {month for (month,) in cursor.fetchall()}


def _months_between(start: datetime, end: datetime) -> set[date]:
    months, month = set(), month_of(start.date())
    while day_start(month) < end:
        months.add(month)
        month = month_after(month)
    return months


def _gaps(ranges: Sequence[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """Yield the times that are in none of these ranges, which are in order and do not overlap."""
    last_end = FIRST_TIME
    for start, end in [*ranges, (END_OF_TIME, END_OF_TIME)]:
        if last_end < start:
            yield last_end, start
        last_end = end


def count(first: date, last: date) -> list[Counted]:
    """Return all turbine-days from `first` to `last`, both included, counted at one moment.

    Raises:
        UnreadableSource: where others keep the measurements locked for long, or rows may be hidden.
    """
    with locked_snapshot() as cursor:
        return counted(cursor, first, last)


def counted(cursor: CursorWrapper, first: date, last: date) -> list[Counted]:
    """Return all turbine-days from `first` to `last`, as the caller's transaction sees them.

    Raises:
        UnreadableSource: where an index may hide rows from whoever counts them.
    """
    if reasons := doubtful_indexes(cursor):
        raise UnreadableSource(f"The source cannot be counted: {listed(reasons)}.")
    bounds = {"start": day_start(first), "end": day_start(last + DAY), "first": first, "last": last}
    cursor.execute(COUNTED, bounds)
    return [Counted(*row) for row in cursor.fetchall()]


def recount(turbine_days: Sequence[Counted]) -> None:
    """Give turbine-days, whose turbines exist, the number of their measurements and a new revision.

    Writers may go on: each waits for the turbine-day while it is counted, or is waited for.

    Raises:
        UnreadableSource: where one would have to be waited for, for long, or where a trigger, a
            rule or a check of somebody else stands against it.
    """
    for turbine_day in turbine_days:
        try:
            with limited_waits():
                _recount(turbine_day.turbine_id, turbine_day.day)
        except DatabaseError as error:
            if not is_refusal(error):
                raise
            raise UnreadableSource(
                f"source_day does not take what was counted of {turbine_day.day}:"
                f" {first_line(error)}."
            ) from error


def _recount(turbine_id: int, day: date) -> None:
    start, end = day_bounds(day)
    key: dict[str, Any] = {"turbine": turbine_id, "day": day, "start": start, "end": end}
    with connections[SOURCE].cursor() as cursor:
        cursor.execute(
            "INSERT INTO source_day (turbine_id, day, revision, samples)"
            f" VALUES (%(turbine)s, %(day)s, {REVISION}, 0) ON CONFLICT DO NOTHING",
            key,
        )
        cursor.execute(
            "SELECT FROM source_day WHERE turbine_id = %(turbine)s AND day = %(day)s FOR UPDATE",
            key,
        )
        # A statement of its own, so that it sees what those committed who had the lock.
        cursor.execute(
            f"UPDATE source_day SET revision = {REVISION}, samples = (SELECT count(*) FROM data"
            " WHERE turbine_id = %(turbine)s AND timestamp >= %(start)s AND timestamp < %(end)s)"
            " WHERE turbine_id = %(turbine)s AND day = %(day)s",
            key,
        )
        if cursor.rowcount != 1:
            raise UnreadableSource(f"source_day does not take what was counted of {day}.")


def mend_triggers() -> list[Fault]:
    """Make every trigger what it must be, and return what was wrong; takes the owner's rights.

    Raises:
        django.db.OperationalError: where others write for long; then nothing is done.
    """
    with transaction.atomic(using=SOURCE), connections[SOURCE].cursor() as cursor:
        cursor.execute(
            f"SET LOCAL lock_timeout = '{waits.WRITERS_S}s'; SET LOCAL quote_all_identifiers = off"
        )
        # No writer comes in between. In the order in which a statement that writes measurements
        # locks them, none waits for us while we wait for it.
        cursor.execute("LOCK TABLE data, source_day, turbine IN SHARE ROW EXCLUSIVE MODE")
        return upkeep.mend(cursor)
