"""Where the values of a day are stored, and that they are stored there as they are."""

from datetime import date

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from aggregates.errors import RunFailed
from common.databases import TARGET
from common.postgres.indexes import doubtful_indexes
from common.postgres.partitions import table_for
from common.wording import listed

# Triggers that fire for each row before it is stored or goes, and rules that rewrite statements.
CHANGES_BY_OTHERS = """
    SELECT tgrelid::regclass::text, 'trigger', tgname FROM pg_catalog.pg_trigger
    WHERE tgrelid IN (SELECT relid FROM pg_partition_tree('data')) AND tgtype & 3 = 3
      AND NOT tgisinternal AND tgenabled <> 'D'
    UNION ALL
    SELECT ev_class::regclass::text, 'rule', rulename FROM pg_catalog.pg_rewrite
    WHERE ev_class IN (SELECT relid FROM pg_partition_tree('data')) AND ev_enabled <> 'D'
    ORDER BY 1 LIMIT 1
"""

# A smaller type would store other values than were computed, and each audit would find them.
TYPE_OF_VALUES = """
    SELECT atttypid::regtype::text FROM pg_catalog.pg_attribute
    WHERE attrelid = 'data'::regclass AND attname = 'value'
"""

# Names are looked up in the schema of the account first, where somebody may have tables of these.
SCHEMAS = """
    SELECT string_agg(DISTINCT relnamespace::regnamespace::text, ' and ') FROM pg_catalog.pg_class
    WHERE oid IN ('data'::regclass, 'signal'::regclass, 'aggregated_day'::regclass,
        'run'::regclass, 'django_migrations'::regclass)
    HAVING count(DISTINCT relnamespace) > 1
"""


def table_of(day: date) -> str:
    """Return the table that takes the day's values; nobody changes how it does until they are in.

    Raises:
        NoPartition: where none takes them.
        RunFailed: where it may store something else.
    """
    with connections[TARGET].cursor() as cursor:
        table = table_for(cursor, "data", day)
        # Nobody makes a trigger or a rule of it before the transaction ends.
        cursor.execute(f"LOCK TABLE ONLY {table} IN ROW EXCLUSIVE MODE")
        _refuse_rounding(cursor)
        _refuse_changes_by_others(cursor)
        _refuse_indexes_that_hide(cursor)
        return table


def require_one_schema() -> None:
    """Refuse where some tables of the target are not those that other accounts see.

    Raises:
        RunFailed: saying so.
    """
    with connections[TARGET].cursor() as cursor:
        cursor.execute(SCHEMAS)
        several = cursor.fetchone()
    if several:
        raise RunFailed(
            f"The target's tables are found in the schemas {several[0]}, so that other accounts may"
            " not see the values: drop or rename those tables that manage.py migrate did not make."
        )


def _refuse_rounding(cursor: CursorWrapper) -> None:
    cursor.execute(TYPE_OF_VALUES)
    (type_of_values,) = cursor.fetchone()
    if type_of_values != "double precision":
        raise RunFailed(
            f"The target's table data stores values as {type_of_values}, which changes them. Write:"
            " ALTER TABLE data ALTER COLUMN value TYPE double precision"
        )


def _refuse_changes_by_others(cursor: CursorWrapper) -> None:
    """Refuse where `data` or a partition of it may store something else than is written.

    Raises:
        RunFailed: naming the trigger or the rule.
    """
    cursor.execute(CHANGES_BY_OTHERS)
    if change := cursor.fetchone():
        table, kind, name = change
        raise RunFailed(
            f"The target's table {table} has the {kind} {name}, which may change what is stored:"
            " drop it."
        )


def _refuse_indexes_that_hide(cursor: CursorWrapper) -> None:
    """Refuse where an index may hide values from readers, and from whoever replaces them.

    Raises:
        RunFailed: saying what to drop.
    """
    if reasons := doubtful_indexes(cursor, ["data", "signal", "aggregated_day"]):
        raise RunFailed(f"The target may hide values from readers: {listed(reasons)}.")


def require_same(table: str, day: date) -> None:
    """Refuse values that went into what is no partition any more, or will not be one soon.

    Raises:
        RunFailed: saying so.
    """
    with transaction.atomic(using=TARGET):
        if table not in (table_of(day), "data"):
            raise RunFailed(f"{table} is no partition of data any more: it was detached.")
