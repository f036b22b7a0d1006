"""`GET /data`."""

import json
from datetime import date
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pandas as pd
import pyarrow as pa
import pytest
from django.db import OperationalError
from django.test import Client

from common.postgres.partitions import ensure_months
from common.rest import downloads
from sourcedata.variables import VARIABLE_NAMES
from tests.builders import measurements, turbine

pytestmark = pytest.mark.django_db

DAY = "start=2025-08-31&end=2025-09-01"


def get(query: str) -> list[dict[str, Any]]:
    response = Client().get(f"/data?{query}")
    assert response["Content-Type"] == "application/json"
    return json.loads(response.getvalue())


def times(query: str) -> list[str]:
    return [row["timestamp"] for row in get(query)]


def reasons(query: str) -> dict[str, str]:
    response = Client().get(f"/data?{query}")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    return {error["parameter"]: error["reason"] for error in response.json()["errors"]}


def test_measurements_come_as_a_list_of_objects() -> None:
    measurements(turbine(), "2025-08-31T00:00", wind_speed=[7.1, None], power=[10.5, -3.0])
    query = "start=2025-08-31T00:00:00Z&end=2025-08-31T23:59:59Z&variables=wind_speed,power"
    assert get(query) == [
        {"timestamp": "2025-08-31T00:00:00Z", "turbine": "T01", "wind_speed": 7.1, "power": 10.5},
        {"timestamp": "2025-08-31T00:01:00Z", "turbine": "T01", "wind_speed": None, "power": -3.0},
    ]


def test_start_is_included_and_end_is_not() -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0, 2.0, 3.0])
    assert times("start=2025-08-31T00:01&end=2025-08-31T00:02") == ["2025-08-31T00:01:00Z"]


@pytest.mark.parametrize("start", ["2025-08-31T02:01:00%2B02:00", "2025-08-31 00:01"])
def test_a_time_may_have_an_offset_and_is_utc_without(start: str) -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0, 2.0])
    assert times(f"start={start}&end=2025-09-01") == ["2025-08-31T00:01:00Z"]


def test_turbines_are_in_order_of_their_names_and_then_of_time() -> None:
    for name in ("T2", "T1"):
        measurements(turbine(name), "2025-08-31T00:00", power=[1.0, 2.0])
    rows = get(DAY)
    assert [(row["turbine"], row["timestamp"][14:16]) for row in rows] == [
        ("T1", "00"),
        ("T1", "01"),
        ("T2", "00"),
        ("T2", "01"),
    ]


def test_times_are_in_order_across_partitions() -> None:
    ensure_months("source", "data", [date(2025, 9, 1)])
    # August is in the default partition, which comes last.
    measurements(turbine(), "2025-08-31T23:59", power=[1.0, 2.0])
    query = "start=2025-08-01&end=2025-10-01"
    assert times(query) == ["2025-08-31T23:59:00Z", "2025-09-01T00:00:00Z"]


@pytest.mark.parametrize("form", ["turbine=T1,T3", "turbine=T1&turbine=T3"])
def test_turbines_may_be_repeated_or_separated_by_commas(form: str) -> None:
    for name in ("T1", "T2", "T3"):
        measurements(turbine(name), "2025-08-31T00:00", power=[1.0])
    assert [row["turbine"] for row in get(f"{DAY}&{form}")] == ["T1", "T3"]


@pytest.mark.parametrize(
    "form", ["variables=power,wind_speed", "variables=power&variables=wind_speed"]
)
def test_only_the_variables_asked_for_are_given(form: str) -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    (row,) = get(f"{DAY}&{form}")
    assert list(row) == ["timestamp", "turbine", "power", "wind_speed"]


def test_all_variables_are_the_default() -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    (row,) = get(DAY)
    assert list(row) == ["timestamp", "turbine", *VARIABLE_NAMES]


def test_what_is_no_finite_number_is_null() -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[float("nan"), float("inf"), None])
    assert [row["power"] for row in get(DAY)] == [None, None, None]


def test_no_measurements_are_an_empty_list() -> None:
    assert get(DAY) == []


def test_a_long_answer_is_one_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sourcedata.batches.BATCH_DAYS", 1)
    for name in ("T1", "T2"):
        measurements(turbine(name), "2025-08-30T23:58", power=[1.0] * 5)
    assert len(get("start=2025-08-30&end=2025-09-01")) == 10


@pytest.mark.parametrize(
    ("query", "parameter", "reason"),
    [
        ("end=2025-09-01", "start", "is required"),
        ("start=2025-08-31", "end", "is required"),
        ("start=yesterday&end=2025-09-01", "start", "'yesterday' is not a time; allowed is ISO"),
        ("start=2025-08-31T00:00+02:00&end=2025-09-01", "start", "written %2B"),
        ("start=2025-08-31&end=99999-01-01", "end", "from year 1 to 9999"),
        ("start=0001-01-01T00:00%2B05:00&end=2025-01-01", "start", "is not a time"),
        ("start=2025-08-31%00&end=2025-09-01", "start", "Null characters"),
        (f"start={'9' * 500}&end=2025-09-01", "start", "9...' is not a time"),
        ("start=2025-08-31&end=2025-08-31", "end", "is not after start"),
        ("start=2025-08-31&start=2025-08-30&end=2025-09-01", "start", "given 2 times"),
        (f"{DAY}&variables=wind_sped", "variables", "unknown: 'wind_sped'; allowed: wind_speed,"),
        (f"{DAY}&variables=", "variables", "was given without a value"),
        (f"{DAY}&turbine=T99", "turbine", "unknown: 'T99'; allowed: T01."),
        (f"{DAY}&turbine=%00", "turbine", "unknown: '\\x00'"),
        (f"{DAY}&turbine={quote('Süd')}", "turbine", "unknown: 'Süd'"),
        (f"{DAY}&format=xml", "format", "unknown: 'xml'; allowed: json, csv, parquet, arrow."),
        (f"{DAY}&variable=power", "variable", "allowed: start, end, variables, turbine, format."),
    ],
)
def test_a_bad_parameter_is_named_with_what_is_allowed(query, parameter, reason) -> None:
    turbine()
    assert reason in reasons(query)[parameter]


def test_every_bad_parameter_is_named_at_once() -> None:
    assert set(reasons("start=x&end=y&variables=z&nonsense=1")) == {
        "start",
        "end",
        "variables",
        "nonsense",
    }


def test_a_database_that_does_not_answer_is_a_problem_without_its_address(monkeypatch) -> None:
    def fail(*arguments):
        raise OperationalError("connection to server at 10.0.0.7 failed")

    monkeypatch.setattr("sourcedata.api.measurement_batches", fail)
    response = Client().get(f"/data?{DAY}")
    assert (response.status_code, response["Content-Type"]) == (503, "application/problem+json")
    assert "10.0.0.7" not in response.content.decode()


def test_the_endpoint_replaces_nothing(admin_client: Client) -> None:
    response = admin_client.put(f"/data?{DAY}")
    assert response.status_code == 405
    assert response.json()["title"] == "Method Not Allowed"


def content(format: str) -> bytes:
    response = Client().get(f"/data?{DAY}&format={format}")
    assert response.status_code == 200
    body: bytes = response.getvalue()
    return body


def test_every_format_says_the_same() -> None:
    numbers: list[float | None] = [1.5, None, -3.25]
    for name in ("T1", "=T2"):
        measurements(turbine(name), "2025-08-31T00:00", power=numbers, wind_speed=[0.1] * 3)
    frames = {
        "json": pd.DataFrame(get(DAY)),
        "csv": pd.read_csv(BytesIO(content("csv"))),
        "parquet": pd.read_parquet(BytesIO(content("parquet"))),
        "arrow": pa.ipc.open_stream(content("arrow")).read_pandas(),
    }
    frames["csv"]["turbine"] = frames["csv"]["turbine"].str.lstrip("'")
    for name, frame in frames.items():
        frame["timestamp"] = pd.to_datetime(frame["timestamp"]).astype("datetime64[us, UTC]")
        frame = frame.astype(dict.fromkeys(VARIABLE_NAMES, float))
        pd.testing.assert_frame_equal(frame, frames["parquet"], check_dtype=False, obj=name)


def test_a_format_may_be_asked_for_by_accept() -> None:
    response = Client().get(f"/data?{DAY}", headers={"Accept": "text/csv"})
    assert response["Content-Type"] == "text/csv"


def test_more_than_json_holds_is_refused_and_another_format_named(monkeypatch: Any) -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0] * 20)
    monkeypatch.setattr(downloads, "MOST_JSON_VALUES", 100)
    assert "json holds at most 100 values, and up to 140 are asked" in reasons(DAY)["format"]
    assert content("csv").count(b"\n") == 21
    assert len(get(f"{DAY}&variables=power")) == 20
