"""How PostgreSQL keeps the measurements: what changes them, and no trigger sees.

A rewritten table, a trigger that was disabled for a while, a partition that was detached, attached
or made by hand: system tables, which any account may read, show each of them. Its state becomes
part of every revision that is given out, so that the turbine-days concerned are stale.
"""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import reduce
from operator import xor
from typing import NamedTuple

from django.db.backends.utils import CursorWrapper

from common.days import day_bounds
from common.postgres import indexes
from common.postgres.partitions import ATTACHED
from sourcedata.snapshot import UnreadableSource, names_of_postgresql_alone
from sourcedata.triggers import TRIGGERS
from sourcedata.variables import BUILT_IN_NAMES

COLUMNS = ("turbine_id", "timestamp", *BUILT_IN_NAMES)
REVISIONS = 2**52
# What the comment of a column begins with that `further_columns` made; the `xmin` follows.
MADE = "Made by VARIABLES_FILE after "
# Of a table, but for what `further_columns` did to it last.
XMIN_OF_TABLE = f"""
    coalesce((
        SELECT substring(description FROM '^{MADE}([0-9]+)$')
        FROM pg_attribute JOIN pg_description ON classoid = 'pg_class'::regclass
            AND objoid = attrelid AND objsubid = attnum
        WHERE attrelid = pg_class.oid AND pg_attribute.xmin = pg_class.xmin
            AND pg_description.xmin = pg_class.xmin
        LIMIT 1
    ), pg_class.xmin::text)
"""

# A column that `further_columns` made counts once somebody did something to it: until then its
# `xmin` is that of its comment, or in a partition that came later, that of its other columns.
AS_MADE = f"""
    SELECT FROM pg_attribute AS noted JOIN pg_description
        ON classoid = 'pg_class'::regclass AND objoid = noted.attrelid AND objsubid = noted.attnum
    JOIN pg_attribute AS its_first
        ON its_first.attrelid = pg_attribute.attrelid AND its_first.attnum = 1
    WHERE noted.attrelid = %(data)s AND noted.attname = pg_attribute.attname
        AND description ~ '^{MADE}[0-9]+$' AND pg_attribute.attmissingval IS NULL
        AND pg_attribute.attgenerated = '' AND (pg_attribute.xmin = pg_description.xmin
            OR its_first.xmin = pg_attribute.xmin AND its_first.attrelid <> %(data)s)
"""

# Of a partition: `relfilenode` is another one after each rewrite and TRUNCATE, `attached_by` after
# each ATTACH, the `xmin` of a column, trigger or function after each change of it; a key or table
# that was dropped and made again has another `oid`. What leaves values as they are, as ANALYZE,
# VACUUM and REINDEX do, changes none of these. All columns count, those that were dropped too:
# whatever one is called and however it is noted now, it may have been a variable's before. A column
# that was made last changed the `xmin` of `data` too, and its comment has the one from before.
STATE = f"""
    SELECT attached.oid, is_default, start, "end",
        relkind = 'r' AND relpersistence = 'p' AND NOT hides_rows AS is_plain,
        hashtextextended(concat_ws(' ', system_identifier, attached.oid, relfilenode,
            attached_by, hides_rows, tables, keys, columns, triggers), 0::bigint)
    FROM ({ATTACHED}) AS attached
    CROSS JOIN row_security_active(%(data)s::oid) AS hides_rows
    CROSS JOIN pg_control_system()
    CROSS JOIN (
        SELECT string_agg(concat_ws(' ', oid, {XMIN_OF_TABLE}, relfilenode,
            relnamespace::regnamespace, (
            SELECT string_agg(concat_ws(' ', attname, attnum, pg_attribute.xmin), ','
                ORDER BY attnum)
            FROM pg_attribute
            WHERE attrelid = pg_class.oid AND relname = 'source_day' AND attnum > 0
        )), ',' ORDER BY oid) FROM pg_class
        WHERE oid IN (%(data)s, %(source_day)s)
    ) AS of_tables (tables)
    CROSS JOIN LATERAL (
        SELECT string_agg(oid::text, ',' ORDER BY oid) FROM pg_constraint
        WHERE conrelid = attached.oid AND contype = 'p'
    ) AS of_keys (keys)
    CROSS JOIN LATERAL (
        SELECT string_agg(concat_ws(' ', attname, attnum, pg_attribute.xmin, attmissingval,
            CASE WHEN attgenerated <> '' THEN adbin END), ',' ORDER BY attrelid, attnum)
        FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid IN (attached.oid, %(data)s) AND attnum > 0
            AND CASE WHEN attname = ANY(%(columns)s) THEN true ELSE NOT EXISTS (
                {AS_MADE}
            ) END
    ) AS of_columns (columns)
    CROSS JOIN LATERAL (
        SELECT string_agg(concat_ws(' ', tgrelid, tgname, tgenabled, tgfoid, pg_trigger.xmin,
            pg_proc.xmin), ',' ORDER BY tgrelid, tgname)
        FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
        WHERE tgrelid IN (attached.oid, %(data)s) AND tgname = ANY(%(triggers)s)
    ) AS of_triggers (triggers)
    ORDER BY start, "end"
"""


NAMES = """
    SELECT oid::regclass::text FROM unnest(%s::oid[]) WITH ORDINALITY AS one (oid, place)
    ORDER BY place
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
    """Return the partitions that the measurements are in now, by their start.

    Raises:
        UnreadableSource: where there are none, not even a default one.
    """
    names = sorted({trigger.name for trigger in TRIGGERS})
    wanted = {"columns": list(COLUMNS), "triggers": names}
    with names_of_postgresql_alone(cursor) as tables:
        cursor.execute(STATE, {**tables, **wanted, "table": tables["data"]})
        stored = cursor.fetchall()
    cursor.execute(NAMES, [[oid for oid, *_ in stored]])
    rows = [
        StoredPartition(name, *rest)
        for (name,), (_, *rest) in zip(cursor.fetchall(), stored, strict=True)
    ]
    # Those of other centuries have no rows that anybody could ask for.
    partitions = [partition for partition in rows if partition.start < partition.end]
    if not partitions:
        raise UnreadableSource("The source is not as this project made it: data has no partitions.")
    return partitions


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


def states_of(days: Collection[date], partitions: Sequence[StoredPartition]) -> Mapping[date, int]:
    """Return a number by day, from 0 to 2^52 - 1, that stands for the state of its partitions.

    Mixed with a stored revision by `^`, it gives another one whenever either is another: stored
    revisions are random, so that no two come to the same.
    """
    return {day: _state(day, partitions) for day in days}


def _state(day: date, partitions: Sequence[StoredPartition]) -> int:
    state = reduce(xor, (partition.state for partition in partitions_of(day, partitions)), 0)
    return state & (REVISIONS - 1)


def doubtful_indexes(cursor: CursorWrapper) -> list[str]:
    """Return what is wrong with indexes that may hide rows, a sentence without its end each."""
    with names_of_postgresql_alone(cursor) as tables:
        return indexes.doubtful_indexes(cursor, [*tables.values()])


# The partitions that a statement reads are the newest, whatever its snapshot.
NEWER = """
    SELECT EXISTS (
        SELECT FROM pg_partition_tree(%(data)s::oid::regclass) WHERE level = 1 AND relid NOT IN
        (SELECT inhrelid FROM pg_inherits WHERE inhparent = %(data)s)
    )
"""


def refuse_newer_partitions(cursor: CursorWrapper) -> None:
    """Refuse what was read where a partition was attached meanwhile, which the snapshot misses.

    Raises:
        UnreadableSource: saying so.
    """
    with names_of_postgresql_alone(cursor) as tables:
        cursor.execute(NEWER, tables)
        (is_newer,) = cursor.fetchone()
    if is_newer:
        raise UnreadableSource("A partition was attached to data while it was read.")
