"""The wrapper of connections, where Django looks for it."""

from concurrent.futures import Future
from functools import partial
from typing import Any

import psycopg2
from django.db.backends.postgresql import base

from common import waits
from common.leaving import within


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that is there in time, or given up, however many addresses the host has."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect.

        Raises:
            psycopg2.OperationalError: where that fails, or takes longer than it may.
        """
        connect = partial(super().get_new_connection, conn_params)
        limit_s = int(conn_params.get("connect_timeout", waits.CONNECT_S))
        try:
            return within(limit_s, connect, late=_close)
        except TimeoutError:
            host = conn_params.get("host", "this machine")
            sentence = f"connecting to {host} has taken longer than {limit_s} seconds"
            raise psycopg2.OperationalError(sentence) from None


def _close(connection: Future[Any]) -> None:
    """Close a connection that nobody waits for any more."""
    if not connection.exception():
        connection.result().close()
