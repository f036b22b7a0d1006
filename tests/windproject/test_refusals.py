"""What nobody means: it is refused, and no page fails."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection, connections, transaction
from django.test import Client
from django.urls import get_resolver
from django_celery_beat.models import IntervalSchedule, PeriodicTask

# The addresses have every model registered.
import windproject.urls  # noqa: F401  (it finds the pages)
from sourcedata.admin import TurbineAdmin
from tests.builders import turbine

pytestmark = pytest.mark.django_db


@pytest.fixture
def superuser(admin_client: Client) -> Client:
    admin_client.raise_request_exception = False
    turbine()
    return admin_client


ADDRESSES = [
    f"/admin/{page}/?{query}"
    for page in ("axes/accessattempt", "auth/user", "django_celery_beat/periodictask")
    for query in (
        "username=%00",
        "path_info=%00",
        "task=%00",
        "id=99999999999999999999",
        "last_login__gte=0001-01-01T00:00:00%2B23:59",
        "date_changed__gte=0001-01-01T00:00:00%2B23:59",
    )
] + [
    "/admin/django_celery_beat/periodictask/add/?start_time=x",
    "/admin/django_celery_beat/periodictask/add/?expires=x",
    f"/admin/django_celery_beat/crontabschedule/add/?timezone={'a' * 300}",
    "/admin/sourcedata/turbine/1/change/?_to_field=",
    "/admin/auth/user/1/change/?_to_field=",
    "/admin/aggregates/run/?day=%00",
    "/api/schema?version=%00",
    "/api/schema?version=%0a",
]


EVERY_MINUTE = dict.fromkeys(
    ["minute", "hour", "day_of_month", "month_of_year", "day_of_week"], "*"
)
NO_TASKS = {"periodictask_set-TOTAL_FORMS": 0, "periodictask_set-INITIAL_FORMS": 0}
# What Django's forms send along, with what they never hold.
HIDDEN = [
    {"_saveasnew": "1"},
    {"_saveasnew": "1", "_popup": "1", "_to_field": "id"},
    {"_popup": "x", "_to_field": "nothing"},
    {"_to_field": "\x00"},
    {"_changelist_filters": "=%ff&\x00"},
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_no_page_gave_fails_no_page(superuser: Client, address: str) -> None:
    assert superuser.get(address).status_code < 500


@pytest.mark.parametrize(
    ("page", "form"),
    [
        ("axes/accessattempt", {"action": "delete_selected", "_selected_action": "x"}),
        ("auth/user", {"action": "delete_selected", "_selected_action": "x"}),
        ("django_celery_beat/periodictask", {"action": "run_tasks", "_selected_action": "x"}),
        (
            "django_celery_beat/crontabschedule/add",
            {"minute": "-1", "hour": "*"},
        ),
        ("django_celery_beat/periodictask/add", {"name": "a", "task": "a\x00b", "kwargs": "{}"}),
        ("django_celery_beat/periodictask/add", {"name": "a", "regtask": "", "task": "a" * 999}),
        ("django_celery_beat/periodictask/add", {"name": "a", "args": "[" * 2000}),
        ("django_celery_beat/periodictask/add", {"name": "a", "kwargs": "[" * 2000}),
        (
            "django_celery_beat/crontabschedule/add",
            {**EVERY_MINUTE, **NO_TASKS, "timezone": "UTC", "initial-timezone": "a" * 300},
        ),
        ("django_celery_beat/intervalschedule/add", {"every": "9" * 99, "period": "days"}),
        ("django_celery_beat/intervalschedule/add", {"every": "1", "period": "nevers"}),
    ],
)
def test_a_form_that_no_page_gave_fails_no_page(superuser: Client, page: str, form: Any) -> None:
    assert superuser.post(f"/admin/{page}/", form).status_code < 500


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model.__name__)
def test_a_button_that_a_form_does_not_have_fails_no_page(superuser: Client, model: Any) -> None:
    stored = model.objects.first() if model._meta.managed else None
    page = f"/admin/{model._meta.app_label}/{model._meta.model_name}"
    for address in (f"{page}/add/", f"{page}/{stored.pk if stored else 1}/change/"):
        for hidden in HIDDEN:
            answer = superuser.post(f"{address}?{urlencode(hidden)}", hidden)
            assert answer.status_code < 500, (address, hidden)


def test_a_turbine_that_is_saved_as_another_is_asked_for_its_name(superuser: Client) -> None:
    for page in ("add", f"{turbine('T02').pk}/change"):
        answer = superuser.post(f"/admin/sourcedata/turbine/{page}/", {"_saveasnew": "1"})
        assert (answer.status_code, b"This field is required" in answer.content) == (200, True)


def test_a_form_whose_page_has_a_link_to_nowhere_is_refused(
    superuser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        TurbineAdmin, "change_form_template", "admin/aggregates/signal/change_form.html"
    )
    answer = superuser.post("/admin/sourcedata/turbine/add/", {"_saveasnew": "1"})
    assert answer.status_code == 400


@pytest.mark.parametrize("headers", ["[]", "5", "{", "[" * 2000])
def test_a_task_whose_headers_are_none_is_refused(superuser: Client, headers: str) -> None:
    every = IntervalSchedule.objects.create(every=1, period="days")
    form = {"name": "a", "task": "b", "interval": every.pk, "args": "[]", "kwargs": "{}"}
    page = "/admin/django_celery_beat/periodictask/add/"
    assert superuser.post(page, {**form, "headers": headers}).status_code == 200
    assert not PeriodicTask.objects.filter(name="a").exists()
    assert superuser.post(page, {**form, "headers": ""}).status_code == 302


@pytest.mark.parametrize(("every", "status"), [(2**31 - 1, 200), (10**8, 200), (30, 302)])
def test_an_interval_that_never_ends_is_refused(superuser: Client, every, status) -> None:
    page = "/admin/django_celery_beat/intervalschedule/add/"
    answer = superuser.post(page, {"every": every, "period": "days", **NO_TASKS})
    assert answer.status_code == status
    assert IntervalSchedule.objects.filter(every=every).exists() == (status == 302)


@pytest.mark.parametrize("charset", ["utf-16", "idna", "zlib", "undefined", "none-of-all"])
def test_a_body_of_another_charset_is_refused(client: Client, charset: str) -> None:
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    answer = client.generic("POST", "/admin/login/", b"username=a", kind)
    assert answer.status_code == 415
    assert b"allowed is utf-8" in answer.content


def test_a_login_with_a_name_that_no_account_can_have_is_refused_as_any_other() -> None:
    answer = Client().post("/admin/login/", {"username": "a" * 300, "password": "x"})
    assert answer.status_code == 200
    assert b"Please enter the correct username" in answer.content


def test_a_login_while_the_target_takes_nothing_says_so() -> None:
    User.objects.create_user("ada", password="secret-of-ada", is_staff=True)
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
    visitor = Client(raise_request_exception=False)
    answer = visitor.post("/admin/login/", {"username": "ada", "password": "secret-of-ada"})
    assert answer.status_code == 503
    assert b"A server does not answer" in answer.content


@pytest.mark.parametrize(
    ("alias", "change", "address"),
    [
        ("source", "ALTER TABLE turbine RENAME TO turbines", "/admin/sourcedata/turbine/"),
        ("default", "ALTER TABLE run RENAME COLUMN day TO date", "/admin/aggregates/run/"),
        ("default", "ALTER TABLE run RENAME TO runs", "/api/runs"),
        ("default", "ALTER TABLE kept_answer RENAME TO kept", "/admin/aggregates/day/"),
        ("default", "CREATE ROLE guest; SET LOCAL ROLE guest", "/admin/aggregates/alert/"),
    ],
)
def test_a_database_whose_tables_or_rights_somebody_took_is_one_that_cannot_be_used(
    superuser: Client, alias: str, change: str, address: str
) -> None:
    with transaction.atomic(alias), connections[alias].cursor() as cursor:
        cursor.execute(change)
        answer = superuser.get(address)
        transaction.set_rollback(True, alias)
    assert (answer.status_code, b"does not answer" in answer.content) == (503, True)


def test_an_action_while_the_broker_is_away_says_so(
    superuser: Client, migrated_schedule: str
) -> None:
    task = PeriodicTask.objects.get(name=migrated_schedule)
    form = {"action": "run_tasks", "_selected_action": task.pk}
    answer = superuser.post("/admin/django_celery_beat/periodictask/", form)
    assert answer.status_code == 503
    assert b"A server does not answer" in answer.content


def multipart(files: int) -> bytes:
    part = b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\nc\r\n'
    return part * files + b"--x--\r\n"


@pytest.mark.parametrize("path", ["/nope", "/admin/login/", "/api/nope"])
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", multipart(files=120)),
        ("application/x-www-form-urlencoded", b"&" * 5000),
    ],
)
def test_a_body_that_cannot_be_read_fails_no_page(path: str, kind: str, body: bytes) -> None:
    visitor = Client(raise_request_exception=False, enforce_csrf_checks=True)
    visitor.cookies["csrftoken"] = "a" * 32
    assert visitor.generic("POST", path, body, kind).status_code in (400, 403, 404)
    assert visitor.generic("POST", path, body, kind, HTTP_HOST="evil").status_code == 400


@pytest.mark.parametrize("method", ["OPTIONS", "POST", "PUT"])
def test_the_page_of_the_api_is_only_asked_for(client: Client, method: str) -> None:
    assert client.generic(method, "/api/docs").status_code == 405


def test_the_page_of_the_api_takes_no_body_of_no_type(superuser: Client) -> None:
    answer = superuser.generic("POST", "/api/docs", b"a", "")
    assert answer.status_code == 405


def api_addresses() -> list[str]:
    """Every address of the API, as one that can be asked."""
    routes = [str(pattern.pattern) for pattern in get_resolver().url_patterns]
    of_api = [route for route in routes if route.startswith(("api", "data", "metrics"))]
    return [f"/{route.replace('<int:pk>', '1')}" for route in of_api]


@pytest.mark.parametrize("address", [*api_addresses(), "/api/docs?script="])
@pytest.mark.parametrize("accept", ["image/png", "*/*"])
@pytest.mark.parametrize("token", ["Token ff", "Bearer ff", ""])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_no_address_of_the_api_fails_over_who_asks_and_for_what(
    address: str, accept: str, token: str, method: str
) -> None:
    headers = {"Accept": accept} | ({"Authorization": token} if token else {})
    visitor = Client(raise_request_exception=False)
    answer = visitor.generic(method, address, headers=headers)
    allowed = {401, 406} if token == "Token ff" else {200, 400, 404, 406}
    assert answer.status_code in allowed
    if method == "GET" and answer.status_code >= 400:
        assert answer.json()["status"] == answer.status_code


@pytest.mark.parametrize("key", ["abcdefgh\\000ijk", "abcdefgh\\377ijk", "ABCDEFGH", "a" * 5000])
def test_a_session_key_that_nobody_was_given_is_none(key: str) -> None:
    visitor = Client(raise_request_exception=False)
    cookie = f'sessionid="{key}"'
    assert visitor.get("/admin/", HTTP_COOKIE=cookie).status_code == 302
    assert visitor.get("/admin/login/", HTTP_COOKIE=cookie).status_code == 200
