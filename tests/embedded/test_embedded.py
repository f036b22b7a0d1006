"""The embedded server, with real processes, in folders of its own."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.db import DEFAULT_DB_ALIAS
from django.db.utils import OperationalError

import embedded
from embedded import accounts, binaries
from embedded.base import DatabaseWrapper
from embedded.errors import EmbeddedServerError
from embedded.files import LONGEST_SOCKET_PATH, ServerFiles
from embedded.server import Server

CHECKOUT = Path(embedded.__file__).parents[1]
BACKEND: dict[str, Any] = {
    "AUTOCOMMIT": True,
    "CONN_HEALTH_CHECKS": False,
    "CONN_MAX_AGE": 0,
    "PASSWORD": "",
    "TIME_ZONE": None,
}
# The client connects, says so, and stays until its standard input is closed.
CLIENT = f"""
import sys
from pathlib import Path
from django.conf import settings
import embedded
from embedded.base import DatabaseWrapper
settings.configure()
entry = embedded.database("target", Path(sys.argv[1]))
DatabaseWrapper({{**{BACKEND}, **entry}}, "default").connect()
print("connected", flush=True)
sys.stdin.read()
"""
DEADLINE_SECONDS = 30

Client = subprocess.Popen[str]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a server that has been started and stopped."""
    directory = tmp_path_factory.mktemp("template") / "postgres"
    with client(directory):
        pass
    wait_until(lambda: not processes_of(directory))
    return directory


@pytest.fixture
def directory(template: Path, tmp_path: Path) -> Iterator[Path]:
    """Return the folder of a server that is ready to be started; none may be left in the end."""
    copy = tmp_path / "with space" / "postgres"
    shutil.copytree(template, copy, symlinks=True)
    for path in [copy, *copy.rglob("*")]:
        os.chown(path, *accounts.Account(template.stat().st_uid, template.stat().st_gid))
    yield copy
    wait_until(lambda: not processes_of(copy))
    shutil.rmtree(ServerFiles(copy).socket_directory, ignore_errors=True)


def client(directory: Path, **options: Any) -> Client:
    """Start a process that uses the server, and wait until it is connected."""
    process = start_client(directory, **options)
    assert process.stdout
    assert process.stdout.readline() == "connected\n"
    return process


def start_client(directory: Path, **options: Any) -> Client:
    return subprocess.Popen(
        [sys.executable, "-c", CLIENT, str(directory)],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **options,
    )


def processes_of(directory: Path, program: str = "") -> list[int]:
    """Return the numbers of the server's processes whose command line holds `program`."""
    pids = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().decode()
        except OSError:
            continue
        if str(directory) in command and CLIENT not in command and program in command:
            pids.append(int(entry.name))
    return pids


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def kill(*pids: int) -> None:
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def connect(directory: Path, name: str = "target") -> psycopg2.extensions.connection:
    host = str(ServerFiles(directory).socket_directory)
    return psycopg2.connect(host=host, port=5432, user="postgres", dbname=name)


def backend(directory: Path, name: str = "target") -> DatabaseWrapper:
    return DatabaseWrapper({**BACKEND, **embedded.database(name, directory)}, DEFAULT_DB_ALIAS)


def test_a_server_that_stands_still_is_given_up_and_not_started(directory: Path) -> None:
    user = client(directory)
    server = int((ServerFiles(directory).data / "postmaster.pid").read_text().split()[0])
    os.kill(server, signal.SIGSTOP)
    impatient = os.environ | {"PGCONNECT_TIMEOUT": "2"}
    try:
        other = start_client(directory, env=impatient, stderr=subprocess.PIPE)
        _, error = other.communicate(timeout=20)
    finally:
        os.kill(server, signal.SIGCONT)
        user.communicate()
    assert "timeout expired" in error


def test_settings_start_nothing(tmp_path: Path) -> None:
    backend(tmp_path / "postgres")
    assert list(tmp_path.iterdir()) == []


def test_several_processes_at_once_make_one_server(tmp_path: Path) -> None:
    clients = [start_client(tmp_path / "postgres") for _ in range(4)]
    assert [c.stdout and c.stdout.readline() for c in clients] == ["connected\n"] * 4
    assert len(processes_of(tmp_path, "bin/postgres")) == 2  # the server and its keeper
    for name in ("source", "target"):
        connect(tmp_path / "postgres", name).close()
    for c in clients:
        c.communicate()
    wait_until(lambda: not processes_of(tmp_path))


def test_it_stops_with_its_last_user(directory: Path) -> None:
    with client(directory):
        with client(directory):
            pass
        connect(directory).close()
    wait_until(lambda: not processes_of(directory))
    with pytest.raises(psycopg2.OperationalError):
        connect(directory)


def test_the_environment_and_the_standard_port_do_not_matter(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGHOST", "nowhere.invalid")
    with client(directory):
        with closing(connect(directory)) as connection, connection.cursor() as cursor:
            cursor.execute("SHOW listen_addresses")
            assert cursor.fetchall() == [("",)]


def test_a_long_path_has_its_socket_elsewhere(directory: Path) -> None:
    long = directory.parent.rename(directory.parent.with_name("x" * 150)) / "postgres"
    socket_directory = ServerFiles(long).socket_directory
    assert len(str(socket_directory)) < LONGEST_SOCKET_PATH
    with client(long):
        connect(long).close()
        assert socket_directory.stat().st_mode & 0o077 == 0
    wait_until(lambda: not processes_of(long))
    assert not socket_directory.exists()


@pytest.mark.parametrize(("kind", "uid"), [("link", os.getuid()), ("folder", 54321)])
def test_a_socket_folder_that_is_not_ours_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, uid: int
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    folder = tmp_path if kind == "folder" else tmp_path / "link"
    if kind == "link":
        folder.symlink_to(tmp_path)
    with pytest.raises(EmbeddedServerError, match=f"listens in {folder}, which must be a folder"):
        accounts.make_private(folder, accounts.Account(uid, os.getgid()))


@pytest.mark.parametrize("victim", ["bin/postgres", "keeper.py"])
def test_a_killed_server_is_started_again_by_the_next_connection(
    directory: Path, victim: str
) -> None:
    with client(directory):
        kill(*processes_of(directory, victim))
        with client(directory):
            connect(directory).close()


@pytest.mark.parametrize("victim", ["bin/postgres", "keeper.py"])
def test_a_killed_server_leaves_no_process_behind(directory: Path, victim: str) -> None:
    with client(directory):
        kill(processes_of(directory, victim)[-1])
        wait_until(lambda: not processes_of(directory))


def test_a_killed_user_leaves_no_process_behind(directory: Path) -> None:
    with client(directory) as process:
        kill(process.pid)
    wait_until(lambda: not processes_of(directory))


def test_a_user_killed_while_starting_leaves_nothing_half_made(tmp_path: Path) -> None:
    files = ServerFiles(tmp_path / "postgres")
    with start_client(files.directory) as process:
        wait_until(files.unfinished_data.exists)
        kill(process.pid)
    with client(files.directory):
        connect(files.directory).close()
    wait_until(lambda: not processes_of(tmp_path))
    assert not files.unfinished_data.exists()


def test_a_stopped_keeper_hinders_nobody(directory: Path) -> None:
    with client(directory):
        (keeper,) = processes_of(directory, "keeper.py")
        os.kill(keeper, signal.SIGSTOP)
        kill(*(set(processes_of(directory, "bin/postgres")) - {keeper}))
        with client(directory):
            connect(directory).close()
            os.kill(keeper, signal.SIGCONT)
            wait_until(lambda: keeper not in processes_of(directory))
            connect(directory).close()


def test_a_stale_pid_file_harms_no_foreign_process(directory: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as foreign:
        pid_file = ServerFiles(directory).data / "postmaster.pid"
        pid_file.write_text(f"{foreign.pid}\n{pid_file.parent}\n1\n5432\n\n\n\nready   \n")
        with client(directory):
            connect(directory).close()
        assert foreign.poll() is None
        foreign.kill()


def test_the_data_of_another_version_is_refused(directory: Path) -> None:
    version = ServerFiles(directory).data / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(EmbeddedServerError, match=r"made by PostgreSQL 17, .* 18: delete it"):
        Server(directory).start()
    version.unlink()
    with pytest.raises(EmbeddedServerError, match="is not a data directory of PostgreSQL"):
        Server(directory).start()


def test_the_log_tells_why_it_does_not_start(directory: Path) -> None:
    long = directory.parent.rename(directory.parent.with_name("x" * 150)) / "postgres"
    with (ServerFiles(long).data / "postgresql.conf").open("a") as settings:
        settings.write("nonsense = 1\n")
    Server(long).join()
    with pytest.raises(EmbeddedServerError, match=r"log says: .* contains errors"):
        Server(long).start()
    assert not ServerFiles(long).socket_directory.exists()


def test_a_big_log_begins_anew(directory: Path) -> None:
    log = ServerFiles(directory).log
    with log.open("a") as file:
        file.write("x" * 2_000_000)
    with client(directory):
        assert log.stat().st_size < 10_000


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").touch()
    with pytest.raises(EmbeddedServerError, match=f"{tmp_path}/var/postgres"):
        Server(tmp_path / "var" / "postgres").join()


def test_the_folder_of_another_account_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = accounts.Account(tmp_path.stat().st_uid, 0).name
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    with pytest.raises(EmbeddedServerError, match=f"belongs to {owner}, not to 54321: run"):
        Server(tmp_path).join()


def test_its_error_is_one_of_the_database() -> None:
    assert issubclass(EmbeddedServerError, OperationalError)


def test_psql_comes_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    connection = backend(tmp_path / "postgres")
    command, _ = connection.client.settings_to_cmd_args_env(connection.settings_dict, ["-c", "x"])
    assert command[0] == binaries.program("psql")
    assert subprocess.check_output([command[0], "--version"]).startswith(b"psql (PostgreSQL) 18")
