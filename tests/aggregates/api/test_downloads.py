"""Long downloads from a real web server: what becomes of them when something breaks."""

from collections.abc import Iterator
from datetime import date
from http.client import HTTPConnection, HTTPException, HTTPResponse

import pytest
from django.db import connection

from aggregates.compute.statistic_names import STATISTICS
from aggregates.models import Run, Signal
from common.postgres.partitions import ensure_months
from sourcedata.variables import VARIABLE_NAMES
from tests.processes import PATIENCE_S, process, wait_until
from tests.windproject.test_serve import answers, free_port
from windproject.web import lane_of

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = lane_of(b"GET /api/values").threads
TURBINES = ["T01", "T02", "T03"]
MANY_VALUES = (
    "INSERT INTO data (signal_id, timestamp, value) SELECT signal.id, time, 1.5 FROM signal,"
    " generate_series('2025-08-01Z'::timestamptz, '2025-08-31 23:50Z', '10 minutes') AS time"
)
DAYS = (
    "INSERT INTO aggregated_day"
    " (turbine, day, revision, rules, run_id, aggregated_at, changed_at, windows)"
    " SELECT turbine, day, 1, '', %s, now(), now(), 144"
    " FROM (SELECT DISTINCT turbine FROM signal) AS t,"
    " generate_series('2025-08-01'::date, '2025-08-31', '1 day') AS day"
)
OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def a_month_of_values() -> int:
    """Store every value of a month, more than the buffers between two processes hold."""
    ensure_months("default", "data", [date(2025, 8, 1)])
    names = [(t, v, s) for t in TURBINES for v in VARIABLE_NAMES for s in STATISTICS]
    Signal.objects.bulk_create(Signal(turbine=t, variable=v, statistic=s) for t, v, s in names)
    run = Run.objects.create(day="2025-08-01", requested_by="test")
    with connection.cursor() as cursor:
        cursor.execute(DAYS, [run.pk])
        cursor.execute(MANY_VALUES)
        return int(cursor.rowcount)


@pytest.fixture
def web() -> Iterator[HTTPConnection]:
    port = free_port()
    arguments = ("windproject.wsgi", "--config", "python:windproject.gunicorn")
    limits = ("--bind", f"127.0.0.1:{port}", "--workers", "1")
    with process("-m", "gunicorn", *arguments, *limits):
        wait_until(lambda: answers(port), "page that asks to log in")
        yield HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)


def download(web: HTTPConnection, format: str) -> HTTPResponse:
    web.request("GET", f"/api/values?start=2025-08-01&end=2025-09-01&format={format}")
    return web.getresponse()


@pytest.mark.parametrize("format", ["csv", "arrow"])
def test_a_download_that_breaks_in_the_middle_does_not_look_complete(web, format: str) -> None:
    rows = a_month_of_values()
    answer = download(web, format)
    assert answer.status == 200
    assert answer.read(1000)
    with connection.cursor() as cursor:
        cursor.execute(OTHERS)
    with pytest.raises(HTTPException):
        answer.read()
    web.close()
    # The next download has a connection of its own, so the broken one does it no harm.
    assert download(web, "csv").read().count(b"\n") == rows + 1


def connections_of_others() -> int:
    with connection.cursor() as cursor:
        cursor.execute(OTHERS.replace("pg_terminate_backend(pid)", "count(*)"))
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("format", ["json", "csv", "parquet", "arrow"])
def test_who_goes_away_frees_the_thread_and_its_connection(web, format: str) -> None:
    rows = a_month_of_values()
    for _ in range(2 * THREADS + 1):
        assert download(web, format).read(1000)
        web.close()
    assert download(web, "csv").read().count(b"\n") == rows + 1
    # The page that was asked for first has a connection too.
    assert connections_of_others() <= THREADS + 1
