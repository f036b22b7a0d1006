"""Reading statistics without the source: what is needed for it is kept beside them."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.test import Client

from aggregates import reader
from aggregates.models import AggregatedDay, Signal
from aggregates.source.gateway import Nameplate
from common.days import today
from sourcedata.models import Turbine
from tests.builders import aggregated, measurements, turbine

pytestmark = pytest.mark.django_db

DAY = today() - timedelta(days=3)
PERIOD = f"start={DAY}&end={DAY + timedelta(days=1)}"
ADDRESSES = [
    f"/api/values?{PERIOD}",
    f"/api/values?{PERIOD}&turbine=T01&min_coverage=0.9",
    f"/api/values?{PERIOD}&turbine=T01&layout=wide&format=csv",
    f"/api/values?{PERIOD}&layout=flasc&min_coverage=0.5&format=csv",
    "/api/signals",
    "/admin/aggregates/signal/",
    "/admin/aggregates/performance/",
    "/admin/aggregates/performance/turbine-T01/",
    "/admin/aggregates/signal/{signal}/change/",
]


@pytest.fixture
def a_day() -> None:
    """A day of a turbine with a sample every two minutes."""
    of = turbine(sample_interval_s=120, rated_power_kw=2000)
    power: list[float | None] = [600.0] * 30
    measurements(of, f"{DAY}T10:00", timedelta(minutes=2), power=power, wind_speed=power)
    aggregated(DAY)


@pytest.fixture
def without_source(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def refuse() -> None:
        raise OperationalError("connection refused")

    with monkeypatch.context() as patch:
        patch.setattr(connections["source"], "cursor", refuse)
        yield


def answered(client: Client, address: str) -> tuple[int, bytes]:
    signal = Signal.objects.get(name="power_mean").pk
    response = client.get(address.format(signal=signal))
    return response.status_code, re.sub(rb'csrfmiddlewaretoken" value="\w+"', b"", body(response))


def body(response: Any) -> bytes:
    return b"".join(response) if response.streaming else bytes(response.content)


def rows(client: Client, address: str) -> Any:
    return json.loads(body(client.get(address)))


@pytest.mark.parametrize("address", ADDRESSES)
def test_statistics_are_read_alike_without_the_source(
    address: str, a_day: None, admin_client: Client, request: pytest.FixtureRequest
) -> None:
    before = answered(admin_client, address)
    assert before[0] == 200
    request.getfixturevalue("without_source")
    assert answered(admin_client, address) == before


def test_coverage_is_of_the_sample_interval_that_the_day_was_aggregated_with(
    a_day: None, client: Client
) -> None:
    whole = f"/api/values?{PERIOD}&variable=power&statistic=mean&min_coverage=1"
    assert len(rows(client, whole)) == 6
    Turbine.objects.update(sample_interval_s=60)
    assert len(rows(client, whole)) == 6
    AggregatedDay.objects.update(sample_interval_s=None)
    assert rows(client, whole) == []


def test_parts_of_days_have_the_sample_interval_of_each(a_day: None, client: Client) -> None:
    later = DAY + timedelta(days=1)
    Turbine.objects.update(sample_interval_s=60)
    measurements(Turbine.objects.get(), f"{later}T00:00", timedelta(minutes=2), power=[1.0] * 5)
    aggregated(later)
    query = f"start={DAY}T10:30&end={later + timedelta(days=1)}&variable=power&statistic=mean"
    kept = rows(client, f"/api/values?{query}&min_coverage=1")
    assert [row["timestamp"][:10] for row in kept] == [str(DAY)] * 3


def test_a_turbine_is_known_by_what_it_was_on_its_newest_day(a_day: None) -> None:
    assert reader.nameplate("T01") == Nameplate(sample_interval_s=120, rated_power_kw=2000)
    assert reader.nameplate("T99") == Nameplate(sample_interval_s=60, rated_power_kw=None)


def test_days_of_a_turbine_without_statistics_are_asked_of_the_source(
    a_day: None, client: Client, request: pytest.FixtureRequest
) -> None:
    turbine("T02")
    assert client.get(f"/api/days?{PERIOD}&turbine=T02").status_code == 200
    assert client.get(f"/api/days?{PERIOD}&turbine=T03").status_code == 400
    request.getfixturevalue("without_source")
    assert client.get(f"/api/days?{PERIOD}&turbine=T02").status_code == 503
