"""Hosts that vanish without a word: nothing waits for one for longer than stated."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.hosts.conftest import HERE, Host, output, program
from tests.processes import wait_until
from tests.windproject.test_serve import free_port
from windproject import waits
from windproject.days import today
from windproject.embedded.broker import _program

pytestmark = pytest.mark.long

# Keepalives find it, and end the connection when nothing was acknowledged for so long.
FOUND_S = waits.UNACKNOWLEDGED_S
SLACK_S = 4
KINDS = ["idle", "query", "copy_out", "copy_in"]
DAY = today() - timedelta(days=3)


def test_a_database_host_that_vanishes_is_noticed_in_time(database_host: Host) -> None:
    with ExitStack() as stack:
        children = [
            stack.enter_context(
                program("-m", "tests.hosts.victim", kind, database_host=database_host)
            )
            for kind in KINDS
        ]
        for child in children:
            assert line_of(child) == "ready"
        database_host.vanish()
        go_on(children[0])
        heard = [line_of(child).split() for child in children]
    print(dict(zip(KINDS, heard, strict=True)))
    assert max(float(seconds) for seconds, _ in heard) < FOUND_S + SLACK_S
    assert {error for _, error in heard} <= {"OperationalError", "InterfaceError", "DatabaseError"}


def line_of(child: subprocess.Popen[str]) -> str:
    assert child.stdout
    return child.stdout.readline().strip()


def go_on(child: subprocess.Popen[str]) -> None:
    assert child.stdin
    child.stdin.write("\n")
    child.stdin.flush()


CONNECTS = """
from time import monotonic
from django.db import OperationalError, connection
started = monotonic()
try:
    connection.ensure_connection()
except OperationalError:
    print(monotonic() - started)
"""


def test_a_connection_to_a_host_that_is_not_there_is_given_up(database_host: Host) -> None:
    database_host.vanish()
    took_s = output("manage.py", "shell", "-v0", "-c", CONNECTS, database_host=database_host)
    assert float(took_s) < waits.CONNECT_S + SLACK_S


def test_what_a_vanished_host_has_locked_is_free_again(
    database_host: Host, worker_host: Host
) -> None:
    output("manage.py", "migrate", "-v0", database_host=database_host)
    with program(
        "-m", "tests.hosts.victim", "holds_lock", database_host=database_host, at=worker_host
    ) as child:
        assert line_of(child) == "ready"
        worker_host.vanish()
        started = time.monotonic()
        locking = "from sourcedata.models import Turbine; Turbine.objects.create(name='T01')"
        output("manage.py", "shell", "-c", locking, database_host=database_host)
        assert time.monotonic() - started < FOUND_S + SLACK_S


@pytest.fixture
def broker(network: None) -> Iterator[str]:
    port = free_port()
    options = ["--port", str(port), "--bind", HERE, "--protected-mode", "no", "--save", ""]
    with subprocess.Popen([_program(), *options], stdout=subprocess.DEVNULL) as child:
        yield f"redis://{HERE}:{port}/0"
        child.terminate()


WORKER = ["-m", "celery", "-A", "windproject", "worker", "--concurrency=1"]
BEAT = ["-m", "celery", "-A", "windproject", "beat", "--pidfile="]
PAUSING_WORKER = ["-m", "tests.faults.pausing_worker"]
LAST_RUN = """
from aggregates.models import Run
run = Run.objects.filter(day="{day}").latest("id")
print(run.status, run.attempt)
"""


def test_a_worker_whose_host_vanishes_loses_its_run_to_another(
    database_host: Host, worker_host: Host, broker: str, tmp_path: Path
) -> None:
    def manage(*arguments: str) -> str:
        return output("manage.py", *arguments, database_host=database_host, REDIS_URL=broker)

    def last_run() -> str:
        return manage("shell", "-v0", "-c", LAST_RUN.format(day=DAY)).strip()

    stands = tmp_path / "load"
    manage("migrate", "-v0")
    manage("seed_source", "--turbines", "2", "--days", "4")
    run = partial(program, database_host=database_host, REDIS_URL=broker)
    with run(*PAUSING_WORKER, at=worker_host, PAUSE_AT="load", PAUSE_FILE=str(stands)):
        manage("aggregate", "--date", str(DAY), "--queue")
        wait_until(stands.exists, "worker that loads")
        worker_host.vanish()
        started = time.monotonic()
        with run(*WORKER), run(*BEAT):
            while last_run() != "succeeded 2":
                assert time.monotonic() - started < waits.LEASE_S + 90, last_run()
                time.sleep(2)
        print(f"succeeded after {time.monotonic() - started:.0f} s")
    assert ": 0 differ" in manage("audit", "--from", str(DAY), "--to", str(DAY))
