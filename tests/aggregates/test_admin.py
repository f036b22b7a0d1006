"""The admin's lists of the target."""

import pytest
from django.test import Client

from aggregates.models import Run, Signal
from tests.builders import aggregated, measurements, turbine
from windproject.days import today

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["aggregates/run", "aggregates/signal", "sourcedata/turbine"])
def test_an_administrator_sees_the_lists(admin_client: Client, page: str) -> None:
    measurements(turbine("<script>"), f"{today()}T00:00", power=[1.0])
    aggregated(today())
    shown = admin_client.get(f"/admin/{page}/").content.decode()
    assert "<script>alert" not in shown
    assert "1 " in shown


@pytest.mark.parametrize("model", [Run, Signal])
def test_nobody_edits_runs_or_signals(admin_client: Client, model) -> None:
    measurements(turbine(), f"{today()}T00:00", power=[1.0])
    aggregated(today())
    address = f"/admin/aggregates/{model._meta.model_name}/"
    assert admin_client.get(f"{address}add/").status_code == 403
    one = model.objects.first()
    assert admin_client.post(f"{address}{one.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin_client.get(f"{address}{one.pk}/change/").status_code == 200


def test_a_visitor_is_asked_to_log_in(client: Client) -> None:
    assert client.get("/admin/aggregates/run/").status_code == 302
