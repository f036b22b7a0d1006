"""The database backend: Django's own for PostgreSQL, on a server that it starts itself."""

from typing import Any

import psycopg2
from django.db.backends.postgresql import base

from embedded.client import DatabaseClient
from embedded.server import Server


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to the embedded server in the folder `OPTIONS["directory"]`."""

    client_class = DatabaseClient

    def get_connection_params(self) -> dict[str, Any]:
        parameters: dict[str, Any] = super().get_connection_params()
        del parameters["directory"]
        return parameters

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect, and start the server where it does not run.

        Raises EmbeddedServerError if it cannot be started.
        """
        server = Server(self.settings_dict["OPTIONS"]["directory"])
        server.join()
        try:
            return super().get_new_connection(conn_params)
        except psycopg2.OperationalError as error:
            if _runs(error):
                raise
            server.start()
            return super().get_new_connection(conn_params)


def _runs(error: psycopg2.OperationalError) -> bool:
    """Return whether the server runs, but has no connection left, or stands still.

    Its messages, and those of the library that connects, are English.
    """
    runs = ("too many clients", "connection slots", "timeout expired")
    return any(words in str(error) for words in runs)
