"""What Apache Spark computes is what the workers compute, whatever is killed meanwhile."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from io import StringIO
from pathlib import Path
from threading import Thread
from typing import Any

import psutil
import pytest
from deltalake import DeltaTable
from django.core.management import CommandError, call_command

from aggregates.runs.pipeline import aggregate_now
from common.days import days_between
from tests.aggregates.lake.deletion_vectors import delete_a_row
from tests.aggregates.lake.servers import free_port, listening

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-spark" / "bin" / "python"
FIRST, LAST = date(2025, 8, 1), date(2025, 8, 6)
PERIOD = ["--from", str(FIRST), "--to", str(LAST)]
TURBINE_DAYS = 120
LONGEST_S = 600

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not PYTHON.exists(), reason="no Apache Spark: make test-spark"),
]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[psutil.Process]:
    """Apache Spark in `.venv-spark`, at the address that `SPARK` names."""
    port = free_port()
    with listening([str(PYTHON), str(ROOT / "tests/spark/server.py"), str(port)], port) as process:
        monkeypatch.setenv("SPARK", f"sc://127.0.0.1:{port}")
        monkeypatch.setenv("SPARK_HOME", "/")
        root = psutil.Process(process.pid)
        yield root
        for child in root.children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                child.kill()


@pytest.fixture
def lake(settings: Any, tmp_path: Path) -> Path:
    """A lake of 20 turbines and six days that has measurements only."""
    settings.LAKE_URL = str(tmp_path / "lake")
    call_command(
        "seed_source", turbines=20, days=6, end=LAST.isoformat(), verbosity=0, stdout=StringIO()
    )
    for day in days_between(FIRST, LAST):
        aggregate_now(day, [], requested_by="test")
    call_command("lake", "sync", stdout=StringIO())
    DeltaTable(str(tmp_path / "lake" / "statistics")).delete()
    return tmp_path / "lake"


def aggregate_lake() -> str:
    said = StringIO()
    call_command("aggregate_lake", *PERIOD, "--spark", os.environ["SPARK"], stdout=said)
    return said.getvalue()


def audit() -> str:
    said = StringIO()
    with suppress(CommandError):
        call_command("lake", "audit", *PERIOD, stdout=said)
    return said.getvalue()


def executors(server: psutil.Process) -> list[psutil.Process]:
    children = server.children(recursive=True)
    return [child for child in children if "CoarseGrainedExecutorBackend" in command(child)]


def command(process: psutil.Process) -> str:
    """Return what was started, empty of a program that has ended, also where nobody asked how."""
    with suppress(psutil.NoSuchProcess):
        return " ".join(process.cmdline())
    return ""


def kill_one_at_work(server: psutil.Process) -> None:
    """Kill an executor once its Python works."""
    end = time.monotonic() + LONGEST_S
    while time.monotonic() < end:
        for executor in executors(server):
            with suppress(psutil.NoSuchProcess):
                if any("pyspark.daemon" in command(child) for child in executor.children()):
                    executor.send_signal(signal.SIGKILL)
                    return
        time.sleep(0.05)
    raise TimeoutError("No executor began to work.")


def test_the_values_equal_to_the_last_bit(lake: Path, server: psutil.Process) -> None:
    assert f"{TURBINE_DAYS} turbine-days computed" in aggregate_lake()
    assert "0 differ, 0 in their last bits alone." in audit()


def test_rows_that_were_deleted_by_a_vector_are_refused(lake: Path, server: psutil.Process) -> None:
    delete_a_row(lake / "measurements")
    with pytest.raises(CommandError, match="deletion vectors, which a Spark without Delta's jars"):
        aggregate_lake()
    assert not DeltaTable(str(lake / "statistics")).file_uris()


def test_an_executor_that_is_killed_is_made_up_for(lake: Path, server: psutil.Process) -> None:
    killer = Thread(target=kill_one_at_work, args=[server])
    killer.start()
    assert f"{TURBINE_DAYS} turbine-days computed" in aggregate_lake()
    killer.join()
    assert "0 differ, 0 in their last bits alone." in audit()


def test_a_server_that_is_killed_leaves_no_half_turbine_day(
    lake: Path, server: psutil.Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill_server() -> None:
        kill_one_at_work(server)
        # The Java process is a child of the Python that started it, and outlives it.
        for process in [*server.children(recursive=True), server]:
            with suppress(psutil.NoSuchProcess):
                process.kill()

    killer = Thread(target=kill_server)
    killer.start()
    with pytest.raises(CommandError, match=r"Spark at .* fails"):
        aggregate_lake()
    killer.join()
    assert not DeltaTable(str(lake / "statistics")).file_uris()


def test_a_driver_that_is_killed_leaves_whole_days(lake: Path, server: psutil.Process) -> None:
    environment = {**os.environ, "TEST_PROCESS": "1", "LAKE_URL": str(lake)}
    environment["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    command = [str(ROOT / ".venv/bin/python"), "manage.py", "aggregate_lake", *PERIOD]
    driver = subprocess.Popen([*command, "--spark", os.environ["SPARK"]], cwd=ROOT, env=environment)
    end = time.monotonic() + LONGEST_S
    while time.monotonic() < end and not DeltaTable(str(lake / "statistics")).file_uris():
        time.sleep(0.01)
    driver.kill()
    driver.wait()
    days = DeltaTable(str(lake / "statistics")).to_pandas().groupby("day")["turbine"].nunique()
    assert len(days) >= 1
    assert set(days) == {20}
