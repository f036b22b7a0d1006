"""Connections that are kept for further requests, or closed after an answer that says so."""

from http.client import HTTPConnection

import httpx
import pytest
from django.contrib.auth.models import User
from knox.models import AuthToken

from tests.windproject.sites import Site

pytestmark = pytest.mark.django_db(transaction=True)

ASKED = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize("more", [ASKED, ASKED[:20]], ids=["another", "half of another"])
def test_of_requests_that_come_at_once_the_first_is_answered(site: Site, more: bytes) -> None:
    with site.connect(ASKED + more) as link:
        answered = link.makefile("rb").read()
    assert answered.count(b"HTTP/1.1 200 OK") == 1
    assert b"\r\nConnection: close\r\n" in answered


def test_whoever_asks_again_after_each_answer_keeps_the_connection(site: Site) -> None:
    link = HTTPConnection(site.host, site.port)
    link.connect()
    # It raises an error where the connection is closed, and makes no other.
    link.auto_open = 0
    for _ in range(200):
        link.request("GET", "/health/live", headers={"Host": "localhost"})
        assert link.getresponse().read() == b"ok\n"


def test_whoever_sends_tables_is_told_that_the_connection_ends(site: Site) -> None:
    _, token = AuthToken.objects.create(User.objects.get(username="ada"))
    sender = {"Authorization": f"Token {token}", "Content-Type": "text/csv"}
    row = "timestamp,turbine,power\n2025-08-31T00:00:00Z,T07,5\n"
    with httpx.Client(base_url=f"http://{site.host}:{site.port}", headers=sender) as client:
        answers = [client.post("/data", content=row) for _ in range(60)]
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.headers["Connection"] for answer in answers} == {"close"}
