"""Measurements that change while they are aggregated, are lost, or come back from a backup."""

import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.db import connection, connections

from aggregates import states
from aggregates.audit import auditing
from aggregates.models import Alert, Run, Value
from aggregates.runs import chunks, load, pipeline
from aggregates.runs.reconciler import tick
from common.days import now
from common.postgres.partitions import ensure_months
from embedded import binaries
from embedded.files import ServerFiles
from sourcedata import reader, verification
from sourcedata.models import Measurement
from tests.builders import aggregated, turbine, values
from tests.faults.conftest import (
    DAY,
    heals,
    is_well,
    measured,
    must_be_our_own,
    proves_well,
    restart,
)

ROUNDS = 220
# As for somebody's program that knows nothing of this project.
CHANGES = [
    "INSERT INTO data (turbine_id, timestamp, power) VALUES ({turbine}, {time}, {value})"
    " ON CONFLICT DO NOTHING",
    "INSERT INTO data (turbine_id, timestamp, power) VALUES ({turbine}, {time}, {value})"
    " ON CONFLICT (turbine_id, timestamp) DO UPDATE SET power = excluded.power",
    "UPDATE data SET power = {value}, wind_direction = {value}"
    " WHERE turbine_id = {turbine} AND timestamp >= {time}",
    "UPDATE data SET power = NULL WHERE timestamp = {time}",
    "DELETE FROM data WHERE turbine_id = {turbine} AND timestamp = {time}",
    "UPDATE turbine SET rated_power_kw = 150 + {value} WHERE id = {turbine}",
]


class Writer:
    """Somebody who changes measurements by SQL, on a connection of their own."""

    def __init__(self, chance: random.Random, turbines: list[int]) -> None:
        self.chance, self.turbines = chance, turbines
        with connections["source"].cursor() as cursor:
            self.connection = psycopg2.connect(cursor.connection.dsn)
        self.connection.autocommit = True

    def change(self) -> None:
        minute = self.chance.randrange(60)
        statement = self.chance.choice(CHANGES).format(
            turbine=self.chance.choice(self.turbines),
            time=f"'{DAY} 10:{minute:02}Z'",
            value=self.chance.randrange(300),
        )
        with self.connection.cursor() as cursor:
            cursor.execute(statement)


@contextmanager
def changing(module: Any, name: str, when: str, change: Callable[[], None]) -> Iterator[None]:
    """Within the block, change measurements before or after a function is called."""
    function = getattr(module, name)

    def changed(*arguments: Any, **keywords: Any) -> Any:
        if when == "before":
            change()
        result = function(*arguments, **keywords)
        if when == "after":
            change()
        return result

    setattr(module, name, changed)
    try:
        yield
    finally:
        setattr(module, name, function)


# Between any two steps of a run.
MOMENTS = [
    (reader, "turbine_days", "before"),
    (reader, "turbine_days", "after"),
    (reader, "snapshot", "after"),
    (chunks, "transform", "after"),
    (load, "compare", "before"),
    (load, "replace", "after"),
]


def test_no_change_is_overlooked_whenever_it_comes(broker: None) -> None:
    seed = int(os.environ.get("SEED", random.randrange(10**9)))
    print(f"SEED={seed}")
    chance = random.Random(seed)
    measured()
    writer = Writer(chance, [turbine("T01").pk, turbine("T02").pk])
    for _ in range(ROUNDS):
        if chance.random() < 0.5:
            writer.change()
        with changing(*chance.choice(MOMENTS), writer.change):
            run = aggregated(DAY)
        assert run.status in ("succeeded", "failed"), run.traceback
        # Whatever claims to be current is; the others say that they are not.
        assert auditing.audit_day(DAY).differences.empty
    assert Run.objects.filter(status="succeeded").count() > ROUNDS / 2
    Run.objects.filter(status="failed").update(force=True)
    aggregated(DAY, force=True)
    heals()


def test_a_table_that_was_truncated_keeps_every_statistic_and_says_so(admin_client: Any) -> None:
    measured()
    aggregated(DAY)
    before = list(Value.objects.order_by("pk").values_list())
    rows = list(Measurement.objects.values())
    with connections["source"].cursor() as cursor:
        cursor.execute("TRUNCATE data")
    run = aggregated(DAY)
    tick(now())
    sentence = "The source lost samples of T01, T02"
    assert sentence in run.error
    assert sentence in Alert.objects.get().message
    assert sentence in admin_client.get("/admin/aggregates/run/").content.decode()
    assert list(Value.objects.order_by("pk").values_list()) == before

    Measurement.objects.bulk_create(Measurement(**row) for row in rows)
    assert aggregated(DAY).unchanged == len(before)
    assert is_well()
    tick(now())
    of_day = Alert.objects.filter(day=DAY).order_by("id")
    assert [alert.event for alert in of_day] == ["failing", "recovered"]
    proves_well()


def test_a_loss_that_is_confirmed_removes_the_statistics(broker: None) -> None:
    measured()
    aggregated(DAY)
    with connections["source"].cursor() as cursor:
        cursor.execute("TRUNCATE data")
    assert aggregated(DAY).status == "failed"
    assert aggregated(DAY, force=True).removed > 0
    assert not Value.objects.exists()
    heals()


def test_a_reader_never_sees_half_a_turbine_day() -> None:
    measured()
    aggregated(DAY)
    seen: list[tuple[int, float, float]] = []
    ended = Event()

    def poll() -> None:
        query = (
            "SELECT count(*), min(value), max(value) FROM data JOIN signal ON signal.id = signal_id"
            " WHERE turbine = 'T01' AND name = 'power_mean'"
        )
        with connection.cursor() as cursor:
            while not ended.is_set():
                cursor.execute(query)
                seen.append(cursor.fetchone())
        connection.close()

    reading = Thread(target=poll)
    reading.start()
    try:
        for number in range(50):
            Measurement.objects.update(power=float(number % 40))
            assert aggregated(DAY).changed > 0
    finally:
        ended.set()
        reading.join()
    assert {count for count, _, _ in seen} == {6}
    assert all(lowest == highest for _, lowest, highest in seen)
    assert len({lowest for _, lowest, _ in seen}) > 10
    proves_well()


def postgres(program: str, *arguments: str, **keywords: Any) -> bytes:
    """Run a program of PostgreSQL on the source."""
    must_be_our_own("source")
    parameters = connections["source"].get_connection_params()
    address = {"PGHOST": parameters["host"], "PGUSER": parameters["user"]}
    command = [binaries.program(program), "-d", parameters["dbname"], *arguments]
    return subprocess.run(
        command, env=os.environ | address, check=True, capture_output=True, **keywords
    ).stdout


def restore(backup: bytes) -> None:
    with connections["source"].cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    connections["source"].close()
    postgres("psql", "-q", "-v", "ON_ERROR_STOP=1", input=backup)


@pytest.fixture
def functions_as_made(transactional_db: None) -> Iterator[None]:
    """Mend what psql made: else the first repair of a later test would, and make its days stale."""
    yield
    verification.mend_triggers()


@pytest.mark.usefixtures("broker", "functions_as_made")
def test_a_source_that_is_restored_from_a_backup_leaves_nothing_wrongly_current() -> None:
    other_day = DAY - timedelta(days=1)
    measured(DAY, 1.0)
    measured(other_day, 1.0)
    aggregated(DAY)
    backup = postgres("pg_dump")
    Measurement.objects.update(power=2.0)
    aggregated(DAY)
    aggregated(other_day)
    restore(backup)
    assert not_current() == {DAY, other_day}
    heals()
    assert set(values("power_mean").values()) == {1.0}
    # A change after the restoration climbs to no revision that stood for other measurements.
    Measurement.objects.filter(timestamp__date=DAY).update(power=3.0)
    assert not_current() == {DAY}
    heals()


def stopped_source() -> Path:
    """Stop the source, and return the folder of its files; whoever connects next starts it."""
    restart("source")
    return ServerFiles(settings.DATABASES["source"]["OPTIONS"]["directory"]).data


def copy(files: Path, to: Path) -> None:
    # With their owner, who may be the server's account.
    subprocess.run(["cp", "-a", files, to], check=True)


def rewrite(factor: int) -> None:
    with connections["source"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE data ALTER COLUMN power TYPE float8 USING power * {factor}")


def test_a_source_whose_files_are_put_back_leaves_nothing_wrongly_current(tmp_path: Path) -> None:
    ensure_months("source", "data", [DAY])
    measured(DAY, 1.0)
    aggregated(DAY)
    copy(stopped_source(), tmp_path / "copy")
    rewrite(10)
    aggregated(DAY)
    files = stopped_source()
    shutil.rmtree(files)
    copy(tmp_path / "copy", files)
    # As many steps as before, and so the same numbers in the system tables.
    rewrite(20)
    assert pipeline.pending_days(DAY, DAY) == [DAY]
    assert aggregated(DAY).changed > 0
    assert set(values("power_mean").values()) == {20.0}
    proves_well()


def not_current() -> set[date]:
    found = states.turbine_days(DAY - timedelta(days=9), DAY, now())
    return {one.day for one in found if one.state != "current"}
