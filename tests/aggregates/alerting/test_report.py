"""What people are told each morning of what the farm did."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from aggregates.alerting.alerts import deliver
from aggregates.alerting.mornings import report_due
from aggregates.alerting.report import report
from aggregates.models import Alert, Tick
from common.days import day_start
from tests.assessed import DAY, assessment, finding
from tests.mails import Mails

pytestmark = pytest.mark.django_db

# DAY is a Sunday, so this is a Monday.
MORNING = datetime(2025, 9, 1, 6, tzinfo=UTC)
TUESDAY = MORNING + timedelta(days=1)


@pytest.fixture(autouse=True)
def ticks(db: None) -> None:
    Tick.objects.create(ticked_at=MORNING)


def messages() -> list[str]:
    return list(Alert.objects.order_by("id").values_list("message", flat=True))


def test_what_the_farm_did_is_told_once_from_the_mornings_hour_on() -> None:
    assessment()
    report_due(MORNING - timedelta(minutes=1))
    assert messages() == []
    for minutes in (0, 1, 600):
        report_due(MORNING + timedelta(minutes=minutes))
    (message,) = messages()
    assert "On 2025-08-31 1 turbine gave 24.0 MWh of 24.0 MWh expected" in message


def test_a_report_of_a_clock_that_was_ahead_keeps_no_later_one_back() -> None:
    Tick.objects.update(reported_until=DAY + timedelta(days=400))
    assessment()
    report_due(MORNING)
    report_due(MORNING)
    assert len(messages()) == 1


def test_it_waits_until_yesterday_is_assessed() -> None:
    report_due(MORNING)
    assert messages() == []
    assessment()
    report_due(MORNING + timedelta(hours=1))
    assert len(messages()) == 1


def test_on_mondays_the_week_is_told_as_well_and_on_no_other_day() -> None:
    for number in range(8):
        assessment(day=DAY - timedelta(days=number))
    assessment(day=DAY + timedelta(days=1))
    report_due(MORNING)
    report_due(TUESDAY)
    monday, tuesday = messages()
    assert "From 2025-08-25 to 2025-08-31 1 turbine gave 168.0 MWh" in monday
    assert "From" not in tuesday


def test_the_worst_turbine_comes_first_with_its_bar() -> None:
    for name in ("T01", "T02", "T03"):
        assessment(name)
    assessment("T04", energy_kwh=12_000.0, lost_stopped_kwh=12_000.0)
    made = report(DAY, DAY)
    assert made is not None
    worst, *others = made.rows
    assert (worst.turbine, worst.bar) == ("T04", "█" * 12 + "░" * 12)
    assert {row.bar for row in others} == {"█" * 24}
    assert "T04             12.0      12.00              1.000  ████████████░" in made.text


def test_the_findings_of_the_day_are_told_but_for_those_acknowledged() -> None:
    assessment()
    finding(sentence="It stood still.")
    finding("T02", reason="sensor", acknowledged_at=MORNING, sentence="It froze.")
    finding("T03", start="2025-08-30T00:00", sentence="That was before.")
    made = report(DAY, DAY)
    assert made is not None
    assert made.findings == ["T01, stopped: It stood still."]


def test_a_day_without_findings_says_so() -> None:
    assessment()
    made = report(DAY, DAY)
    assert made is not None
    assert made.findings == ["No check saw anything that nobody has acknowledged."]


def test_a_large_farm_is_told_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aggregates.alerting.report.MOST_TURBINES", 2)
    for name in ("T01", "T02", "T03"):
        assessment(name)
    made = report(DAY, DAY)
    assert made is not None
    assert (len(made.rows), made.rest) == (2, "And 1 more turbines, which lost less.")


def test_a_mail_server_gets_it_as_text_and_as_html(settings: Any, mails: Mails) -> None:
    settings.ALERT_EMAILS = ["ada@example.org"]
    assessment("<b>T01</b>", lost_stopped_kwh=6_000.0)
    finding("<b>T01</b>")
    report_due(MORNING)
    deliver(day_start(DAY) + timedelta(days=1, hours=6))
    (taken,) = mails
    text, html = (taken.get_body([kind]) for kind in ("plain", "html"))
    assert taken["Subject"] == "windproject: 2025-08-31 morning"
    assert text is not None
    assert "<b>T01</b>         24.0       6.00" in text.get_content()
    assert html is not None
    assert "&lt;b&gt;T01&lt;/b&gt;</th>" in html.get_content()
    assert "width: 80%" in html.get_content()


def test_what_is_no_report_stands_beside_it_as_text(settings: Any) -> None:
    settings.ALERT_EMAILS = ["ada@example.org"]
    assessment()
    report_due(MORNING)
    Alert.objects.create(event="failing", message="<why>", waiting=["e-mail"])
    deliver(MORNING)
    (message,) = mail.outbox
    assert isinstance(message, EmailMultiAlternatives)
    (alternative,) = message.alternatives
    assert "failing: <why>" in str(message.body)
    assert "failing: &lt;why&gt;</p>" in str(alternative[0])
