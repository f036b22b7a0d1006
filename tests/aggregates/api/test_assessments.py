"""`/api/assessments`: what each turbine did on each day, and by what it was judged."""

import json
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pandas as pd
import pytest
from django.test import Client

from aggregates.assessment.conditions import Condition
from aggregates.export import assessments
from common.rest import downloads
from sourcedata.variables import VARIABLE_NAMES
from tests.aggregates.api.assessed import assessment, curve, letters, turbine_day

pytestmark = pytest.mark.django_db

DAY = date(2025, 8, 31)
AUGUST = {"start": "2025-08-01", "end": "2025-09-01"}


@pytest.fixture(autouse=True)
def due(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[date, str], str]:
    """The version that an assessment of each turbine-day should have."""
    due = {(DAY, "T01"): "v1", (DAY, "T02"): "v1"}
    monkeypatch.setattr("aggregates.assessment.versions.versions", lambda first, last: due)
    return due


def get(**query: Any) -> Any:
    return Client().get("/api/assessments", AUGUST | query)


def rows(**query: Any) -> list[dict[str, Any]]:
    response = get(**query)
    assert response.status_code == 200, response.content
    decoded: list[dict[str, Any]] = json.loads(response.getvalue())
    return decoded


def reasons(**query: Any) -> dict[str, str]:
    response = get(**query)
    assert response.status_code == 400
    return {error["parameter"]: error["reason"] for error in response.json()["errors"]}


def test_a_row_tells_energy_and_losses_by_condition() -> None:
    turbine_day(DAY)
    lost: Any = {
        "lost_stopped_kwh": 50,
        "lost_stopped_by_neighbours_kwh": 30,
        "lost_derated_kwh": 20,
    }
    assessment(DAY, energy_kwh=900, expected_kwh=1010, wind_speed=7.5, **lost)
    (row,) = rows()
    assert (row["turbine"], row["day"]) == ("T01", "2025-08-31")
    assert (row["energy_kwh"], row["expected_kwh"], row["wind_speed"]) == (900, 1010, 7.5)
    assert {name: row[name] for name in lost} == lost
    assert (row["lost_kwh"], row["availability_by_energy"]) == (100, 0.9)


def test_availability_is_told_as_the_turbine_and_as_its_neighbours_saw_it() -> None:
    turbine_day(DAY)
    assessment(DAY, windows_at_rest=10, windows_seen_by_neighbours=20, windows_to_run=100)
    (row,) = rows()
    assert row["availability_by_time"] == 0.9
    assert row["availability_with_neighbours"] == 0.75


def test_a_day_on_which_it_could_not_have_run_has_no_availability() -> None:
    turbine_day(DAY)
    assessment(DAY)
    (row,) = rows()
    names = ("availability_by_time", "availability_with_neighbours", "availability_by_energy")
    assert [row[name] for name in names] == [None, None, None]


def test_windows_are_counted_by_condition_and_told_one_by_one() -> None:
    turbine_day(DAY)
    assessment(DAY, conditions=letters(stopped=6, derated=3, producing=100))
    (row,) = rows()
    assert row["conditions"] == "S" * 6 + "D" * 3 + "p" * 100 + "?" * 35
    counts = {str(condition): row[f"windows_{condition}"] for condition in Condition}
    assert sum(counts.values()) == 144
    assert (counts["stopped"], counts["derated"], counts["unknown"]) == (6, 3, 35)


def test_samples_are_told_as_they_came_by_variable() -> None:
    rejected = {"power": {"3": 2, "4": 5}}
    turbine_day(DAY, samples=1400, missing_samples={"wind_speed": 7}, rejected_samples=rejected)
    (row,) = rows()
    assert (row["windows"], row["samples"]) == (144, 1400)
    assert (row["wind_speed_missing"], row["wind_speed_rejected"]) == (7, 0)
    assert (row["power_missing"], row["power_rejected"]) == (0, 7)


def test_days_on_which_nobody_counted_samples_say_nothing_of_them() -> None:
    turbine_day(DAY)
    (row,) = rows()
    assert row["samples"] is None
    assert {row[f"{name}_missing"] for name in VARIABLE_NAMES} == {None}
    assert {row[f"{name}_rejected"] for name in VARIABLE_NAMES} == {None}


def test_a_row_names_its_curve_and_the_days_that_it_was_fitted_to() -> None:
    turbine_day(DAY)
    fitted = curve()
    assessment(DAY, curve=fitted)
    (row,) = rows()
    assert (row["curve"], row["curve_valid_from"]) == (fitted.pk, "2025-08-01")
    assert (row["curve_origin"], row["curve_fitted_days"]) == ("fitted", 88)
    assert (row["curve_fitted_from"], row["curve_fitted_to"]) == ("2025-05-03", "2025-07-31")


def test_a_curve_that_a_person_gave_was_fitted_to_no_days() -> None:
    turbine_day(DAY)
    given = curve(is_given=True, given_by="ana", fitted_from=None, fitted_to=None, fitted_days=0)
    assessment(DAY, curve=given)
    (row,) = rows()
    assert row["curve_origin"] == "given"
    assert row["curve_fitted_from"] is row["curve_fitted_to"] is row["curve_fitted_days"] is None


@pytest.mark.parametrize(("version", "state"), [("v1", "current"), ("v0", "stale")])
def test_an_assessment_of_another_version_is_stale(version: str, state: str) -> None:
    turbine_day(DAY)
    assessment(DAY, version=version)
    (row,) = rows()
    assert (row["version"], row["state"]) == (version, state)


def test_a_turbine_day_that_nobody_assessed_is_a_row_that_says_so() -> None:
    turbine_day(DAY)
    (row,) = rows()
    assert (row["state"], row["conditions"], row["energy_kwh"]) == ("missing", None, None)
    assert (row["version"], row["curve"], row["windows_stopped"]) == (None, None, None)


def test_a_turbine_day_of_which_nothing_can_be_assessed_is_not_missing(due) -> None:
    turbine_day(DAY, windows=0)
    due.clear()
    assert rows()[0]["state"] == "empty"


def test_an_assessment_that_should_not_be_any_more_is_stale(due) -> None:
    turbine_day(DAY, windows=0)
    assessment(DAY)
    due.clear()
    assert rows()[0]["state"] == "stale"


def test_rows_are_by_day_and_turbine_over_many_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assessments, "ROWS_PER_BATCH", 2)
    for number in range(5):
        for name in ("T02", "T01"):
            turbine_day(DAY - timedelta(days=number), name)
    keys = [(row["day"], row["turbine"]) for row in rows()]
    assert len(keys) == 10
    assert keys == sorted(keys)
    assert len(rows(turbine="T02", start="2025-08-30")) == 2


def test_many_turbine_days_take_a_few_queries(django_assert_max_num_queries) -> None:
    of_curve = curve()
    for number in range(20):
        turbine_day(DAY - timedelta(days=number))
        assessment(DAY - timedelta(days=number), curve=of_curve)
    with django_assert_max_num_queries(4):
        assert len(rows()) == 20


def test_every_format_says_the_same() -> None:
    turbine_day(DAY, samples=10, missing_samples={}, rejected_samples={})
    turbine_day(DAY, "T02")
    assessment(DAY, conditions=letters(producing=144), energy_kwh=900.5)
    csv = pd.read_csv(BytesIO(get(format="csv").getvalue()))
    parquet = pd.read_parquet(BytesIO(get(format="parquet").getvalue()))
    for frame in (csv, parquet):
        assert list(frame) == list(rows()[0])
        assert frame["conditions"][0] == "p" * 144
        assert (frame["energy_kwh"][0], frame["samples"][0]) == (900.5, 10)
        assert frame["energy_kwh"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("query", "parameter", "reason"),
    [
        ({"turbine": "T99"}, "turbine", "unknown: 'T99'; allowed: none."),
        ({"start": "yesterday"}, "start", "allowed is YYYY-MM-DD"),
        ({"end": "2025-08-01"}, "end", "is not after start"),
        ({"format": "xml"}, "format", "allowed: json, csv, parquet, arrow."),
        ({"state": "stale"}, "state", "allowed: start, end, turbine, format."),
    ],
)
def test_a_bad_parameter_is_named_with_what_is_allowed(query, parameter, reason) -> None:
    turbine_day(DAY)
    assert reason in reasons(**query)[parameter]


def test_more_than_json_holds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    turbine_day(DAY)
    monkeypatch.setattr(downloads, "MOST_JSON_VALUES", 10)
    assert "allowed is less, or csv, parquet or arrow" in reasons()["format"]
    assert get(format="arrow").status_code == 200
