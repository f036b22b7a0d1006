"""The admin's pages of the target: what each kind of visitor sees and may do."""

import re
import time
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import OperationalError
from django.test import Client
from django_celery_beat.models import PeriodicTask
from knox.models import AuthToken

from aggregates.models import Run, Signal
from common import patience, waits
from common.days import today
from sourcedata import reader
from tests.builders import aggregated, measurements, turbine

pytestmark = pytest.mark.django_db

DAY = date(2025, 8, 31)
RUNS = "/admin/aggregates/run/"
RUN_DAYS = f"{RUNS}run-days/"
DAYS = "/admin/aggregates/day/"
ONE_DAY = {"first": "2025-08-31", "last": "2025-08-31"}


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no broker that is down; other tests tell whether messages arrive."""
    monkeypatch.setattr("aggregates.runs.queueing.announce", lambda runs: "The broker is down.")


def staff(*codenames: str) -> Client:
    user = User.objects.create_user(f"staff {codenames}", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def viewer() -> Client:
    return staff("view_run", "view_day", "view_signal", "view_periodictask", "view_turbine")


@pytest.fixture
def operator() -> Client:
    return staff("view_run", "view_day", "view_signal", "run_aggregation")


def text(client: Client, address: str, **query: Any) -> str:
    response = client.get(address, query)
    assert response.status_code == 200
    return response.content.decode()


def a_day_that_ran(name: str = "T01") -> Run:
    measurements(turbine(name), "2025-08-31T00:00", power=[1.0, 2.0])
    return aggregated(DAY)


@pytest.mark.parametrize(
    "page", ["aggregates/run", "aggregates/signal", "aggregates/day", "sourcedata/turbine"]
)
def test_a_name_from_outside_is_shown_and_not_run(admin_client: Client, page: str) -> None:
    a_day_that_ran("<script>alert(1)</script>")
    Run.objects.update(turbines=["<script>alert(1)</script>"])
    assert "<script>alert" not in text(admin_client, f"/admin/{page}/")


@pytest.mark.parametrize("model", [Run, Signal])
def test_nobody_edits_runs_or_signals(admin_client: Client, model) -> None:
    a_day_that_ran()
    address = f"/admin/aggregates/{model._meta.model_name}/"
    assert admin_client.get(f"{address}add/").status_code == 403
    row = model.objects.first()
    assert admin_client.post(f"{address}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin_client.get(f"{address}{row.pk}/change/").status_code == 200


@pytest.mark.parametrize("page", [RUNS, RUN_DAYS, DAYS])
def test_a_visitor_is_asked_to_log_in(client: Client, page: str) -> None:
    assert client.get(page).status_code == client.post(page, ONE_DAY).status_code == 302
    assert not Run.objects.exists()


def test_a_viewer_looks_and_cannot_start(viewer: Client) -> None:
    run = a_day_that_ran()
    for page in (RUNS, f"{DAYS}?year=2025"):
        html = text(viewer, page)
        assert "succeeded" in html
        assert "Run days" not in html
        assert "Run again" not in html
    assert viewer.get(RUN_DAYS).status_code == 403
    assert viewer.post(RUN_DAYS, ONE_DAY | {"force": "on"}).status_code == 403
    assert viewer.post(DAYS, {"day": "2025-08-31"}).status_code == 403
    viewer.post(RUNS, {"action": "run_again", "_selected_action": run.pk})
    assert Run.objects.count() == 1


def test_a_viewer_of_the_schedule_cannot_run_it(viewer: Client, migrated_schedule: str) -> None:
    task = PeriodicTask.objects.get(task="aggregates.tasks.aggregate_pending")
    page = "/admin/django_celery_beat/periodictask/"
    assert "run_tasks" not in text(viewer, page)
    viewer.post(page, {"action": "disable_tasks", "_selected_action": task.pk})
    assert PeriodicTask.objects.get(pk=task.pk).enabled
    assert "run_tasks" in text(staff("view_periodictask", "change_periodictask"), page)


def test_the_preview_tells_what_will_run_and_does_nothing(operator: Client) -> None:
    a_day_that_ran()
    measurements(turbine(), "2025-08-30T00:00", power=[1.0])
    html = text(operator, RUN_DAYS, first="2025-08-29", last="2025-08-31")
    assert "2 of 3 days will run" in html
    for why in (
        "no measurements",
        "turbines that are not current: 1 of 1",
        "equal its measurements",
    ):
        assert why in html
    assert Run.objects.count() == 1


def test_what_was_previewed_is_what_runs(operator: Client) -> None:
    a_day_that_ran()
    response = operator.post(RUN_DAYS, ONE_DAY | {"force": "on", "turbines": "T01"}, follow=True)
    run = Run.objects.latest("id")
    assert (run.status, run.force, run.turbines) == ("queued", True, ["T01"])
    assert run.requested_by.startswith("staff")
    assert "Queued: 2025-08-31" in response.content.decode()
    assert "The broker is down." in response.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"last": "2025-08-30"},
        {"first": "2020-01-01"},
        {"first": "9999-12-31", "last": "9999-12-31"},
        {"first": "soon"},
        {"last": ""},
        {"turbines": "T99"},
    ],
)
def test_a_wrong_form_runs_nothing_and_is_told(operator: Client, wrong: dict[str, str]) -> None:
    response = operator.post(RUN_DAYS, ONE_DAY | wrong)
    assert "errorlist" in response.content.decode()
    assert not Run.objects.exists()


def test_who_asks_for_one_day_is_led_to_its_run(operator: Client) -> None:
    a_day_that_ran()
    response = operator.post(RUN_DAYS, ONE_DAY | {"force": "on"})
    assert response.headers["Location"] == f"{RUNS}{Run.objects.latest('id').pk}/change/"
    both = operator.post(RUN_DAYS, {"first": "2025-08-30", "last": "2025-08-31", "force": "on"})
    assert both.headers["Location"] == RUNS


def test_a_run_and_a_day_run_again(operator: Client) -> None:
    run = a_day_that_ran()
    Run.objects.update(force=True)
    operator.post(RUNS, {"action": "run_again", "_selected_action": run.pk})
    assert Run.objects.latest("id").status == "queued"
    operator.post(DAYS, {"day": ["2025-08-30", "nonsense"]})
    assert Run.objects.latest("id").day == date(2025, 8, 30)


def test_days_are_listed_by_state(operator: Client) -> None:
    a_day_that_ran()
    measurements(turbine(), "2025-08-30T00:00", power=[1.0])
    html = text(operator, DAYS, year="2025", state="missing")
    assert 'value="2025-08-30"' in html
    assert 'value="2025-08-31"' not in html
    assert 'value="2025-08-31"' in text(operator, DAYS, year="2025", state="all")


def test_days_that_are_current_are_not_listed_unasked(operator: Client) -> None:
    a_day_that_ran()
    measurements(turbine(), "2025-08-30T00:00", power=[1.0])
    assert text(operator, DAYS, year="2025").count('name="day"') == 1
    aggregated(date(2025, 8, 30))
    assert "Every day of the year that has measurements is current." in text(
        operator, DAYS, year="2025"
    )


@pytest.mark.parametrize(
    "query", [{"year": "1"}, {"year": "x"}, {"state": "<b>"}, {"year": "9" * 5000}]
)
def test_a_year_or_state_that_is_none_is_a_page(operator: Client, query: dict[str, str]) -> None:
    a_day_that_ran()
    assert "<b>" not in text(operator, DAYS, **query)


@pytest.mark.parametrize("page", [DAYS, RUN_DAYS])
def test_a_source_that_is_down_is_told(operator: Client, page: str, monkeypatch) -> None:
    def fail(*args: Any) -> None:
        raise OperationalError("connection refused")

    for name in ("day_range", "turbine_names", "turbine_days"):
        monkeypatch.setattr(reader, name, fail)
    html = operator.get(page, follow=True).content.decode()
    assert "The source database fails: connection refused." in html


def test_a_signal_shows_the_windows_of_a_day_with_their_coverage(viewer: Client) -> None:
    a_day_that_ran()
    mean = Signal.objects.get(name="power_mean")
    html = text(viewer, f"/admin/aggregates/signal/{mean.pk}/change/")
    assert html.count("<td>0</td>") == 143
    assert "<td>1.5</td>" in html
    assert "<td>20 %</td>" in html
    other = text(viewer, f"/admin/aggregates/signal/{mean.pk}/change/", first="2025-08-30")
    assert "<td>1.5</td>" not in other


@pytest.mark.parametrize(
    "page", ["aggregates/run", "aggregates/signal", "aggregates/day", "sourcedata/turbine"]
)
def test_a_longer_list_takes_no_more_queries(
    admin_client: Client, page: str, django_assert_max_num_queries
) -> None:
    for number in range(20):
        day = today() - timedelta(days=number)
        measurements(turbine(f"T{number}"), f"{day}T00:00", power=[1.0])
        aggregated(day)
    with django_assert_max_num_queries(14):
        text(admin_client, f"/admin/{page}/")
    with django_assert_max_num_queries(26, using="source"):
        text(admin_client, f"/admin/{page}/")


def test_a_token_is_made_for_an_account_and_shown_once(admin_client: Client) -> None:
    ada = User.objects.create_user("ada")
    tokens = "/admin/knox/authtoken/"
    page = admin_client.post(f"{tokens}add/", {"user": ada.pk}, follow=True).content.decode()
    token = re.search(r"shown this once: (\w+)", page)
    assert token is not None
    assert AuthToken.objects.get().user == ada
    header = {"Authorization": f"Token {token[1]}"}
    assert Client().get("/api/runs", headers=header).status_code == 200
    assert token[1] not in text(admin_client, tokens)


def test_the_page_of_a_day_waits_for_the_source_no_longer_than_any_page(
    viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow_answer(*asked: Any) -> list[Any]:
        time.sleep(0.5)
        return []

    monkeypatch.setattr(patience, "current", lambda: waits.ANSWER)
    monkeypatch.setattr(waits, "PAGE_S", 0.1)
    monkeypatch.setattr(reader, "turbine_days", slow_answer)
    html = text(viewer, f"{DAYS}{DAY}/")
    assert "The source has not answered after 0.1 seconds." in html


def test_days_are_not_said_to_be_none_while_the_source_is_down(
    admin_client: Client, monkeypatch: Any
) -> None:
    def fail(*args: Any) -> None:
        raise OperationalError("connection refused")

    for name in ("day_range", "turbine_days"):
        monkeypatch.setattr(reader, name, fail)
    page = text(admin_client, DAYS)
    assert "The source database fails: connection refused" in page
    assert "is not known while the source does not answer" in page


@pytest.mark.parametrize("part", ["change", "history", "delete"])
def test_a_day_has_no_page_of_its_own(admin_client: Client, part: str) -> None:
    address = f"{DAYS}2025-08-31/{part}/"
    assert admin_client.get(address).status_code == 404
    assert admin_client.post(address).status_code == 404


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("aggregates/run", "status__exact=%00"),
        ("aggregates/run", "requested_by=%00"),
        ("aggregates/run", "day__year=9999999999999999999999"),
        ("aggregates/signal", "turbine=%00"),
        ("aggregates/alert", "raised_at__year=99999"),
        ("sourcedata/turbine", "q=%00"),
    ],
)
def test_a_filter_that_nothing_can_meet_shows_all(admin_client, page: str, query: str) -> None:
    response = admin_client.get(f"/admin/{page}/?{query}", follow=True)
    assert response.status_code == 200


def test_a_token_of_somebody_else_is_for_superusers() -> None:
    ada = User.objects.create_superuser("ada")
    client = staff("add_authtoken", "view_authtoken")
    client.post("/admin/knox/authtoken/add/", {"user": ada.pk})
    assert not AuthToken.objects.exists()


def test_a_signal_tells_its_latest_value_with_its_unit(admin_client: Client) -> None:
    a_day_that_ran()
    page = text(admin_client, "/admin/aggregates/signal/")
    assert "1.5 kW" in page
    assert "2 samples" in page


@pytest.mark.parametrize("page", ["aggregates/day/x/", "aggregates/performance/turbine-x/", "x/"])
def test_what_is_not_there_is_a_page_that_says_so(admin_client: Client, page: str) -> None:
    response = admin_client.get(f"/admin/{page}")
    assert response.status_code == 404
    assert "There is nothing at this address" in response.content.decode()


def test_who_may_not_see_a_page_is_told_whom_to_ask() -> None:
    response = staff().get(DAYS)
    assert response.status_code == 403
    assert "the group <code>viewer</code>" in response.content.decode()


def test_a_page_that_fails_says_where_to_look(viewer: Client, monkeypatch: Any) -> None:
    def fail(*arguments: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("aggregates.admin.days.board", fail)
    viewer.raise_request_exception = False
    response = viewer.get(DAYS)
    assert response.status_code == 500
    assert "in the log of the web server" in response.content.decode()
