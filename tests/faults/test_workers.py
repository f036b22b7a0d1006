"""Workers that are killed, stopped, or take too long."""

import signal
import time
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.db.models import F
from django.db.models.functions import Now

from aggregates.models import Code, Run, Tick, Worker
from aggregates.runs import reconciler
from common.days import now
from sourcedata.models import Measurement
from tests import processes
from tests.builders import aggregated, values
from tests.faults.conftest import DAY, ask, heals, measured
from tests.processes import process, wait_until


def status() -> str:
    return str(Run.objects.latest("id").status)


@pytest.mark.parametrize("point", ["extract", "transform", "load", "commit"])
def test_a_worker_that_is_killed_loses_nothing(point: str, paused_worker: Any) -> None:
    measured(power=1.0)
    with paused_worker(point) as worker:
        ask()
        wait_until(worker.is_there, point)
        worker.send(signal.SIGKILL)
        worker.child.wait()
    assert status() == "running"
    heals()
    assert set(values("power_mean").values()) == {1.0}


@pytest.mark.parametrize("point", ["extract", "load", "commit"])
def test_a_worker_that_is_killed_while_it_replaces_loses_nothing(point, paused_worker) -> None:
    measured(power=1.0)
    aggregated(DAY)
    Measurement.objects.update(power=2.0)
    with paused_worker(point) as worker:
        ask()
        wait_until(worker.is_there, point)
        worker.send(signal.SIGKILL)
        worker.child.wait()
    heals()
    assert set(values("power_mean").values()) == {2.0}


@pytest.fixture
def short_lease(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_LEASE_S", "2")
    settings.RUN_LEASE = timedelta(seconds=2)


@pytest.mark.parametrize("point", ["extract", "transform", "load"])
def test_a_worker_that_wakes_up_after_its_lease_commits_nothing(
    point: str, paused_worker: Any, short_lease: None
) -> None:
    measured(power=1.0)
    with paused_worker(point) as worker:
        ask()
        wait_until(worker.is_there, point)
        worker.send(signal.SIGSTOP)
        Measurement.objects.update(power=2.0)
        wait_until(takes_back, "run that was taken back")
        heals()
        before = Run.objects.values_list().latest("id")
        worker.go_on()
        worker.send(signal.SIGCONT)
        time.sleep(2)
        assert worker.child.poll() is None
    assert Run.objects.values_list().latest("id") == before
    assert Run.objects.earliest("id").attempt == 2
    # What it had read before it fell asleep is in no table.
    assert set(values("power_mean").values()) == {2.0}
    heals()


def takes_back() -> bool:
    reconciler.tick(now())
    return status() == "queued"


def test_a_worker_that_works_for_longer_than_its_lease_keeps_its_run(
    paused_worker: Any, short_lease: None
) -> None:
    measured()
    with paused_worker("transform", BUSY="1") as worker:
        ask()
        wait_until(worker.is_there, "transform")
        for _ in range(8):
            time.sleep(0.5)
            assert not takes_back()
        worker.go_on()
        wait_until(lambda: status() == "succeeded", "run that succeeded")
    assert Run.objects.get().attempt == 1
    heals()


def test_a_worker_that_lives_and_gets_nothing_done_loses_its_run(
    paused_worker: Any, short_lease: None
) -> None:
    measured()
    with paused_worker("transform") as worker:
        ask()
        wait_until(worker.is_there, "transform")
        wait_until(takes_back, "run that was taken back")
        heals()
        worker.go_on()
        time.sleep(1)
        assert worker.child.poll() is None
    assert Run.objects.earliest("id").attempt == 2
    heals()


def test_a_run_that_takes_too_long_fails_and_says_so(paused_worker: Any) -> None:
    measured()
    # Long enough for a busy machine to come to where it stands still.
    with paused_worker("transform", TEST_SOFT_LIMIT_S="3") as worker:
        ask()
        wait_until(worker.is_there, "transform")
        wait_until(lambda: status() == "failed", "run that failed")
    assert Run.objects.get().error == "The run took longer than a worker may work on one."
    heals()


def test_a_run_that_hears_no_limit_is_taken_from_its_worker_in_the_end(paused_worker: Any) -> None:
    measured()
    limits = {"TEST_SOFT_LIMIT_S": "3", "TEST_HARD_LIMIT_S": "4"}
    with paused_worker("transform", DEAF="1", **limits) as worker:
        ask()
        wait_until(worker.is_there, "transform")
        wait_until(lambda: not takes_back() and status() == "failed", "end of the last attempt")
    run = Run.objects.latest("-id")
    assert (run.status, run.attempt) == ("failed", 3)
    assert "lost its worker 3 times" in run.error
    heals()


def test_workers_of_two_versions_do_not_undo_each_others_work(broker: None) -> None:
    measured()
    with processes.worker():
        ask()
        wait_until(lambda: status() == "succeeded", "run of the older code")
        with process("-m", "tests.faults.newer_worker"):
            wait_until(lambda: Code.objects.count() == 2, "newer worker")
            wait_until(lambda: ticks_once_more() and done() == 2, "run of the newer code")
            for _ in range(10):
                ticks_once_more()
            assert Run.objects.count() == 2
        Worker.objects.update(seen_at=Now() - timedelta(seconds=61))
        # After a roll-back the older code is all there is.
        wait_until(lambda: ticks_once_more() and done() == 3, "run of the older code")
    heals()


def done() -> int:
    return Run.objects.filter(status="succeeded").count()


def ticks_once_more() -> bool:
    """Have a worker tick, whichever it is, long after whatever has been done."""
    Run.objects.update(finished_at=F("finished_at") - timedelta(hours=1), sent_at=None)
    Tick.objects.update(ticked_at=F("ticked_at") - timedelta(minutes=1))
    current_app.send_task("aggregates.tasks.aggregate_pending")
    time.sleep(0.3)
    return True
