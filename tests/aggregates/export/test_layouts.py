"""`/api/values` in the shapes that OpenOA and FLASC load."""

import json
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pandas as pd
import pyarrow.parquet
import pytest
from django.test import Client

from aggregates.export import layouts
from aggregates.export.layouts import Flasc
from common.rest import downloads
from tests.builders import aggregated, measurements, turbine

pytestmark = pytest.mark.django_db

DAY = date(2025, 8, 31)
PERIOD = {"start": "2025-08-01", "end": "2025-09-01"}


def samples(name: str, start: str, power: float, **values: float) -> None:
    cells: Any = {variable: [value, value + 2] for variable, value in values.items()}
    measurements(turbine(name), start, power=[power, power + 2], **cells)


def get(layout: str, **query: Any) -> Any:
    response = Client().get("/api/values", PERIOD | {"layout": layout} | query)
    assert response.status_code == 200, response.content
    return response


def rows(layout: str, **query: Any) -> list[dict[str, Any]]:
    decoded: list[dict[str, Any]] = json.loads(get(layout, **query).getvalue())
    return decoded


def parquet(layout: str, **query: Any) -> BytesIO:
    return BytesIO(get(layout, format="parquet", **query).getvalue())


def reasons(**query: Any) -> dict[str, str]:
    response = Client().get("/api/values", PERIOD | query)
    assert response.status_code == 400
    return {error["parameter"]: error["reason"] for error in response.json()["errors"]}


def test_openoa_gets_means_by_its_own_names() -> None:
    samples("T01", "2025-08-31T00:10", 1000, wind_speed=7, rotor_speed=10)
    aggregated(DAY)
    assert rows("openoa") == [
        {
            "time": "2025-08-31T00:10:00",
            "asset_id": "T01",
            "WMET_HorWdSpd": 8,
            "WMET_HorWdDir": None,
            "WTUR_W": 1001,
            "WMET_EnvTmp": None,
            "WROT_BlPthAngVal": None,
            "WMET_HorWdDirRel": None,
        }
    ]


@pytest.mark.parametrize(
    ("wind", "nacelle", "relative"), [(5.0, 355.0, 10), (350.0, 10.0, -20), (100.0, 100.0, 0)]
)
def test_openoa_gets_the_wind_relative_to_the_nacelle(wind, nacelle, relative) -> None:
    measurements(turbine(), "2025-08-31", wind_direction=[wind], nacelle_direction=[nacelle])
    aggregated(DAY)
    (row,) = rows("openoa")
    assert row["WMET_HorWdDirRel"] == pytest.approx(relative)


def test_without_one_of_both_directions_there_is_none_relative_to_the_other() -> None:
    measurements(turbine("T01"), "2025-08-31", wind_direction=[10.0])
    measurements(turbine("T02"), "2025-08-31", nacelle_direction=[10.0])
    aggregated(DAY)
    (row,) = rows("openoa")
    assert (row["asset_id"], row["WMET_HorWdDirRel"]) == ("T01", None)


def test_openoa_rows_are_by_time_then_turbine_over_many_parts(monkeypatch: Any) -> None:
    monkeypatch.setattr(layouts, "CELLS_PER_PART", 1)
    for day in ("2025-08-30", "2025-08-31"):
        for name in ("T02", "T01"):
            measurements(turbine(name), f"{day}T12:00", timedelta(minutes=10), power=[1.0] * 3)
        aggregated(date.fromisoformat(day))
    keys = [(row["time"], row["asset_id"]) for row in rows("openoa", turbine="T02,T01")]
    assert len(keys) == 12
    assert keys == sorted(keys)


def test_openoa_takes_changed_since_for_its_rows_are_of_one_turbine() -> None:
    two_turbines()
    assert len(rows("openoa", changed_since="2025-01-01")) == 2
    assert rows("openoa", changed_since="2099-01-01") == []


def test_openoa_gets_the_variables_asked_for() -> None:
    samples("T01", "2025-08-31T00:10", 1000, wind_speed=7)
    aggregated(DAY)
    assert list(rows("openoa", variable="power")[0]) == ["time", "asset_id", "WTUR_W"]


def test_a_window_of_which_openoa_has_no_value_is_no_row() -> None:
    measurements(turbine(), "2025-08-31T00:00", rotor_speed=[10.0])
    aggregated(DAY)
    assert rows("openoa") == []


def two_turbines() -> None:
    samples("T02", "2025-08-31T00:10", 2000, wind_speed=9)
    samples("T01", "2025-08-31T00:20", 1000, wind_speed=7)
    aggregated(DAY)


def test_a_row_of_flasc_is_of_all_turbines_by_number() -> None:
    two_turbines()
    table = rows("flasc", variable="wind_speed,power")
    assert table == [
        {
            "time": "2025-08-31T00:10:00",
            "ws_000": None,
            "pow_000": None,
            "ws_001": 10,
            "pow_001": 2001,
        },
        {
            "time": "2025-08-31T00:20:00",
            "ws_000": 8,
            "pow_000": 1001,
            "ws_001": None,
            "pow_001": None,
        },
    ]


def test_turbines_are_numbered_in_the_order_asked_for() -> None:
    two_turbines()
    response = get("flasc", turbine="T02,T01")
    assert json.loads(response["Turbine-Numbers"]) == {"000": "T02", "001": "T01"}
    assert json.loads(response.getvalue())[0]["pow_000"] == 2001


def test_a_turbine_without_values_has_its_columns_all_the_same() -> None:
    two_turbines()
    frame = pd.read_parquet(parquet("flasc", start="2025-08-31T00:20"))
    assert frame["pow_001"].isna().all()
    assert frame["pow_001"].dtype == "float64"


def test_flasc_rows_are_by_time_over_many_parts() -> None:
    for day in ("2025-08-20", "2025-08-31"):
        for name in ("T01", "T02"):
            samples(name, f"{day}T12:00", 1000)
        aggregated(date.fromisoformat(day))
    times = [row["time"] for row in rows("flasc")]
    assert times == ["2025-08-20T12:00:00", "2025-08-31T12:00:00"]


def test_pandas_tells_the_turbines_by_number() -> None:
    two_turbines()
    assert pd.read_parquet(parquet("flasc")).attrs["turbines"] == {"000": "T01", "001": "T02"}


@pytest.mark.parametrize("layout", ["openoa", "flasc"])
def test_their_times_are_nanoseconds_without_a_zone(layout: str) -> None:
    two_turbines()
    schema = pyarrow.parquet.read_schema(parquet(layout))
    assert str(schema.field("time").type) == "timestamp[ns]"


def test_a_map_too_long_for_a_header_is_in_the_file_alone(monkeypatch: Any) -> None:
    two_turbines()
    monkeypatch.setattr(Flasc, "longest_header", 10)
    assert "Turbine-Numbers" not in get("flasc")
    assert pd.read_parquet(parquet("flasc")).attrs["turbines"]


def test_a_name_that_no_header_can_hold_is_escaped_there() -> None:
    samples('Süd "1"', "2025-08-31", 1)
    aggregated(DAY)
    header = get("flasc")["Turbine-Numbers"]
    assert header.isascii()
    assert json.loads(header) == {"000": 'Süd "1"'}


def test_coverage_counts_in_every_layout() -> None:
    two_turbines()
    assert rows("openoa", min_coverage=0.3) == rows("flasc", min_coverage=0.3) == []
    assert len(rows("openoa", min_coverage=0.2)) == 2


@pytest.mark.parametrize(
    ("query", "parameter", "reason"),
    [
        ({"layout": "openoa", "variable": "rotor_speed"}, "variable", "allowed: wind_speed, wind"),
        ({"layout": "flasc", "variable": "pitch_angle"}, "variable", "unknown: 'pitch_angle'"),
        ({"layout": "openoa", "statistic": "max"}, "statistic", "in this layout: unknown: 'max'"),
        ({"layout": "flasc", "timezone": "Europe/Paris"}, "timezone", "allowed: UTC."),
        ({"layout": "flasc", "changed_since": "2025-01-01"}, "changed_since", "a row is of all"),
    ],
)
def test_what_has_no_place_in_a_layout_is_refused(query, parameter, reason) -> None:
    assert reason in reasons(**query)[parameter]


def test_more_turbines_than_flasc_counts_are_refused(monkeypatch: Any) -> None:
    two_turbines()
    monkeypatch.setattr(Flasc, "most_turbines", 1)
    assert reasons(layout="flasc") == {"turbine": "in this layout at most 1 are allowed."}
    assert len(rows("flasc", turbine="T02")) == 1


def test_a_turbine_that_never_had_a_value_has_no_number() -> None:
    two_turbines()
    measurements(turbine("T00"), "2025-08-31T00:00", power=[None] * 10)
    aggregated(DAY)
    assert json.loads(get("flasc")["Turbine-Numbers"]) == {"000": "T01", "001": "T02"}
    assert rows("flasc", turbine="T00") == rows("wide", turbine="T00") == []


@pytest.mark.parametrize("layout", ["long", "wide", "openoa", "flasc"])
def test_where_no_turbine_has_a_value_there_is_no_row(layout: str) -> None:
    measurements(turbine("T00"), "2025-08-31T00:00", power=[None] * 10)
    aggregated(DAY)
    assert rows(layout) == []


def test_the_limit_of_json_counts_the_cells_of_all_turbines(monkeypatch: Any) -> None:
    two_turbines()
    monkeypatch.setattr(downloads, "MOST_JSON_VALUES", 144 * 3 * 2 - 1)
    assert f"up to {144 * 3 * 2} are asked for" in reasons(layout="flasc")["format"]


def test_a_full_window_is_one_whose_samples_do_not_divide_it() -> None:
    of = turbine(sample_interval_s=7)
    measurements(of, "2025-08-31T00:00", timedelta(seconds=7), power=[1.0] * 172)
    aggregated(DAY)
    assert len(rows("wide", min_coverage=1, statistic="mean", variable="power")) == 2
