"""Database hosts that vanish without a word, and hosts that had locked something there."""

import subprocess
import time
from contextlib import ExitStack

from common import waits
from tests.hosts.conftest import ONE_NETWORK, Deployment, Host

pytestmark = ONE_NETWORK

# The kernel ends a connection on which nothing was acknowledged for so long.
NOTICED_S = waits.UNACKNOWLEDGED_S
SLACK_S = 4
KINDS = ["idle", "query", "copy_out", "copy_in"]
VICTIM = ["-m", "tests.hosts.victim"]


def test_a_database_host_that_vanishes_is_noticed_in_time(
    deployment: Deployment, database_host: Host
) -> None:
    with ExitStack() as stack:
        children = [stack.enter_context(deployment.run(*VICTIM, kind)) for kind in KINDS]
        for child in children:
            assert line_of(child) == "ready"
        database_host.vanish()
        go_on(children[0])
        heard = [line_of(child).split() for child in children]
    print(dict(zip(KINDS, heard, strict=True)))
    assert max(float(seconds) for seconds, _ in heard) < NOTICED_S + SLACK_S
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


def test_a_connection_to_a_host_that_is_not_there_is_given_up(
    deployment: Deployment, database_host: Host
) -> None:
    database_host.vanish()
    took_s = deployment.manage("shell", "-v0", "-c", CONNECTS)
    assert float(took_s) < waits.CONNECT_S + SLACK_S


LOCKS = "from sourcedata.models import Turbine; Turbine.objects.create(name='T01')"


def test_what_a_vanished_host_has_locked_is_free_again(
    deployment: Deployment, worker_host: Host
) -> None:
    deployment.manage("migrate", "-v0")
    with deployment.run(*VICTIM, "holds_lock", at=worker_host) as child:
        assert line_of(child) == "ready"
        worker_host.vanish()
        started = time.monotonic()
        deployment.manage("shell", "-c", LOCKS)
        assert time.monotonic() - started < NOTICED_S + SLACK_S
