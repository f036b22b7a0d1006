"""Who is told what, and that it is told once."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any

import pytest
from django.core import mail
from django.db import OperationalError, connection, connections, transaction
from django.test import Client

from aggregates.alerting import channels
from aggregates.alerting.alerts import deliver, failing_run, raise_due
from aggregates.audit.nightly import audit_in_turn
from aggregates.models import Alert, Run, Tick, Value, locks
from aggregates.runs import reconciler
from aggregates.source import gateway
from common import waits
from sourcedata.models import Measurement, SourceDay
from tests.builders import aggregated, measurements, turbine

NOW = datetime(2025, 9, 1, 12, tzinfo=UTC)
DAY = date(2025, 8, 31)
MINUTE = timedelta(minutes=1)
OK, BAD = "succeeded", "failed"


def ran(*newest_first: tuple[str, Sequence[str]]) -> list[Run]:
    return [Run(status=status, turbines=turbines) for status, turbines in newest_first]


@pytest.mark.parametrize(
    ("runs", "is_failing"),
    [
        ([], False),
        ([(OK, [])], False),
        ([(BAD, [])], True),
        ([("errored", [])], True),
        ([("empty", []), (BAD, [])], False),
        ([(OK, []), (BAD, ["T01"])], False),
        ([(OK, ["T01", "T02"]), (BAD, ["T01"])], False),
        ([(OK, ["T02"]), (BAD, ["T01"])], True),
        ([(OK, ["T01"]), (BAD, [])], True),
        ([(BAD, ["T01"]), (OK, [])], True),
    ],
)
def test_a_day_fails_until_a_run_that_covers_the_failed_one_goes_well(runs, is_failing) -> None:
    assert (failing_run(ran(*runs)) is not None) == is_failing


def ended(status: str, minutes: int, day: date = DAY, error: str = "why") -> None:
    Run.objects.create(
        day=day, status=status, requested_by="test", finished_at=NOW + minutes * MINUTE, error=error
    )


def told() -> list[tuple[str, str]]:
    return [(str(alert.day or "source"), alert.event) for alert in Alert.objects.order_by("id")]


@pytest.mark.django_db
def test_a_failing_day_is_told_of_once_and_once_that_it_recovered() -> None:
    for minutes in (-30, -20, -10):
        ended(BAD, minutes)
        raise_due(NOW)
        raise_due(NOW)
    assert told() == [("2025-08-31", "failing")]
    ended(OK, 0)
    raise_due(NOW)
    raise_due(NOW + timedelta(days=30))
    assert told() == [("2025-08-31", "failing"), ("2025-08-31", "recovered")]
    assert Alert.objects.latest("-id").message == "failed: why"


@pytest.mark.django_db
def test_a_day_that_fails_anew_is_told_of_anew() -> None:
    for status in (BAD, OK, BAD):
        ended(status, 0)
        raise_due(NOW)
    assert [event for _, event in told()] == ["failing", "recovered", "failing"]


@pytest.mark.django_db
def test_a_day_that_nobody_ran_since_goes_on_failing() -> None:
    ended(BAD, 0)
    raise_due(NOW)
    raise_due(NOW + timedelta(days=100))
    assert told() == [("2025-08-31", "failing")]


@pytest.mark.django_db
def test_old_failures_are_no_news() -> None:
    ended(BAD, 0)
    raise_due(NOW + timedelta(days=8))
    assert told() == []


@pytest.fixture
def silent_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aggregates.runs.queueing.announce", lambda runs: "")


@pytest.mark.django_db
def test_a_source_that_stays_away_is_told_of_after_five_minutes(silent_broker, monkeypatch) -> None:
    def fail(*arguments: Any) -> None:
        raise OperationalError("connection refused")

    with monkeypatch.context() as outage:
        outage.setattr(gateway.reader, "turbine_days", fail)
        for minutes in (0, 4, 5, 6):
            reconciler.tick(NOW + minutes * MINUTE)
            assert len(told()) == (minutes >= 5)
    assert "connection refused" in Alert.objects.get().message
    reconciler.tick(NOW + 7 * MINUTE)
    assert told() == [("source", "failing"), ("source", "recovered")]
    tick = Tick.last()
    assert tick is not None
    assert (tick.ticked_at, tick.failing_since) == (NOW + 7 * MINUTE, None)


@pytest.mark.django_db
def test_the_loss_guard_is_told_of(silent_broker: None) -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    aggregated(DAY)
    Measurement.objects.all().delete()
    aggregated(DAY)
    raise_due(datetime.now(UTC))
    assert "The source lost samples of T01" in Alert.objects.get().message


@pytest.mark.django_db
def test_a_day_that_lost_a_turbine_by_a_confirmed_loss_is_not_called_well(
    silent_broker: None,
) -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    aggregated(DAY)
    Measurement.objects.all().delete()
    aggregated(DAY)
    raise_due(datetime.now(UTC))
    assert aggregated(DAY, force=True).removed == 4
    raise_due(datetime.now(UTC))
    assert Alert.objects.latest("id").message == (
        "The day 2025-08-31 fails no more: test confirmed the loss of 4 of its values, by a run of"
        " all turbines with force."
    )


@pytest.mark.django_db
def test_the_page_of_alerts_says_where_they_go(admin_client: Client, settings: Any) -> None:
    page = "/admin/aggregates/alert/"
    assert "nobody is told" in admin_client.get(page).content.decode()
    settings.ALERT_EMAILS = ["ada@example.org"]
    settings.ALERT_WEBHOOK_URL = "https://chat.example.org/hooks/secret"
    html = admin_client.get(page).content.decode()
    assert "by e-mail to ada@example.org and to the webhook at chat.example.org" in html
    assert "hooks/secret" not in html


@pytest.mark.django_db
def test_damage_that_the_nightly_audit_finds_is_told_of_and_heals(silent_broker: None) -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    aggregated(DAY)
    Value.objects.update(value=7)
    audit_in_turn()
    assert told() == [("2025-08-31", "damaged")]
    assert "4 values of T01 that differ" in Alert.objects.get().message
    assert aggregated(DAY).changed == 4
    audit_in_turn()
    assert len(told()) == 1


@pytest.mark.django_db
def test_the_night_counts_anew_what_was_miscounted_and_tells() -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    aggregated(DAY)
    SourceDay.objects.update(samples=-60)
    audit_in_turn()
    assert told() == [("2025-08-31", "damaged")]
    assert "another number of measurements of T01" in Alert.objects.get().message
    assert SourceDay.objects.get().samples == 1
    assert aggregated(DAY).unchanged == 4


def an_alert(*waiting: str, minutes: int = 0, message: str = "failed: why") -> Alert:
    return Alert.objects.create(
        day=DAY,
        event="failing",
        message=message,
        raised_at=NOW + minutes * MINUTE,
        waiting=list(waiting),
    )


def waiting() -> list[list[str]]:
    return [alert.waiting for alert in Alert.objects.order_by("id")]


@pytest.mark.django_db
def test_alerts_go_out_by_mail_in_one_message_and_once(settings: Any) -> None:
    settings.ALERT_EMAILS = ["ada@example.org", "bob@example.org"]
    an_alert("e-mail")
    an_alert("e-mail", message="failed: why else")
    deliver(NOW)
    deliver(NOW)
    (message,) = mail.outbox
    assert message.to == ["ada@example.org", "bob@example.org"]
    assert message.subject == "windproject: 2025-08-31 failing and 1 more"
    assert "2025-08-31 failing: failed: why else" in message.body
    assert waiting() == [[], []]


@pytest.mark.django_db
def test_alerts_are_posted_as_json(settings: Any, posts: Any) -> None:
    settings.ALERT_WEBHOOK_URL = posts.address
    an_alert("webhook")
    deliver(NOW)
    (body,) = posts.bodies
    assert body["text"] == "2025-08-31 failing: failed: why"
    assert (body["alerts"][0]["day"], body["alerts"][0]["event"]) == ("2025-08-31", "failing")
    assert waiting() == [[]]


@pytest.mark.django_db
@pytest.mark.parametrize("status", [302, 404, 500])
def test_what_a_webhook_does_not_take_waits_and_says_why(settings, posts, status: int) -> None:
    settings.ALERT_EMAILS, settings.ALERT_WEBHOOK_URL = ["ada@example.org"], posts.address
    posts.status = status
    alert = an_alert("webhook", "e-mail")
    deliver(NOW)
    alert.refresh_from_db()
    assert alert.waiting == ["webhook"]
    assert alert.error == f"webhook: it answers with status {status}"
    assert "secret" not in alert.error
    posts.status = 204
    deliver(NOW)
    alert.refresh_from_db()
    assert (alert.waiting, alert.error, len(mail.outbox)) == ([], "", 1)


@pytest.mark.django_db
def test_a_mail_server_that_is_down_fails_nothing_else(settings: Any) -> None:
    settings.ALERT_EMAILS = ["ada@example.org"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    alert = an_alert("e-mail")
    reconciler.tick(NOW)
    alert.refresh_from_db()
    assert alert.waiting == ["e-mail"]
    assert "e-mail: [Errno 111] Connection refused" in alert.error


@pytest.fixture
def trickling_mail(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A mail server that says a letter now and then, and never a line."""

    class Trickling(BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                while True:
                    self.request.sendall(b"2")
                    time.sleep(0.1)

    monkeypatch.setattr(waits, "MAIL_S", 2)
    settings.EMAIL_BACKEND = "common.mail.MailBackend"
    with ThreadingTCPServer(("127.0.0.1", 0), Trickling) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.server_address[1]
        Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield
        server.shutdown()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("use_ssl", [False, True])
def test_a_mail_server_that_trickles_holds_up_nothing(
    trickling_mail: None, settings: Any, posts: Any, use_ssl: bool
) -> None:
    settings.ALERT_EMAILS, settings.ALERT_WEBHOOK_URL = ["ada@example.org"], posts.address
    settings.EMAIL_USE_SSL = use_ssl
    alert, started = an_alert("e-mail", "webhook"), time.monotonic()
    with ThreadPoolExecutor(1) as thread:
        delivery = thread.submit(deliver_and_leave)
        while not delivery.done():
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '500ms'")
                Alert.objects.select_for_update().get()
        delivery.result()
    assert time.monotonic() - started < 5
    alert.refresh_from_db()
    assert (alert.waiting, len(posts.bodies)) == (["e-mail"], 1)
    assert alert.error.startswith("e-mail: ")


def deliver_and_leave() -> None:
    deliver(NOW)
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_what_is_being_delivered_is_not_delivered_twice(settings: Any) -> None:
    settings.ALERT_EMAILS = ["ada@example.org"]
    an_alert("e-mail")
    with locks.alone_to_deliver("e-mail"), ThreadPoolExecutor(1) as thread:
        thread.submit(deliver_and_leave).result()
    assert mail.outbox == []
    deliver(NOW)
    assert len(mail.outbox) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["https://xn--/", "https://h\x01", "https://" + "a" * 300])
@pytest.mark.parametrize("account", ["ops@b..c", "a:b@c", "a@" + "ü" * 300])
def test_addresses_that_cannot_be_fail_nothing_else(settings, address, account) -> None:
    settings.ALERT_EMAILS, settings.ALERT_WEBHOOK_URL = [account], address
    settings.EMAIL_BACKEND = "common.mail.MailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    an_alert("e-mail", "webhook")
    deliver(NOW)
    assert waiting() == [["e-mail", "webhook"]]


@pytest.mark.django_db
def test_after_six_hours_an_alert_is_not_offered_again(settings: Any) -> None:
    settings.ALERT_EMAILS = ["ada@example.org"]
    an_alert("e-mail", minutes=-361)
    deliver(NOW)
    assert mail.outbox == []


def test_a_deployment_has_the_channels_that_are_set(settings: Any) -> None:
    assert channels.configured() == []
    settings.ALERT_EMAILS = ["ada@example.org"]
    settings.ALERT_WEBHOOK_URL = "https://example.org/hook"
    assert channels.configured() == ["e-mail", "webhook"]


@pytest.mark.django_db
def test_the_admin_shows_alerts_and_why_they_wait(admin_client: Any) -> None:
    alert = an_alert("webhook", message="<script>alert(1)</script>")
    Alert.objects.filter(pk=alert.pk).update(error="webhook: it answers with status 500")
    page = admin_client.get("/admin/aggregates/alert/").content.decode()
    assert "waits for webhook. webhook: it answers with status 500" in page
    assert "<script>alert" not in page
    assert admin_client.get("/admin/aggregates/alert/add/").status_code == 403


@pytest.mark.django_db
def test_what_a_morning_tells_is_listed_by_its_first_paragraph(admin_client: Any) -> None:
    alert = an_alert(message="The farm gave 3 MWh.\n\nT01   3.0")
    Alert.objects.filter(pk=alert.pk).update(html="<table><tr><td>T01</td></tr></table>")
    lists = admin_client.get("/admin/aggregates/alert/").content.decode()
    page = admin_client.get(f"/admin/aggregates/alert/{alert.pk}/change/").content.decode()
    assert "The farm gave 3 MWh." in lists
    assert "T01   3.0" not in lists
    assert "T01   3.0" in page
    assert "&lt;table" not in page
