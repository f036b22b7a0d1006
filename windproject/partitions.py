"""Tables that PostgreSQL keeps in one partition a month.

A partition takes over its table's columns, constraints, keys and triggers. A statement fires the
triggers of the table that it names, so a partition has its own for those who write to it directly.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, OperationalError, migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import CursorWrapper
from psycopg2 import errorcodes

PARTITIONS = """
    SELECT relname, pg_total_relation_size(oid), reltuples::bigint
    FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = %s::regclass
"""
# How long a reader of the default partition is waited for.
LONGEST_WAIT = "1s"
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


def partition_of(table: str, month: date) -> str:
    """Return the name of the partition that has the month's rows."""
    return f"{table}_{month:%Y_%m}"


def ensure_months(alias: str, table: str, days: Iterable[date]) -> None:
    """Make the partitions of `table` that rows of `days` go to, where they do not exist yet.

    Call it before the transaction that writes the rows: it commits on its own, so that nobody
    waits for the rows of somebody else. Where the table has a default partition, the month's rows
    go there if some do already, or if somebody who reads it for long would be waited for.
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
    _create_partition(cursor, table, f"{table}_default", "DEFAULT")


@dataclass(frozen=True)
class Partition:
    """A partition on disk; `month` is None for the default one. `rows` is an estimate."""

    month: date | None
    rows: int
    size_bytes: int


def partitions(alias: str, table: str) -> list[Partition]:
    """Return the partitions of a table, by month, the default one last."""
    with transaction.get_connection(alias).cursor() as cursor:
        cursor.execute(PARTITIONS, [table])
        for name, _, rows in cursor.fetchall():
            if rows < 0:  # never counted
                cursor.execute(f"ANALYZE {name}")
        cursor.execute(PARTITIONS, [table])
        found = cursor.fetchall()
    listed = [Partition(_month(table, name), max(rows, 0), size) for name, size, rows in found]
    return sorted(listed, key=lambda one: one.month or date.max)


def _month(table: str, name: str) -> date | None:
    month = name.removeprefix(f"{table}_")
    return None if month == "default" else date.fromisoformat(f"{month.replace('_', '-')}-01")


def move_out_of_default(alias: str, table: str) -> list[date]:
    """Give the months whose rows lie in the default partition one of their own; return them.

    No row changes and no trigger is told. Each month is moved in a transaction of its own, in
    which writers wait.

    Raises:
        django.db.OperationalError: where others hold the table for long.
    """
    default = f"{table}_default"
    with transaction.get_connection(alias).cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT date_trunc('month', timestamp AT TIME ZONE 'UTC')::date"
            f" FROM {default} ORDER BY 1"
        )
        months = [month for (month,) in cursor.fetchall()]
        for month in months:
            with transaction.atomic(using=alias):
                _move_month(cursor, table, default, month)
    return months


def _move_month(cursor: CursorWrapper, table: str, default: str, month: date) -> None:
    within = f"timestamp >= '{month} 00:00+00' AND timestamp < '{month_after(month)} 00:00+00'"
    cursor.execute(f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'")
    cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
    cursor.execute(f"LOCK TABLE {default} IN ACCESS EXCLUSIVE MODE")
    name = partition_of(table, month)
    _create_table(cursor, table, name)
    cursor.execute(f"INSERT INTO {name} SELECT * FROM {default} WHERE {within}")
    # No measurement goes, so no revision is to be raised.
    cursor.execute(f"ALTER TABLE {default} DISABLE TRIGGER USER")
    cursor.execute(f"DELETE FROM {default} WHERE {within}")
    cursor.execute(f"ALTER TABLE {default} ENABLE TRIGGER USER")
    _attach(cursor, table, name, _bounds(month))


def rights_of_triggers(cursor: CursorWrapper) -> str:
    """Return what a trigger function must declare to work alike for everybody who writes.

    It runs with its owner's rights, and finds the tables of this schema, not those that the
    writer's search path or temporary tables put before them.
    """
    cursor.execute("SELECT quote_ident(current_schema())")
    return f"SECURITY DEFINER SET search_path = pg_catalog, {cursor.fetchone()[0]}, pg_temp"


def _ensure_month(alias: str, table: str, month: date) -> None:
    name = partition_of(table, month)
    with transaction.get_connection(alias).cursor() as cursor:
        if _exists(cursor, name):
            return
        if _exists(cursor, f"{table}_default"):
            # To attach a month locks out everybody from the default partition, and while that is
            # waited for, everybody else waits too.
            cursor.execute(f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'")
        # CREATE TABLE ... PARTITION OF takes locks that deadlock between two writers. This one
        # lets loads go on, and whoever waited for it finds the partition made.
        cursor.execute(f"LOCK TABLE {table} IN SHARE UPDATE EXCLUSIVE MODE")
        if not _exists(cursor, name) and not _default_holds_rows(cursor, table, month):
            _create_partition(cursor, table, name, _bounds(month))
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")


def _bounds(month: date) -> str:
    return f"FOR VALUES FROM ('{month} 00:00+00') TO ('{month_after(month)} 00:00+00')"


def _exists(cursor: CursorWrapper, name: str) -> bool:
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
    return bool(cursor.fetchone()[0])


def _default_holds_rows(cursor: CursorWrapper, table: str, month: date) -> bool:
    default = f"{table}_default"
    if not _exists(cursor, default):
        return False
    cursor.execute(
        f"SELECT EXISTS (SELECT FROM {default} WHERE timestamp >= %s AND timestamp < %s)",
        [f"{month} 00:00+00", f"{month_after(month)} 00:00+00"],
    )
    return bool(cursor.fetchone()[0])


def _create_partition(cursor: CursorWrapper, table: str, name: str, bounds: str) -> None:
    _create_table(cursor, table, name)
    _attach(cursor, table, name, bounds)


def _create_table(cursor: CursorWrapper, table: str, name: str) -> None:
    cursor.execute(f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")


def _attach(cursor: CursorWrapper, table: str, name: str, bounds: str) -> None:
    for trigger in _triggers(cursor, table):
        cursor.execute(trigger.replace(f" ON {table} ", f" ON {name} ", 1))
    cursor.execute(f"ALTER TABLE {table} ATTACH PARTITION {name} {bounds}")


def _triggers(cursor: CursorWrapper, table: str) -> list[str]:
    cursor.execute(
        "SELECT pg_get_triggerdef(oid, true) FROM pg_trigger"
        " WHERE tgrelid = %s::regclass AND NOT tgisinternal ORDER BY tgname",
        [table],
    )
    return [definition for (definition,) in cursor.fetchall()]
