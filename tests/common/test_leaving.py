"""A call that never returns is left, and so is the look-up of a name."""

import socket
import time
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from django.conf import settings
from django.core.mail import send_mail

from aggregates.alerting import channels
from aggregates.source import client
from common import broker, waits
from common.leaving import within


def raises() -> None:
    raise TimeoutError("of the call itself")


def test_a_call_in_time_returns_and_raises_as_ever() -> None:
    assert within(5, lambda: 7) == 7
    with pytest.raises(TimeoutError, match="of the call itself"):
        within(5, raises)


def test_what_comes_late_is_given_to_whoever_drops_it() -> None:
    gone_on, came = Event(), Event()
    with pytest.raises(TimeoutError, match=r"after 0\.1 seconds"):
        within(0.1, gone_on.wait, late=lambda _: came.set())
    gone_on.set()
    assert came.wait(5)


@pytest.fixture
def silent_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A name server that answers nobody, which stands for what lies outside."""
    gone_on = Event()

    def look_up(*arguments: Any, **hints: Any) -> None:
        gone_on.wait(30)
        raise socket.gaierror("no answer")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield
    gone_on.set()


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a test can wait for."""
    for name in ("API_CONNECT_S", "MAIL_CONNECT_S", "MAIL_S", "WEBHOOK_S", "BROKER_ANSWER_S"):
        monkeypatch.setattr(waits, name, 0.2)


def ask_source() -> None:
    client.ask("/api/turbines", {}, 1)


def post() -> None:
    channels._post([])


def mail() -> None:
    send_mail("subject", "text", "a@example.org", ["b@example.org"])


def send() -> None:
    broker.send(lambda: socket.getaddrinfo("broker.example.org", 6379))


@pytest.mark.parametrize("call", [ask_source, post, mail, send])
def test_a_name_server_that_does_not_answer_keeps_nobody_waiting(
    silent_names: None, limits: None, monkeypatch: pytest.MonkeyPatch, call: Any
) -> None:
    monkeypatch.setattr(settings, "SOURCE_API_URL", "http://source.example.org")
    monkeypatch.setattr(settings, "ALERT_WEBHOOK_URL", "http://hook.example.org")
    monkeypatch.setattr(settings, "EMAIL_HOST", "mail.example.org")
    monkeypatch.setattr(settings, "EMAIL_BACKEND", "common.mail.MailBackend")
    started = time.monotonic()
    with pytest.raises(Exception, match=r"."):
        call()
    assert time.monotonic() - started < 5
