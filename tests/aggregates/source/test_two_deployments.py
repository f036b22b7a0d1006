"""Two real deployments as processes: the first is this session's, and the source of the second."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pandas as pd
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.utils import ConnectionHandler
from knox.models import AuthToken

import embedded
from aggregates.models import Run
from aggregates.source import gateway, remote
from sourcedata import reader
from sourcedata.models import Measurement
from sourcedata.reader import RosterEntry
from sourcedata.variables import VARIABLE_NAMES
from tests.builders import aggregated, at, measurements, turbine
from tests.processes import process, wait_until
from tests.settings import SESSION, TEST_SESSION_DIR, WORKER
from tests.windproject.test_serve import free_port

DAY, NEXT_DAY = date(2025, 8, 31), date(2025, 9, 1)
EVER = (date.min, date.max)
WEB = ("-m", "gunicorn", "windproject.wsgi", "--config", "python:windproject.gunicorn")
CLOSED = "from tests.settings import *\nAPI_PUBLIC_READ = False\n"
SECOND_DIR = TEST_SESSION_DIR / "second"
NAMES = ["S\u00fcd/3?a=b#c+d", "T 01 & 50%", "T02"]
AWKWARD = [0.1 + 0.2, 1 / 3, 5e-324, -0.0, 17.000000000000004, None, 49.99999999999999, 1e-7]
VALUES = (
    "SELECT turbine, variable, statistic, timestamp, float8send(value)::text"
    " FROM data JOIN signal ON signal.id = signal_id ORDER BY 1, 2, 3, 4"
)


def awkward_measurements() -> None:
    for number, name in enumerate(NAMES):
        of = turbine(name, rated_power_kw=2050.3 if number else None)
        cells = AWKWARD[number:] + AWKWARD[:number]
        columns: dict[str, Any] = dict.fromkeys(VARIABLE_NAMES, cells)
        columns["wind_direction"] = [359.9999999, 0.1, 1 / 3, None, 358.7, 2.2, 1e-9, 359.0]
        measurements(of, "2025-08-31T23:55", **columns)


def answers(address: str) -> bool:
    try:
        return urlopen(f"{address}/health/live").status == 200
    except URLError:
        return False


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the first deployment, which lets nobody read without a token."""
    folder, port = tmp_path_factory.mktemp("closed"), free_port()
    (folder / "closed.py").write_text(CLOSED)
    environment = {"DJANGO_SETTINGS_MODULE": "closed", "PYTHONPATH": str(folder)}
    with process(*WEB, "--bind", f"127.0.0.1:{port}", **environment):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def token(transactional_db: None, first: str) -> str:
    wait_until(lambda: answers(first), "answer of the web server")
    _, token = AuthToken.objects.create(User.objects.create_user("second"))
    return str(token)


def second(*arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    """Start a command of the second deployment, which has databases of its own."""
    own = {"DJANGO_SETTINGS_MODULE": "tests.settings", "TEST_SESSION": f"{SESSION}/second"}
    own |= {"SOURCE_DATABASE_URL": "", "TARGET_DATABASE_URL": ""}
    command = [sys.executable, "manage.py", *arguments, "--verbosity=0"]
    return subprocess.Popen(command, env=os.environ | own | environment)


@pytest.fixture(scope="module", autouse=True)
def migration(first: str) -> Iterator[subprocess.Popen[bytes]]:
    """Migrate the second deployment while the tests run that do not need it."""
    with second("migrate") as started:
        yield started
        started.kill()


def rows_of(connection: Any, sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def second_rows(database: str, sql: str) -> list[tuple[Any, ...]]:
    server = embedded.database(database, SECOND_DIR / f"{database}{WORKER}")
    handler = ConnectionHandler({"default": server})
    try:
        return rows_of(handler["default"], sql)
    finally:
        handler.close_all()


@pytest.mark.django_db(transaction=True)
def test_the_second_deployment_equals_the_first_to_the_last_bit_and_heals(
    migration: subprocess.Popen[bytes], first: str, token: str
) -> None:
    def both() -> None:
        for day in (DAY, NEXT_DAY):
            aggregated(day)
        healing = second("aggregate", "--pending", SOURCE_API_URL=first, SOURCE_API_TOKEN=token)
        assert healing.wait() == 0
        assert second_rows("target", VALUES) == rows_of(connection, VALUES) != []

    assert migration.wait() == 0
    awkward_measurements()
    both()
    of_a_turbine = Measurement.objects.filter(turbine__name=NAMES[1])
    of_a_turbine.filter(timestamp=at("2025-09-01")).update(wind_speed=1 / 7)
    both()
    runs = second_rows("target", "SELECT day, status, samples FROM run ORDER BY id")
    assert runs == [(day, "succeeded", n) for day, n in [(DAY, 15), (NEXT_DAY, 9), (NEXT_DAY, 3)]]
    assert second_rows("source", "SELECT FROM data UNION ALL SELECT FROM turbine") == []


@pytest.mark.django_db(transaction=True)
def test_answers_are_those_of_the_reader(first, token, settings, monkeypatch) -> None:
    awkward_measurements()
    monkeypatch.setattr(remote, "DAYS_PER_REQUEST", 1)
    # Each turbine is asked for alone, by halves of the day.
    monkeypatch.setattr(remote, "MOST_ROWS", 4)
    monkeypatch.setattr(remote, "MOST_SAMPLES_PER_DAY", 8)
    settings.SOURCE_API_URL, settings.SOURCE_API_TOKEN = first, token
    assert gateway.turbine_names() == reader.turbine_names()
    assert gateway.day_range() == reader.day_range()
    assert gateway.measured_days(*EVER) == reader.measured_days(*EVER) == [DAY, NEXT_DAY]
    entries = [as_entry(turbine) for turbine in gateway.roster().values()]
    assert entries == [*reader.roster().values()]
    assert gateway.turbine_days(*EVER) == reader.turbine_days(*EVER)
    assert gateway.turbine_days(DAY, DAY, NAMES[:1]) == reader.turbine_days(DAY, DAY, NAMES[:1])
    for day in (DAY, NEXT_DAY, date(2025, 9, 2)):
        there, here = gateway.snapshot(day, NAMES), reader.snapshot(day, NAMES)
        assert there.turbine_days == here.turbine_days
        pd.testing.assert_frame_equal(there.measurements, here.measurements, check_exact=True)


def as_entry(turbine: RosterEntry) -> RosterEntry:
    return RosterEntry(*(getattr(turbine, field.name) for field in fields(RosterEntry)))


@pytest.mark.django_db(transaction=True)
def test_a_source_that_is_not_public_takes_a_token(first: str, token: str, settings: Any) -> None:
    awkward_measurements()
    settings.SOURCE_API_URL, settings.SOURCE_API_TOKEN = first, ""
    assert "status 401: set SOURCE_API_TOKEN to a token" in aggregated(DAY).error
    settings.SOURCE_API_TOKEN = token
    assert aggregated(DAY).status == Run.Status.SUCCEEDED
