"""The admin's pages of silences and of what people know of."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from aggregates.models import Acknowledgement, Silence
from common.days import now, today
from tests.builders import turbine
from tests.groups import member

pytestmark = pytest.mark.django_db

SILENCES, KNOWN = "/admin/aggregates/silence/", "/admin/aggregates/acknowledgement/"


@pytest.fixture
def operator() -> Client:
    return member("operator")


def acknowledge(client: Client, **changed: Any) -> str:
    form = {"turbine": "T29", "first": today(), "last": today() + timedelta(days=2)}
    form |= {"reason": "maintenance until Friday"}
    return client.post(f"{KNOWN}add/", form | changed, follow=True).content.decode()


def test_an_operator_says_what_is_known_and_until_when(operator: Client) -> None:
    turbine("T29")
    assert "was added successfully" in acknowledge(operator)
    known = Acknowledgement.objects.get()
    assert (known.turbine, known.reason, known.made_by) == (
        "T29",
        "maintenance until Friday",
        "a operator",
    )


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"turbine": "T99"}, "There is no turbine"),
        ({"last": today() - timedelta(days=1)}, "The last day is before the first"),
        ({"reason": ""}, "This field is required"),
    ],
)
def test_what_cannot_be_known_is_refused(operator: Client, changed: Any, sentence: str) -> None:
    turbine("T29")
    assert sentence in acknowledge(operator, **changed)
    assert not Acknowledgement.objects.exists()


def test_a_viewer_looks_and_changes_nothing() -> None:
    viewer = member("viewer")
    assert viewer.get(KNOWN).status_code == viewer.get(SILENCES).status_code == 200
    assert viewer.get(f"{KNOWN}add/").status_code == 403


def end(client: Client, silence: Silence) -> str:
    form = {"action": "end", "_selected_action": silence.pk}
    return client.post(SILENCES, form, follow=True).content.decode()


def test_an_operator_declares_the_end_of_a_farm(operator: Client) -> None:
    silence = Silence.objects.create(turbine="", since=now(), told_at=now())
    assert "Nothing is expected of the farm until it sends again." in end(operator, silence)
    silence.refresh_from_db()
    assert silence.ended_by == "a operator"


def test_a_turbine_is_not_ended_here_but_retired(operator: Client) -> None:
    silence = Silence.objects.create(turbine="T29", since=now(), told_at=now())
    assert "A turbine is retired on its own page: T29." in end(operator, silence)
    silence.refresh_from_db()
    assert silence.ended_by == ""


def test_a_viewer_ends_nothing() -> None:
    silence = Silence.objects.create(turbine="", since=now(), told_at=now())
    end(member("viewer"), silence)
    silence.refresh_from_db()
    assert silence.ended_by == ""
