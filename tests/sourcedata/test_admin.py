"""The admin's pages of turbines."""

from typing import Any

import pytest
from django.test import Client

from sourcedata.models import Turbine
from tests.builders import measurements, turbine

pytestmark = pytest.mark.django_db

LIST = "/admin/sourcedata/turbine/"


def change(client: Client, one: Turbine, **fields: Any) -> None:
    form = {"name": one.name, "sample_interval_s": 60, **fields}
    assert client.post(f"{LIST}{one.pk}/change/", form).status_code == 302
    one.refresh_from_db()


def test_a_turbine_without_measurements_can_be_renamed_and_deleted(admin_client: Client) -> None:
    one = turbine("T01")
    change(admin_client, one, name="T99")
    assert one.name == "T99"
    admin_client.post(f"{LIST}{one.pk}/delete/", {"post": "yes"})
    assert not Turbine.objects.exists()


def test_a_turbine_with_measurements_keeps_its_name_and_stays(admin_client: Client) -> None:
    one = turbine("T01")
    measurements(one, "2025-08-31T00:00", power=[1.0])
    change(admin_client, one, name="T99", rated_power_kw=2050)
    assert (one.name, one.rated_power_kw) == ("T01", 2050)
    assert admin_client.post(f"{LIST}{one.pk}/delete/", {"post": "yes"}).status_code == 403


def test_turbines_are_not_deleted_many_at_once(admin_client: Client) -> None:
    turbine("T01")
    assert "delete_selected" not in admin_client.get(LIST).content.decode()


def test_a_turbine_tells_its_first_and_last_measurement(admin_client: Client) -> None:
    one = turbine("T01")
    measurements(one, "2025-08-31T00:00", power=[1.0, 2.0])
    for page in (LIST, f"{LIST}{one.pk}/change/"):
        shown = admin_client.get(page).content.decode()
        assert "2025-08-31 00:00:00<" in shown
        assert "2025-08-31 00:01:00<" in shown
