"""What monitoring is told."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from aggregates import freshness
from aggregates.models import Acknowledgement, Alert, Run, Tick
from common.days import day_start, days_between, now, today
from sourcedata import reader
from sourcedata.models import Measurement
from tests.builders import aggregated, measurements, turbine

pytestmark = pytest.mark.django_db

DAY = date(2025, 8, 31)
MIDNIGHT = datetime(2025, 9, 1, tzinfo=UTC)


def late(minutes: int) -> list[date]:
    at = MIDNIGHT + timedelta(minutes=minutes)
    return [day.day for day in freshness.freshness(at).late]


def test_a_day_is_late_an_hour_after_its_end_until_it_is_current() -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    assert (late(59), late(60)) == ([], [DAY])
    aggregated(DAY)
    assert late(60) == []


def test_the_oldest_day_comes_first_and_the_look_back_ends_the_search(settings: Any) -> None:
    settings.PENDING_LOOKBACK = timedelta(days=2)
    for day in (29, 30, 31):
        measurements(turbine(), f"2025-08-{day}T00:00", power=[1.0])
    assert late(60) == [date(2025, 8, 30), DAY]


PAST = today() - timedelta(days=2)


def a_farm_that_is_well() -> None:
    """Let a turbine send all of a past day, and of those since, up to now."""
    minutes = (now() - day_start(PAST)) // timedelta(minutes=1)
    measurements(turbine(), f"{PAST}T00:00", power=[1.0] * minutes)
    for day in days_between(PAST, today()):
        aggregated(day)


def freshness_of(client: Client) -> dict[str, Any]:
    answer = client.get("/health/freshness")
    body: dict[str, Any] = answer.json()
    assert answer.status_code == (200 if body == {"status": "ok"} else 503)
    return body


def test_a_farm_without_turbines_and_one_that_is_well_are_fresh(client: Client) -> None:
    assert freshness_of(client) == {"status": "ok"}
    a_farm_that_is_well()
    assert freshness_of(client) == {"status": "ok"}


def test_freshness_names_the_days_that_are_late(client: Client) -> None:
    a_farm_that_is_well()
    Measurement.objects.filter(timestamp__date=PAST).update(power=2.0)
    body = freshness_of(client)
    assert body["status"] == "late"
    assert body["days"] == [{"day": str(PAST), "state": "stale"}]


def test_freshness_names_who_is_silent_and_what_is_incomplete(client: Client) -> None:
    a_farm_that_is_well()
    measurements(turbine("T02"), f"{PAST}T00:00", power=[1.0] * 720)
    aggregated(PAST)
    body = freshness_of(client)
    assert body["status"] == "silent"
    assert body["silent"] == [{"turbine": "T02", "since": f"{PAST}T11:59:00Z"}]
    assert {"day": str(PAST), "turbine": "T02", "percent": 50} in body["incomplete"]


def test_freshness_lists_a_few_of_very_many_and_counts_the_others(client: Client) -> None:
    a_farm_that_is_well()
    for number in range(2, 24):
        turbine(f"T{number:02}", commissioned_on=PAST)
    body = freshness_of(client)
    assert [len(body[reason]) for reason in ("days", "silent", "incomplete")] == [0, 20, 20]
    assert (body["more"].keys(), body["more"]["silent"]) == ({"silent", "incomplete"}, 2)
    days = [incomplete["day"] for incomplete in body["incomplete"]]
    assert days == sorted(days, reverse=True)


def test_freshness_leaves_out_what_people_know_of(client: Client) -> None:
    a_farm_that_is_well()
    measurements(turbine("T02"), f"{PAST}T00:00", power=[1.0] * 720)
    aggregated(PAST)
    Acknowledgement.objects.create(turbine="T02", first=PAST, last=today(), reason="maintenance")
    assert freshness_of(client) == {"status": "ok"}


def test_a_history_is_fresh(client: Client) -> None:
    measurements(turbine(), "2014-12-31T00:00", power=[1.0] * 1440)
    aggregated(date(2014, 12, 31))
    assert freshness_of(client) == {"status": "ok"}


def test_the_age_of_the_last_measurement_is_a_metric_by_turbine(client: Client) -> None:
    a_past_day(1.0)
    measurements(turbine("T02"), f"{today() + timedelta(days=2)}T00:00", power=[1.0])
    ages = {name: age for name, age in metrics(client).items() if "last_measurement_age" in name}
    (age,) = ages.values()
    assert list(ages) == ['windproject_last_measurement_age_seconds{turbine="T01"}']
    assert age == pytest.approx((now() - day_start(PAST)).total_seconds(), abs=60)


def a_past_day(*power: float) -> date:
    """Store measurements of a day that ended more than an hour ago, whatever time it is."""
    measurements(turbine(), f"{PAST}T00:00", power=[*power])
    return PAST


@pytest.fixture
def outage(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any) -> None:
        raise OperationalError("password=secret of host 10.0.0.7")

    monkeypatch.setattr(reader, "turbine_days", fail)


def test_where_the_source_is_down_freshness_is_unknown(client: Client, outage: None) -> None:
    answer = client.get("/health/freshness")
    assert (answer.status_code, b"secret" in answer.content) == (503, False)
    assert answer.json() == {"status": "unknown: the source does not answer"}


def metrics(client: Client) -> dict[str, float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    lines = answer.content.decode().splitlines()
    return {
        name: float(number)
        for name, _, number in (line.rpartition(" ") for line in lines if line[0] != "#")
    }


def test_metrics_tell_of_runs_values_and_turbine_days(client: Client) -> None:
    day = a_past_day(1.0, 2.0)
    measurements(turbine("T02"), f"{today()}T00:00", power=[1.0])
    aggregated(day)
    Run.objects.create(day=DAY, requested_by="test", status=Run.Status.FAILED)
    figures = metrics(client)
    assert figures['windproject_runs_total{status="succeeded"}'] == 1
    assert figures['windproject_runs_total{status="failed"}'] == 1
    assert 0 < figures['windproject_run_duration_seconds_sum{status="succeeded"}'] < 60
    assert figures['windproject_values_total{change="inserted"}'] == 5
    assert figures['windproject_turbine_days{state="current"}'] == 1
    assert figures['windproject_turbine_days{state="missing"}'] == 1
    assert figures["windproject_source_up"] == 1


def test_metrics_tell_how_old_the_oldest_day_is_that_is_not_current(client: Client) -> None:
    assert metrics(client)["windproject_oldest_not_current_seconds"] == 0
    a_past_day(1.0)
    age_s = metrics(client)["windproject_oldest_not_current_seconds"]
    assert 86_400 <= age_s <= 2 * 86_400


def test_metrics_tell_of_alerts_that_wait_and_of_the_last_tick(client: Client) -> None:
    assert "windproject_last_tick_timestamp_seconds" not in metrics(client)
    Alert.objects.create(day=DAY, event="failing", waiting=["e-mail"])
    Tick.objects.create(ticked_at=MIDNIGHT)
    figures = metrics(client)
    assert figures["windproject_alerts_waiting"] == 1
    assert figures["windproject_last_tick_timestamp_seconds"] == MIDNIGHT.timestamp()


def test_metrics_go_on_while_the_source_is_down(client: Client, outage: None) -> None:
    figures = metrics(client)
    assert figures["windproject_source_up"] == 0
    assert not any(name.startswith("windproject_turbine_days") for name in figures)


def test_metrics_are_for_those_who_may_read(client: Client, settings: Any) -> None:
    settings.API_PUBLIC_READ = False
    assert client.get("/metrics").status_code == 401


def test_where_the_target_is_down_freshness_is_unknown(client: Client, monkeypatch: Any) -> None:
    def fail(*arguments: Any) -> None:
        raise OperationalError("password=secret")

    monkeypatch.setattr(freshness.states, "days", fail)
    answer = client.get("/health/freshness")
    assert (answer.status_code, answer.json()) == (
        503,
        {"status": "unknown: the target does not answer"},
    )
