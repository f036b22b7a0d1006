"""Sessions of somebody else at a database, who knows nothing of this project."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from django.db import connections


class Session:
    """A connection to a database; each statement commits by itself unless it says BEGIN."""

    def __init__(self, dsn: str) -> None:
        self.connection = psycopg2.connect(dsn, application_name="somebody")
        self.connection.autocommit = True

    def run(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run the statements; return the rows of the last one, where it has rows."""
        with self.connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def session(alias: str = "source") -> Iterator[Session]:
    """Open a session, which ends with the block, and its transaction with it."""
    with connections[alias].cursor() as cursor:
        dsn = cursor.connection.dsn
    opened = Session(dsn)
    try:
        yield opened
    finally:
        opened.connection.close()


def is_waited_for(alias: str = "source") -> bool:
    """Return whether anybody at the database waits for a lock."""
    with session(alias) as looking:
        waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return bool(looking.run(f"{waiting} AND datname = current_database()"))
