"""The windows of `/api/values`: what turbines did in them, which are left out, which are empty."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from aggregates.api import filters
from tests.aggregates.api.assessed import assessment, letters
from tests.builders import aggregated, measurements, turbine

pytestmark = pytest.mark.django_db

DAY = date(2025, 8, 31)
FIFTY_MINUTES = {"start": "2025-08-31T00:00", "end": "2025-08-31T00:50"}
MEANS = {"variable": "power", "statistic": "mean"}
WIDE = MEANS | {"layout": "wide"}


@pytest.fixture(autouse=True)
def due(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[date, str], str]:
    """The version that an assessment of each turbine-day should have."""
    due = {(DAY, "T01"): "v1", (DAY, "T02"): "v1"}
    monkeypatch.setattr("aggregates.assessment.versions.versions", lambda first, last: due)
    return due


def get(**query: Any) -> Any:
    return Client().get("/api/values", FIFTY_MINUTES | query)


def rows(**query: Any) -> list[dict[str, Any]]:
    response = get(**query)
    assert response.status_code == 200, response.content
    decoded: list[dict[str, Any]] = json.loads(response.getvalue())
    return decoded


def reasons(**query: Any) -> dict[str, str]:
    response = get(**query)
    assert response.status_code == 400
    return {error["parameter"]: error["reason"] for error in response.json()["errors"]}


def four_windows(name: str = "T01") -> None:
    """Windows of 0, 1, 2 and 3 kW."""
    power: list[float | None] = [0.0, 1.0, 2.0, 3.0]
    measurements(turbine(name), "2025-08-31", timedelta(minutes=10), power=power)
    aggregated(DAY)


def assessed(name: str = "T01") -> None:
    four_windows(name)
    conditions = letters(stopped=1, stopped_by_neighbours=1, derated=1, producing=1)
    assessment(DAY, name, conditions=conditions)


def powers(**query: Any) -> list[float | None]:
    return [row["power_mean"] for row in rows(**WIDE, **query)]


def test_a_wide_row_tells_the_condition_of_its_window_where_it_is_wanted() -> None:
    assessed()
    names = [row["condition"] for row in rows(**WIDE, condition="true")]
    assert names == ["stopped", "stopped_by_neighbours", "derated", "producing"]
    assert "condition" not in rows(**WIDE)[0]
    assert "condition" not in rows(**WIDE, condition="false")[0]


def test_a_window_that_nobody_assessed_has_no_condition_and_stays() -> None:
    assessed("T01")
    four_windows("T02")
    of_t02 = WIDE | {"turbine": "T02"}
    assert {row["condition"] for row in rows(**of_t02, condition="true")} == {None}
    assert len(rows(**of_t02, exclude="stopped,derated,unknown,producing")) == 4


@pytest.mark.parametrize(
    ("exclude", "kept"),
    [
        ("stopped", [2, 3]),
        ("stopped_by_neighbours", [0, 2, 3]),
        ("derated,producing", [0, 1]),
        ("calm", [0, 1, 2, 3]),
    ],
)
def test_windows_of_a_condition_are_left_out(exclude: str, kept: list[float]) -> None:
    assessed()
    assert powers(exclude=exclude) == kept
    assert [row["value"] for row in rows(**MEANS, exclude=exclude)] == kept


def test_flasc_and_openoa_leave_the_window_out_of_that_turbine_alone() -> None:
    assessed("T01")
    four_windows("T02")
    frame = rows(layout="flasc", variable="power", exclude="stopped")
    assert [row["pow_000"] for row in frame] == [None, None, 2, 3]
    assert [row["pow_001"] for row in frame] == [0, 1, 2, 3]
    assets = [row["asset_id"] for row in rows(layout="openoa", exclude="stopped")]
    assert assets == ["T02", "T02", "T01", "T02", "T01", "T02"]


def test_conditions_of_a_part_of_a_day_are_those_of_its_windows() -> None:
    assessed()
    part = {"start": "2025-08-31T00:15", "end": "2025-08-31T00:40", "condition": "true"}
    assert [row["condition"] for row in rows(**WIDE | part)] == ["derated", "producing"]


def test_headers_tell_how_many_assessments_are_missing_and_how_many_stale(due) -> None:
    assessed("T01")
    four_windows("T02")
    headers = get(**WIDE, condition="true")
    assert (headers["Missing-Assessments"], headers["Stale-Assessments"]) == ("1", "0")
    due[DAY, "T01"] = "v2"
    assert get(**MEANS, exclude="calm")["Stale-Assessments"] == "1"
    assert "Missing-Assessments" not in get(**WIDE)


def test_a_full_grid_has_every_window_of_the_period() -> None:
    four_windows()
    assert powers(grid="full") == [0, 1, 2, 3, None]
    assert powers(grid="sparse") == powers() == [0, 1, 2, 3]
    assert [row["value"] for row in rows(**MEANS, grid="full")] == [0, 1, 2, 3, None]
    assert len(rows(layout="openoa", grid="full")) == len(rows(layout="flasc", grid="full")) == 5


def test_what_is_left_out_of_a_full_grid_is_null() -> None:
    assessed()
    assert powers(grid="full", exclude="stopped") == [None, None, 2, 3, None]
    conditions = [row["condition"] for row in rows(**WIDE, grid="full", condition="true")]
    assert conditions[-2:] == ["producing", "unknown"]


def test_a_full_grid_has_days_on_which_nothing_was_aggregated() -> None:
    four_windows()
    whole = {"start": "2025-08-29", "end": "2025-09-02", "min_coverage": "0.05"}
    assert len(rows(**WIDE | whole, grid="full")) == 4 * 144


def test_with_changed_since_a_full_grid_has_the_turbine_days_that_changed() -> None:
    four_windows()
    whole = {"start": "2025-08-29", "end": "2025-09-02", "grid": "full"}
    assert len(rows(**WIDE | whole, changed_since="2025-01-01")) == 144
    assert rows(**WIDE | whole, changed_since="2099-01-01") == []


def test_a_full_grid_of_more_windows_than_memory_holds_is_refused(monkeypatch) -> None:
    four_windows()
    monkeypatch.setattr(filters, "MOST_WINDOWS_OF_A_GRID", 4)
    allowed = "full has at most 4 windows, and 5 are asked for; allowed is a shorter period"
    assert allowed in reasons(grid="full")["grid"]
    assert len(powers()) == 4


@pytest.mark.parametrize(
    ("query", "parameter", "reason"),
    [
        ({"exclude": "broken"}, "exclude", "unknown: 'broken'; allowed: unknown, cut_out, stopped"),
        ({"grid": "whole"}, "grid", "unknown: 'whole'; allowed: sparse, full."),
        ({"condition": "yes"}, "condition", "'yes' is neither; allowed: true, false."),
        ({"condition": "true"}, "condition", "has no place in this layout; allowed in: wide."),
        ({"condition": "true", "layout": "openoa"}, "condition", "allowed in: wide."),
    ],
)
def test_a_bad_parameter_is_named_with_what_is_allowed(query, parameter, reason) -> None:
    assert reason in reasons(**query)[parameter]
