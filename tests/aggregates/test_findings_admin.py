"""The admin's pages of findings and of hours in which they are no news."""

from typing import Any

import pytest
from django.test import Client

from aggregates.models import Finding, Recurrence
from common.days import now
from tests.assessed import finding
from tests.builders import turbine
from tests.groups import member

pytestmark = pytest.mark.django_db

FINDINGS, HOURS = "/admin/aggregates/finding/", "/admin/aggregates/recurrence/"


@pytest.fixture
def operator() -> Client:
    return member("operator")


def change(client: Client, of: Finding, **form: Any) -> str:
    response = client.post(f"{FINDINGS}{of.pk}/change/", form, follow=True)
    return response.content.decode()


def test_the_list_begins_with_the_most_expensive(operator: Client) -> None:
    for kwh in (None, 800.0, 4000.0):
        finding(lost_kwh=kwh)
    html = operator.get(FINDINGS).content.decode()
    places = [html.index(text) for text in ("4,000 kWh", "800 kWh", "without a price")]
    assert places == sorted(places)


def test_an_operator_says_why_and_the_server_says_who_and_when(operator: Client) -> None:
    of, before = finding(), now()
    form = {"reason": "forced_outage", "note": "gearbox", "acknowledged_by": "somebody else"}
    assert "was changed successfully" in change(operator, of, **form)
    of.refresh_from_db()
    assert (of.reason, of.note, of.acknowledged_by) == ("forced_outage", "gearbox", "a operator")
    assert of.acknowledged_at is not None
    assert before <= of.acknowledged_at <= now()


def test_nothing_but_the_reason_and_the_note_is_changed(operator: Client) -> None:
    of = finding()
    form = {"sentence": "It ran.", "lost_kwh": 1, "turbine": "T99", "kind": "frozen"}
    change(operator, of, reason="sensor", note="", **form)
    kept = Finding.objects.get()
    assert (kept.sentence, kept.lost_kwh) == (of.sentence, 5000.0)
    assert (kept.turbine, kept.kind) == ("T01", "stopped")


def test_an_acknowledgement_is_taken_back_by_no_reason(operator: Client) -> None:
    of = finding(reason="sensor", acknowledged_by="ana", acknowledged_at=now())
    change(operator, of, reason="", note="")
    of.refresh_from_db()
    assert (of.acknowledged_by, of.acknowledged_at) == ("", None)


def test_a_note_takes_a_reason(operator: Client) -> None:
    of = finding()
    assert "A note takes a reason: choose one." in change(operator, of, reason="", note="why")
    of.refresh_from_db()
    assert of.note == ""


def acknowledge(client: Client, *findings: Finding, reason: str) -> str:
    form = {"action": "acknowledge", "_selected_action": [of.pk for of in findings]}
    form |= {"reason": reason, "note": "bats"}
    return client.post(FINDINGS, form, follow=True).content.decode()


def test_several_are_acknowledged_at_once(operator: Client) -> None:
    findings = [finding("T01"), finding("T02"), finding("T03")]
    html = acknowledge(operator, *findings[:2], reason="requested_shutdown")
    assert "2 findings acknowledged: requested shutdown (noise, bats, shadow)." in html
    said = Finding.objects.order_by("turbine").values_list("acknowledged_by", "note")
    assert list(said) == [("a operator", "bats"), ("a operator", "bats"), ("", "")]


def test_several_take_a_reason(operator: Client) -> None:
    assert "Choose why they were so" in acknowledge(operator, finding(), reason="")
    assert Finding.objects.get().acknowledged_at is None


def test_a_viewer_looks_and_acknowledges_nothing() -> None:
    viewer, of = member("viewer"), finding()
    assert viewer.get(f"{FINDINGS}{of.pk}/change/").status_code == 200
    acknowledge(viewer, of, reason="sensor")
    assert viewer.post(f"{FINDINGS}{of.pk}/change/", {"reason": "sensor"}).status_code == 403
    assert Finding.objects.get().acknowledged_at is None


def test_nobody_adds_or_deletes_a_finding(admin_client: Client) -> None:
    assert admin_client.get(f"{FINDINGS}add/").status_code == 403
    assert admin_client.get(f"{FINDINGS}{finding().pk}/delete/").status_code == 403


@pytest.mark.parametrize(
    ("said", "named"), [("nothing", "T01"), ("acknowledged", "T02"), ("withdrawn", "T03")]
)
def test_findings_are_chosen_by_what_people_said(operator: Client, said: str, named: str) -> None:
    finding("T01")
    finding("T02", reason="sensor", acknowledged_by="ana", acknowledged_at=now())
    finding("T03", withdrawn_at=now())
    html = operator.get(FINDINGS, {"said": said}).content.decode()
    assert [name for name in ("T01", "T02", "T03") if f">{name}</a>" in html] == [named]


def hours(client: Client, **changed: Any) -> str:
    form = {"turbine": "T29", "kind": "stopped", "start": "22:00", "end": "05:00"}
    form |= {"reason": "requested_shutdown", "note": "bats"}
    return client.post(f"{HOURS}add/", form | changed, follow=True).content.decode()


def test_an_operator_says_in_which_hours_a_kind_is_no_news(operator: Client) -> None:
    turbine("T29")
    assert "was added successfully" in hours(operator)
    recurrence = Recurrence.objects.get()
    assert (recurrence.turbine, recurrence.made_by) == ("T29", "a operator")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"turbine": "T99"}, "There is no turbine"),
        ({"end": "22:00"}, "The hours end when they begin"),
        ({"reason": ""}, "This field is required"),
    ],
)
def test_hours_that_cannot_be_are_refused(operator: Client, changed: Any, sentence: str) -> None:
    turbine("T29")
    assert sentence in hours(operator, **changed)
    assert not Recurrence.objects.exists()
