"""One moment of the source, in which everything that is read belongs together."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DataError, OperationalError, ProgrammingError, connections, transaction
from django.db.backends.utils import CursorWrapper
from psycopg2 import errorcodes

from common import patience
from common.databases import SOURCE
from common.wording import first_line, listed, quoted

# Somebody has dropped or renamed a table or a column, or taken a right away.
ANOTHER_SCHEMA = {
    errorcodes.UNDEFINED_TABLE,
    errorcodes.UNDEFINED_COLUMN,
    errorcodes.UNDEFINED_FUNCTION,
    errorcodes.INSUFFICIENT_PRIVILEGE,
}
# Who keeps readers away, or waits to: PostgreSQL lets nobody past who wants a table for itself.
ALONE = ["AccessExclusiveLock"]
HOLDERS = """
    SELECT DISTINCT pid, usename, application_name
    FROM pg_locks LEFT JOIN pg_stat_activity USING (pid)
    WHERE mode = ANY(%s) AND locktype = 'relation' AND pid IS DISTINCT FROM pg_backend_pid()
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (relation = ANY(ARRAY['turbine', 'source_day', 'data']::regclass[])
           OR relation IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'data'::regclass))
"""


class UnreadableSource(Exception):
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
    with limited_waits() as cursor:
        if not cursor.db.savepoint_ids:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("LOCK TABLE turbine, source_day, data IN ACCESS SHARE MODE")
        yield cursor


@contextmanager
def limited_waits() -> Iterator[CursorWrapper]:
    """Open a transaction at the source in which no lock is waited for for long.

    Raises:
        UnreadableSource: where one would have to be, naming who has it, or where the tables are not
            those that this project made.
    """
    try:
        with transaction.atomic(using=SOURCE, durable=True), connections[SOURCE].cursor() as cursor:
            # Some have all names in quotes, which would be other words.
            cursor.execute("SET LOCAL quote_all_identifiers = off")
            cursor.execute(f"SET LOCAL lock_timeout = '{patience.current().source_lock_s}s'")
            yield cursor
    except DataError as error:
        raise UnreadableSource(f"The source cannot be read: {first_line(error)}.") from error
    except (OperationalError, ProgrammingError) as error:
        code = getattr(error.__cause__, "pgcode", None)
        if code == errorcodes.LOCK_NOT_AVAILABLE:
            waited = f"{patience.current().source_lock_s} seconds"
            who = listed(holders(ALONE) or ["somebody who is gone"])
            raise UnreadableSource(
                f"The source's tables could not be read for {waited}: they are locked by {who}."
            ) from error
        if code in ANOTHER_SCHEMA:
            raise UnreadableSource(
                f"The source is not as this project made it: {first_line(error)}."
            ) from error
        raise


def holders(modes: list[str]) -> list[str]:
    """Return who else has locks of these modes on the source's tables."""
    with connections[SOURCE].cursor() as cursor:
        cursor.execute(HOLDERS, [modes])
        return [_holder(*row) for row in cursor.fetchall()]


def _holder(pid: int | None, account: str | None, program: str | None) -> str:
    if pid is None:
        return "a prepared transaction (see pg_prepared_xacts)"
    return f"process {pid} (account {quoted(account or '')}, program {quoted(program or '')})"
