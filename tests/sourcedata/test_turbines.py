"""`GET /api/turbines`."""

import json
from io import BytesIO
from typing import Any

import pandas as pd
import pytest
from django.test import Client

from sourcedata import layouts, reader
from tests.builders import measurements, turbine

pytestmark = pytest.mark.django_db


def rows(query: str = "") -> list[dict[str, Any]]:
    response = Client().get(f"/api/turbines?{query}")
    assert response.status_code == 200, response.content
    found: list[dict[str, Any]] = json.loads(response.getvalue())
    return found


def test_all_that_is_known_of_a_turbine_is_told() -> None:
    measurements(turbine(rated_power_kw=2050), "2025-08-30T23:59", power=[1.0, 2.0])
    (known,) = reader.turbines()
    assert set(rows()[0]) == set(layouts.FULL.names) == set(known)
    texts = {"first_day": "2025-08-30", "last_day": "2025-08-31"}
    texts |= {"first_measurement": "2025-08-30T23:59:00Z", "companions": ""}
    assert rows()[0] == {**known, **texts, "last_measurement": "2025-08-31T00:00:00Z"}


def test_openoa_gets_its_asset_table() -> None:
    turbine("T01", rated_power_kw=2050, latitude=48.4, longitude=5.5, hub_height_m=80)
    assert rows("layout=openoa") == [
        {
            "asset_id": "T01",
            "latitude": 48.4,
            "longitude": 5.5,
            "rated_power": 2050,
            "hub_height": 80,
            "rotor_diameter": None,
            "elevation": None,
            "type": "turbine",
        }
    ]


def test_only_the_turbines_asked_for_are_given() -> None:
    for name in ("T01", "T02", "T03"):
        turbine(name)
    assert [row["name"] for row in rows("turbine=T03,T01")] == ["T01", "T03"]


@pytest.mark.parametrize("layout", ["full", "openoa"])
def test_turbines_come_in_every_format(layout: str) -> None:
    turbine("T01")
    response = Client().get(f"/api/turbines?layout={layout}&format=parquet")
    frame = pd.read_parquet(BytesIO(response.getvalue()))
    assert frame.iloc[0, 0] == "T01"
    assert (frame[["latitude", "longitude"]].dtypes == "float64").all()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("layout=tall", "layout: unknown: 'tall'; allowed: full, openoa."),
        ("turbine=T9", "turbine: unknown: 'T9'; allowed: none."),
        ("page=2", "page: is no parameter of this address; allowed: turbine, layout, format."),
    ],
)
def test_a_bad_parameter_is_named_with_what_is_allowed(query: str, sentence: str) -> None:
    response = Client().get(f"/api/turbines?{query}")
    assert (response.status_code, response.json()["detail"]) == (400, sentence)
