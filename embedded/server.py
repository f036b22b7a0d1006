"""The embedded PostgreSQL server.

Who uses it and whether it runs is counted by the kernel, in file locks: whatever is killed, at
whatever moment, the next connection finds out what is left and goes on from there.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection as Connection

from embedded import binaries, keeper
from embedded.accounts import Account, claim, make_private, open_the_way
from embedded.data import make_data
from embedded.errors import EmbeddedServerError
from embedded.files import PORT, USER, ServerFiles
from embedded.locks import POLL_SECONDS, exclusive, open_lock, try_lock, wait_for_lock

DATABASES = ("source", "target")
# To recover from a crash may take that long; everything else takes a second or two.
PATIENCE_SECONDS = 60
# The second start is for a server that was killed.
MOST_STARTS = 2
SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}

# Each lock says that this process uses the server of a folder, for the life of the process.
_used: dict[Path, int] = {}


class Server:
    """The server in a folder, shared by all processes that name the same."""

    def __init__(self, directory: Path) -> None:
        self.files = ServerFiles(directory)

    def join(self) -> None:
        """Count this process among the users, so that the server outlives it.

        Raises EmbeddedServerError if the folder is not for this account to use.
        """
        directory, path = self.files.directory, self.files.users_lock
        if directory in _used and _is_open_file(_used[directory], path):
            return
        with self._explaining_errors():
            descriptor = open_lock(path, claim(directory))
            wait_for_lock(descriptor, fcntl.LOCK_SH, PATIENCE_SECONDS)
            _used[directory] = descriptor

    def start(self) -> None:
        """Make and start the server and its databases, whichever of these are missing.

        Raises EmbeddedServerError if that does not succeed.
        """
        with self._explaining_errors():
            account = claim(self.files.directory)
            with exclusive(self.files.start_lock, account, PATIENCE_SECONDS) as lock:
                if os.geteuid() == 0:
                    open_the_way(account, Path(binaries.program("postgres")), self.files.data)
                make_data(self.files, account, lock)
                with closing(self._running(account)) as connection:
                    _make_databases(connection)

    @contextmanager
    def _explaining_errors(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            raise EmbeddedServerError(
                f"The embedded PostgreSQL in {self.files.directory} has been starting or stopping"
                f" for more than {PATIENCE_SECONDS} seconds: end the processes that use it."
            ) from error
        except (OSError, psycopg2.Error) as error:
            raise EmbeddedServerError(
                f"The embedded PostgreSQL in {self.files.directory} cannot be used: {error}"
            ) from error

    def _running(self, account: Account) -> Connection:
        """Return a connection to the server, started where it does not run."""
        starts = 0
        log_size = self._log_size()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (connection := self._connection()) is None:
            if time.monotonic() > deadline:
                raise TimeoutError
            # A server that is still ending keeps the lock.
            if self._is_down(account):
                if starts == MOST_STARTS:
                    raise self._failure(log_size)
                starts += 1
                self._start_keeper(account)
            time.sleep(POLL_SECONDS)
        return connection

    def _connection(self) -> Connection | None:
        if not self._is_ready():
            return None
        host = str(self.files.socket_directory)
        try:
            return psycopg2.connect(
                host=host, port=PORT, user=USER, dbname="postgres", connect_timeout=5
            )
        except psycopg2.OperationalError:
            return None

    def _is_ready(self) -> bool:
        # To ask the server by connecting would fill its log with refusals.
        try:
            return (self.files.data / "postmaster.pid").read_text().rstrip().endswith("ready")
        except FileNotFoundError:
            return False

    def _is_down(self, account: Account) -> bool:
        descriptor = open_lock(self.files.server_lock, account)
        try:
            return try_lock(descriptor, fcntl.LOCK_EX)
        finally:
            os.close(descriptor)

    def _start_keeper(self, account: Account) -> None:
        files = self.files
        make_private(files.socket_directory, account)
        locations = (files.users_lock, files.server_lock, files.socket_directory, files.log)
        program = [sys.executable, "-I", "-S", keeper.__file__, *map(str, locations)]
        account_and_data = [str(account.uid), str(account.gid), str(files.data)]
        code = subprocess.run(
            [*program, *account_and_data, *_postgres(files)],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            check=False,
        ).returncode
        if code not in (0, keeper.BUSY, -signal.SIGKILL):
            raise EmbeddedServerError(f"{keeper.__file__} ended with exit code {code}.")

    def _log_size(self) -> int:
        size = self.files.log.stat().st_size if self.files.log.exists() else 0
        return size if size <= keeper.LOG_BYTES else 0

    def _failure(self, log_size: int) -> EmbeddedServerError:
        with suppress(OSError):
            self.files.socket_directory.rmdir()
        lines = self.files.log.read_bytes()[log_size:].decode(errors="replace").splitlines()
        fatal = [line for line in lines if "FATAL:" in line or "PANIC:" in line]
        reason = (fatal or lines or ["nothing"])[-1]
        return EmbeddedServerError(
            f"The embedded PostgreSQL does not start; the log {self.files.log} says: {reason}"
        )


def _is_open_file(descriptor: int, path: Path) -> bool:
    # Somebody may have deleted the folder while this process held the lock in it.
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


def _postgres(files: ServerFiles) -> list[str]:
    quoted = str(files.socket_directory).replace('"', '""')
    settings = {**SETTINGS, "unix_socket_directories": f'"{quoted}"'}
    options = [text for name, value in settings.items() for text in ("-c", f"{name}={value}")]
    return [binaries.program("postgres"), "-D", str(files.data), *options]


def _make_databases(connection: Connection) -> None:
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        existing = {name for (name,) in cursor.fetchall()}
        for name in DATABASES:
            if name not in existing:
                cursor.execute(f"CREATE DATABASE {name}")
