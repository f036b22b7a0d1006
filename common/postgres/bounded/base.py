"""The wrapper of connections, where Django looks for it."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import Any

import psycopg2
from django.db.backends.postgresql import base

from common import waits


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that is there in time, or given up, however many addresses the host has."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect.

        Raises:
            psycopg2.OperationalError: where that fails, or takes longer than it may.
        """
        connection: Future[Any] = Future()
        connect = super().get_new_connection
        Thread(target=_keep, args=[connection, connect, conn_params], daemon=True).start()
        limit_s = int(conn_params.get("connect_timeout", waits.CONNECT_S))
        try:
            return connection.result(limit_s)
        except TimeoutError:
            connection.add_done_callback(_close)
            host = conn_params.get("host", "this machine")
            sentence = f"connecting to {host} has taken longer than {limit_s} seconds"
            raise psycopg2.OperationalError(sentence) from None


def _keep(connection: Future[Any], connect: Callable[[Any], Any], parameters: Any) -> None:
    try:
        connection.set_result(connect(parameters))
    except BaseException as error:  # whoever waits for the connection is to hear of it
        connection.set_exception(error)


def _close(connection: Future[Any]) -> None:
    """Close a connection that nobody waits for any more."""
    if not connection.exception():
        connection.result().close()
