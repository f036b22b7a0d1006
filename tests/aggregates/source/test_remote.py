"""Another deployment's REST API as the source: a fake one, which misbehaves."""

import gzip
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from aggregates import versions
from aggregates.errors import SourceUnavailable
from aggregates.models import LogLine, Run, Signal, Value
from aggregates.source import client, gateway, remote, remote_turbines
from common import waits
from sourcedata.variables import VARIABLE_NAMES
from tests.builders import aggregated
from tests.replies import (
    A_DAY,
    A_TURBINE,
    DATA,
    DAYS,
    LET_GO,
    ROWS,
    TOKEN,
    TURBINES,
    VARIABLES,
    Reply,
    measured,
    row,
    says,
    sends,
    trickles,
)
from tests.windproject.test_serve import free_port

DAY, NEXT_DAY = date(2025, 8, 31), date(2025, 9, 1)
EVER = (date.min, date.max)


@pytest.mark.django_db
def test_a_run_over_right_answers_succeeds(replies: dict[str, Reply]) -> None:
    run = aggregated(DAY)
    assert (run.status, run.samples, run.missing) == (Run.Status.SUCCEEDED, 2, 1)


@pytest.mark.django_db
def test_of_a_variable_that_the_source_lacks_there_are_no_values_and_one_sentence(
    replies: dict[str, Reply],
) -> None:
    lacking = [{name: cell for name, cell in of.items() if name != "power"} for of in ROWS]
    replies[DATA] = says(lacking)
    replies[VARIABLES] = says([{"name": name} for name in VARIABLE_NAMES if name != "power"])
    run = aggregated(DAY)
    assert run.status == Run.Status.SUCCEEDED
    assert not Signal.objects.filter(variable="power").exists()
    told = LogLine.objects.filter(run=run, message__contains="The source has no power")
    assert told.count() == 1
    assert versions.not_current(DAY, DAY) == []
    # It has the variable now, and its revision is the same.
    replies[DATA] = says(ROWS)
    replies[VARIABLES] = says([{"name": name} for name in VARIABLE_NAMES])
    assert aggregated(DAY).variables == ["power"]
    assert Signal.objects.filter(variable="power").exists()


@pytest.mark.django_db
def test_what_the_source_has_beyond_ours_is_left_alone(replies: dict[str, Reply]) -> None:
    replies[TURBINES] = says([A_TURBINE | {"companions": "oil_std,oil_max"}])
    replies[DATA] = says([row(0, oil=7.5, oil_std=1), row(1, oil=8, oil_std=2)])
    assert aggregated(DAY).status == Run.Status.SUCCEEDED
    assert not Signal.objects.filter(variable="oil").exists()


WRONG: list[tuple[str, Reply, str]] = [
    (TURBINES, sends(b"{}", 401), "status 401: set SOURCE_API_TOKEN to a token made in the admin"),
    (DAYS, sends(b"{}", 403), "status 403: set SOURCE_API_TOKEN"),
    (DAYS, sends(b"[]", 404), "status 404, as one of an older version may"),
    (DATA, sends(b"[]", 500), "status 500"),
    (DAYS, sends(b"[]", 302, header="Location: /api/other"), "status 302, a redirect"),
    (DATA, sends(b"[", length=9), "without sending complete message body"),
    (DATA, sends(b'[{"turbine": "T0'), "not JSON"),
    (DAYS, sends(b"<html>Welcome</html>"), "not JSON"),
    (DATA, sends(b"[1e999]"), "not JSON"),
    (DATA, sends(gzip.compress(b"[]"), header="Content-Encoding: gzip"), "something packed"),
    (DATA, sends(b"[" + b"[]," * 1000 + b"[]]"), "more than 1,000 values"),
    (TURBINES, sends(b"[" + b"{}," * 100 + b"{}]"), "more than 100 items"),
    (DATA, sends(b'[{"a": [' + b'"",' * 100 + b'""]}]'), "more fields than any has"),
    (DAYS, says({"detail": "ok"}), "not a list"),
    (DAYS, says([[1]]), "no day"),
    (DAYS, says([{"day": "2025-08-31"}]), "no turbine"),
    (TURBINES, says([A_TURBINE, A_TURBINE]), "names a turbine twice"),
    (TURBINES, says([A_TURBINE | {"name": "T01,T02"}]), "as none can be named"),
    (TURBINES, says([A_TURBINE | {"name": "T" * 101}]), "as none can be named"),
    (TURBINES, says([A_TURBINE | {"rated_power_kw": True}]), "rated_power_kw of a wrong type"),
    (TURBINES, says([A_TURBINE | {"rated_power_kw": 0}]), "rated_power_kw outside"),
    (TURBINES, says([A_TURBINE | {"sample_interval_s": 601}]), "sample_interval_s outside"),
    (TURBINES, says([A_TURBINE | {"first_day": ""}]), "first_day that is not a day"),
    (TURBINES, says([A_TURBINE | {"first_day": "0001-01-01"}]), "first_day that does not lie in"),
    (TURBINES, says([A_TURBINE | {"last_day": "9999-12-31"}]), "last_day that does not lie in"),
    (
        TURBINES,
        measured(last_measurement="9999-12-31T23:59:59Z"),
        "last_measurement that does not lie in",
    ),
    (
        TURBINES,
        measured(first_measurement="0001-01-01T00:00:00Z"),
        "first_measurement that does not lie in",
    ),
    (
        TURBINES,
        measured(future_measurement="2100-01-01T00:00:00Z"),
        "future_measurement that does not lie in",
    ),
    (TURBINES, says([]), "lacks a turbine that /api/days names"),
    (DAYS, says([A_DAY | {"day": None}]), "day of a wrong type"),
    (DAYS, says([A_DAY | {"day": "2025-02-30"}]), "day that is not a day"),
    (DAYS, says([A_DAY | {"day": "2025-09-01"}]), "day that is not asked for"),
    (DAYS, says([A_DAY, A_DAY]), "turbine twice on one day"),
    (DAYS, says([A_DAY | {"revision": 7.0}]), "revision of a wrong type"),
    (DAYS, says([A_DAY | {"revision": -1}]), "that cannot be"),
    (DAYS, says([A_DAY | {"samples": 2**63}]), "that cannot be"),
    (DATA, says([row(0, turbine="T02")]), "turbine that is not asked for"),
    (DATA, says([row(0, timestamp="today"), row(1)]), "not a time in UTC"),
    (DATA, says([row(0, timestamp="2025-08-31T24:00:00Z")]), "not a time in UTC"),
    (DATA, says([row(0, timestamp="2025-09-01T00:00:00Z")]), "timestamp that is not asked for"),
    (DATA, says([row(0), row(0)]), "timestamp of a turbine twice"),
    (DATA, says([row(0, power="1.5")]), "power of a wrong type"),
    (DATA, says([row(0, power=True)]), "power of a wrong type"),
    (DATA, says([row(0)]), "gives 1 measurements of 'T01' and has 2"),
    (DATA, says([row(0), row(1), row(2)]), "gives 3 measurements of 'T01' and has 2"),
    (DATA, trickles, "not answered in full after 0.3 seconds"),
    (DATA, sends(b" " * 20_000), "more than 10,000 bytes"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "reply", "sentence"), WRONG)
def test_a_wrong_answer_fails_the_run(replies, settings, monkeypatch, path, reply, sentence):
    if reply is trickles:
        monkeypatch.setattr(waits, "API_ANSWER_S", 0.3)
    monkeypatch.setattr(client, "LARGEST_ANSWER", 10_000)
    monkeypatch.setattr(client, "MOST_VALUES", 1_000)
    monkeypatch.setattr(remote_turbines, "MOST_TURBINES", 100)
    replies[path] = reply
    run = aggregated(DAY)
    assert run.status == Run.Status.FAILED, run.traceback
    assert run.error.startswith(f"The source {settings.SOURCE_API_URL}/")
    assert sentence in run.error
    assert TOKEN not in run.error
    assert not Value.objects.exists()


@pytest.mark.parametrize(("samples", "requests"), [(86_400, 20), (1_440, 1), (7_000, 2), (0, 1)])
def test_no_answer_is_too_large_however_often_turbines_are_sampled(
    samples: int, requests: int
) -> None:
    portions = [
        *remote.portions(DAY, dict.fromkeys([f"T{number}" for number in range(10)], samples))
    ]
    assert len(portions) == requests
    for portion in portions:
        rows = len(portion.turbines) * samples * (portion.end - portion.start) / timedelta(days=1)
        assert rows * (client.MOST_FIELDS + 1) <= client.MOST_VALUES
        assert rows * (client.MOST_FIELDS * 100 + 1200) <= client.LARGEST_ANSWER


@pytest.mark.django_db
def test_a_source_that_is_down_fails_the_run(settings: Any) -> None:
    settings.SOURCE_API_URL = f"http://127.0.0.1:{free_port()}"
    run = aggregated(DAY)
    assert run.status == Run.Status.FAILED
    assert run.error.startswith(f"The source {settings.SOURCE_API_URL}/api/days?")


@pytest.mark.django_db
def test_a_body_that_trickles_is_cut_off(replies, monkeypatch) -> None:
    def trickle(handler: BaseHTTPRequestHandler) -> None:
        sends(b"[", length=1000)(handler)
        trickles(handler)

    monkeypatch.setattr(waits, "API_ANSWER_S", 0.3)
    replies[DATA] = trickle
    assert "not answered in full" in aggregated(DAY).error


@pytest.mark.django_db
def test_a_read_that_hangs_is_cut_off(replies, monkeypatch) -> None:
    monkeypatch.setattr(waits, "API_PART_S", 0.05)
    replies[DATA] = trickles
    assert aggregated(DAY).error.endswith("does not answer: ReadTimeout.")


@pytest.mark.django_db
def test_rows_that_changed_meanwhile_leave_the_day_stale(replies: dict[str, Reply]) -> None:
    def shrink(handler: BaseHTTPRequestHandler) -> None:
        replies[DAYS] = says([A_DAY | {"revision": 8, "samples": 1}])
        says([row(0)])(handler)

    replies[DATA] = shrink
    assert aggregated(DAY).status == Run.Status.SUCCEEDED
    (stale,) = gateway.turbine_days(*EVER)
    assert (stale.revision, stale.samples) == (8, 1)
    assert aggregated(DAY).status == Run.Status.SUCCEEDED


@pytest.mark.django_db
def test_a_day_that_the_source_lets_go_meanwhile_keeps_its_statistics(replies) -> None:
    aggregated(DAY)
    before = list(Value.objects.values_list())

    def let_go(handler: BaseHTTPRequestHandler) -> None:
        replies[DAYS] = says([A_DAY | {"revision": 0, "samples": 0, "state": "archived"}])
        says([])(handler)

    replies[DATA] = let_go
    assert aggregated(DAY, force=True).status == Run.Status.SUCCEEDED
    assert list(Value.objects.values_list()) == before != []


def test_a_day_that_the_source_no_longer_keeps_is_not_asked_for(replies) -> None:
    replies[DAYS] = says([A_DAY | {"revision": 0, "samples": 0, "state": "archived"}])
    assert gateway.turbine_days(DAY, DAY) == []


@pytest.mark.parametrize("day", EVER)
def test_a_day_that_no_source_can_hold_has_nothing(replies, day: date) -> None:
    assert gateway.turbine_days(day, day) == []


def test_the_range_of_days_is_that_of_all_turbines(replies: dict[str, Reply]) -> None:
    idle = A_TURBINE | {"name": "T02", "first_day": None, "last_day": None}
    later = A_TURBINE | {"name": "T03", "first_day": "2025-09-01", "last_day": "2025-09-01"}
    replies[TURBINES] = says([A_TURBINE, idle, later])
    assert gateway.day_range() == (DAY, date(2025, 9, 1))
    replies[TURBINES] = says([idle])
    assert gateway.day_range() is None


def test_the_months_that_the_source_let_go_are_those_that_it_names(replies) -> None:
    august = {"month": "2025-08-01", "lake_address": "s3://lake/measurements"}
    replies[LET_GO] = says([{"month": "2025-09-01", "lake_address": ""}, august])
    assert gateway.months_let_go(DAY, DAY) == [(date(2025, 8, 1), "s3://lake/measurements")]
    assert len(gateway.months_let_go(DAY, NEXT_DAY)) == 2


@pytest.mark.parametrize(
    ("month", "sentence"),
    [
        ({"month": "2025-08-02", "lake_address": ""}, "by another day than its first"),
        ({"month": "2025-08", "lake_address": ""}, "month that is not a day"),
        ({"month": "2025-08-01", "lake_address": None}, "lake_address of a wrong type"),
        ({"month": "2025-08-01"}, "no lake_address"),
    ],
)
def test_a_month_that_cannot_be_let_go_is_told(replies, month: Any, sentence: str) -> None:
    replies[LET_GO] = says([month])
    with pytest.raises(SourceUnavailable, match=sentence):
        gateway.months_let_go(DAY, DAY)
