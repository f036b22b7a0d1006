"""What should have arrived of each turbine, and how much of it did."""

from datetime import UTC, date, datetime, timedelta

import pytest

from aggregates.compute.arrival import (
    ENDLESS,
    Expectation,
    Service,
    SilentPeriod,
    completeness,
    quiet_days,
)
from tests.builders import at

ARRIVAL = timedelta(minutes=30)
LIVE = timedelta(days=7)
DAY = date(2025, 8, 31)


def days(*numbers: int) -> list[date]:
    return [date(2025, 8, number) for number in numbers]


@pytest.mark.parametrize(
    ("samples", "expected", "said"),
    [
        (0, 1440, "silent"),
        (1, 1440, "partial"),
        (1295, 1440, "partial"),
        (1296, 1440, "complete"),
        (1500, 1440, "complete"),
        (0, 0, None),
        (5, 0, None),
    ],
)
def test_a_turbine_day_is_complete_from_nine_tenths_on(samples, expected, said) -> None:
    assert completeness(samples, expected) == said


def expected(
    time: str, start: str = "2025-08-01T00:00", end: datetime = ENDLESS, interval_s: int = 60
) -> int:
    """Return what is expected of DAY at a time, of a turbine that is in service [start, end)."""
    services = {"T01": Service(at(start), end, interval_s)}
    return Expectation(services, (), at(time), ARRIVAL).samples("T01", DAY)


@pytest.mark.parametrize(
    ("time", "samples"),
    [
        ("2025-08-30T23:00", 0),
        ("2025-08-31T00:20", 0),
        ("2025-08-31T00:45", 15),
        ("2025-08-31T12:00", 690),
        ("2025-09-01T00:10", 1420),
        ("2025-09-01T00:30", 1440),
        ("2031-01-01T00:00", 1440),
    ],
)
def test_of_a_day_those_are_expected_that_had_time_to_come(time: str, samples: int) -> None:
    assert expected(time) == samples


@pytest.mark.parametrize(("interval_s", "samples"), [(1, 41_400), (60, 690), (600, 69), (900, 46)])
def test_a_sample_has_at_least_two_intervals_to_come(interval_s: int, samples: int) -> None:
    assert expected("2025-08-31T12:00", interval_s=interval_s) == samples


@pytest.mark.parametrize("interval_s", [1200])
def test_a_long_interval_gives_more_time_to_come(interval_s: int) -> None:
    # 12:00 less 40 minutes: 34 intervals of 20 minutes.
    assert expected("2025-08-31T12:00", interval_s=interval_s) == 34


def test_a_turbine_is_expected_from_its_first_measurement_on() -> None:
    assert expected("2025-09-05T00:00", start="2025-08-31T18:00") == 360
    assert expected("2025-09-05T00:00", start="2025-09-01T00:00") == 0


def test_a_turbine_that_is_retired_is_expected_no_more() -> None:
    assert expected("2025-09-05T00:00", end=at("2025-08-31T00:00")) == 0
    assert expected("2025-09-05T00:00", end=at("2025-09-01T00:00")) == 1440


def test_a_turbine_that_was_retired_on_the_first_day_of_all_has_no_whole_day() -> None:
    first_of_all = datetime(1, 1, 1, tzinfo=UTC)
    first, last = Service(at("2025-08-02T00:00"), first_of_all, 60).whole_days()
    assert first > last


def test_nothing_is_expected_of_a_turbine_that_nobody_knows() -> None:
    assert Expectation({}, (), at("2025-09-05T00:00"), ARRIVAL).samples("T01", DAY) == 0


def test_nothing_is_expected_on_a_quiet_day() -> None:
    services = {"T01": Service(at("2025-08-01T00:00"), ENDLESS, 60)}
    expectation = Expectation(services, {DAY}, at("2025-09-05T00:00"), ARRIVAL)
    assert expectation.samples("T01", DAY) == 0
    assert list(expectation.of_period(date(2025, 8, 30), DAY)) == [(date(2025, 8, 30), "T01")]


def quiet(measured: list[date], today: date, *silences: SilentPeriod) -> list[date]:
    return list(quiet_days(measured, today, LIVE, silences))


def test_a_farm_is_live_while_something_is_no_older_than_a_week() -> None:
    assert quiet(days(1), date(2025, 8, 8)) == []
    assert quiet(days(1), date(2025, 8, 9)) == days(*range(2, 10))


def test_a_history_and_a_feed_that_begins_later_leave_what_is_between_quiet() -> None:
    assert quiet(days(1, 20), date(2025, 8, 20)) == days(*range(2, 20))
    assert quiet(days(1, 20), date(2025, 8, 21)) == days(*range(2, 20))


def test_a_day_without_anything_within_a_live_week_is_not_quiet() -> None:
    assert quiet(days(1, 5), date(2025, 8, 6)) == []


def silence(since: str, until: str = "", is_ended_by_person: bool = False) -> SilentPeriod:
    return SilentPeriod(at(since), at(until) if until else ENDLESS, is_ended_by_person)


def test_a_silence_that_was_told_keeps_the_farm_live() -> None:
    told = silence("2025-08-01T12:00")
    assert quiet(days(1), date(2025, 8, 20), told) == []
    until = silence("2025-08-01T12:00", "2025-08-20T07:00")
    assert quiet(days(1, 20), date(2025, 8, 31), until) == days(*range(21, 32))


def test_a_silence_that_somebody_ended_is_quiet_at_once() -> None:
    ended = silence("2025-08-01T12:00", is_ended_by_person=True)
    assert quiet(days(1), date(2025, 8, 3), ended) == days(2, 3)


def test_a_measurement_of_a_clock_that_is_ahead_leaves_the_farm_as_it_is() -> None:
    assert quiet([*days(1), date.max], date(2025, 8, 8)) == []
    assert quiet([*days(1), date.max], date(2025, 8, 9)) == days(*range(2, 10))


def test_a_farm_is_live_while_any_turbine_is_in_service() -> None:
    services = {"T01": Service(at("2025-08-01T00:00"), at("2025-08-20T00:00"), 60)}
    assert Expectation(services, (), at("2025-08-19T00:00"), ARRIVAL).is_live
    assert not Expectation(services, (), at("2025-08-20T00:00"), ARRIVAL).is_live
    assert not Expectation(services, {DAY}, at("2025-08-31T00:00"), ARRIVAL).is_live
