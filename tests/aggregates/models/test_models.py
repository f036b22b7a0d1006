"""Runs: how they are asked for, taken, held and ended; and what the tables refuse."""

import os
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.models.functions import Now

from aggregates.errors import RunTakenOver
from aggregates.models import Outcome, Run, Signal, Value
from aggregates.models.figures import Figures
from common.postgres.partitions import ensure_months
from tests.builders import at

pytestmark = pytest.mark.django_db

DAY = date(2025, 8, 31)
PID_OF_NOBODY = 2**22 + 1


def ask(*turbines: str, force: bool = False) -> tuple[Run, Outcome]:
    return Run.objects.request(DAY, turbines, requested_by="test", force=force)


def started(worker: str = "") -> Run:
    run, _ = ask()
    assert run.start()
    if worker:
        Run.objects.update(worker=worker)
    return run


def test_a_request_queues_a_run() -> None:
    run, outcome = ask("T02", "T01")
    assert (outcome, run.status, run.turbines) == (Outcome.QUEUED, "queued", ["T01", "T02"])


def test_a_queued_run_takes_further_turbines_in() -> None:
    first, _ = ask("T02")
    second, outcome = ask("T01")
    assert (second.pk, outcome) == (first.pk, Outcome.JOINED)
    assert (second.turbines, second.force) == (["T01", "T02"], False)


def test_all_turbines_take_the_named_ones_in() -> None:
    ask("T02")
    assert ask()[0].turbines == []
    assert ask("T01")[0].turbines == []


def test_a_running_run_takes_nothing_in() -> None:
    run = started()
    assert ask("T01") == (run, Outcome.ACTIVE)


def test_a_day_that_was_run_can_be_run_again() -> None:
    started().finish(Run.Status.SUCCEEDED)
    assert ask()[1] == Outcome.QUEUED


def test_the_database_refuses_a_second_active_run_of_a_day() -> None:
    ask()
    with pytest.raises(IntegrityError, match="run_one_active_per_day"):
        Run.objects.create(day=DAY, requested_by="test")


def outcome_of_joining(
    waiting: tuple[list[str], bool], arriving: tuple[list[str], bool]
) -> Outcome:
    ask(*waiting[0], force=waiting[1])
    return ask(*arriving[0], force=arriving[1])[1]


@pytest.mark.parametrize(
    ("waiting", "arriving"),
    [
        (([], False), (["T01"], True)),
        ((["T01"], True), ([], False)),
        ((["T01"], True), (["T02"], False)),
        ((["T01", "T02"], False), (["T01"], True)),
    ],
)
def test_nobody_is_forced_by_somebody_elses_request(waiting, arriving) -> None:
    assert outcome_of_joining(waiting, arriving) == Outcome.ACTIVE
    run = Run.objects.get()
    assert (run.turbines, run.force) == waiting


@pytest.mark.parametrize(
    ("waiting", "arriving", "turbines"),
    [
        (([], False), ([], True), []),
        ((["T01"], False), (["T01", "T02"], True), ["T01", "T02"]),
        (([], True), (["T01"], False), []),
        ((["T01"], True), (["T02"], True), ["T01", "T02"]),
    ],
)
def test_a_request_joins_where_all_that_is_forced_was_asked_to_be(
    waiting, arriving, turbines
) -> None:
    assert outcome_of_joining(waiting, arriving) == Outcome.JOINED
    run = Run.objects.get()
    assert (run.turbines, run.force) == (turbines, True)


@pytest.mark.django_db(transaction=True)
def test_simultaneous_requests_make_one_run() -> None:
    def ask_and_leave(number: int) -> Outcome:
        try:
            return ask(f"T{number}")[1]
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(8) as people:
        outcomes = list(people.map(ask_and_leave, range(16)))
    assert sorted(outcomes) == [Outcome.JOINED] * 15 + [Outcome.QUEUED]
    assert len(Run.objects.get().turbines) == 16


def test_only_one_worker_can_start_a_run() -> None:
    run = started()
    assert not Run.objects.get(pk=run.pk).start()
    assert (run.attempt, run.worker) == (1, f"{socket.gethostname()}/{os.getpid()}")


def test_a_run_whose_process_is_gone_waits_again() -> None:
    started(worker=f"{socket.gethostname()}/{PID_OF_NOBODY}")
    run, outcome = ask()
    assert (outcome, run.status) == (Outcome.JOINED, "queued")


def test_a_run_on_another_host_waits_again_only_when_its_lease_is_over() -> None:
    started(worker=f"elsewhere/{PID_OF_NOBODY}")
    assert ask()[1] == Outcome.ACTIVE
    Run.objects.update(heartbeat_at=Now() - timedelta(minutes=2, seconds=1))
    assert ask()[1] == Outcome.JOINED


def test_a_run_whose_last_beat_is_yet_to_come_waits_again() -> None:
    """The clock of the database was ahead, and then set right."""
    started(worker=f"elsewhere/{PID_OF_NOBODY}")
    Run.objects.update(heartbeat_at=Now() + timedelta(hours=26))
    assert ask()[1] == Outcome.JOINED


def test_whoever_lost_a_run_neither_holds_nor_ends_it() -> None:
    first = started(worker=f"{socket.gethostname()}/{PID_OF_NOBODY}")
    second, _ = ask()
    assert second.start()
    with pytest.raises(RunTakenOver):
        first.hold()
    first.finish(Run.Status.FAILED, "late")
    assert Run.objects.get().status == Run.Status.RUNNING
    second.hold()


def test_figures_add_up_and_a_new_attempt_starts_from_nothing() -> None:
    run = started()
    run.add(Figures(samples=3, inserted=2))
    run.add(Figures(samples=4))
    run.finish(Run.Status.SUCCEEDED)
    assert (run.samples, run.inserted) == (7, 2)
    Run.objects.update(status=Run.Status.QUEUED)
    assert run.start()
    assert (run.samples, run.inserted, run.attempt) == (0, 0, 2)


def test_a_signal_is_named_by_its_variable_and_statistic() -> None:
    signal = Signal.objects.create(turbine="T01", variable="wind_speed", statistic="mean")
    assert signal.name == "wind_speed_mean"
    assert str(signal) == "T01 wind_speed_mean"


def test_a_value_must_start_a_window() -> None:
    ensure_months("default", "data", [DAY])
    signal = Signal.objects.create(turbine="T01", variable="power", statistic="mean")
    Value.objects.create(signal=signal, timestamp=at("2025-08-31T00:10"), value=1)
    with pytest.raises(IntegrityError, match="starts_a_window"), transaction.atomic():
        Value.objects.create(signal=signal, timestamp=at("2025-08-31T00:11"), value=1)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_value_that_is_no_number_is_refused(number: float) -> None:
    ensure_months("default", "data", [DAY])
    signal = Signal.objects.create(turbine="T01", variable="power", statistic="mean")
    with pytest.raises(IntegrityError, match="value_is_finite"), transaction.atomic():
        Value.objects.create(signal=signal, timestamp=at("2025-08-31T00:10"), value=number)


def test_a_signal_with_values_cannot_be_deleted() -> None:
    ensure_months("default", "data", [DAY])
    signal = Signal.objects.create(turbine="T01", variable="power", statistic="mean")
    Value.objects.create(signal=signal, timestamp=at("2025-08-31T00:10"), value=1)
    with pytest.raises(IntegrityError):
        signal.delete()


def test_the_composite_keys_are_the_primary_keys() -> None:
    with connection.cursor() as cursor:
        keys = connection.introspection.get_primary_key_columns(cursor, "data")
    assert keys == ["signal_id", "timestamp"]
