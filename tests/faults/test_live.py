"""A farm that is live, and what happens to it: all heals, and each silence is told once."""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from django.db import OperationalError

from aggregates.expectations import ahead
from aggregates.models import Alert, Run
from aggregates.runs import pipeline, reconciler
from aggregates.source import gateway
from aggregates.source.arrivals import arrivals
from aggregates.states import day_and_turbines
from common.days import days_between, now, today
from tests import processes
from tests.builders import MINUTE, measurements, turbine
from tests.faults.conftest import is_well, proves_well
from tests.processes import broker_answers, wait_until

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# Past the pause between two runs, and not past the time that measurements may take.
A_WINDOW = timedelta(minutes=11)
FARM = ("T01", "T02", "T03")
SEVENTY_MINUTES = 70


def sends(
    names: Iterable[str],
    since: timedelta,
    until: timedelta = timedelta(),
    interval: timedelta = MINUTE,
) -> None:
    """Let turbines send from so long ago until so long ago."""
    start = (now() - since).replace(second=0, microsecond=0)
    number = int((since - until) / interval)
    for name in names:
        of = turbine(name, sample_interval_s=int(interval.total_seconds()))
        measurements(of, f"{start:%Y-%m-%dT%H:%M}", interval, power=[1.0] * number)


def told() -> list[tuple[str, str]]:
    """Return what people were told, but for the mornings."""
    alerts = Alert.objects.exclude(event="incomplete").order_by("id")
    return [(alert.about, alert.event) for alert in alerts]


def tick(at: datetime | None = None) -> None:
    reconciler.tick(at or now())


def aggregate() -> None:
    """Aggregate all that is there in this process."""
    for day in pipeline.pending_days(today() - 10 * DAY, today()):
        pipeline.aggregate_now(day, [], requested_by="test")


def goes_on() -> None:
    """Let the schedule and a worker go on until all is current, and prove that it is."""

    def ticked() -> bool:
        tick(now() + A_WINDOW)
        time.sleep(0.3)
        return is_well()

    with processes.worker():
        wait_until(ticked, "day that is current")
    # A minute later it looks again who is silent.
    tick(now() + A_WINDOW + MINUTE)
    proves_well()


def test_ten_windows_without_a_schedule_are_made_up_for(broker: None) -> None:
    sends(FARM, since=200 * MINUTE, until=100 * MINUTE)
    aggregate()
    sends(FARM, since=100 * MINUTE)
    goes_on()
    assert told() == []


def test_a_worker_that_is_killed_after_a_windows_end_leaves_it_to_another(broker: None) -> None:
    sends(FARM, since=30 * MINUTE)
    tick()
    with processes.worker():
        wait_until(lambda: Run.objects.exclude(status="queued").exists(), "run that began")
    goes_on()
    assert told() == []


def test_a_source_that_was_away_for_an_hour_comes_back_with_its_rows(
    broker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    sends(FARM, since=120 * MINUTE, until=SEVENTY_MINUTES * MINUTE)
    aggregate()

    def fail(*arguments: object) -> None:
        raise OperationalError("connection refused")

    with monkeypatch.context() as outage:
        outage.setattr(gateway.reader, "turbine_days", fail)
        for minutes in (65, 40, 10):
            tick(now() - minutes * MINUTE)
    sends(FARM, since=SEVENTY_MINUTES * MINUTE)
    goes_on()
    assert told() == [("the source", "failing"), ("the source", "recovered")]


def test_a_clock_that_is_an_hour_ahead_alarms_nobody_and_is_told(broker: None) -> None:
    sends(("T01", "T03"), since=2 * HOUR)
    sends(("T02",), since=HOUR, until=-HOUR)
    goes_on()
    assert told() == []
    (named,) = ahead(arrivals(today() - DAY, today() + DAY), now())
    assert named[0] == "T02"


def test_a_turbine_that_comes_back_with_three_days_at_once_is_told_of_once(broker: None) -> None:
    interval = 10 * MINUTE
    sends(("T01", "T03"), since=3 * DAY + HOUR, interval=interval)
    sends(("T02",), since=3 * DAY + HOUR, until=3 * DAY, interval=interval)
    goes_on()
    assert told() == [("T02", "silent")]
    sends(("T02",), since=3 * DAY, interval=interval)
    goes_on()
    assert told() == [("T02", "silent"), ("T02", "back")]


def test_a_broker_that_is_gone_at_a_windows_end_loses_no_window() -> None:
    sends(FARM, since=30 * MINUTE)
    tick()
    assert Run.objects.filter(status="queued").exists()
    with processes.broker():
        wait_until(broker_answers, "answer of the broker")
        goes_on()
    assert told() == []


def test_a_farm_that_is_silent_for_nine_days_is_told_of_once_and_missed_all_the_time(
    broker: None,
) -> None:
    sends(FARM, since=9 * DAY + HOUR, until=9 * DAY)
    for ago in (9 * DAY - HOUR, 5 * DAY, DAY):
        tick(now() - ago)
    assert told() == [("the farm", "silent")]
    sends(FARM, since=30 * MINUTE)
    goes_on()
    assert told() == [("the farm", "silent"), ("the farm", "back")]
    for day in days_between(today() - 8 * DAY, today() - 2 * DAY):
        assert len(day_and_turbines(day, now())[0].incomplete) == len(FARM)
