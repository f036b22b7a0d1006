"""Which run a worker takes next."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import F

from aggregates import tasks
from aggregates.models import Chunk, Run, Worker
from aggregates.models.workers import Code
from aggregates.runs import load, presence, queueing, slots
from common.days import today
from tests.builders import at, measurements, turbine

pytestmark = pytest.mark.django_db

NOON = at("2025-08-31T12:00")
TODAY = NOON.date()
OLD = [date(2025, 7, number) for number in range(1, 6)]


def queued(*days: date) -> None:
    for day in days:
        Run.objects.request(day, [], requested_by="test")


def taken() -> list[date]:
    """Take runs until there is none to be had, and return their days."""
    days = []
    while run := slots.take_next(NOON):
        days.append(run.day)
    return days


def live_day_ran() -> None:
    Run.objects.create(day=TODAY, requested_by="test", status=Run.Status.SUCCEEDED)


def workers(slots_of_each: int, number: int = 1) -> None:
    code = Code.objects.create(version="same")
    for process in range(number):
        Worker.objects.create(host="h", process=process, code=code, slots=slots_of_each)


def test_the_newest_day_goes_first() -> None:
    workers(8)
    queued(*OLD, TODAY)
    assert taken() == [TODAY, *OLD[::-1]]


@pytest.mark.parametrize(("each", "number", "most"), [(2, 1, 1), (4, 1, 3), (2, 2, 3), (1, 1, 5)])
def test_one_slot_is_kept_for_live_days(each: int, number: int, most: int) -> None:
    workers(each, number)
    live_day_ran()
    queued(*OLD)
    assert len(taken()) == most
    queued(TODAY)
    assert taken() == [TODAY]


def test_a_history_is_worked_off_by_all() -> None:
    workers(2)
    queued(*OLD)
    assert len(taken()) == len(OLD)


def test_workers_that_are_gone_have_no_slots() -> None:
    workers(2, 2)
    live_day_ran()
    Worker.objects.filter(process=1).update(seen_at=F("seen_at") - timedelta(minutes=2))
    queued(*OLD)
    assert len(taken()) == 1


def test_who_helps_with_a_backfill_takes_its_slot() -> None:
    workers(3)
    live_day_ran()
    queued(*OLD)
    run = slots.take_next(NOON)
    assert run is not None
    assert slots.may_work_on(run, NOON)
    Chunk.objects.create(run=run, turbines=["T01"], worker="h/9")
    assert not slots.may_work_on(run, NOON)
    assert taken() == []


def test_the_day_before_is_live_until_its_last_window_settled() -> None:
    run = Run(day=TODAY)
    assert slots.is_live(run, at("2025-09-01T00:01:29"))
    assert not slots.is_live(run, at("2025-09-01T00:01:30"))


def test_a_live_run_is_let_past_a_backfill() -> None:
    queued(*OLD)
    assert slots.take_live(NOON) is None
    queued(TODAY)
    live = slots.take_live(NOON)
    assert live is not None
    assert (live.day, live.status) == (TODAY, "running")


def test_a_worker_tells_how_much_it_does_at_a_time() -> None:
    presence.tell("", slots=7)
    assert Worker.objects.get().slots == 7


def test_a_backfill_lets_a_live_day_past_between_its_chunks(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CHUNK_TURBINES = 1
    monkeypatch.setattr(queueing, "announce", lambda runs: "")
    old = today() - timedelta(days=40)
    for day in (old, today()):
        for name in ("T01", "T02"):
            measurements(turbine(name), f"{day}T00:00", power=[1.0])
    queued(old)
    loaded, replace = [], load.replace

    def replace_and_queue_today(chunk: Chunk, *arguments: Any) -> None:
        replace(chunk, *arguments)
        loaded.append(chunk.run.day)
        queued(today())

    monkeypatch.setattr(load, "replace", replace_and_queue_today)
    tasks.aggregate_next()
    assert loaded[:4] == [old, today(), today(), old]
