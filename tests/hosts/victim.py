"""A program that is busy with a database in some way when its host or the database's vanishes.

It prints "ready" once it is busy; then how many seconds it took until it heard, and the error.
"""

import sys
import time
from collections.abc import Callable
from io import BytesIO

import django

django.setup()

from django.db import DatabaseError, connections

from common.patience import keep_to
from common.waits import RUN


def ready() -> None:
    print("ready", flush=True)


def idle() -> None:
    """Ask on a connection that was idle while the host vanished."""
    ready()
    sys.stdin.readline()
    with connections["source"].cursor() as cursor:
        cursor.execute("SELECT 1")


def query() -> None:
    """Wait for the end of a query."""
    with connections["source"].cursor() as cursor:
        ready()
        cursor.execute("SELECT pg_sleep(80)")


def copy_out() -> None:
    """Receive rows, which come slowly."""
    rows = "COPY (SELECT n, pg_sleep(0.05) FROM generate_series(1, 2000) n) TO STDOUT"
    with connections["source"].cursor() as cursor, connections["source"].wrap_database_errors:
        ready()
        cursor.cursor.copy_expert(rows, BytesIO())


class Endless:
    """Rows without an end."""

    def read(self, size: int) -> bytes:
        return b"1\n" * 4000


def copy_in() -> None:
    """Send rows."""
    with connections["source"].cursor() as cursor, connections["source"].wrap_database_errors:
        cursor.execute("CREATE TEMP TABLE rows (n int)")
        ready()
        cursor.cursor.copy_expert("COPY rows FROM STDIN", Endless())


def holds_lock() -> None:
    """Hold a lock, and do nothing."""
    with connections["source"].cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE turbine")
        ready()
        sys.stdin.readline()


KINDS: dict[str, Callable[[], None]] = {
    function.__name__: function for function in (idle, query, copy_out, copy_in, holds_lock)
}

if __name__ == "__main__":
    keep_to(RUN)
    with connections["source"].cursor() as cursor:
        cursor.execute("SELECT 1")
    started = time.monotonic()
    try:
        KINDS[sys.argv[1]]()
    except DatabaseError as error:
        print(f"{time.monotonic() - started:.1f} {type(error).__name__}", flush=True)
