"""Which workers are there, and whose code is the newest."""

from datetime import timedelta
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.db.models.functions import Now

from aggregates import tasks
from aggregates.models import Code, Run, Tick, Worker
from aggregates.runs import presence, queueing
from common.days import today
from tests.builders import measurements, turbine

pytestmark = pytest.mark.django_db


def another_worker(
    version: str, seen_s_ago: int = 0, first_seen: timedelta = timedelta(), process: int = 1
) -> None:
    code = Code.objects.create(version=version, first_seen_at=Now() + first_seen)
    seen = Now() - timedelta(seconds=seen_s_ago)
    Worker.objects.create(host="other", process=process, code=code, seen_at=seen, slots=2)


def test_a_worker_is_there_for_a_minute_after_its_last_sign_of_life() -> None:
    presence.tell("", slots=2)
    assert Worker.objects.alive().count() == 1
    for seconds in (-61, 26 * 3600):
        Worker.objects.update(seen_at=Now() + timedelta(seconds=seconds))
        assert not Worker.objects.alive().exists()


def test_a_worker_that_is_told_to_end_in_the_middle_of_anything_waits_for_no_lock() -> None:
    told = [Thread(target=presence.end, daemon=True) for _ in range(2)]
    with vars(presence._goes_round)["_cond"]:
        for signal in told:
            signal.start()
            signal.join(5)
    assert not any(signal.is_alive() for signal in told)
    assert presence._ends_within(0)


@pytest.mark.parametrize(
    ("first_seen_h", "seen_s_ago", "is_outdated"),
    [(1, 0, True), (1, 61, False), (-1, 0, False)],
    ids=["newer and there", "newer and gone", "older"],
)
def test_days_are_left_to_newer_code_that_is_there(
    first_seen_h: int, seen_s_ago: int, is_outdated: bool
) -> None:
    presence.tell("", slots=2)
    another_worker("another", seen_s_ago, timedelta(hours=first_seen_h))
    assert presence.is_outdated() == is_outdated


def test_code_is_newer_than_what_came_while_the_clock_was_ahead() -> None:
    another_worker("older", first_seen=timedelta(days=400))
    presence.tell("", slots=2)
    assert not presence.is_outdated()
    another_worker("newer", process=2, first_seen=timedelta(days=401))
    assert presence.is_outdated()


def test_a_run_that_is_left_to_newer_code_is_told_of_again(monkeypatch) -> None:
    announced: list[Run] = []
    monkeypatch.setattr(queueing, "announce", announced.extend)
    monkeypatch.setattr(queueing, "PASSED_ON_AFTER_S", 0)
    measurements(turbine(), f"{today()}T00:00", power=[1.0])
    run, _ = Run.objects.request(today(), [], requested_by="test")
    presence.tell("", slots=2)
    another_worker("newer", first_seen=timedelta(hours=1))
    tasks.aggregate_next()
    run.refresh_from_db()
    assert (run.status, announced) == ("queued", [run])
    tasks.aggregate_pending()
    assert Tick.last() is None


def test_ticks_that_piled_up_come_to_one() -> None:
    tasks.aggregate_pending()
    first = Tick.objects.get().ticked_at
    tasks.aggregate_pending()
    assert Tick.objects.get().ticked_at == first
    Tick.objects.update(begun_at=F("begun_at") - timedelta(seconds=6))
    tasks.aggregate_pending()
    assert Tick.objects.get().ticked_at > first


def test_the_command_shows_who_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="make serve"):
        call_command("workers")
    presence.tell("run 7 of 2026-01-01", slots=2)
    another_worker("another")
    call_command("workers", "--here")
    printed = capsys.readouterr().out
    assert "run 7 of 2026-01-01" in printed
    assert "other" not in printed
