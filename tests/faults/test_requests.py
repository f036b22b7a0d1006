"""Many who ask at once, and a schedule that runs twice or not at all."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, connections

from aggregates.models import Run
from aggregates.runs import queueing, reconciler
from common.days import day_start, now, today
from common.postgres.lock_numbers import REQUEST
from tests import processes
from tests.builders import aggregated
from tests.faults.conftest import DAY, heals, measured
from tests.processes import wait_until
from tests.sessions import session


def ask_from_a_process(number: int) -> int:
    command = [sys.executable, "manage.py", "aggregate", "--queue", "--date", str(DAY)]
    return subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env=processes.environment(),
        check=False,
        capture_output=True,
    ).returncode


def ask_from_a_thread(number: int) -> int:
    try:
        queueing.submit([DAY], [], requested_by=f"test {number}")
        return 0
    finally:
        connections.close_all()


def test_twenty_requests_at_once_make_one_run(broker: None) -> None:
    measured()
    with processes.worker(), ThreadPoolExecutor(20) as people:
        asked = [people.submit(ask_from_a_process, number) for number in range(4)]
        asked += [people.submit(ask_from_a_thread, number) for number in range(16)]
        assert [one.result() for one in asked] == [0] * 20
        wait_until(lambda: Run.objects.filter(status="succeeded").exists(), "run that succeeded")
    heals()
    inserted, changed = zip(*Run.objects.values_list("inserted", "changed"), strict=True)
    # 6 windows of 2 turbines; of the power 5 statistics, of the direction 5.
    assert (sum(inserted), sum(changed)) == (6 * 2 * 10, 0)


def test_two_schedulers_at_once_queue_each_day_once(broker: None) -> None:
    for number in range(8):
        measured(today() - timedelta(days=number))

    def tick(number: int) -> None:
        try:
            reconciler.tick(now())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as schedulers:
        list(schedulers.map(tick, range(8)))
    assert Run.objects.count() == 8
    heals()


def test_a_schedule_that_was_down_for_a_week_makes_up_for_it(broker: None) -> None:
    days = [today() - timedelta(days=number) for number in range(7)]
    for day in days:
        measured(day)
    reconciler.tick(now())
    newest_first = Run.objects.order_by("id").values_list("day", flat=True)
    assert list(newest_first) == days
    heals()


def noon(day_number: int) -> datetime:
    return day_start(today() - timedelta(days=day_number)) + timedelta(hours=12)


@pytest.mark.parametrize("missed", [1, 7])
def test_days_of_missed_ticks_are_done_by_the_next_one(missed: int, broker: None) -> None:
    measured(today() - timedelta(days=missed))
    aggregated(today() - timedelta(days=missed))
    for number in range(missed):
        measured(today() - timedelta(days=number))
    reconciler.tick(noon(missed))
    assert Run.objects.filter(status="queued").count() == 0
    reconciler.tick(now())
    assert Run.objects.filter(status="queued").count() == missed
    heals()


def test_who_has_an_advisory_lock_of_ours_for_long_is_named() -> None:
    measured()
    with session("default") as holding, connections["default"].cursor() as cursor:
        holding.run(f"SELECT pg_advisory_lock({REQUEST}, {DAY.toordinal()})")
        cursor.execute("SET lock_timeout = '200ms'")
        with pytest.raises(OperationalError, match=r"was not to be had: process \d+ .*'somebody'"):
            queueing.submit([DAY], [], requested_by="test")
        cursor.execute("RESET lock_timeout")
