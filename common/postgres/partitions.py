"""Tables that PostgreSQL keeps in one partition a month.

A partition takes over its table's columns, constraints, keys and triggers of rows. A statement
fires the triggers of the table that it names, so a partition has its own for those who write to it
directly. PostgreSQL's system tables say which partitions there are: a name may be that of a table
which once was a partition, and somebody may have made one by hand.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, OperationalError, migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import CursorWrapper
from psycopg2 import errorcodes

from common import waits
from common.days import DAY, FIRST_DAY, LAST_DAY, day_bounds, day_start
from common.refusals import Refusal

# Nobody sees the rows of a partition that is being detached, so it does not count. The bounds are
# cut to the years that rows may be of: PostgreSQL has times that Python does not.
ATTACHED = rf"""
    SELECT child.oid, child.oid::regclass::text AS name, pg_inherits.xmin AS attached_by,
        relkind, relpersistence, relfilenode, reltuples, bound = 'DEFAULT' AS is_default,
        least(greatest((regexp_match(bound, $$FROM \('([^']+)'\)$$))[1]::timestamptz,
              '{FIRST_DAY} 00:00+00'), '{LAST_DAY + DAY} 00:00+00') AS start,
        least(greatest((regexp_match(bound, $$TO \('([^']+)'\)$$))[1]::timestamptz,
              CASE WHEN bound ~ $$TO \('$$ THEN '{FIRST_DAY} 00:00+00'::timestamptz END),
              '{LAST_DAY + DAY} 00:00+00') AS "end"
    FROM pg_inherits
    JOIN pg_class AS child ON child.oid = inhrelid
    CROSS JOIN pg_get_expr(relpartbound, child.oid) AS bound
    WHERE inhparent = %(table)s::regclass AND NOT inhdetachpending
"""
PARTITIONS = f"""
    SELECT name, is_default, start, "end", pg_total_relation_size(oid), reltuples::bigint
    FROM ({ATTACHED}) AS attached ORDER BY is_default, start
"""
# A new partition is to be given these triggers of statements, and fires them when its table does.
TRIGGERS = """
    SELECT quote_ident(tgname), pg_get_triggerdef(oid, true), CASE tgenabled
        WHEN 'A' THEN 'ENABLE ALWAYS' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'D' THEN 'DISABLE'
        ELSE 'ENABLE' END
    FROM pg_trigger
    WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgtype & 1 = 0 ORDER BY tgname
"""
# Errors that leave a month's rows to the default partition: the lock was not to be had in time,
# and somebody else's row came there meanwhile.
LEFT_TO_THE_DEFAULT = {errorcodes.LOCK_NOT_AVAILABLE, errorcodes.CHECK_VIOLATION}


class CreatePartitionedModel(migrations.CreateModel):
    """Creates a model whose table is partitioned by its column `timestamp`."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any
    ) -> None:
        with _creating_partitioned_tables(schema_editor):
            super().database_forwards(app_label, schema_editor, *states)


@contextmanager
def _creating_partitioned_tables(schema_editor: BaseDatabaseSchemaEditor) -> Iterator[None]:
    plain = schema_editor.sql_create_table
    schema_editor.sql_create_table = f"{plain} PARTITION BY RANGE (timestamp)"
    try:
        yield
    finally:
        schema_editor.sql_create_table = plain


def month_of(day: date) -> date:
    """Return the first day of the month that `day` lies in."""
    return day.replace(day=1)


def month_after(month: date) -> date:
    """Return the first day of the month after the one that starts on `month`."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def month_bounds(month: date) -> tuple[datetime, datetime]:
    """Return the start of the month and of the next one: [start, end)."""
    return day_start(month), day_start(month_after(month))


def partition_of(table: str, month: date) -> str:
    """Return the name that the month's partition is given when it is made."""
    return f"{table}_{month:%Y_%m}"


class NoPartition(Refusal):
    """A month has no partition, and a table of its partition's name keeps one from being made."""

    def __init__(self, table: str, month: date) -> None:
        name = partition_of(table, month)
        super().__init__(
            f"{name} is no partition of {table} any more, so values of {month:%Y-%m} have no place."
            f" Either ALTER TABLE {table} ATTACH PARTITION {name} {_bounds(month)}, or rename it."
        )


@dataclass(frozen=True)
class Partition:
    """A partition that its table has now, with the rows of [start, end).

    The default one has what belongs to no other. `rows` is an estimate.
    """

    name: str
    is_default: bool
    start: datetime
    end: datetime
    size_bytes: int
    rows: int

    @property
    def month(self) -> date | None:
        """The month whose rows it has, where it has those of one month alone."""
        month = self.start.date()
        is_month = not self.is_default and (self.start, self.end) == month_bounds(month)
        return month if is_month else None


def partitions(cursor: CursorWrapper, table: str) -> list[Partition]:
    """Return the partitions of a table, by their start, the default one last."""
    cursor.execute(PARTITIONS, {"table": table})
    return [Partition(*row) for row in cursor.fetchall()]


def overlapping(cursor: CursorWrapper, table: str, start: datetime, end: datetime) -> list[str]:
    """Return the names of the partitions but the default one that have rows of [start, end)."""
    return [
        partition.name
        for partition in partitions(cursor, table)
        if not partition.is_default and partition.start < end and start < partition.end
    ]


def default_partition(cursor: CursorWrapper, table: str) -> str | None:
    """Return the name of the default partition, where there is one."""
    names = (partition.name for partition in partitions(cursor, table) if partition.is_default)
    return next(names, None)


def table_for(cursor: CursorWrapper, table: str, day: date) -> str:
    """Return what to name to write rows of the UTC day, whose partition is made: that, or `table`.

    Named itself, a partition takes many rows at a time; through its table, whose triggers collect
    them, it takes one. No partition goes before the transaction ends.

    Raises:
        NoPartition: where rows of the day have no place any more.
    """
    cursor.execute(f"LOCK TABLE ONLY {table} IN ROW EXCLUSIVE MODE")
    names = overlapping(cursor, table, *day_bounds(day))
    if not names:
        raise NoPartition(table, month_of(day))
    return names[0] if len(names) == 1 else table


def ensure_months(alias: str, table: str, days: Iterable[date]) -> None:
    """Make the partitions of `table` that rows of `days` go to, where they do not exist yet.

    Call it before the transaction that writes the rows: it commits on its own, so that nobody
    waits for the rows of somebody else. Where the table has a default partition, the month's rows
    go there if some do already, or if somebody who reads it for long would be waited for.

    Raises:
        NoPartition: where a month can have none.
    """
    for month in sorted({month_of(day) for day in days}):
        try:
            with transaction.atomic(using=alias):
                _ensure_month(alias, table, month)
        except (OperationalError, IntegrityError) as error:
            if getattr(error.__cause__, "pgcode", None) not in LEFT_TO_THE_DEFAULT:
                raise


def create_default_partition(cursor: CursorWrapper, table: str) -> None:
    """Make the partition that takes the rows of months that have none."""
    name = f"{table}_default"
    _create_table(cursor, table, name)
    _attach(cursor, table, name, "DEFAULT")


def move_out_of_default(alias: str, table: str) -> list[date]:
    """Give the months whose rows lie in the default partition one of their own; return them.

    No row changes. Each month is moved in a transaction of its own, in which readers and writers
    wait.

    Raises:
        django.db.OperationalError: where others hold the table for long.
        NoPartition: where a month can have none.
    """
    with transaction.get_connection(alias).cursor() as cursor:
        default = default_partition(cursor, table)
        if default is None:
            return []
        cursor.execute(
            "SELECT DISTINCT date_trunc('month', timestamp AT TIME ZONE 'UTC')::date"
            f" FROM {default} ORDER BY 1"
        )
        months = [
            month
            for (month,) in cursor.fetchall()
            if not overlapping(cursor, table, *month_bounds(month))
        ]
        for month in months:
            with transaction.atomic(using=alias):
                _move_month(cursor, table, default, month)
    return months


def _move_month(cursor: CursorWrapper, table: str, default: str, month: date) -> None:
    within = f"timestamp >= '{month} 00:00+00' AND timestamp < '{month_after(month)} 00:00+00'"
    cursor.execute(f"SET LOCAL lock_timeout = '{waits.READERS_OF_DEFAULT_S}s'")
    cursor.execute(f"LOCK TABLE ONLY {table} IN ACCESS EXCLUSIVE MODE")
    name = _create_month(cursor, table, month)
    # Triggers count nothing in tables that are no partitions, and those of others change nothing
    # there, so every row and every count stays as it is.
    cursor.execute(f"ALTER TABLE {table} DETACH PARTITION {default}")
    columns = _columns(cursor, table)
    cursor.execute(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {default} WHERE {within}")
    cursor.execute(f"DELETE FROM {default} WHERE {within}")
    _attach(cursor, table, name, _bounds(month))
    _attach(cursor, table, default, "DEFAULT")


def _columns(cursor: CursorWrapper, table: str) -> str:
    """Return the columns that are stored: a partition may have them in another order."""
    cursor.execute(
        "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute WHERE attnum > 0"
        " AND attrelid = %s::regclass AND NOT attisdropped AND attgenerated = ''",
        [table],
    )
    return str(cursor.fetchone()[0])


def _ensure_month(alias: str, table: str, month: date) -> None:
    with transaction.get_connection(alias).cursor() as cursor:
        if overlapping(cursor, table, *month_bounds(month)):
            return
        default = default_partition(cursor, table)
        if default:
            # To attach a month locks everybody out of the default partition, and while this
            # session waits for that lock, everybody else waits too.
            cursor.execute(f"SET LOCAL lock_timeout = '{waits.READERS_OF_DEFAULT_S}s'")
        # CREATE TABLE ... PARTITION OF takes locks that deadlock between two writers. This lock
        # lets loads go on, and a writer that waited for it finds the partition made.
        cursor.execute(f"LOCK TABLE {table} IN SHARE UPDATE EXCLUSIVE MODE")
        is_made = overlapping(cursor, table, *month_bounds(month))
        if not is_made and not (default and _is_left_to(cursor, default, table, month)):
            _attach(cursor, table, _create_month(cursor, table, month), _bounds(month))
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")


def _bounds(month: date) -> str:
    return f"FOR VALUES FROM ('{month} 00:00+00') TO ('{month_after(month)} 00:00+00')"


def _is_left_to(cursor: CursorWrapper, default: str, table: str, month: date) -> bool:
    """Return whether the default partition takes the month: it does, or nothing else can."""
    name = default.replace("%", "%%")
    cursor.execute(
        f"SELECT EXISTS (SELECT FROM {name} WHERE timestamp >= %s AND timestamp < %s)",
        month_bounds(month),
    )
    (has_rows,) = cursor.fetchone()
    return has_rows or _is_taken(cursor, partition_of(table, month))


def _is_taken(cursor: CursorWrapper, name: str) -> bool:
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
    (is_taken,) = cursor.fetchone()
    return bool(is_taken)


def _create_month(cursor: CursorWrapper, table: str, month: date) -> str:
    name = partition_of(table, month)
    if _is_taken(cursor, name):
        raise NoPartition(table, month)
    _create_table(cursor, table, name)
    return name


def _create_table(cursor: CursorWrapper, table: str, name: str) -> None:
    """Make the table of a partition, which counts what is written to it from the start."""
    like = f"LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED"
    cursor.execute(f"CREATE TABLE {name} ({like})")
    cursor.execute(TRIGGERS, [table])
    for trigger, definition, when_it_fires in cursor.fetchall():
        cursor.execute(definition.replace(f" ON {table} ", f" ON {name} ", 1))
        cursor.execute(f"ALTER TABLE {name} {when_it_fires} TRIGGER {trigger}")


def _attach(cursor: CursorWrapper, table: str, name: str, bounds: str) -> None:
    cursor.execute(f"ALTER TABLE {table} ATTACH PARTITION {name} {bounds}")


def rights_of_triggers(cursor: CursorWrapper) -> str:
    """Return what a trigger function must declare to work alike for everybody who writes.

    It runs with its owner's rights, and finds the tables of this schema, not those that the
    writer's search path or temporary tables put before them.
    """
    cursor.execute(
        "SELECT format('SECURITY DEFINER SET search_path=pg_catalog, %%I, pg_temp', nspname)"
        " FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
        " WHERE pg_class.oid = 'data'::regclass",
        [],
    )
    return str(cursor.fetchone()[0])
