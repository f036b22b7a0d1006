"""Leaving a database server that stands still, which ends no statement and lets no connection fall.

Its host answers the network, so that keepalives find nothing wrong. A thread of this process ends
the connection from this side, which frees the one that waits for an answer.
"""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any

import psycopg2
from django.db import connections
from psycopg2 import extensions

LOOKED_AT_EVERY_S = 1

# The times at which the questions that are under way began, by their connection.
_began: dict[extensions.connection, float] = {}


def start(longest_s: float) -> None:
    """End, from now on, each connection of this process that an answer takes longer on.

    What the process asks that this one was forked from is none of its own.
    """
    _began.clear()
    for connection in connections.all():
        connection.close()
        factories = {"connection_factory": WatchedConnection, "cursor_factory": WatchedCursor}
        connection.settings_dict["OPTIONS"].update(factories)
    Thread(target=_watch, args=[longest_s], daemon=True).start()


@contextmanager
def _watched(connection: extensions.connection) -> Iterator[None]:
    """Within the block the connection waits for its server, but not for ever."""
    _began[connection] = time.monotonic()
    try:
        yield
    finally:
        _began.pop(connection, None)


class WatchedConnection(extensions.connection):
    """A connection whose transactions do not wait for ever to end.

    Django passes its own wrappers of statements by where it looks whether a kept connection works,
    so all is watched below Django.
    """

    def commit(self) -> None:
        with _watched(self):
            super().commit()

    def rollback(self) -> None:
        with _watched(self):
            super().rollback()


class WatchedCursor(extensions.cursor):
    """A cursor that does not wait for ever: for a statement, or for rows kept at the server."""

    def execute(self, *arguments: Any, **keywords: Any) -> None:
        with _watched(self.connection):
            super().execute(*arguments, **keywords)

    def executemany(self, *arguments: Any, **keywords: Any) -> None:
        with _watched(self.connection):
            super().executemany(*arguments, **keywords)

    def copy_expert(self, *arguments: Any, **keywords: Any) -> None:
        with _watched(self.connection):
            super().copy_expert(*arguments, **keywords)

    def fetchone(self) -> tuple[Any, ...] | None:
        with _watched(self.connection):
            return super().fetchone()

    def fetchmany(self, *arguments: Any, **keywords: Any) -> list[tuple[Any, ...]]:
        with _watched(self.connection):
            return super().fetchmany(*arguments, **keywords)

    def fetchall(self) -> list[tuple[Any, ...]]:
        with _watched(self.connection):
            return super().fetchall()

    def close(self) -> None:
        with _watched(self.connection):
            super().close()


def _watch(longest_s: float) -> None:
    while True:
        time.sleep(LOOKED_AT_EVERY_S)
        overdue = time.monotonic() - longest_s
        for connection, began in [*_began.items()]:
            if began < overdue:
                _end(connection)


def _end(connection: extensions.connection) -> None:
    """End the connection below psycopg2, which waits in another thread, and hears of it there."""
    # The statement may have ended by itself just now.
    with suppress(OSError, psycopg2.Error):
        link = socket.socket(fileno=os.dup(connection.fileno()))
        link.shutdown(socket.SHUT_RDWR)
        link.close()
