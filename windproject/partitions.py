"""Tables that PostgreSQL keeps in one partition a month.

A partition takes over its table's columns, constraints, keys and triggers. A statement fires the
triggers of the table that it names, so a partition has its own for those who write to it directly.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import IntegrityError, OperationalError, migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import CursorWrapper
from psycopg2 import errorcodes

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


def rights_of_triggers(cursor: CursorWrapper) -> str:
    """Return what a trigger function must declare to work alike for everybody who writes.

    It runs with its owner's rights, and finds the tables of this schema, not those that the
    writer's search path or temporary tables put before them.
    """
    cursor.execute("SELECT quote_ident(current_schema())")
    return f"SECURITY DEFINER SET search_path = pg_catalog, {cursor.fetchone()[0]}, pg_temp"


def _ensure_month(alias: str, table: str, month: date) -> None:
    name = f"{table}_{month.isoformat()[:7].replace('-', '_')}"
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
            bounds = f"FOR VALUES FROM ('{month} 00:00+00') TO ('{month_after(month)} 00:00+00')"
            _create_partition(cursor, table, name, bounds)
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")


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
    cursor.execute(f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
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
