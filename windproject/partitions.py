"""Tables that PostgreSQL keeps in one partition a month.

A partition takes over its table's columns, constraints, keys and triggers. A statement fires the
triggers of the table that it names, so a partition has its own for those who write to it directly.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import CursorWrapper


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
    waits for the rows of somebody else. Where the table has a default partition that holds rows
    of a month already, that month's rows stay there.
    """
    for month in sorted({month_of(day) for day in days}):
        with transaction.atomic(using=alias), transaction.get_connection(alias).cursor() as cursor:
            _ensure_month(cursor, table, month)


def create_default_partition(cursor: CursorWrapper, table: str) -> None:
    """Make the partition that takes the rows of months that have none."""
    _create_partition(cursor, table, f"{table}_default", "DEFAULT")


def _ensure_month(cursor: CursorWrapper, table: str, month: date) -> None:
    name = f"{table}_{month.isoformat()[:7].replace('-', '_')}"
    if _exists(cursor, name):
        return
    # CREATE TABLE ... PARTITION OF takes locks that deadlock between two writers. This one lets
    # loads go on, and whoever waited for it finds the partition made.
    cursor.execute(f"LOCK TABLE {table} IN SHARE UPDATE EXCLUSIVE MODE")
    if _exists(cursor, name) or _default_holds_rows(cursor, table, month):
        return
    bounds = f"FOR VALUES FROM ('{month} 00:00+00') TO ('{month_after(month)} 00:00+00')"
    _create_partition(cursor, table, name, bounds)


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
