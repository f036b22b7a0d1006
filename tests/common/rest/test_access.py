"""Who may do what, how often, and what browsers are told."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from knox.models import AuthToken

from common.rest.access import ReadThrottle, WriteThrottle
from tests.groups import make_groups

pytestmark = pytest.mark.django_db


def groups() -> dict[str, set[str]]:
    """Return the permissions of the groups, made once more: other tests' clean-up removes them."""
    make_groups()
    return {
        group.name: {permission.codename for permission in group.permissions.all()}
        for group in Group.objects.all()
    }


def account(*names: str) -> User:
    groups()
    user = User.objects.create_user("ana", is_staff=True)
    user.groups.set(Group.objects.filter(name__in=names))
    return user


def post(client: Client) -> int:
    return client.post("/api/runs", {}, content_type="application/json").status_code


def test_a_viewer_looks_and_an_operator_starts_runs_as_well() -> None:
    permissions = groups()
    viewer = permissions["viewer"]
    says_what_is_known = {"add_acknowledgement", "change_acknowledgement", "change_silence"}
    says_what_is_known |= {"change_finding", "add_turbinesite", "change_turbinesite"}
    for what in ("recurrence", "curve"):
        says_what_is_known |= {f"{verb}_{what}" for verb in ("add", "change", "delete")}
    assert permissions["operator"] - viewer == {"run_aggregation"} | says_what_is_known
    assert {"view_run", "view_signal", "view_turbine", "view_day", "view_alert"} < viewer
    assert not any(not name.startswith("view_") for name in viewer)


def test_groups_are_made_once() -> None:
    assert groups() == groups()


@pytest.mark.parametrize(("group", "status"), [("viewer", 403), ("operator", 400)])
def test_only_an_operator_may_ask_for_runs(client: Client, group: str, status: int) -> None:
    client.force_login(account(group))
    assert post(client) == status


@pytest.mark.parametrize("page", ["aggregates/run/", "aggregates/day/", "sourcedata/turbine/"])
def test_a_viewer_sees_the_lists_of_the_admin(client: Client, page: str) -> None:
    client.force_login(account("viewer"))
    assert client.get(f"/admin/{page}").status_code == 200


def ask(times: int, **headers: str) -> list[int]:
    return [Client().get("/api/variables", headers=headers).status_code for _ in range(times)]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch, request: Any) -> None:
    """Allow two HTTP requests a minute of either kind, counted anew."""
    for throttle in (ReadThrottle, WriteThrottle):
        monkeypatch.setattr(throttle, "rate", "2/m", raising=False)
        monkeypatch.setattr(throttle, "cache_format", f"{request.node.name}%(scope)s%(ident)s")


def test_who_reads_too_often_is_told_when_to_come_back(few: None) -> None:
    assert ask(2) == [200, 200]
    response = Client().get("/api/variables")
    assert (response.status_code, response["Content-Type"]) == (429, "application/problem+json")
    assert 0 < int(response["Retry-After"]) <= 60


def test_reading_and_writing_are_counted_apart(few: None, admin_client: Client) -> None:
    assert [admin_client.get("/api/variables").status_code for _ in range(2)] == [200, 200]
    assert [post(admin_client) for _ in range(3)] == [400, 400, 429]


def test_an_account_has_a_count_of_its_own(few: None) -> None:
    assert ask(3)[-1] == 429
    _, token = AuthToken.objects.create(User.objects.create_user("ana"))
    assert ask(1, Authorization=f"Token {token}") == [200]


def test_an_address_that_somebody_only_claims_to_have_is_not_believed(few: None) -> None:
    assert [ask(1, X_Forwarded_For=f"10.0.0.{n}")[0] for n in range(3)] == [200, 200, 429]


@pytest.mark.parametrize("path", ["/admin/login/", "/api/docs", "/api/variables", "/api/nothing"])
def test_browsers_are_told_what_a_page_may_do(client: Client, path: str) -> None:
    response = client.get(path)
    policy = dict(part.split(" ", 1) for part in response["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert "script-src" not in policy
    assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"


def test_a_token_is_stored_as_a_hash_alone() -> None:
    stored, token = AuthToken.objects.create(User.objects.create_user("ana"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM knox_authtoken t")
        ((row,),) = cursor.fetchall()
    assert token not in row
    assert stored.digest in row


@pytest.mark.parametrize("path", ["/api/schema", "/api/docs"])
def test_the_description_is_for_who_may_read(client: Client, settings: Any, path: str) -> None:
    assert client.get(path).status_code == 200
    settings.API_PUBLIC_READ = False
    assert client.get(path).status_code == 401
