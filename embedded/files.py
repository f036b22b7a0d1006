"""Where the embedded server keeps its files."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

USER = "postgres"
PORT = "5432"
# The kernel allows 107 bytes for the path of a socket.
LONGEST_SOCKET_PATH = 100
# tempfile's folder would depend on TMPDIR, and all processes must find the same one.
TEMPORARY = Path("/tmp")


@dataclass(frozen=True)
class ServerFiles:
    """The files of the server whose folder is `directory`, an absolute path."""

    directory: Path

    @property
    def data(self) -> Path:
        """The data directory, as initdb made it."""
        return self.directory / "data"

    @property
    def unfinished_data(self) -> Path:
        """The data directory while initdb is making it."""
        return self.directory / "data.unfinished"

    @property
    def log(self) -> Path:
        """The log of the server."""
        return self.directory / "log"

    @property
    def users_lock(self) -> Path:
        """Locked, shared, by every process that uses the server, for as long as it lives."""
        return self.directory / "users.lock"

    @property
    def start_lock(self) -> Path:
        """Locked by the process that is making or starting the server."""
        return self.directory / "start.lock"

    @property
    def server_lock(self) -> Path:
        """Locked by the processes of the server themselves."""
        return self.directory / "server.lock"

    @property
    def socket_directory(self) -> Path:
        """The folder of the socket at which the server listens."""
        return socket_directory(self.directory, f".s.PGSQL.{PORT}")


def socket_directory(directory: Path, name: str) -> Path:
    """Return the folder for the socket `name`: this one, or a temporary one for a long path.

    libpq would also take a comma for the end of a host's name.
    """
    socket = os.fsencode(directory / name)
    if len(socket) <= LONGEST_SOCKET_PATH and b"," not in socket:
        return directory
    return TEMPORARY / f"windproject-{hashlib.sha256(socket).hexdigest()[:16]}"
