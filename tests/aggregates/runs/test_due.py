"""When a day that is not current is to be queued."""

from datetime import UTC, date, datetime, timedelta

import pytest

from aggregates.models import Run
from aggregates.runs.due import SCHEDULE, due_at, is_live
from tests.builders import at

NOW = datetime(2025, 9, 1, 12, tzinfo=UTC)
DAY = date(2025, 8, 31)
MINUTES = timedelta(minutes=1)


def ended(status: str, by: str = SCHEDULE, fingerprint: str = "same") -> Run:
    return Run(status=status, requested_by=by, fingerprint=fingerprint, finished_at=NOW)


def wait(*newest_first: Run) -> timedelta | None:
    when = due_at(DAY, newest_first, "same")
    return None if when is None else when - NOW


FAILED = ended("failed")


def test_a_day_that_never_ran_is_due() -> None:
    when = due_at(DAY, [], "same")
    assert when is not None
    assert when < NOW


@pytest.mark.parametrize("status", ["queued", "running"])
def test_a_day_that_is_under_way_is_not_due(status: str) -> None:
    assert due_at(DAY, [Run(status=status)], "same") is None


@pytest.mark.parametrize("status", ["succeeded", "empty"])
def test_a_day_that_is_over_heals_at_once_and_then_by_its_pause(status: str) -> None:
    assert wait(ended(status)) == 0 * MINUTES
    assert wait(ended(status), ran_before(3)) == 10 * MINUTES
    assert wait(ended(status), ran_before(10)) == 0 * MINUTES


def ran_before(minutes: int) -> Run:
    return Run(status="succeeded", finished_at=NOW - minutes * MINUTES)


def due_of_live_day(last_began: str, day: date = DAY) -> datetime | None:
    began = at(last_began)
    return due_at(day, [Run(status="succeeded", started_at=began, finished_at=began)], "same")


@pytest.mark.parametrize(
    ("last_began", "due"),
    [
        ("2025-08-31T09:53:00", "2025-08-31T10:00:05"),
        ("2025-08-31T10:00:04", "2025-08-31T10:00:05"),
        ("2025-08-31T10:00:05", "2025-08-31T10:01:30"),
        ("2025-08-31T10:01:29", "2025-08-31T10:01:30"),
        ("2025-08-31T10:01:30", "2025-08-31T10:10:05"),
        ("2025-08-31T23:55:00", "2025-09-01T00:00:05"),
        ("2025-09-01T00:00:06", "2025-09-01T00:01:30"),
    ],
)
def test_a_live_day_is_due_when_a_window_settled_and_once_more_for_late_samples(
    last_began: str, due: str
) -> None:
    assert due_of_live_day(last_began) == at(due)


def test_after_its_last_window_a_day_is_over() -> None:
    assert is_live(DAY, at("2025-09-01T00:01:29"))
    assert not is_live(DAY, at("2025-09-01T00:01:30"))
    assert due_of_live_day("2025-09-01T00:01:30") == at("2025-09-01T00:01:30")


def test_a_live_day_that_fails_leaves_its_pauses() -> None:
    failed = Run(
        status="failed", requested_by=SCHEDULE, fingerprint="same", started_at=NOW, finished_at=NOW
    )
    assert due_at(NOW.date(), [failed] * 2, "same") == NOW + 20 * MINUTES


def test_a_failed_day_waits_twice_as_long_each_time_up_to_six_hours() -> None:
    waits = [wait(*[FAILED] * times) for times in (1, 2, 3, 6, 7, 50)]
    assert waits == [minutes * MINUTES for minutes in (10, 20, 40, 320, 360, 360)]


def test_failures_before_a_success_do_not_count() -> None:
    assert wait(FAILED, ended("succeeded"), FAILED, FAILED) == 10 * MINUTES


def test_a_new_version_ends_the_waiting_of_a_failed_day() -> None:
    assert wait(*[ended("failed", fingerprint="other")] * 5) == 10 * MINUTES


def test_a_person_ends_the_waiting_of_a_failed_day() -> None:
    assert wait(ended("failed", by="admin: ada"), FAILED, FAILED, FAILED) == 10 * MINUTES
    assert wait(FAILED, ended("failed", by="command"), FAILED, FAILED) == 10 * MINUTES


def test_an_errored_day_waits_for_a_new_version() -> None:
    assert wait(ended("errored")) is None
    assert wait(ended("errored", fingerprint="other")) == 10 * MINUTES
