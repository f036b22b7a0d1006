"""`/api/days` and `/api/runs`."""

import json
from base64 import b64encode
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import OperationalError
from django.test import Client
from knox.models import AuthToken

from aggregates.models import Run
from aggregates.source import gateway
from sourcedata import reader
from tests.builders import aggregated, measurements, turbine

pytestmark = pytest.mark.django_db

DAY = date(2025, 8, 31)
AUGUST = "start=2025-08-01&end=2025-09-01"


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no broker that is down; other tests tell whether messages arrive."""
    monkeypatch.setattr("aggregates.runs.queueing.announce", lambda runs: "")


@pytest.fixture
def operator(client: Client) -> Client:
    user = User.objects.create_user("olga")
    user.user_permissions.add(Permission.objects.get(codename="run_aggregation"))
    client.force_login(user)
    return client


def post(client: Client, **body: Any) -> Any:
    return client.post("/api/runs", body, content_type="application/json")


def reasons(response: Any) -> dict[str, str]:
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    return {error["parameter"]: error["reason"] for error in response.json()["errors"]}


def test_days_tell_what_their_statistics_are_worth(client: Client) -> None:
    measurements(turbine("T01"), "2025-08-30T00:00", power=[1.0])
    aggregated(date(2025, 8, 30))
    measurements(turbine("T02", sample_interval_s=600), "2025-08-31T00:00", power=[1.0, 2.0])
    days = client.get(f"/api/days?{AUGUST}").json()
    assert [(d["turbine"], d["day"], d["state"]) for d in days] == [
        ("T01", "2025-08-30", "current"),
        ("T01", "2025-08-31", "empty"),
        ("T02", "2025-08-31", "missing"),
    ]
    arrived = [(d["samples"], d["expected_samples"], d["completeness"]) for d in days]
    assert arrived == [(1, 1440, "partial"), (0, 1440, "silent"), (2, 144, "partial")]
    assert days[0]["revision"] == days[0]["aggregated_revision"]


def test_days_of_one_turbine_and_without_the_last(client: Client) -> None:
    for name in ("T01", "T02"):
        measurements(turbine(name), "2025-08-31T00:00", power=[1.0])
    assert len(client.get(f"/api/days?{AUGUST}&turbine=T02").json()) == 1
    assert client.get("/api/days?start=2025-08-01&end=2025-08-31").json() == []


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "start"),
        ("start=2025-08-01", "end"),
        ("start=yesterday&end=2025-09-01", "start"),
        ("start=2025-09-01&end=2025-09-01", "end"),
        (f"{AUGUST}&turbine=T99", "turbine"),
        (f"{AUGUST}&day=1", "day"),
    ],
)
def test_wrong_parameters_of_days_are_named(client: Client, query: str, parameter: str) -> None:
    assert parameter in reasons(client.get(f"/api/days?{query}"))


def test_a_source_that_is_down_is_no_bug(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> None:
        raise OperationalError("connection to secret-host refused")

    monkeypatch.setattr(reader, "turbine_days", fail)
    response = client.get(f"/api/days?{AUGUST}")
    assert response.status_code == 503
    assert "secret-host" not in response.content.decode()


def test_runs_come_newest_first_in_pages_that_lose_none(client: Client, monkeypatch) -> None:
    for day in range(1, 6):
        aggregated(date(2025, 8, day))
    monkeypatch.setattr("aggregates.api.runs.NewestFirst.page_size", 3)
    first = client.get("/api/runs").json()
    aggregated(date(2025, 8, 6))
    second = client.get(first["next"]).json()
    days = [run["day"][-2:] for run in first["results"] + second["results"]]
    assert days == ["05", "04", "03", "02", "01"]


def test_runs_are_chosen_by_day_and_status(client: Client) -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    aggregated(DAY), aggregated(date(2025, 8, 30))
    assert len(client.get(f"/api/runs?{AUGUST}&status=succeeded,failed").json()["results"]) == 1
    assert client.get("/api/runs?end=2025-08-30").json()["results"] == []


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("status=green", "status"), ("start=x", "start"), ("cursor=x", "cursor"), ("page=2", "page")],
)
def test_wrong_parameters_of_runs_are_named(client: Client, query: str, parameter: str) -> None:
    assert parameter in reasons(client.get(f"/api/runs?{query}"))


def test_one_run_tells_its_figures(client: Client) -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0, 2.0])
    run = client.get(f"/api/runs/{aggregated(DAY).pk}").json()
    assert (run["status"], run["samples"], run["inserted"]) == ("succeeded", 2, 5)
    assert run["duration_s"] > 0
    assert "traceback" not in run


@pytest.mark.parametrize("number", ["99999", "9" * 30])
def test_a_run_that_is_not_there_is_not_found(client: Client, number: str) -> None:
    response = client.get(f"/api/runs/{number}")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_each_day_that_is_asked_for_has_its_outcome(operator: Client) -> None:
    measurements(turbine(), "2025-08-29T00:00", power=[1.0])
    aggregated(date(2025, 8, 29))
    Run.objects.request(date(2025, 8, 30), [], "test")
    Run.objects.request(DAY, [], "test")[0].start()
    response = post(operator, **{"from": "2025-08-28", "to": "2025-08-31"})
    assert response.status_code == 202
    outcomes = [answer["outcome"] for answer in response.json()["results"]]
    assert outcomes == ["queued", "current", "joined", "active"]
    assert Run.objects.get(day=date(2025, 8, 28)).requested_by == "olga"


def test_where_nothing_was_queued_there_is_a_conflict(operator: Client) -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    aggregated(DAY)
    assert post(operator, **{"from": DAY, "to": DAY}).status_code == 409
    forced = post(operator, **{"from": DAY, "to": DAY, "force": True, "turbines": ["T01"]})
    assert (forced.status_code, Run.objects.latest("id").force) == (202, True)


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"to": "2025-08-31"}, "from"),
        ({"from": "2025-08-31"}, "to"),
        ({"from": "2025-08-31", "to": "2025-08-30"}, "to"),
        ({"from": "2024-01-01", "to": "2025-08-30"}, "to"),
        ({"from": "soon", "to": "2025-08-30"}, "from"),
        ({"from": DAY, "to": DAY, "turbines": ["T99"]}, "turbines"),
        ({"from": DAY, "to": DAY, "turbines": [[]]}, "turbines"),
        ({"from": DAY, "to": DAY, "turbines": "T01"}, "turbines"),
        ({"from": DAY, "to": DAY, "force": "banana"}, "force"),
        ({"from": DAY, "to": DAY, "turbine": "T01"}, "turbine"),
    ],
)
def test_a_wrong_body_queues_nothing_and_is_told(operator: Client, body, parameter: str) -> None:
    assert parameter in reasons(post(operator, **body))
    assert not Run.objects.exists()


@pytest.mark.parametrize("body", ["{", "[]", "1", '"x"', "null"])
def test_a_body_that_is_no_object_is_refused(operator: Client, body: str) -> None:
    response = operator.post("/api/runs", body, content_type="application/json")
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


def test_starting_runs_takes_the_permission(client: Client) -> None:
    assert post(client, **{"from": DAY, "to": DAY}).status_code == 401
    client.force_login(User.objects.create_user("viktor"))
    assert post(client, **{"from": DAY, "to": DAY}).status_code == 403
    assert not Run.objects.exists()


def test_a_token_stands_for_its_user(client: Client) -> None:
    user = User.objects.create_user("olga")
    user.user_permissions.add(Permission.objects.get(codename="run_aggregation"))
    _, token = AuthToken.objects.create(user)
    header = {"Authorization": f"Token {token}"}
    body = {"from": "2025-08-31", "to": "2025-08-31"}
    assert client.post("/api/runs", body, "application/json", headers=header).status_code == 202
    header["Authorization"] += "x"
    assert client.get("/api/runs", headers=header).status_code == 401


@pytest.mark.parametrize("address", ["/data", "/api/turbines", "/api/days", "/api/runs"])
def test_reading_takes_a_login_unless_it_is_public(client: Client, settings, address) -> None:
    settings.API_PUBLIC_READ = False
    assert client.get(address).status_code == 401
    client.force_login(User.objects.create_user("viktor"))
    assert client.get(address).status_code in (200, 400)


def test_turbines_tell_what_is_known_of_them(client: Client) -> None:
    measurements(turbine("T01", rated_power_kw=2050), "2025-08-30T23:59", power=[1.0, 2.0])
    turbine("T02")
    first, second = json.loads(client.get("/api/turbines").getvalue())
    assert (first["name"], first["rated_power_kw"], first["samples"]) == ("T01", 2050, 2)
    assert (first["first_day"], first["last_day"]) == ("2025-08-30", "2025-08-31")
    assert (second["first_day"], second["samples"]) == (None, 0)
    assert gateway.turbine_names() == ["T01", "T02"]


@pytest.mark.parametrize(
    "position", ["p=abc", "r=1&p=abc", "p=1.5", "p=NaN", "p=Infinity", "p=1e400", "p=%00", "p=-1"]
)
def test_a_cursor_that_was_tampered_with_is_refused(client: Client, position: str) -> None:
    cursor = b64encode(position.encode()).decode()
    refusal = reasons(client.get("/api/runs", {"cursor": cursor}))
    assert refusal == {"cursor": "is none; allowed is what next or previous of another page says."}


def with_day(more: str) -> str:
    return '{"from": "2025-08-31", "to": "2025-08-31", ' + more + "}"


@pytest.mark.parametrize(
    ("body", "parameter", "reason"),
    [
        (with_day('"\\ud800": 1'), "\\ud800", "is not known; allowed: from, to"),
        (with_day('"force": "on"'), "force", "is neither true nor false."),
        ('{"from": "2025-8-1", "to": "2025-08-31"}', "from", "is not a day; allowed is YYYY-MM-DD"),
        ('{"from": "\u0662\u0660\u0662\u0665-08-01"}', "from", "is not a day"),
        ('{"from": "9999-12-31", "to": "9999-12-31"}', "to", "days from 1970-01-01 to 2099-12-31"),
        ('{"from": "1969-12-31", "to": "1970-01-01"}', "to", "days from 1970-01-01 to 2099-12-31"),
        ("{}", "from", "is required: a day such as 2025-08-31."),
        ("[]", "body", "Expected a dictionary"),
    ],
)
def test_a_post_is_read_as_strictly(operator, body: str, parameter: str, reason: str) -> None:
    refusal = reasons(operator.post("/api/runs", body, content_type="application/json"))
    assert reason in refusal[parameter]
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (with_day('"force": true, "force": false'), 400, "names 'force' twice"),
        ("[" * 100_000, 400, "nested too deeply"),
        ("{", 400, "The body is not JSON"),
        (b"\xff", 400, "The body is not JSON"),
        ('"' + "x" * 3_000_000 + '"', 413, "too large"),
    ],
)
def test_a_body_that_cannot_be_read_is_a_problem(operator, body, status: int, detail: str) -> None:
    response = operator.post("/api/runs", body, content_type="application/json")
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert detail in response.json()["detail"]


def test_a_token_that_is_no_ascii_is_none(client: Client) -> None:
    response = client.get("/api/runs", headers={"Authorization": "Token \xe9"})
    assert (response.status_code, response.json()["detail"]) == (401, "Invalid token.")


@pytest.mark.parametrize("address", ["/api/runs/abc", "/api/nonsense", "/data/", "/api/runs/1/"])
def test_an_address_of_nothing_is_a_problem_for_programs(client: Client, address: str) -> None:
    response = client.get(address)
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert response.json()["detail"] == "There is nothing at this address."


def test_an_address_of_one_run_has_no_parameters(client: Client) -> None:
    run = Run.objects.create(day=DAY, requested_by="test")
    assert list(reasons(client.get(f"/api/runs/{run.pk}?foo=1"))) == ["foo"]


def test_why_a_run_failed_is_for_who_may_view_runs(client: Client, admin_client: Client) -> None:
    error = "The source database fails: connection to server at 10.0.0.7 failed."
    run = Run.objects.create(day=DAY, requested_by="test", status="failed", error=error)
    assert admin_client.get(f"/api/runs/{run.pk}").json()["error"] == error
    public = client.get(f"/api/runs/{run.pk}").json()["error"]
    assert public == "It failed; why is told to those who may view runs."
