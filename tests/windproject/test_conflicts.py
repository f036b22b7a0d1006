"""Forms against which stands what is stored: what somebody else stored meanwhile, or cannot be."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django_celery_beat.models import CrontabSchedule

from tests.processes import wait_until
from tests.sessions import is_waited_for, session

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a long pass phrase"
USER = {"username": "twin", "password1": PASSWORD, "password2": PASSWORD}
USER_ADDED = """
    INSERT INTO auth_user (username, password, first_name, last_name, email, is_superuser, is_staff,
        is_active, date_joined)
    VALUES ('twin', '', '', '', '', false, false, true, now())
"""


def posted(visitor: Client, page: str, form: dict[str, Any]) -> Any:
    try:
        return visitor.post(f"/admin/{page}/add/", form)
    finally:
        connections.close_all()


@pytest.mark.parametrize(
    ("page", "form", "alias", "added"),
    [
        (
            "auth/group",
            {"name": "twin"},
            "default",
            "INSERT INTO auth_group (name) VALUES ('twin')",
        ),
        ("auth/user", USER, "default", USER_ADDED),
        (
            "sourcedata/turbine",
            {"name": "twin", "sample_interval_s": 60},
            "source",
            "INSERT INTO turbine (name, sample_interval_s) VALUES ('twin', 60)",
        ),
    ],
)
def test_a_form_says_what_somebody_else_stored_meanwhile(
    admin_client: Client, page: str, form: dict[str, Any], alias: str, added: str
) -> None:
    admin_client.raise_request_exception = False
    with session(alias) as somebody, ThreadPoolExecutor(1) as threads:
        somebody.run("BEGIN", added)
        visit = threads.submit(posted, admin_client, page, form)
        wait_until(lambda: is_waited_for(alias), "wait for somebody else")
        somebody.run("COMMIT")
        answer = visit.result()
    assert (answer.status_code, b"already exists" in answer.content) == (200, True)


@pytest.mark.parametrize("page", ["crontabschedule/", "periodictask/add/"])
def test_a_page_of_what_is_stored_and_cannot_be_says_so(admin_client: Client, page: str) -> None:
    CrontabSchedule.objects.create()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_celery_beat_crontabschedule SET timezone = 'US/Pacific-New'")
    answer = admin_client.get(f"/admin/django_celery_beat/{page}")
    assert answer.status_code == 409
    assert b"cannot be read: the log of the web server says what" in answer.content
