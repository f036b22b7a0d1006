"""`/api/values`, `/api/signals` and `/api/variables`."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from django.db import OperationalError
from django.test import Client

from aggregates.export import layouts
from aggregates.models import Value
from common.rest import downloads
from tests.builders import aggregated, measurements, turbine

pytestmark = pytest.mark.django_db

AUGUST = {"start": "2025-08-01", "end": "2025-09-01"}
DAY = date(2025, 8, 31)


def two_days(name: str = "T01") -> None:
    """20 minutes around a midnight: 5 samples, 10, 10 and 1."""
    numbers: list[float | None] = [float(number) for number in range(26)]
    measurements(turbine(name), "2025-08-30T23:45", power=numbers, wind_speed=[5.0] * 26)
    aggregated(DAY - timedelta(days=1))
    aggregated(DAY)


def get(**query: Any) -> Any:
    response = Client().get("/api/values", AUGUST | query)
    assert response.status_code == 200, response.content
    return response


def rows(**query: Any) -> list[dict[str, Any]]:
    decoded: list[dict[str, Any]] = json.loads(body(**query))
    return decoded


def body(**query: Any) -> bytes:
    content: bytes = get(**query).getvalue()
    return content


def reasons(**query: Any) -> dict[str, str]:
    response = Client().get("/api/values", AUGUST | query)
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    return {error["parameter"]: error["reason"] for error in response.json()["errors"]}


def test_a_row_is_a_signal_in_a_window() -> None:
    two_days()
    means = rows(variable="power", statistic="mean")
    assert means[0] == {
        "turbine": "T01",
        "timestamp": "2025-08-30T23:40:00Z",
        "variable": "power",
        "statistic": "mean",
        "value": 2.0,
    }
    assert [row["value"] for row in means] == [2.0, 9.5, 19.5, 25.0]


def test_everything_is_given_where_nothing_is_chosen() -> None:
    two_days()
    assert len(rows()) == Value.objects.count()


def test_a_wide_row_is_a_turbine_in_a_window() -> None:
    two_days()
    wide_rows = rows(layout="wide", variable="power,wind_speed", statistic="mean,std")
    assert len(wide_rows) == 4
    assert wide_rows[-1] == {
        "turbine": "T01",
        "timestamp": "2025-08-31T00:10:00Z",
        "power_mean": 25.0,
        "power_std": None,
        "wind_speed_mean": 5.0,
        "wind_speed_std": None,
    }


def test_start_and_end_select_by_the_start_of_a_window() -> None:
    two_days()
    query = {"variable": "power", "statistic": "count"}
    starts = [
        row["timestamp"]
        for row in rows(**query, start="2025-08-30T23:41Z", end="2025-08-31T00:10Z")
    ]
    assert starts == ["2025-08-30T23:50:00Z", "2025-08-31T00:00:00Z"]


def test_label_and_timezone_change_only_what_is_shown() -> None:
    two_days()
    (first, *_) = rows(label="end", timezone="America/Sao_Paulo", statistic="count")
    assert first["timestamp"] == "2025-08-30T20:50:00-03:00"


def test_coverage_is_that_of_the_turbine_the_variable_and_the_window() -> None:
    two_days("T01")
    query = {"variable": "power", "statistic": "mean", "min_coverage": 0.6}
    assert [row["value"] for row in rows(**query)] == [9.5, 19.5]
    assert len(rows(**query | {"min_coverage": 0.5})) == 3
    assert len(rows(**query | {"layout": "wide"})) == 2


def test_coverage_is_against_the_sample_interval() -> None:
    measurements(turbine(sample_interval_s=600), "2025-08-31T00:00", power=[1.0])
    aggregated(DAY)
    assert len(rows(statistic="mean", min_coverage=1)) == 1


def test_turbines_follow_each_other_and_long_histories_come_in_parts(monkeypatch: Any) -> None:
    monkeypatch.setattr(layouts, "CELLS_PER_PART", 1)
    two_days("T02")
    two_days("T01")
    means = rows(variable="power", statistic="mean")
    keys = [(row["turbine"], row["timestamp"]) for row in means]
    assert keys == sorted(keys)
    assert len(keys) == 8


FRAMES: dict[str, Callable[[bytes], pd.DataFrame]] = {
    "json": lambda body: pd.DataFrame(json.loads(body)),
    "csv": lambda body: pd.read_csv(BytesIO(body)),
    "parquet": lambda body: pd.read_parquet(BytesIO(body)),
    "arrow": lambda body: pa.ipc.open_stream(body).read_pandas(),
}


@pytest.mark.parametrize("layout", ["long", "wide"])
def test_every_format_says_the_same(layout: str) -> None:
    two_days("T01")
    two_days("=T 02")
    query = {"layout": layout, "statistic": "mean,max"}
    frames = {name: read(body(**query, format=name)) for name, read in FRAMES.items()}
    # CSV puts an apostrophe before "=T 02", so that no spreadsheet takes the name for a formula.
    frames["csv"]["turbine"] = frames["csv"]["turbine"].str.lstrip("'")
    for name, frame in frames.items():
        frame["timestamp"] = pd.to_datetime(frame["timestamp"]).astype("datetime64[us, UTC]")
        numbers = frame.select_dtypes("number").columns
        frame[numbers] = frame[numbers].astype(float)
        pd.testing.assert_frame_equal(frame, frames["json"].astype(frame.dtypes), obj=name)


def test_a_format_may_be_asked_for_by_accept() -> None:
    two_days()
    response = Client().get("/api/values", AUGUST, headers={"Accept": "text/csv;q=1, */*"})
    assert response["Content-Type"] == "text/csv"
    assert response.getvalue().startswith(b'"turbine","timestamp"')


@pytest.mark.parametrize("format", ["json", "csv", "parquet", "arrow"])
@pytest.mark.parametrize("layout", ["long", "wide"])
def test_nothing_is_a_table_without_rows(format: str, layout: str) -> None:
    assert len(FRAMES[format](body(format=format, layout=layout))) == 0


@pytest.mark.parametrize(
    ("query", "parameter", "reason"),
    [
        ({"format": "xml"}, "format", "unknown: 'xml'; allowed: json, csv, parquet, arrow."),
        ({"layout": "tall"}, "layout", "allowed: long, wide, openoa, flasc."),
        ({"label": "middle"}, "label", "allowed: start, end."),
        ({"timezone": "Mars/Base"}, "timezone", "'Mars/Base' is no time zone"),
        ({"min_coverage": "nan"}, "min_coverage", "'nan' is no number from 0 to 1."),
        ({"min_coverage": "1.1"}, "min_coverage", "'1.1' is no number from 0 to 1."),
        ({"variable": "wind_sped"}, "variable", "unknown: 'wind_sped'; allowed: wind_speed,"),
        (
            {"variable": "power,wind_speed_std"},
            "variable",
            "wind_speed_std is written variable=wind_speed&statistic=std.",
        ),
        ({"statistic": "median"}, "statistic", "allowed: mean, min, max, std, count."),
        ({"turbine": "T99"}, "turbine", "unknown: 'T99'; allowed: T01."),
        ({"page": "2"}, "page", "is no parameter of this address"),
        ({"end": "2025-07-01"}, "end", "is not after start"),
    ],
)
def test_a_bad_parameter_is_named_with_what_is_allowed(query, parameter, reason) -> None:
    two_days()
    assert reason in reasons(**query)[parameter]


def test_more_than_json_holds_is_refused_and_another_format_named(monkeypatch: Any) -> None:
    two_days()
    monkeypatch.setattr(downloads, "MOST_JSON_VALUES", 100)
    assert "allowed is less, or csv, parquet or arrow" in reasons()["format"]
    assert get(format="csv").status_code == 200


def test_the_catalogue_tells_units_and_ranges(client: Client) -> None:
    (power,) = [
        variable for variable in client.get("/api/variables").json() if variable["name"] == "power"
    ]
    assert (power["unit"], power["minimum"], power["per_rated_power"]) == ("kW", -0.1, True)


def test_signals_of_chosen_turbines_leave_the_others_out(client: Client) -> None:
    two_days("T01")
    two_days("T02")
    signals = client.get("/api/signals?turbine=T02").json()
    assert {signal["turbine"] for signal in signals} == {"T02"}
    assert "unknown: 'T03'" in str(client.get("/api/signals?turbine=T03").json())


def test_signals_tell_their_first_and_last_time(client: Client) -> None:
    two_days()
    signals = {signal["name"]: signal for signal in client.get("/api/signals").json()}
    assert len(signals) == 10
    assert signals["power_mean"]["first_time"] == "2025-08-30T23:40:00Z"
    assert signals["power_mean"]["last_time"] == "2025-08-31T00:10:00Z"


@pytest.mark.parametrize("name", ["values", "signals", "variables", "assessments", "findings"])
def test_who_may_not_read_reads_nothing(client: Client, settings: Any, name: str) -> None:
    settings.API_PUBLIC_READ = False
    assert client.get(f"/api/{name}", AUGUST).status_code == 401


DOWNLOADS = ["/api/values", "/data", "/api/turbines", "/api/assessments", "/api/findings"]


@pytest.mark.parametrize("path", DOWNLOADS)
def test_a_download_takes_a_protocol_in_which_it_can_be_told_from_a_broken_one(path: str) -> None:
    response = Client().get(path, AUGUST, SERVER_PROTOCOL="HTTP/1.0")
    assert (response.status_code, response["Content-Type"]) == (505, "application/problem+json")
    assert "proxy_http_version 1.1" in response.json()["detail"]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/csv;q=0, application/json", "application/json"),
        ("text/csv;q=0.5, application/vnd.apache.parquet", "application/vnd.apache.parquet"),
        ("*/*", "application/json"),
    ],
)
def test_accept_is_weighed(accept: str, media_type: str) -> None:
    response = Client().get("/api/values", AUGUST, headers={"Accept": accept})
    assert response["Content-Type"] == media_type
    assert "Accept" in response["Vary"]


def test_what_there_is_no_format_for_is_not_acceptable() -> None:
    response = Client().get("/api/values", AUGUST, headers={"Accept": "image/png"})
    assert (response.status_code, response["Content-Type"]) == (406, "application/problem+json")


@pytest.mark.parametrize("zone", ["Factory", "localtime"])
def test_what_is_a_zone_of_this_machine_alone_is_refused(zone: str) -> None:
    assert "is no time zone" in reasons(timezone=zone)["timezone"]


def test_a_turbine_that_was_never_aggregated_is_unknown() -> None:
    two_days()
    turbine("T09")
    assert "unknown: 'T09'; allowed: T01" in reasons(turbine="T09")["turbine"]


def test_a_turbine_that_was_aggregated_and_has_no_values_has_no_rows() -> None:
    measurements(turbine("T09"), "2025-08-31T00:00", power=[None] * 10)
    aggregated(DAY)
    assert rows(turbine="T09") == []


def test_a_csv_of_a_database_that_fails_is_no_half_answer(monkeypatch: Any) -> None:
    two_days()

    def fail(*arguments: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("aggregates.export.blocks.copy_out", fail)
    response = Client().get("/api/values", AUGUST | {"format": "csv"})
    assert response.status_code == 503
