"""One moment of the source, in which everything that is read belongs together."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DataError, OperationalError, ProgrammingError, connections, transaction
from django.db.backends.utils import CursorWrapper
from psycopg2 import errorcodes

from common import patience
from common.databases import SOURCE
from common.postgres.holders import holder
from common.refusals import Refusal
from common.wording import first_line, listed

# Somebody has dropped or renamed a table or a column, or taken a right away.
MADE_BY_MIGRATIONS = {errorcodes.UNDEFINED_TABLE, errorcodes.UNDEFINED_COLUMN}
ANOTHER_SCHEMA = {
    *MADE_BY_MIGRATIONS,
    errorcodes.UNDEFINED_FUNCTION,
    errorcodes.INSUFFICIENT_PRIVILEGE,
    # A policy of somebody's asks for a setting; a table is a view now.
    errorcodes.UNDEFINED_OBJECT,
    errorcodes.WRONG_OBJECT_TYPE,
}
# Who keeps readers away, or waits to: PostgreSQL lets nobody past who wants a table for itself.
ALONE = ["AccessExclusiveLock"]
# All but the locks of those who only read.
WRITING = ["RowExclusiveLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"]
HOLDERS = """
    SELECT DISTINCT pid, usename, application_name
    FROM pg_locks LEFT JOIN pg_stat_activity USING (pid)
    WHERE mode = ANY(%(modes)s) AND locktype = 'relation' AND pid IS DISTINCT FROM pg_backend_pid()
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (relation IN (%(turbine)s, %(source_day)s, %(data)s)
           OR relation IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = %(data)s))
"""
# PostgreSQL looks into its own schema first, unless a path names it.
KEEP_TO_THE_SCHEMA_OF_DATA = """
    SELECT pg_catalog.set_config('search_path',
        pg_catalog.concat(pg_catalog.quote_ident(nspname), ', pg_temp'), true)
    FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace
        ON pg_namespace.oid OPERATOR(pg_catalog.=) relnamespace
    WHERE pg_class.oid OPERATOR(pg_catalog.=) 'data'::pg_catalog.regclass
"""
KEEP_TO_POSTGRESQL = """
    SELECT current_setting('search_path'), 'data'::regclass::oid::text,
        'source_day'::regclass::oid::text, 'turbine'::regclass::oid::text,
        set_config('search_path', 'pg_catalog, pg_temp', true)
"""
# Some have all names in quotes, which would be other words, and a pooler between may drop what this
# program sets as it connects: no table is to be left out for what its checks say.
SETTINGS = "SET LOCAL quote_all_identifiers = off; SET LOCAL constraint_exclusion = off"
SET_SEARCH_PATH = "SELECT set_config('search_path', %s, true)"


class UnreadableSource(Refusal):
    """The measurements cannot be relied on as they are; its sentence tells an operator why."""


@contextmanager
def locked_snapshot() -> Iterator[CursorWrapper]:
    """Open a transaction that sees the source at one moment, in which nobody rewrites its tables.

    The locks come before the snapshot: in one that was taken before, a table that was rewritten
    while its lock was waited for is empty. (The transaction of a test has begun already, and sees
    each statement's moment.)

    Raises:
        UnreadableSource: where others keep the tables for themselves for long.
    """
    with _transaction() as cursor:
        if not cursor.db.savepoint_ids:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("LOCK TABLE turbine, source_day, data IN ACCESS SHARE MODE")
        keep_to_the_schema_of_data(cursor)
        yield cursor


@contextmanager
def limited_waits() -> Iterator[CursorWrapper]:
    """Open a transaction at the source in which no lock is waited for for long.

    Raises:
        UnreadableSource: where one would have to be, naming who has it, or where the tables are not
            those that this project made.
    """
    with _transaction() as cursor:
        keep_to_the_schema_of_data(cursor)
        yield cursor


@contextmanager
def _transaction() -> Iterator[CursorWrapper]:
    try:
        with transaction.atomic(using=SOURCE, durable=True), connections[SOURCE].cursor() as cursor:
            cursor.execute(SETTINGS)
            cursor.execute(f"SET LOCAL lock_timeout = '{patience.current().source_lock_s}s'")
            yield cursor
    except DataError as error:
        raise UnreadableSource(f"The source cannot be read: {first_line(error)}.") from error
    except (OperationalError, ProgrammingError) as error:
        code = getattr(error.__cause__, "pgcode", None)
        if code == errorcodes.LOCK_NOT_AVAILABLE:
            waited = f"{patience.current().source_lock_s} seconds"
            # A row of theirs is waited for where nobody has the tables for themselves.
            who = listed(holders(ALONE) or holders(WRITING) or ["somebody who is gone"])
            raise UnreadableSource(
                f"The source's tables could not be read for {waited}: they are locked by {who}."
            ) from error
        if code in ANOTHER_SCHEMA:
            mended = " Where a table or a column is missing: manage.py migrate."
            raise UnreadableSource(
                f"The source is not as this project made it: {first_line(error)}."
                f"{mended if code in MADE_BY_MIGRATIONS else ''}"
            ) from error
        raise


def keep_to_the_schema_of_data(cursor: CursorWrapper) -> None:
    """Let names mean PostgreSQL's own, else tables beside `data`, until the transaction ends.

    Whatever path the session has, and whatever somebody puts before those tables meanwhile.
    """
    cursor.execute(KEEP_TO_THE_SCHEMA_OF_DATA)


@contextmanager
def names_of_postgresql_alone(cursor: CursorWrapper) -> Iterator[dict[str, str]]:
    """Let names mean PostgreSQL's own alone; yield the oids of our tables, by name.

    A function that somebody made beside `data` may fit arguments better than PostgreSQL's own.
    """
    # The setting is one of a transaction, be it that of the caller or one of its own.
    with transaction.atomic(using=SOURCE, savepoint=False):
        cursor.execute(KEEP_TO_POSTGRESQL)
        search_path, data_oid, source_day, turbine, _ = cursor.fetchone()
        yield {"data": data_oid, "source_day": source_day, "turbine": turbine}
        cursor.execute(SET_SEARCH_PATH, [search_path])


def holders(modes: list[str]) -> list[str]:
    """Return who else has locks of these modes on the source's tables."""
    with transaction.atomic(using=SOURCE), connections[SOURCE].cursor() as cursor:
        keep_to_the_schema_of_data(cursor)
        with names_of_postgresql_alone(cursor) as tables:
            cursor.execute(HOLDERS, {"modes": modes, **tables})
            return [holder(*row) for row in cursor.fetchall()]
