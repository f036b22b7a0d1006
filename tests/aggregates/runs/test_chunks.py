"""How the chunks of a run are shared out, and what becomes of those that fail or are lost."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.db.models import F

from aggregates.errors import RunTakenOver
from aggregates.models import AggregatedDay, Chunk, Run, Value
from aggregates.runs import chunks
from aggregates.runs.chunks import Others
from aggregates.source import gateway
from sourcedata.models import Measurement
from tests.builders import aggregated, measurements, turbine

pytestmark = pytest.mark.django_db(databases=["default", "source"])

DAY = date(2025, 8, 31)
TURBINES = ["T01", "T02", "T03"]


@pytest.fixture
def run(settings: Any) -> Run:
    """A run under way of three turbines, a chunk each."""
    settings.CHUNK_TURBINES = 1
    for name in TURBINES:
        measurements(turbine(name), f"{DAY}T00:00", power=[1.0, 2.0])
    run, _ = Run.objects.request(DAY, [], requested_by="test")
    run.start()
    Chunk.objects.cut(run, TURBINES)
    return run


def aggregated_turbines() -> list[str]:
    return list(AggregatedDay.objects.order_by("turbine").values_list("turbine", flat=True))


def test_a_chunk_is_taken_by_one_worker(run: Run) -> None:
    taken = [run.chunks.take() for _ in range(4)]
    assert [chunk and chunk.turbines for chunk in taken] == [["T01"], ["T02"], ["T03"], None]


def test_cutting_again_leaves_no_chunk_of_before(run: Run) -> None:
    assert Chunk.objects.cut(run, TURBINES[1:]) == 2
    assert [chunk.turbines for chunk in Chunk.objects.all()] == [["T02"], ["T03"]]


def test_who_helps_does_one_chunk(run: Run) -> None:
    assert chunks.help_with(run)
    assert aggregated_turbines() == ["T01"]
    run.refresh_from_db()
    assert (run.status, run.turbine_days) == ("running", 1)


def test_there_is_no_help_for_a_run_that_ended(run: Run) -> None:
    run.finish(Run.Status.FAILED)
    assert not chunks.help_with(run)


def test_the_leader_does_what_the_others_left(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Chunk.objects, "cut", lambda run, turbines: run.chunks.count())
    chunks.help_with(run)
    chunks.lead(run, [], chunks.NOBODY)
    assert aggregated_turbines() == TURBINES
    assert {chunk.attempt for chunk in run.chunks.all()} == {1}


def test_a_chunk_that_fails_for_a_helper_is_done_again_alone(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Chunk.objects, "cut", lambda run, turbines: run.chunks.count())
    with monkeypatch.context() as failing:
        failing.setattr(chunks, "transform", fails)
        chunks.help_with(run)
    assert "is given back: ZeroDivisionError" in run.log_lines.get().message
    assert not run.chunks.exclude(worker="").exists()
    chunks.lead(run, [], chunks.NOBODY)
    assert {tuple(chunk.turbines): chunk.attempt for chunk in run.chunks.all()} == {
        ("T01",): 2,
        ("T02",): 1,
        ("T03",): 1,
    }


def fails(*arguments: Any) -> Any:
    raise ZeroDivisionError("oops")


def test_a_chunk_that_failed_is_left_to_the_leader(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "transform", fails)
    assert [chunks.help_with(run) for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("worker", "silent_for", "waits"),
    [
        ("another-host/1", timedelta(minutes=1), False),
        ("another-host/1", timedelta(minutes=3), True),
        ("{this host}/4999999", timedelta(0), True),
    ],
)
def test_a_chunk_is_taken_back_from_who_is_gone(run, worker, silent_for, waits) -> None:
    chunk = run.chunks.take()
    name = worker.replace("{this host}", chunk.worker.rpartition("/")[0])
    run.chunks.filter(pk=chunk.pk).update(worker=name, heartbeat_at=F("heartbeat_at") - silent_for)
    chunk.refresh_from_db()
    chunk.take_back()
    chunk.refresh_from_db()
    assert (chunk.worker == "") == waits


def test_who_lost_a_chunk_commits_nothing_of_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    compute = chunks.transform

    def compute_and_be_overtaken(*arguments: Any) -> Any:
        Chunk.objects.update(attempt=F("attempt") + 1)
        return compute(*arguments)

    monkeypatch.setattr(chunks, "transform", compute_and_be_overtaken)
    with pytest.raises(RunTakenOver, match="no longer held"):
        chunks.lead(run, TURBINES, chunks.NOBODY)
    assert not Value.objects.exists()


def test_others_are_called_for_the_chunks_beyond_the_first(run: Run) -> None:
    called: list[int] = []
    let_past: list[Run] = []
    others = Others(lambda run, number: called.append(number), let_past.append)
    chunks.lead(run, TURBINES, others)
    chunks.lead(run, TURBINES[:1], others)
    assert called == [2]
    assert let_past == [run] * 4


def test_after_a_failure_the_next_run_does_what_is_left(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = chunks.load.replace

    def replace_but_t02(chunk: Chunk, *arguments: Any) -> None:
        if chunk.turbines == ["T02"]:
            raise OperationalError("disk full")
        load(chunk, *arguments)

    run.finish(Run.Status.FAILED)
    with monkeypatch.context() as failing:
        failing.setattr(chunks.load, "replace", replace_but_t02)
        assert aggregated(DAY).error == "The target database fails: disk full."
    assert aggregated_turbines() == ["T01"]
    assert aggregated(DAY).turbine_days == 2


def test_losses_of_every_chunk_are_told(run: Run) -> None:
    run.finish(Run.Status.FAILED)
    aggregated(DAY)
    Measurement.objects.exclude(turbine__name="T02").delete()
    assert "lost samples of T01, T03" in aggregated(DAY).error


def test_the_newest_day_that_waits_is_the_most_urgent() -> None:
    for number in (3, 5, 4):
        Run.objects.request(date(2025, 8, number), [], requested_by="test")
    urgent = Run.objects.most_urgent()
    assert urgent
    assert urgent.day == date(2025, 8, 5)


@pytest.fixture
def a_part_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three turbines, a part each of one chunk; what is made ahead sees what is committed."""
    monkeypatch.setattr(gateway, "TURBINES_AHEAD", 1)
    for name in TURBINES:
        measurements(turbine(name), f"{DAY}T00:00", power=[1.0, 2.0])


in_parts = pytest.mark.django_db(transaction=True, databases=["default", "source"])


@in_parts
def test_the_parts_of_a_chunk_are_counted_together(a_part_each: None) -> None:
    run = aggregated(DAY)
    assert (run.turbine_days, run.samples, run.windows, run.inserted) == (3, 6, 3, 15)
    assert aggregated_turbines() == TURBINES
    assert aggregated(DAY, force=True).unchanged == 15


@in_parts
def test_where_a_part_fails_nothing_of_the_chunk_is_stored(
    a_part_each: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    compute = chunks.transform

    def compute_but_t02(measurements: Any, day: date, rated_powers_kw: Any) -> Any:
        return fails() if "T02" in rated_powers_kw else compute(measurements, day, rated_powers_kw)

    monkeypatch.setattr(chunks, "transform", compute_but_t02)
    assert aggregated(DAY).status == Run.Status.ERRORED
    assert not Value.objects.exists()
    assert aggregated_turbines() == []


@in_parts
def test_losses_of_every_part_are_told(a_part_each: None) -> None:
    aggregated(DAY)
    Measurement.objects.exclude(turbine__name="T02").delete()
    assert "lost samples of T01, T03" in aggregated(DAY).error


def test_another_deployment_is_asked_for_all_of_a_chunk_at_once(settings: Any) -> None:
    names = ["T01"] * 100
    assert [len(group) for group in gateway.turbine_groups(names)] == [35, 35, 30]
    settings.SOURCE_API_URL = "http://source"
    assert [len(group) for group in gateway.turbine_groups(names)] == [100]
    assert gateway.turbine_groups([]) == []
