"""In which state turbine-days and days are."""

from datetime import date, timedelta

import pytest

from aggregates import states
from aggregates.expectations import expectation_of
from aggregates.models import Run
from aggregates.source.last_known import last_known_arrivals
from aggregates.states import DayState
from common.days import now
from sourcedata.models import Measurement, SourceDay, Turbine
from tests.builders import aggregated, measurements, turbine

pytestmark = pytest.mark.django_db

DAY = date(2025, 8, 31)


def state(of: str = "T01") -> str:
    return next(
        turbine_day.state
        for turbine_day in states.turbine_days(DAY, DAY, now())
        if turbine_day.turbine == of
    )


def days(first: date, last: date) -> list[DayState]:
    known = last_known_arrivals(first, last)
    return states.days(known.arrivals, expectation_of(known, now()))


def ended(status: str, turbines: list[str] | None = None) -> Run:
    run, _ = Run.objects.request(DAY, turbines or [], "test")
    run.start()
    run.finish(Run.Status(status))
    return run


def test_a_turbine_day_goes_from_missing_through_current_to_stale() -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    assert state() == "missing"
    aggregated(DAY)
    assert state() == "current"
    Measurement.objects.update(power=2.0)
    assert state() == "stale"


def test_a_corrected_rated_power_makes_it_stale() -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    aggregated(DAY)
    Turbine.objects.update(rated_power_kw=2050)
    assert state() == "stale"


@pytest.mark.parametrize("status", ["failed", "errored"])
def test_it_is_failed_until_something_succeeds(status: str) -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    ended(status)
    assert state() == "failed"
    aggregated(DAY)
    assert state() == "current"


def test_one_that_lost_all_before_it_was_aggregated_is_empty() -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    Measurement.objects.all().delete()
    assert state() == "empty"


def test_a_run_of_other_turbines_says_nothing_about_it() -> None:
    for name in ("T01", "T02"):
        measurements(turbine(name), "2025-08-31T00:00", power=[1.0])
    ended("failed", ["T02"])
    ended("succeeded", ["T01"])
    assert (state("T01"), state("T02")) == ("missing", "failed")


def test_a_run_under_way_goes_before_all_else() -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    run, _ = Run.objects.request(DAY, [], "test")
    assert state() == "queued"
    run.start()
    assert state() == "running"


def test_what_the_source_no_longer_keeps_is_archived() -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    aggregated(DAY)
    let_go()
    assert state() == "archived"


def is_of_current_rules() -> bool | None:
    (turbine_day,) = states.turbine_days(DAY, DAY, now())
    return turbine_day.of_current_rules


def test_statistics_are_of_current_rules_until_the_rated_power_is_another() -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    assert is_of_current_rules() is None
    aggregated(DAY)
    Measurement.objects.update(power=2.0)
    assert is_of_current_rules() is True
    Turbine.objects.update(rated_power_kw=2050)
    assert is_of_current_rules() is False


def let_go() -> None:
    """Drop all measurements, as retention does."""
    Measurement.objects.all().delete()
    SourceDay.objects.all().delete()


def test_an_archived_turbine_day_tells_whether_it_is_of_current_rules() -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    aggregated(DAY)
    let_go()
    assert is_of_current_rules() is True
    Turbine.objects.update(rated_power_kw=2050)
    assert (state(), is_of_current_rules()) == ("archived", False)


def test_the_rules_of_an_archived_turbine_that_is_gone_are_not_known() -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    aggregated(DAY)
    let_go()
    Turbine.objects.all().delete()
    assert (state(), is_of_current_rules()) == ("archived", None)


def test_a_day_is_as_bad_as_its_worst_turbine_and_counts_all() -> None:
    for name in ("T01", "T02"):
        measurements(turbine(name), "2025-08-31T00:00", power=[1.0])
    run = ended("failed", ["T02"])
    day, empty = days(DAY - timedelta(days=1), DAY)
    assert (day.day, day.state, day.last_run) == (DAY, "failed", run)
    assert day.turbines == {"missing": 1, "failed": 1}
    assert (day.samples, day.expected_samples) == (2, 2880)
    assert (empty.state, empty.last_run) == ("empty", None)


# Two questions, with what each sets for its transaction.
QUERIES_OF_SOURCE = 20


def test_a_long_range_takes_as_many_queries_as_a_day(django_assert_num_queries) -> None:
    for day in ("2025-08-30", "2025-08-31"):
        measurements(turbine(), f"{day}T00:00", power=[1.0])
    for first in (DAY, date(2024, 8, 31)):
        with django_assert_num_queries(QUERIES_OF_SOURCE, using="source"):
            known = last_known_arrivals(first, DAY)
        with django_assert_num_queries(3):
            states.days(known.arrivals, expectation_of(known, now()))
