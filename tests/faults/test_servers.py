"""Servers that are restarted, full, or gone."""

import os
import pwd
import signal
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.db import connection, connections

from aggregates.models import Run
from aggregates.runs import reconciler
from common.days import now
from sourcedata.models import Measurement
from tests import processes
from tests.builders import aggregated, values
from tests.faults.conftest import DAY, ask, heals, measured, must_be_our_own, proves_well, restart
from tests.processes import wait_until

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
@pytest.mark.parametrize(
    ("alias", "point", "sentence"),
    [
        ("default", "load", "The target database fails: "),
        ("source", "extract", "The source database fails: "),
    ],
)
def test_a_server_that_is_restarted_in_the_middle_fails_the_run_and_no_more(
    alias: str, point: str, sentence: str, how: signal.Signals, paused_worker: Any
) -> None:
    measured(power=1.0)
    aggregated(DAY)
    Measurement.objects.update(power=2.0)
    with paused_worker(point) as worker:
        ask()
        wait_until(worker.is_there, point)
        restart(alias, how)
        assert set(values("power_mean").values()) == {1.0}
        worker.go_on()
        wait_until(lambda: Run.objects.latest("id").status == "failed", "run that failed")
    assert Run.objects.latest("id").error.startswith(sentence)
    heals()
    assert set(values("power_mean").values()) == {2.0}


def test_a_broker_that_is_restarted_with_runs_queued_loses_none() -> None:
    measured()
    with processes.broker():
        wait_until(processes.broker_answers, "answer of the broker")
        ask()
    assert Run.objects.exclude(sent_at=None).get().status == "queued"
    with processes.broker():
        wait_until(processes.broker_answers, "answer of the broker")
        heals()
    assert Run.objects.get().attempt == 1


def test_a_tick_without_a_broker_queues_what_a_later_one_hands_over() -> None:
    measured()
    reconciler.tick(now())
    assert Run.objects.get(sent_at=None).status == "queued"
    with processes.broker():
        wait_until(processes.broker_answers, "answer of the broker")
        heals()


def connect_until_refused(alias: str) -> list[Any]:
    must_be_our_own(alias)
    parameters = connections[alias].get_connection_params()
    allowed = ("dbname", "user", "host", "port", "password")
    parameters = {name: parameters[name] for name in allowed if name in parameters}
    taken: list[Any] = []
    try:
        while True:
            taken.append(psycopg2.connect(**parameters))
    except psycopg2.OperationalError:
        return taken


def test_a_source_without_a_free_connection_fails_the_run_with_a_sentence(broker: None) -> None:
    measured()
    connections["source"].close()
    taken = connect_until_refused("source")
    run = aggregated(DAY)
    for one in taken:
        one.close()
    assert run.status == "failed"
    assert run.error.startswith("The source database fails: ")
    assert "too many clients" in run.error or "reserved" in run.error
    heals()


def test_a_target_without_a_free_connection_leaves_the_run_to_a_later_tick(broker: None) -> None:
    measured()
    with processes.worker() as child:
        ask()
        wait_until(lambda: Run.objects.get().status == "succeeded", "run that succeeded")
        Measurement.objects.update(power=2.0)
        taken = connect_until_refused("default")
        ask()
        reconciler.tick(now())
        for one in taken:
            one.close()
        assert child.poll() is None
    heals()
    assert set(values("power_mean").values()) == {2.0}


FAR_DAY = date(2031, 1, 15)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB that holds the target's partition of January 2031."""
    must_be_our_own("default")
    if os.geteuid() != 0:
        pytest.skip("only root can mount a disk")
    disk = Path(f"/tmp/windproject-disk-{os.getpid()}")
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=0777", "windproject", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        disk.rmdir()
        pytest.skip("no disk can be mounted here")
    nobody = pwd.getpwnam("nobody")
    os.chown(disk, nobody.pw_uid, nobody.pw_gid)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLESPACE small LOCATION '{disk}'")
            cursor.execute("SET default_tablespace = small")
        yield disk
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET default_tablespace")
            cursor.execute("DROP TABLE IF EXISTS data_2031_01")
            cursor.execute("DROP TABLESPACE small")
        subprocess.run(["umount", str(disk)], check=True)
        disk.rmdir()


def test_a_full_disk_fails_the_run_with_a_sentence_and_changes_nothing(small_disk: Path) -> None:
    names = [f"T{number:02}" for number in range(60)]
    measured(FAR_DAY, 1.0, "T00")
    assert aggregated(FAR_DAY).status == "succeeded"
    before = values("power_mean", of="T00")
    measured(FAR_DAY, 1.0, *names[1:])
    for hour in range(11, 24):
        day_of_all(names[1:], hour)
    run = aggregated(FAR_DAY)
    assert run.status == "failed"
    assert "No space left on device" in run.error
    assert values("power_mean", of="T00") == before
    assert values("power_mean", of="T01") == {}
    subprocess.run(["mount", "-o", "remount,size=100m", str(small_disk)], check=True)
    assert aggregated(FAR_DAY).status == "succeeded"
    proves_well()


def day_of_all(names: list[str], hour: int) -> None:
    with connections["source"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO data (turbine_id, timestamp, power, wind_speed)"
            " SELECT id, %s::timestamptz + n * interval '1 minute', n, n / 10.0"
            " FROM turbine, generate_series(0, 59) AS n WHERE name = ANY(%s)",
            [f"{FAR_DAY} {hour}:00Z", names],
        )
