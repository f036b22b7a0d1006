"""The tick: what it queues, when, and what it takes back."""

import os
import socket
from datetime import UTC, date, datetime, timedelta

import pytest

from aggregates.models import MOST_ATTEMPTS, Run
from aggregates.runs import queueing
from aggregates.runs.due import SCHEDULE
from aggregates.runs.reconciler import due_days, tick
from sourcedata.models import Measurement
from tests.builders import aggregated, measurements, turbine

NOW = datetime(2025, 9, 1, 12, tzinfo=UTC)
DAY = date(2025, 8, 31)
MINUTES = timedelta(minutes=1)
PID_OF_NOBODY = 2**22 + 1


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The days of the runs that the workers were told of; the broker is not what is tested."""
    days: list[date] = []

    def note(runs) -> str:
        days.extend(run.day for run in runs)
        return ""

    monkeypatch.setattr(queueing, "announce", note)
    return days


def measured(*days: str) -> None:
    for day in days:
        measurements(turbine(), f"{day}T12:00", power=[1.0])


def due(at: datetime = NOW) -> list[date]:
    return list(due_days(at))


@pytest.mark.django_db
def test_what_is_not_current_is_due_newest_first() -> None:
    measured("2025-08-29", "2025-08-30", "2025-08-31")
    aggregated(date(2025, 8, 30))
    assert due() == [DAY, date(2025, 8, 29)]


@pytest.mark.django_db
def test_the_look_back_ends_the_search(settings) -> None:
    settings.PENDING_LOOKBACK = timedelta(days=7)
    oldest = NOW.date() - timedelta(days=7)
    measured(str(oldest), str(oldest - timedelta(days=1)))
    assert due() == [oldest]


@pytest.mark.django_db
def test_the_current_day_is_no_special_case() -> None:
    measured("2025-09-01")
    assert due() == [NOW.date()]


@pytest.mark.django_db
def test_a_tick_queues_a_run_per_day_and_another_tick_none(sent: list[date]) -> None:
    measured("2025-08-30", "2025-08-31")
    tick(NOW)
    assert set(sent) == {DAY, date(2025, 8, 30)}
    tick(NOW)
    assert list(Run.objects.values_list("status", "requested_by")) == [("queued", SCHEDULE)] * 2


@pytest.mark.django_db
def test_a_tick_long_after_the_last_one_makes_up_for_it(sent: list[date]) -> None:
    measured("2025-08-25", "2025-08-31")
    tick(NOW)
    assert sent == [DAY, date(2025, 8, 25)]


@pytest.mark.django_db
def test_late_data_makes_a_day_due_again_at_once_and_then_after_its_pause() -> None:
    measured("2025-08-31")
    for power in (2, 3):
        aggregated(DAY)
        Run.objects.update(started_at=NOW, finished_at=NOW)
        Measurement.objects.update(power=power)
        assert due(NOW) == ([DAY] if power == 2 else [])
    assert due(NOW + 9 * MINUTES) == []
    assert due(NOW + 10 * MINUTES) == [DAY]


@pytest.mark.django_db
def test_a_run_whose_message_was_lost_is_announced_again(sent: list[date]) -> None:
    Run.objects.create(day=DAY, requested_by="test", sent_at=NOW - 11 * MINUTES)
    Run.objects.create(day=NOW.date(), requested_by="test", sent_at=NOW - 9 * MINUTES)
    tick(NOW)
    assert sent == [DAY]


@pytest.mark.django_db
def test_a_run_that_lost_its_worker_is_queued_again(sent: list[date]) -> None:
    run = Run.objects.create(day=DAY, requested_by="test")
    run.start()
    Run.objects.update(worker=f"{socket.gethostname()}/{PID_OF_NOBODY}")
    tick(NOW)
    assert sent == [DAY]
    assert Run.objects.get().status == Run.Status.QUEUED


@pytest.mark.django_db
def test_a_run_that_loses_every_worker_fails_in_the_end(sent: list[date]) -> None:
    run = Run.objects.create(day=DAY, requested_by="test", attempt=MOST_ATTEMPTS - 1)
    run.start()
    Run.objects.update(worker=f"{socket.gethostname()}/{PID_OF_NOBODY}")
    tick(NOW)
    run.refresh_from_db()
    assert (run.status, sent) == (Run.Status.FAILED, [])
    assert "lost its worker 3 times" in run.error


@pytest.mark.django_db
def test_a_run_whose_worker_lives_is_left_alone(sent: list[date]) -> None:
    run = Run.objects.create(day=DAY, requested_by="test")
    run.start()
    assert run.worker.endswith(f"/{os.getpid()}")
    tick(NOW)
    assert Run.objects.get().status == Run.Status.RUNNING
