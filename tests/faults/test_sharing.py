"""Workers that share the chunks of a run, and one of which dies."""

import signal
from datetime import date, timedelta
from typing import Any

import pytest

from aggregates import tasks
from aggregates.models import Chunk, Run, Tick
from aggregates.runs import queueing
from tests import processes
from tests.builders import values
from tests.faults.conftest import DAY, ask, heals, measured
from tests.processes import wait_until

TURBINES = ["T01", "T02", "T03", "T04"]


@pytest.fixture
def single_turbines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHUNK_TURBINES", "1")


def done_of(day: date) -> int:
    return Chunk.objects.filter(run__day=day).exclude(done_at=None).count()


def succeeded() -> bool:
    return bool(Run.objects.get().status == "succeeded")


def test_other_workers_do_the_chunks_that_wait(single_turbines: None, paused_worker: Any) -> None:
    measured(DAY, 1.0, *TURBINES)
    with paused_worker("transform") as leader:
        ask()
        wait_until(leader.is_there, "leader")
        with processes.worker():
            wait_until(lambda: done_of(DAY) == 3, "three chunks that are done")
            assert Run.objects.get().turbine_days == 3
            leader.go_on()
            wait_until(succeeded, "run that succeeded")
    assert len(set(Chunk.objects.values_list("worker", flat=True))) == 2
    heals()


def test_a_chunk_whose_worker_is_killed_is_done_again_alone(
    single_turbines: None, paused_worker: Any
) -> None:
    measured(DAY, 1.0, *TURBINES)
    with paused_worker("transform") as leader:
        ask()
        wait_until(leader.is_there, "leader")
        with paused_worker("load") as helper:
            wait_until(helper.is_there, "helper")
            helper.send(signal.SIGKILL)
            helper.child.wait()
        leader.go_on()
        wait_until(succeeded, "run that succeeded")
    attempts = Chunk.objects.order_by("pk").values_list("attempt", flat=True)
    assert (list(attempts), Run.objects.get().attempt) == ([1, 2, 1, 1], 1)
    heals()


def test_a_helper_that_stands_still_is_waited_for_no_longer_than_its_lease(
    single_turbines: None, paused_worker: Any, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setenv("TEST_LEASE_S", "2")
    settings.RUN_LEASE = timedelta(seconds=2)
    measured(DAY, 1.0, "T01", "T02")
    with paused_worker("transform") as leader:
        ask()
        wait_until(leader.is_there, "leader")
        with paused_worker("load") as helper:
            wait_until(helper.is_there, "helper")
            helper.send(signal.SIGSTOP)
            leader.go_on()
            wait_until(succeeded, "run that succeeded")
            helper.go_on()
            helper.send(signal.SIGCONT)
    assert set(values("power_mean", of="T02").values()) == {1.0}
    heals()


def test_todays_run_and_the_schedule_wait_for_no_backfill(broker: None) -> None:
    days = [DAY - timedelta(days=number) for number in range(1, 21)]
    for day in [*days, DAY]:
        measured(day, 1.0, "T01")
    queueing.submit(days, [], requested_by="test")
    ask()
    tasks.aggregate_pending.delay()
    with processes.worker():
        wait_until(lambda: not Run.objects.exclude(status="succeeded").exists(), "end of all runs")
    first = Run.objects.order_by("started_at").first()
    assert first
    assert first.day == DAY
    assert Run.objects.filter(started_at__gt=Tick.objects.get().ticked_at).count() > 10


def test_the_chunks_of_a_run_wait_for_no_other_run(
    single_turbines: None, paused_worker: Any
) -> None:
    days = [DAY - timedelta(days=number) for number in range(1, 11)]
    for day in days:
        measured(day, 1.0, "T01")
    measured(DAY, 1.0, *TURBINES)
    queueing.submit([*days, DAY], [], requested_by="test")
    with paused_worker("transform") as leader:
        wait_until(leader.is_there, "leader")
        with processes.worker():
            wait_until(lambda: done_of(DAY) == 3, "three chunks that are done")
            assert Run.objects.filter(status="queued").exists()
            leader.go_on()
            wait_until(lambda: not Run.objects.exclude(status="succeeded"), "end of all runs")
