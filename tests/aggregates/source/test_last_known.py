"""What pages and monitoring show of a source that does not answer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.models import F
from django.test import Client

from aggregates import states
from aggregates.models import KeptAnswer, Tick
from aggregates.source import last_known
from aggregates.source.gateway import SourceUnavailable
from common.days import now, today
from sourcedata import reader
from sourcedata.models import Measurement
from tests.builders import aggregated, measurements, turbine

pytestmark = pytest.mark.django_db

DAY = today() - timedelta(days=3)
LOOK_BACK = (today() - timedelta(days=30), today())


@pytest.fixture
def falls_silent(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def fail(*arguments: Any) -> None:
        raise OperationalError("connection refused")

    def silence() -> None:
        for name in ("turbine_days", "roster", "day_range", "faults"):
            monkeypatch.setattr(reader, name, fail)

    return silence


def a_day() -> None:
    measurements(turbine(rated_power_kw=2000), f"{DAY}T00:00", power=[6.0] * 1440)
    aggregated(DAY)


def test_what_the_source_said_last_is_known_with_its_age(falls_silent) -> None:
    a_day()
    before = last_known.last_known_arrivals(*LOOK_BACK)
    falls_silent()
    later = last_known.last_known_arrivals(*LOOK_BACK)
    assert (before.read_at, later.arrivals) == (None, before.arrivals)
    assert later.read_at is not None
    assert "connection refused. What is shown of it is as of" in later.warning


def test_days_after_what_is_kept_are_not_taken_for_archived(
    admin_client: Client, falls_silent
) -> None:
    a_day()
    last_known.last_known_arrivals(LOOK_BACK[0], DAY - timedelta(days=1))
    falls_silent()
    html = admin_client.get("/admin/").content.decode()
    assert "What is shown of it is as of" in html
    assert f"/admin/aggregates/day/{DAY}/" not in html


def test_of_a_source_that_never_answered_nothing_is_known(falls_silent) -> None:
    falls_silent()
    with pytest.raises(SourceUnavailable):
        last_known.last_known_arrivals(*LOOK_BACK)


@pytest.mark.parametrize("address", ["/admin/", "/admin/aggregates/day/"])
def test_pages_show_what_is_known(address: str, admin_client: Client, falls_silent) -> None:
    a_day()
    admin_client.get(address)
    falls_silent()
    html = admin_client.get(address).content.decode()
    assert "What is shown of it is as of" in html
    assert f"/admin/aggregates/day/{DAY}/" in html
    assert "All is well" not in html


def test_monitoring_tells_what_is_known_and_since_when(client: Client, falls_silent) -> None:
    a_day()
    Measurement.objects.update(power=7.0)
    client.get("/metrics")
    falls_silent()
    answer = client.get("/health/freshness")
    assert answer.status_code == 503
    assert answer.json()["status"] == "unknown: the source does not answer"
    assert answer.json()["days"] == [{"day": str(DAY), "state": "stale"}]
    assert answer.json()["known_at"]
    metrics = client.get("/metrics").content.decode()
    assert "windproject_source_up 0.0" in metrics
    assert 'windproject_turbine_days{state="stale"} 1.0' in metrics


def test_what_is_kept_is_written_every_ten_seconds_at_most() -> None:
    a_day()
    last_known.last_known_arrivals(*LOOK_BACK)
    first = KeptAnswer.objects.get().read_at
    last_known.last_known_arrivals(*LOOK_BACK)
    assert KeptAnswer.objects.get().read_at == first
    KeptAnswer.objects.update(read_at=F("read_at") - timedelta(seconds=11))
    last_known.last_known_arrivals(*LOOK_BACK)
    assert KeptAnswer.objects.get().read_at >= first


def test_nothing_else_relies_on_what_is_kept(client: Client, falls_silent) -> None:
    a_day()
    last_known.last_known_arrivals(*LOOK_BACK)
    falls_silent()
    with pytest.raises(SourceUnavailable):
        states.turbine_days(*LOOK_BACK, now())
    assert client.get(f"/api/days?start={DAY}&end={today()}").status_code == 503


def test_an_answer_of_a_time_that_python_has_not_counts_for_none(falls_silent) -> None:
    last_known.last_known_arrivals(today(), today())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kept_answer SET read_at = '20000-01-01'")
    last_known.last_known_arrivals(today(), today())
    falls_silent()
    assert last_known.last_known_arrivals(today(), today()).read_at


def test_a_time_of_the_last_tick_that_python_has_not_is_not_read() -> None:
    Tick.claim(timedelta())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tick SET begun_at = '20000-01-01'")
    assert Tick.last()
    assert Tick.claim(timedelta())
