"""`/api/findings`: what a person should look at, or should have."""

import json
from importlib import import_module
from io import BytesIO
from typing import Any

import pandas as pd
import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from aggregates.assessment.findings import Kind
from aggregates.export import findings
from common.rest import downloads
from tests.aggregates.api.assessed import finding
from tests.builders import at, turbine

pytestmark = pytest.mark.django_db


def get(**query: Any) -> Any:
    return Client().get("/api/findings", query)


def rows(**query: Any) -> list[dict[str, Any]]:
    response = get(**query)
    assert response.status_code == 200, response.content
    decoded: list[dict[str, Any]] = json.loads(response.getvalue())
    return decoded


def reasons(**query: Any) -> dict[str, str]:
    response = get(**query)
    assert response.status_code == 400
    return {error["parameter"]: error["reason"] for error in response.json()["errors"]}


def stopped(**fields: Any) -> None:
    finding(Kind.STOPPED, at("2025-08-30T12:00"), at("2025-08-31T06:00"), **fields)


def frozen(**fields: Any) -> None:
    finding(Kind.FROZEN, at("2025-08-31T10:00"), at("2025-08-31T14:00"), **fields)


TIMES = ["start", "end", "seen_at", "told_at", "withdrawn_at", "acknowledged_at"]


@pytest.mark.parametrize("column", TIMES)
@pytest.mark.parametrize("time", ["infinity", "-infinity", "0044-03-15 BC", "20000-01-01"])
def test_a_time_that_python_cannot_hold_is_not_stored(column: str, time: str) -> None:
    stopped()
    with pytest.raises(IntegrityError, match="from_1970_to_2099"), transaction.atomic():
        connection.cursor().execute(f'UPDATE finding SET "{column}" = %s', [time])
    assert len(rows()) == 1


def test_the_migration_lets_go_of_findings_that_could_not_be_read() -> None:
    stopped()
    migration = import_module("aggregates.migrations.0028_times_of_findings").Migration
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE finding DROP CONSTRAINT finding_end_from_1970_to_2099")
        cursor.execute("UPDATE finding SET \"end\" = 'infinity'")
        frozen()
        cursor.execute(migration.operations[0].sql)
    assert [row["kind"] for row in rows()] == [Kind.FROZEN]


def test_a_row_tells_what_was_seen_and_what_it_cost() -> None:
    stopped(sentence="It stood still in wind for 18 hours.", lost_kwh=1234.5, is_open=True)
    (row,) = rows()
    assert (row["turbine"], row["kind"], row["variable"]) == ("T01", "stopped", None)
    assert (row["start"], row["end"]) == ("2025-08-30T12:00:00Z", "2025-08-31T06:00:00Z")
    assert row["sentence"] == "It stood still in wind for 18 hours."
    assert (row["lost_kwh"], row["open"]) == (1234.5, True)


def test_a_row_tells_what_people_said_of_it() -> None:
    said = {"reason": "sensor", "note": "Changed on Monday.", "acknowledged_by": "ana"}
    frozen(variable="wind_speed", acknowledged_at=at("2025-09-01T08:00"), **said)
    (row,) = rows()
    assert {name: row[name] for name in said} == said
    assert (row["variable"], row["acknowledged_at"]) == ("wind_speed", "2025-09-01T08:00:00Z")
    assert row["withdrawn_at"] is None


def test_a_finding_of_the_whole_farm_names_no_turbine() -> None:
    stopped(turbine="")
    assert [row["turbine"] for row in rows()] == [None]


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ({}, ["stopped", "frozen"]),
        ({"kind": "frozen,icing"}, ["frozen"]),
        ({"open": "true"}, ["frozen"]),
        ({"open": "false"}, ["stopped"]),
        ({"standing": "true"}, ["frozen"]),
        ({"standing": "false"}, ["stopped"]),
        ({"turbine": "T02"}, ["frozen"]),
        ({"turbine": "T01,T02", "kind": "stopped"}, ["stopped"]),
    ],
)
def test_findings_are_chosen_by_what_they_are(query: Any, kinds: list[str]) -> None:
    turbine("T01"), turbine("T02")
    frozen(turbine="T02", is_open=True)
    stopped(withdrawn_at=at("2025-09-01"))
    assert [row["kind"] for row in rows(**query)] == kinds


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ({"start": "2025-08-31"}, ["stopped", "frozen"]),
        ({"start": "2025-08-31T06:00"}, ["frozen"]),
        ({"end": "2025-08-31T10:00Z"}, ["stopped"]),
        ({"start": "2025-08-31T06:00", "end": "2025-08-31T10:00"}, []),
        ({"start": "2025-08-30", "end": "2025-08-31"}, ["stopped"]),
    ],
)
def test_a_finding_is_of_every_moment_that_it_lasted_over(query: Any, kinds: list[str]) -> None:
    stopped()
    frozen()
    assert [row["kind"] for row in rows(**query)] == kinds


def test_many_findings_come_in_parts_and_none_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "ROWS_PER_BATCH", 2)
    for _ in range(3):
        frozen()
        stopped()
    ids = [row["id"] for row in rows()]
    assert len({*ids}) == len(ids) == 6
    assert [row["kind"] for row in rows()] == ["stopped"] * 3 + ["frozen"] * 3


def test_every_format_says_the_same() -> None:
    stopped(is_open=True, lost_kwh=1.5)
    frozen()
    csv = pd.read_csv(BytesIO(get(format="csv").getvalue()))
    parquet = pd.read_parquet(BytesIO(get(format="parquet").getvalue()))
    for frame in (csv, parquet):
        assert list(frame) == list(rows()[0])
        assert frame["open"].tolist() == [True, False] == [row["open"] for row in rows()]
        assert frame["lost_kwh"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("query", "parameter", "reason"),
    [
        ({"kind": "broken"}, "kind", "unknown: 'broken'; allowed: silent, partial, rejected,"),
        ({"open": "yes"}, "open", "'yes' is neither; allowed: true, false."),
        ({"standing": "1"}, "standing", "'1' is neither; allowed: true, false."),
        ({"turbine": "T99"}, "turbine", "unknown: 'T99'"),
        ({"start": "today"}, "start", "'today' is not a time"),
        ({"start": "2025-08-02", "end": "2025-08-01"}, "end", "is not after start"),
    ],
)
def test_a_bad_parameter_is_named_with_what_is_allowed(query, parameter, reason) -> None:
    assert reason in reasons(**query)[parameter]


def test_more_than_json_holds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped()
    monkeypatch.setattr(downloads, "MOST_JSON_VALUES", 10)
    assert "allowed is less, or csv, parquet or arrow" in reasons()["format"]
