"""Hosts of the tests' own: network namespaces on this machine, whose packets can be dropped."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

from embedded import binaries
from embedded.broker import _program
from tests.processes import wait_until

HERE = "10.77.0.1"
BRIDGE = "windbr0"
# PostgreSQL refuses to run as root.
ACCOUNT = "nobody"
# One process at a time has the network: given to several, all but one would wait for it.
ONE_NETWORK = pytest.mark.xdist_group("network")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """They take their time; their lock lets one process after the other have the network."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.long)


def can_make_hosts() -> bool:
    return os.geteuid() == 0 and all(map(shutil.which, ["ip", "iptables", "runuser"]))


def command(*arguments: str) -> None:
    subprocess.run(arguments, check=True, capture_output=True, timeout=60)


@dataclass(frozen=True)
class Host:
    """A host that the others reach by its address."""

    name: str
    address: str

    @property
    def inside(self) -> list[str]:
        """The words with which a command begins that runs on this host."""
        return ["ip", "netns", "exec", self.name]

    def make(self) -> None:
        link = f"v{self.name}"
        command("ip", "netns", "add", self.name)
        peer = ["peer", "name", "eth0", "netns", self.name]
        command("ip", "link", "add", link, "type", "veth", *peer)
        command("ip", "link", "set", link, "master", BRIDGE, "up")
        command("ip", "-n", self.name, "address", "add", f"{self.address}/24", "dev", "eth0")
        command("ip", "-n", self.name, "link", "set", "eth0", "up")
        command("ip", "-n", self.name, "link", "set", "lo", "up")
        # The bridge remembers for a while where an earlier host of this address was.
        command("ip", "neighbour", "flush", "dev", BRIDGE)

    def vanish(self) -> None:
        """Drop what it sends and what it is sent: nothing is refused, and nobody hears of it."""
        for chain, side in (("INPUT", "-i"), ("OUTPUT", "-o")):
            command(*self.inside, "iptables", "-A", chain, side, "eth0", "-j", "DROP")

    def come_back(self) -> None:
        command(*self.inside, "iptables", "-F")

    def remove(self) -> None:
        with suppress(subprocess.CalledProcessError):
            listing = subprocess.run(
                ["ip", "netns", "pids", self.name], capture_output=True, text=True, check=True
            )
            for pid in listing.stdout.split():
                with suppress(ProcessLookupError):
                    os.kill(int(pid), 9)
            command("ip", "link", "delete", f"v{self.name}")
            command("ip", "netns", "delete", self.name)


@pytest.fixture(scope="module")
def network() -> Iterator[None]:
    if not can_make_hosts():
        is_required = os.environ.get("HOST_TESTS") == "required"
        (pytest.fail if is_required else pytest.skip)(
            "hosts of one's own need root, and: apt-get install iproute2 iptables"
        )
    with open(Path(tempfile.gettempdir()) / "windproject-hosts.lock", "w") as one_at_a_time:
        # The hosts have the same names and addresses in every process that makes them.
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        with suppress(subprocess.CalledProcessError):
            command("ip", "link", "delete", BRIDGE)
        command("ip", "link", "add", BRIDGE, "type", "bridge")
        command("ip", "address", "add", f"{HERE}/24", "dev", BRIDGE)
        command("ip", "link", "set", BRIDGE, "up")
        yield
        command("ip", "link", "delete", BRIDGE)


@contextmanager
def _host(name: str, number: int) -> Iterator[Host]:
    host = Host(name, f"10.77.0.{number}")
    host.remove()
    host.make()
    try:
        yield host
    finally:
        host.remove()


@pytest.fixture
def database_host(network: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A host with a PostgreSQL server, which has databases `source` and `target`."""
    folder = Path("/tmp") / f"windproject-host-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.chown(folder, ACCOUNT)
    home = str(folder / "data")
    as_account = ["runuser", "-u", ACCOUNT, "--"]
    with _host("winddb", 2) as host:
        trusting = ["-A", "trust", "-U", "postgres"]
        command(*as_account, binaries.program("initdb"), "-D", home, *trusting)
        with open(folder / "data" / "pg_hba.conf", "a") as allowed:
            allowed.write("host all all 10.77.0.0/24 trust\n")
        server = [binaries.program("postgres"), "-D", home, "-h", host.address, "-k", home]
        with _running([*host.inside, *as_account, *server]):
            wait_until(lambda: answers(host), "database server")
            for name in ("source", "target"):
                command(binaries.program("psql"), *_of(host), "-c", f"CREATE DATABASE {name}")
            yield host
            host.come_back()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def worker_host(network: None) -> Iterator[Host]:
    """A host on which programs can be run."""
    with _host("windwk", 3) as host:
        yield host


@pytest.fixture
def broker_host(network: None) -> Iterator[Host]:
    """A host with a broker, at its usual port."""
    with _host("windbk", 4) as host:
        server = [str(_program()), "--bind", host.address, "--protected-mode", "no", "--save", ""]
        with _running([*host.inside, *server]):
            yield host
            host.come_back()


def _of(host: Host) -> list[str]:
    return ["-h", host.address, "-U", "postgres", "-d", "postgres"]


def answers(host: Host) -> bool:
    question = [binaries.program("psql"), *_of(host), "-c", "SELECT 1"]
    limited = os.environ | {"PGCONNECT_TIMEOUT": "2"}
    return subprocess.run(question, capture_output=True, check=False, env=limited).returncode == 0


@contextmanager
def _running(arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield child
    finally:
        child.terminate()
        child.wait()


@dataclass(frozen=True)
class Deployment:
    """Programs of the project that have one environment, wherever they run."""

    environment: dict[str, str]

    @contextmanager
    def run(
        self, *arguments: str, at: Host | None = None, **environment: str
    ) -> Iterator[subprocess.Popen[str]]:
        """Run a program of this Python, at a host or here, and end it with the block."""
        child = subprocess.Popen(
            [*(at.inside if at else []), sys.executable, *arguments],
            cwd=settings.BASE_DIR,
            env=os.environ | self.environment | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        try:
            yield child
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, 9)
            child.wait()

    def manage(self, *arguments: str) -> str:
        """Run a management command to its end, and return what it printed."""
        with self.run("manage.py", *arguments) as child:
            printed, _ = child.communicate(timeout=300)
            return printed


@pytest.fixture
def deployment(database_host: Host) -> Deployment:
    """A deployment whose databases are on a host of their own."""
    databases = {
        f"{name.upper()}_DATABASE_URL": f"postgres://postgres@{database_host.address}/{name}"
        for name in ("source", "target")
    }
    own = {"DJANGO_SETTINGS_MODULE": "windproject.settings", "LOG_LEVEL": "ERROR"}
    return Deployment(databases | own)
