"""Who is told of turbines that fall silent, and how often."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from aggregates.alerting import mornings, silences
from aggregates.expectations import ended_at, expectation, silent_turbines
from aggregates.models import Acknowledgement, Alert, Silence, Tick
from aggregates.source.arrivals import arrivals
from common.days import day_start, now, today
from sourcedata.models import Turbine
from tests.builders import measurements, turbine

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# Noon of a day that is over: whatever the clock says, no measurement here is yet to come.
NOON = day_start(today() - timedelta(days=3)) + 12 * HOUR


def sends(name: str, until: datetime = NOON, minutes: int = 60) -> None:
    """Let a turbine send each minute, up to a time."""
    start = f"{until - minutes * MINUTE:%Y-%m-%dT%H:%M}"
    measurements(turbine(name), start, power=[1.0] * minutes)


def farm(*names: str, until: datetime = NOON) -> None:
    for name in names:
        sends(name, until)


def look(at: datetime) -> None:
    """Look at what arrived by that time, as a tick does."""
    silences.raise_due(arrivals(at.date() - timedelta(days=10), at.date()), at)


def told() -> list[tuple[str, str]]:
    return [(alert.about, alert.event) for alert in Alert.objects.order_by("id")]


def test_a_turbine_that_falls_silent_is_told_of_once_and_once_that_it_is_back() -> None:
    farm("T01", "T02", "T03")
    farm("T01", "T02", until=NOON + HOUR)
    for minutes in (29, 31, 45, 59):
        look(NOON + minutes * MINUTE)
    assert told() == [("T03", "silent")]
    farm("T01", "T02", "T03", until=NOON + 2 * HOUR)
    look(NOON + 2 * HOUR)
    look(NOON + 2 * HOUR + MINUTE)
    assert told() == [("T03", "silent"), ("T03", "back")]
    assert "sends again, after 2 h 1 min" in Alert.objects.latest("id").message


def test_a_farm_that_falls_silent_is_one_message_and_one_when_it_is_back() -> None:
    farm("T01", "T02", "T03")
    sends("T02", NOON + 5 * MINUTE, minutes=5)
    for minutes in (31, 36, 300):
        look(NOON + minutes * MINUTE)
    assert told() == [("the farm", "silent")]
    farm("T01", "T02", until=NOON + 6 * HOUR)
    look(NOON + 6 * HOUR)
    assert told() == [("the farm", "silent"), ("the farm", "back")]
    assert Alert.objects.latest("id").message.endswith("; still silent: T03.")
    look(NOON + 6 * HOUR + 5 * MINUTE)
    assert len(told()) == 2


def test_less_than_half_of_a_farm_is_told_of_by_turbine() -> None:
    farm("T01", "T02", "T03", "T04", "T05")
    farm("T01", "T02", "T03", until=NOON + HOUR)
    look(NOON + 31 * MINUTE)
    assert told() == [("T04", "silent"), ("T05", "silent")]


def on_and_off(hours: Sequence[int]) -> None:
    """Let T03 send for a quarter of these hours, and look while it sends and while it does not."""
    for hour in hours:
        farm("T01", "T02", until=NOON + (hour + 1) * HOUR)
        sends("T03", NOON + hour * HOUR + 15 * MINUTE, minutes=15)
        look(NOON + hour * HOUR + 15 * MINUTE)
        look(NOON + hour * HOUR + 50 * MINUTE)


def test_a_turbine_that_falls_silent_again_and_again_is_told_of_every_six_hours() -> None:
    farm("T01", "T02", "T03")
    on_and_off(range(7))
    assert [event for _, event in told()] == ["silent", "back", "silent"]
    assert Silence.objects.filter(turbine="T03").count() == 7


def acknowledge(turbine: str) -> None:
    day = NOON.date()
    Acknowledgement.objects.create(turbine=turbine, first=day, last=day, reason="maintenance")


@pytest.mark.parametrize("turbine", ["T03", ""])
def test_of_what_people_know_nobody_is_told_until_it_ends(turbine: str) -> None:
    farm("T01", "T02", "T03")
    acknowledge(turbine)
    farm("T01", "T02", until=NOON + HOUR)
    look(NOON + 40 * MINUTE)
    assert told() == []
    farm("T01", "T02", until=NOON + 13 * HOUR)
    look(NOON + 13 * HOUR)
    assert told() == [("T03", "silent")]


def test_a_farm_that_people_know_of_is_told_of_when_that_ends() -> None:
    farm("T01", "T02")
    acknowledge("")
    look(NOON + HOUR)
    assert told() == []
    look(NOON + 13 * HOUR)
    look(NOON + 14 * HOUR)
    assert told() == [("the farm", "silent")]


def test_a_turbine_that_is_retired_is_no_news() -> None:
    farm("T01", "T02", "T03")
    farm("T01", "T02", until=NOON + HOUR)
    Turbine.objects.filter(name="T03").update(retired_on=NOON.date())
    look(NOON + HOUR)
    assert told() == []


def test_a_history_is_no_alarm() -> None:
    farm("T01", "T02", until=NOON - timedelta(days=30))
    look(NOON)
    assert told() == []


def test_a_farm_that_was_told_to_be_silent_is_expected_until_somebody_ends_it() -> None:
    farm("T01", "T02", until=NOON - timedelta(days=9))
    look(NOON - timedelta(days=9) + HOUR)
    look(NOON)
    assert Silence.objects.going_on().filter(turbine__in=["T01", "T02"]).count() == 2
    Silence.objects.of_farm().update(ended_by="ana")
    look(NOON)
    assert not Silence.objects.going_on().exclude(turbine="").exists()
    assert told() == [("the farm", "silent")]


def test_a_farm_that_somebody_ended_is_not_missed_from_then_on() -> None:
    farm("T01", "T02")
    look(NOON + HOUR)
    Silence.objects.of_farm().update(ended_by="ana")
    there = arrivals(NOON.date(), NOON.date())
    expected = expectation(there, NOON + 2 * HOUR)
    assert silent_turbines(there, expected) == []
    assert ended_at(there, expected) == NOON - MINUTE
    farm("T01", "T02", until=NOON + 2 * HOUR)
    look(NOON + 2 * HOUR)
    assert not Silence.objects.going_on().exists()


def morning_after(hour: int = 6) -> datetime:
    return day_start(NOON.date() + timedelta(days=1)) + hour * HOUR


def a_day_of(name: str, minutes: int) -> None:
    day = NOON.date()
    measurements(turbine(name), f"{day - timedelta(days=1)}T23:59", power=[1.0])
    measurements(turbine(name), f"{day}T00:00", power=[1.0] * minutes)


def test_a_day_that_stayed_incomplete_is_told_of_the_next_morning_once() -> None:
    Tick.objects.create(pk=1, ticked_at=now())
    for name, minutes in (("T01", 1440), ("T02", 1080), ("T03", 0)):
        a_day_of(name, minutes)
    for hour in (5, 6, 7):
        mornings.raise_due(morning_after(hour))
        assert len(told()) == (hour >= 6)
    (alert,) = Alert.objects.all()
    assert (alert.day, alert.event) == (NOON.date(), "incomplete")
    assert alert.message.endswith("arrived of 2 of 3 turbines: T03 silent, T02 75 %.")


def test_a_morning_of_a_clock_that_was_ahead_keeps_no_later_one_back() -> None:
    Tick.objects.create(pk=1, ticked_at=now(), told_until=NOON.date() + timedelta(days=400))
    a_day_of("T01", 1080)
    mornings.raise_due(morning_after())
    mornings.raise_due(morning_after(7))
    assert len(told()) == 1


def test_a_day_that_is_complete_or_acknowledged_is_no_news_in_the_morning() -> None:
    Tick.objects.create(pk=1, ticked_at=now())
    a_day_of("T01", 1440)
    a_day_of("T03", 0)
    acknowledge("T03")
    mornings.raise_due(morning_after())
    assert told() == []
