"""What fault tests break, and the proof that all is right again."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

import embedded
from aggregates import states
from aggregates.audit import auditing
from aggregates.models import ACTIVE, Run
from aggregates.runs import queueing, reconciler
from aggregates.states import State
from common.days import now, today
from common.postgres.partitions import ensure_months, month_of
from embedded.files import ServerFiles
from tests import processes
from tests.builders import aggregated, measurements, turbine
from tests.processes import process, wait_until

DAY = today() - timedelta(days=3)
# Nothing is dropped here, so nothing is archived.
WELL = {State.CURRENT, State.EMPTY}
# More than any pause between two tries of a day.
LATER = timedelta(hours=7)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever breaks needs databases that other connections see, and takes its time."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.long)
            both = ["default", "source"]
            item.add_marker(pytest.mark.django_db(transaction=True, databases=both))


def measured(day: date = DAY, power: float = 1.0, *turbines: str) -> None:
    """Store an hour of measurements of some turbines, by default of two."""
    for name in turbines or ("T01", "T02"):
        measurements(turbine(name), f"{day}T10:00", power=[power] * 60, wind_direction=[350.0] * 60)


def ask() -> None:
    """Queue a run of the day."""
    queueing.submit([DAY], [], requested_by="test")


@pytest.fixture
def broker() -> Iterator[None]:
    with processes.broker():
        wait_until(processes.broker_answers, "answer of the broker")
        yield


@dataclass
class Paused:
    """A worker that stands still at a point of a run."""

    child: "subprocess.Popen[bytes]"
    file: Path

    def is_there(self) -> bool:
        return self.file.exists()

    def go_on(self) -> None:
        self.file.unlink()

    def send(self, number: signal.Signals) -> None:
        """Send the worker and its pool a signal."""
        os.killpg(self.child.pid, number)


@pytest.fixture
def paused_worker(tmp_path: Path, broker: None) -> Callable[..., AbstractContextManager[Paused]]:
    """Start a worker that stands still where it is told to."""

    @contextmanager
    def pausing(point: str, **environment: str) -> Iterator[Paused]:
        file = tmp_path / point
        told = {"PAUSE_AT": point, "PAUSE_FILE": str(file), **environment}
        with process("-m", "tests.faults.pausing_worker", **told) as child:
            yield Paused(child, file)

    return pausing


@contextmanager
def copied(alias: str, template: str = "") -> Iterator[None]:
    """Work on a copy of a database, or of `template`, whose tables may be changed.

    It goes with the block.
    """
    connection = connections[alias]
    original = connection.settings_dict["NAME"]
    copy = f"{original}_copy"
    connections.close_all()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {copy} WITH (FORCE)")
        # What a program of another test has left, a database with a guest is no template.
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [original]
        )
        cursor.execute(f"CREATE DATABASE {copy} TEMPLATE {template or original}")
    connection.settings_dict["NAME"] = copy
    try:
        yield
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = original
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {copy} WITH (FORCE)")


@pytest.fixture
def own_source(transactional_db: None) -> Iterator[None]:
    """A source of the test's own, whose tables it may change."""
    with copied("source"):
        yield


@pytest.fixture
def current(own_source: None) -> None:
    """A month with a partition, of which a day is measured and aggregated, and a month before."""
    ensure_months("source", "data", [DAY, month_of(DAY) - timedelta(days=5)])
    measured()
    aggregated(DAY)


def must_be_our_own(alias: str) -> None:
    """Skip a test that would harm a server which others use as well."""
    if settings.DATABASES[alias]["ENGINE"] != embedded.__name__:
        pytest.skip("only an embedded server is this test's to break")


def server_of(alias: str) -> int:
    """Return the process of the server of a database, which must be this test's to break."""
    must_be_our_own(alias)
    files = ServerFiles(settings.DATABASES[alias]["OPTIONS"]["directory"])
    return int((files.data / "postmaster.pid").read_text().splitlines()[0])


def restart(alias: str, how: signal.Signals = signal.SIGINT) -> None:
    """Stop the server of a database; whoever connects next starts it."""
    pid = server_of(alias)
    os.kill(pid, how)
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), f"end of the server of {alias}")
    for connection in connections.all():
        connection.close()


def is_well() -> bool:
    """Return whether every turbine-day is current and no run is active."""
    if Run.objects.filter(status__in=ACTIVE).exists():
        return False
    found = states.turbine_days(today() - timedelta(days=10), today(), now())
    return bool(found) and {one.state for one in found} <= WELL


def heals() -> None:
    """Let the schedule tick and a worker work until all is well; fail where that never comes.

    The proof is that of `proves_well`.
    """
    ticks = count()

    def ticked() -> bool:
        # Ticks as of a clock that runs fast, since pauses between tries are hours long.
        reconciler.tick(now() + next(ticks) * LATER)
        time.sleep(0.5)
        return is_well()

    started = time.monotonic()
    with processes.worker():
        wait_until(ticked, "healing")
    print(f"healed in {time.monotonic() - started:.1f} s, after {next(ticks)} ticks")
    proves_well()


def proves_well() -> None:
    """Fail unless no run is active, every day is current, and the audit finds no difference."""
    assert not Run.objects.filter(status__in=ACTIVE).exists()
    for found in map(auditing.audit_day, auditing.longest_unaudited(100)):
        assert found.differences.empty, found.differences
        assert not found.not_current
