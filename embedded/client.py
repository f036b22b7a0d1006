"""`manage.py dbshell` for the embedded PostgreSQL."""

import shutil
from collections.abc import Iterable
from typing import Any

from django.db.backends.postgresql import client

from embedded import binaries


class DatabaseClient(client.DatabaseClient):
    """Runs psql: the system's, else the one that comes with the embedded server."""

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        (name, *arguments), environment = super().settings_to_cmd_args_env(
            settings_dict, parameters
        )
        return [shutil.which(name) or binaries.program(name), *arguments], environment

    def runshell(self, parameters: Iterable[str]) -> None:
        self.connection.ensure_connection()
        self.connection.close()
        super().runshell(parameters)
