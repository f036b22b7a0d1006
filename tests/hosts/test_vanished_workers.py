"""Workers and brokers whose hosts vanish without a word, and all becomes current."""

import subprocess
import time
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from common import waits
from common.days import today
from tests.hosts.conftest import ONE_NETWORK, Deployment, Host
from tests.processes import wait_until

pytestmark = ONE_NETWORK

DAY = today() - timedelta(days=3)
WORKER = ["-m", "celery", "-A", "windproject", "worker", "--concurrency=1"]
BEAT = ["-m", "celery", "-A", "windproject", "beat", "--pidfile="]
TICK_S = 60
# Workers take hints again so long after the broker's return.
BACK_S = 20
# Starting the programs and one run take at most so long.
SLACK_S = 60
RUN_OF_DAY = """
from aggregates.models import Run
run = Run.objects.filter(day="{day}").latest("id")
print(run.status, "attempt", run.attempt)
"""
CHANGE = "from sourcedata.models import Measurement; Measurement.objects.update(power=1.0)"


@pytest.fixture
def farm(deployment: Deployment, broker_host: Host) -> Deployment:
    """A deployment with a broker, measurements of two turbines, and chunks of one."""
    url = f"redis://{broker_host.address}:6379/0"
    shared = {"REDIS_URL": url, "CHUNK_TURBINES": "1"}
    farm = replace(deployment, environment=deployment.environment | shared)
    farm.manage("migrate", "-v0")
    farm.manage("seed_source", "--turbines", "2", "--days", "4")
    return farm


def paused_worker(
    farm: Deployment, point: str, file: Path, at: Host | None = None
) -> AbstractContextManager["subprocess.Popen[str]"]:
    told = {"PAUSE_AT": point, "PAUSE_FILE": str(file)}
    return farm.run("-m", "tests.faults.pausing_worker", at=at, **told)


def becomes(farm: Deployment, expected: str, within_s: float) -> None:
    """Wait until the day's last run reads as expected."""
    started = time.monotonic()
    while (
        read := farm.manage("shell", "-v0", "-c", RUN_OF_DAY.format(day=DAY)).strip()
    ) != expected:
        assert time.monotonic() - started < within_s, read
        time.sleep(2)
    print(f"{expected} after {time.monotonic() - started:.0f} s")


def proves_well(farm: Deployment) -> None:
    assert ": 0 differ" in farm.manage("audit", "--from", str(DAY), "--to", str(DAY))


@pytest.mark.parametrize("point", ["transform", "load"])
def test_a_worker_whose_host_vanishes_loses_its_run_to_another(
    point: str, farm: Deployment, worker_host: Host, tmp_path: Path
) -> None:
    stands = tmp_path / point
    with paused_worker(farm, point, stands, at=worker_host):
        farm.manage("aggregate", "--date", str(DAY), "--queue")
        wait_until(stands.exists, "worker that leads")
        worker_host.vanish()
        with farm.run(*WORKER), farm.run(*BEAT):
            becomes(farm, "succeeded attempt 2", waits.LEASE_S + TICK_S + SLACK_S)
    proves_well(farm)


def test_a_chunk_whose_workers_host_vanishes_is_done_again_by_who_leads(
    farm: Deployment, worker_host: Host, tmp_path: Path
) -> None:
    leads, helps = tmp_path / "transform", tmp_path / "load"
    with paused_worker(farm, "transform", leads):
        farm.manage("aggregate", "--date", str(DAY), "--queue")
        wait_until(leads.exists, "worker that leads")
        with paused_worker(farm, "load", helps, at=worker_host):
            wait_until(helps.exists, "worker that helps")
            worker_host.vanish()
            leads.unlink()
            becomes(farm, "succeeded attempt 1", waits.LEASE_S + SLACK_S)
    proves_well(farm)


def test_runs_wait_for_a_broker_whose_host_has_vanished(
    farm: Deployment, broker_host: Host
) -> None:
    with farm.run(*WORKER) as worker, farm.run(*BEAT) as beat:
        time.sleep(10)
        broker_host.vanish()
        farm.manage("shell", "-v0", "-c", CHANGE)
        started = time.monotonic()
        farm.manage("aggregate", "--date", str(DAY), "--queue")
        assert time.monotonic() - started < waits.BROKER_ANSWER_S
        time.sleep(60)
        broker_host.come_back()
        becomes(farm, "succeeded attempt 1", BACK_S + TICK_S + SLACK_S)
        assert (worker.poll(), beat.poll()) == (None, None)
    proves_well(farm)
