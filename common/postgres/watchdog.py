"""Leaving a database server that stands still, which ends no statement and lets no connection fall.

Its host answers the network, so that keepalives find nothing wrong. A thread of this process ends
the connection from this side, which frees the one that waits for an answer.
"""

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any

import psycopg2
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

LOOKED_AT_EVERY_S = 1

# The times at which the statements that are under way began, by their connection.
_began: dict[BaseDatabaseWrapper, float] = {}


def start(longest_s: float) -> None:
    """End, from now on, each connection of this process whose statement takes longer."""
    connection_created.connect(_guard, weak=False)
    Thread(target=_watch, args=[longest_s], daemon=True).start()


@contextmanager
def guarding(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Within the block the connection waits for its server no longer than a statement may take."""
    _began[connection] = time.monotonic()
    try:
        yield
    finally:
        _began.pop(connection, None)


def _guard(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    if _execute not in connection.execute_wrappers:
        connection.execute_wrappers.append(_execute)


def _execute(
    execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: dict[str, Any]
) -> Any:
    with guarding(context["connection"]):
        return execute(sql, parameters, many, context)


def _watch(longest_s: float) -> None:
    while True:
        time.sleep(LOOKED_AT_EVERY_S)
        overdue = time.monotonic() - longest_s
        for connection, began in [*_began.items()]:
            if began < overdue:
                _end(connection)


def _end(connection: BaseDatabaseWrapper) -> None:
    """End the connection below psycopg2, which waits in another thread, and hears of it there."""
    # The statement may have ended by itself just now.
    with suppress(OSError, AttributeError, psycopg2.Error):
        link = socket.socket(fileno=os.dup(connection.connection.fileno()))
        link.shutdown(socket.SHUT_RDWR)
        link.close()
