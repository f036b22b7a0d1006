"""How PostgreSQL keeps the measurements: what changes them, and no trigger sees.

A rewritten table, a trigger that was disabled for a while, a partition that was detached, attached
or made by hand: the catalogue, which any account may read, shows each of them. Its state becomes
part of every revision that is given out, so that the turbine-days concerned are stale.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime
from functools import reduce
from operator import xor
from typing import NamedTuple

from django.db.backends.utils import CursorWrapper

from sourcedata import upkeep
from sourcedata.snapshot import UnreadableSource
from sourcedata.triggers import TRIGGERS
from sourcedata.variables import VARIABLE_NAMES
from windproject.days import day_bounds
from windproject.partitions import ATTACHED
from windproject.wording import listed

COLUMNS = ("turbine_id", "timestamp", *VARIABLE_NAMES)
REVISIONS = 2**52

# Of a partition: `relfilenode` is another one after each rewrite and TRUNCATE, `attached_by` after
# each ATTACH, the `xmin` of a trigger or function after each change of it; a column that was
# dropped and added again has another number. What leaves values as they are, as ANALYZE, VACUUM and
# REINDEX do, changes none of these.
STATE = f"""
    SELECT name, is_default, start, "end",
        relkind = 'r' AND relpersistence = 'p' AND NOT row_security_active('data') AS is_plain,
        hashtextextended(concat_ws(' ', system_identifier, attached.oid, relfilenode,
            attached_by, row_security_active('data'), 'source_day'::regclass::oid, columns,
            triggers), 0)
    FROM ({ATTACHED}) AS attached
    CROSS JOIN pg_control_system()
    CROSS JOIN LATERAL (
        SELECT string_agg(concat_ws(' ', attname, attnum, atttypid, attmissingval,
            CASE WHEN attgenerated <> '' THEN pg_get_expr(adbin, adrelid) END), ',' ORDER BY attnum)
        FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid = attached.oid AND attname = ANY(%(columns)s)
    ) AS of_columns (columns)
    CROSS JOIN LATERAL (
        SELECT string_agg(concat_ws(' ', tgrelid, tgname, tgenabled, tgfoid, pg_trigger.xmin,
            pg_proc.xmin), ',' ORDER BY tgrelid, tgname)
        FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
        WHERE tgrelid IN (attached.oid, 'data'::regclass) AND tgname = ANY(%(triggers)s)
    ) AS of_triggers (triggers)
    ORDER BY start
"""


class StoredPartition(NamedTuple):
    """A partition with the rows of [start, end), and a number that stands for its state.

    `is_plain` says that nothing but statements changes what can be read of it: a table that a crash
    empties, one on another server or one with rows that are hidden is not.
    """

    name: str
    is_default: bool
    start: datetime
    end: datetime
    is_plain: bool
    state: int


def stored_partitions(cursor: CursorWrapper) -> list[StoredPartition]:
    """Return the partitions that the measurements are in now, by their start."""
    names = sorted({trigger.name for trigger in TRIGGERS})
    cursor.execute(STATE, {"table": "data", "columns": list(COLUMNS), "triggers": names})
    return [StoredPartition(*row) for row in cursor.fetchall()]


def partitions_of(day: date, partitions: Sequence[StoredPartition]) -> list[StoredPartition]:
    """Return those that may have rows of the UTC day: the default one where others leave a gap."""
    start, end = day_bounds(day)
    months = [partition for partition in partitions if not partition.is_default]
    first = bisect_right(months, start, key=lambda partition: partition.end)
    holders = []
    for partition in months[first:]:
        if partition.start >= end:
            break
        holders.append(partition)
    covered = sum((min(p.end, end) - max(p.start, start) for p in holders), start - start)
    if covered < end - start:
        holders += [partition for partition in partitions if partition.is_default]
    return holders


def revisions(
    partitions: Sequence[StoredPartition], days: Sequence[date], stored: Sequence[int]
) -> list[int]:
    """Return the revisions that are given out, of days and the revisions that are stored of them.

    Each is positive, exact as a number of JSON, and another one whenever the stored one or the
    state of the day's partitions is: stored revisions are random, so that no two come to the same.
    """
    states = {day: _state(day, partitions) for day in {*days}}
    return [1 + (revision ^ states[day]) for day, revision in zip(days, stored, strict=True)]


def _state(day: date, partitions: Sequence[StoredPartition]) -> int:
    state = reduce(xor, (partition.state for partition in partitions_of(day, partitions)), 0)
    return state & (REVISIONS - 1)


def uncounted(cursor: CursorWrapper, partitions: Sequence[StoredPartition]) -> list[str]:
    """Return why changes of what is in these partitions are not counted, nothing where they are."""
    hidden = [
        f"{partition.name} is not a plain table, or hides rows"
        for partition in partitions
        if not partition.is_plain
    ]
    names = [partition.name for partition in partitions]
    return hidden + [str(fault) for fault in upkeep.faults(cursor, names)]


def refuse_uncounted(cursor: CursorWrapper, partitions: Sequence[StoredPartition]) -> None:
    """Refuse to read what may change without a new revision.

    Raises:
        UnreadableSource: saying why.
    """
    reasons = uncounted(cursor, partitions)
    if reasons:
        raise UnreadableSource(
            f"The source lacks triggers: {listed(reasons)}. As the owner of its tables,"
            " manage.py verify_source --repair puts them there."
        )
