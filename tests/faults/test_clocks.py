"""A scheduler whose host's clock is wrong for a while, or whose tasks say what cannot be."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from subprocess import Popen

import pytest
from celery import current_app
from django.db import connection
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask, PeriodicTasks

from common.days import now
from tests import processes
from tests.processes import process, wait_until
from windproject.beat import Scheduler

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))


@pytest.fixture
def ticks(broker: None) -> PeriodicTask:
    """A task that is due each second, and nothing else; nobody takes its messages."""
    PeriodicTask.objects.all().delete()
    every_second = IntervalSchedule.objects.create(every=1, period="seconds")
    return PeriodicTask.objects.create(
        name="tick", task="aggregates.tasks.aggregate_pending", interval=every_second
    )


@contextmanager
def beat(clock: Path, ahead: str) -> Iterator[Popen[bytes]]:
    """Run the scheduler with a clock that is so far ahead, until `clock` says otherwise."""
    if not LIBRARIES:
        is_required = os.environ.get("HOST_TESTS") == "required"
        (pytest.fail if is_required else pytest.skip)("no libfaketime: apt-get install faketime")
    clock.write_text(ahead)
    fake = {"LD_PRELOAD": str(LIBRARIES[0]), "FAKETIME_TIMESTAMP_FILE": str(clock)}
    fake |= {"FAKETIME_NO_CACHE": "1"}
    with process("-m", "celery", "-A", "windproject", "beat", "--pidfile=", **fake) as child:
        yield child


def messages() -> int:
    """Return how many messages lie in the queue of the schedule."""
    with current_app.connection_for_read() as link:
        return int(link.default_channel.client.llen("urgent"))


def goes_on() -> None:
    """Wait for three more ticks."""
    before = messages()
    wait_until(lambda: messages() >= before + 3, "tick")


def test_a_clock_that_was_ahead_for_a_while_keeps_no_tick_back(
    ticks: PeriodicTask, tmp_path: Path
) -> None:
    with beat(tmp_path / "clock", "+26h"):
        goes_on()
        PeriodicTask.objects.update(last_run_at=now() + timedelta(hours=26))
        (tmp_path / "clock").write_text("+0")
        goes_on()
    PeriodicTask.objects.update(
        last_run_at=now() + timedelta(hours=26), date_changed=now() + timedelta(hours=26)
    )
    with beat(tmp_path / "clock", "+0"):
        goes_on()


def test_a_clock_that_is_set_back_an_hour_keeps_no_tick_back(
    ticks: PeriodicTask, tmp_path: Path
) -> None:
    with beat(tmp_path / "clock", "+0"):
        goes_on()
        (tmp_path / "clock").write_text("-1h")
        goes_on()


def test_tasks_that_cannot_be_planned_keep_no_other_one_back(ticks: PeriodicTask) -> None:
    for_ever = IntervalSchedule.objects.create(every=2**31 - 1, period="days")
    PeriodicTask.objects.create(name="for ever", task="a", interval=for_ever)
    for headers in ("[]", "5", "[" * 2000):
        PeriodicTask.objects.create(
            name=headers[:9], task="a", interval=ticks.interval, headers=headers
        )
    with processes.beat():
        goes_on()


def test_an_edit_counts_while_the_last_one_lies_in_the_future(ticks: PeriodicTask) -> None:
    PeriodicTasks.objects.update(last_update=now() + timedelta(hours=26))
    scheduler = Scheduler(current_app, lazy=True)
    assert not scheduler.schedule_changed()
    ticks.save()
    assert scheduler.schedule_changed()
    assert not scheduler.schedule_changed()


def test_a_time_zone_that_nobody_knows_keeps_no_task_back(ticks: PeriodicTask) -> None:
    for number, zone in enumerate(["US/Pacific-New", "", "America", "../UTC"]):
        crontab = CrontabSchedule.objects.create(minute=number)
        PeriodicTask.objects.create(name=zone, task="a", crontab=crontab)
        with connection.cursor() as cursor:
            renamed = "UPDATE django_celery_beat_crontabschedule SET timezone = %s WHERE id = %s"
            cursor.execute(renamed, [zone, crontab.pk])
    CrontabSchedule.objects.create(hour=3, timezone="America/Sao_Paulo")
    with processes.beat():
        goes_on()


def test_an_edit_of_a_time_that_python_has_not_ends_no_scheduler(ticks: PeriodicTask) -> None:
    scheduler = Scheduler(current_app, lazy=True)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_celery_beat_periodictasks SET last_update = '20000-01-01'")
    assert scheduler.schedule_changed()
