"""Real workers, a real scheduler and a real broker."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, connections
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from aggregates.models import Run
from aggregates.runs import queueing
from common.days import today
from tests import processes
from tests.builders import measurements, turbine, values
from tests.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2025, 8, 31)


@pytest.fixture
def broker() -> Iterator[None]:
    with processes.broker():
        wait_until(processes.broker_answers, "answer of the broker")
        yield


def succeeded() -> bool:
    return Run.objects.filter(status=Run.Status.SUCCEEDED).exists()


def test_a_queued_run_finishes(broker: None) -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0, 2.0])
    with processes.worker():
        _, failure = queueing.submit([DAY], [], requested_by="test")
        wait_until(succeeded, "run that succeeded")
    assert failure == ""
    assert values("power_mean") == {"31 00:00": 1.5}


def test_a_broker_that_is_down_leaves_the_run_queued_and_says_so() -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    requests, failure = queueing.submit([DAY], [], requested_by="test")
    assert [request.outcome for request in requests] == ["queued"]
    assert failure.startswith("The broker takes no messages")
    assert Run.objects.get(sent_at=None).status == Run.Status.QUEUED


def test_the_schedule_queues_what_is_not_current(broker: None, schedule: None) -> None:
    measurements(turbine(), f"{today()}T00:00", power=[1.0])
    with processes.worker(), processes.beat(), processes.beat():
        wait_until(succeeded, "run that succeeded")
    assert Run.objects.count() == 1


def test_ten_simultaneous_requests_leave_one_run(broker: None) -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])

    def ask(number: int) -> None:
        queueing.submit([DAY], [], requested_by=f"test {number}")
        connections.close_all()

    with processes.worker(), ThreadPoolExecutor(10) as people:
        list(people.map(ask, range(10)))
        wait_until(succeeded, "run that succeeded")
    assert Run.objects.exclude(status=Run.Status.SUCCEEDED).count() == 0
    assert sum(Run.objects.values_list("inserted", flat=True)) == 4


@pytest.fixture
def schedule(migrated_schedule: str) -> None:
    """The periodic task that the migration made, quickened."""
    every_second, _ = IntervalSchedule.objects.get_or_create(every=1, period="seconds")
    PeriodicTask.objects.filter(name=migrated_schedule).update(crontab=None, interval=every_second)


@pytest.mark.django_db(transaction=False)
def test_the_schedule_ticks_every_ten_seconds(migrated_schedule: str) -> None:
    task = PeriodicTask.objects.get(task="aggregates.tasks.aggregate_pending")
    assert (task.enabled, task.interval.every, task.interval.period) == (True, 10, "seconds")
    assert (task.crontab, task.expire_seconds) == (None, None)


@pytest.mark.django_db(transaction=False)
@pytest.mark.parametrize("edited", [{"expire_seconds": 30}, {}])
def test_a_schedule_that_somebody_edited_stays_as_it_is(edited: dict[str, Any]) -> None:
    hourly, _ = CrontabSchedule.objects.get_or_create(minute="0", hour="*")
    first = import_module("aggregates.migrations.0004_schedule")
    quickening = import_module("aggregates.migrations.0021_ticks_that_follow_windows")
    PeriodicTask.objects.all().delete()
    with connection.schema_editor() as editor:
        first.create_schedule(apps, editor)
        PeriodicTask.objects.update(**(edited or {"crontab": hourly}))
        quickening.tick_every_ten_seconds(apps, editor)
    assert PeriodicTask.objects.get().interval is None
