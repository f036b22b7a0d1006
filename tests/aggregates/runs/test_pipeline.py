"""A run from start to end: what it writes, what it leaves, how it fails."""

from datetime import date, timedelta
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError, OperationalError
from django.db.models import F

from aggregates.models import AggregatedDay, Outcome, Run, Value
from aggregates.runs import chunks, load, pipeline
from aggregates.runs.pipeline import pending_days, request
from aggregates.source import gateway
from common.postgres.partitions import ensure_months
from sourcedata.models import Measurement, SourceDay, Turbine
from tests.builders import MINUTE, aggregated, at, measurements, turbine, values

pytestmark = pytest.mark.django_db

DAY = date(2025, 8, 31)
MIDNIGHT = "2025-08-31T00:00"
EVER = (date.min, date.max)


def twenty_minutes(of: Turbine | None = None) -> None:
    measurements(of or turbine(), MIDNIGHT, power=[float(kw) for kw in range(20)])


def at_minute(minute: int):
    return Measurement.objects.filter(timestamp=at(MIDNIGHT) + timedelta(minutes=minute))


def test_a_run_stores_the_statistics_of_its_day() -> None:
    twenty_minutes()
    run = aggregated(DAY)
    assert run.status == Run.Status.SUCCEEDED
    assert values("power_mean") == {"31 00:00": 4.5, "31 00:10": 14.5}
    assert values("power_count") == {"31 00:00": 10, "31 00:10": 10}
    assert (run.samples, run.windows, run.inserted) == (20, 2, 10)


def test_running_twice_changes_nothing() -> None:
    twenty_minutes()
    aggregated(DAY)
    before = list(Value.objects.values())
    again = aggregated(DAY, force=True)
    assert (again.inserted, again.changed, again.removed, again.unchanged) == (0, 0, 0, 10)
    assert list(Value.objects.values()) == before


def test_a_changed_measurement_rewrites_only_its_window() -> None:
    twenty_minutes()
    aggregated(DAY)
    at_minute(15).update(power=15.5)
    run = aggregated(DAY)
    # The correction moves the mean and the std of its window, but neither extremes nor count.
    assert (run.inserted, run.changed, run.removed, run.unchanged) == (0, 2, 0, 8)
    assert values("power_mean") == {"31 00:00": 4.5, "31 00:10": 14.55}


def test_a_window_that_lost_its_samples_loses_its_values() -> None:
    twenty_minutes()
    aggregated(DAY)
    Measurement.objects.filter(power__gte=10).delete()
    run = aggregated(DAY)
    assert (run.removed, run.unchanged) == (5, 5)
    assert list(values("power_mean")) == ["31 00:00"]


def test_only_the_turbines_that_are_not_current_are_aggregated() -> None:
    twenty_minutes(turbine("T01"))
    twenty_minutes(turbine("T02"))
    aggregated(DAY)
    Measurement.objects.filter(turbine__name="T02").update(power=F("power") + 1)
    run = aggregated(DAY)
    assert (run.samples, run.changed, run.unchanged) == (20, 6, 4)


@pytest.mark.parametrize("changed", [1, 2, 3])
def test_whatever_part_of_a_signal_changes_the_rest_stays(changed: int) -> None:
    measurements(turbine(), MIDNIGHT, 10 * MINUTE, power=[1.0, 2.0, 3.0])
    aggregated(DAY)
    Measurement.objects.filter(power__lte=changed).update(power=F("power") + 10)
    measurements(turbine(), f"{DAY}T12:00", power=[4.0])
    run = aggregated(DAY)
    # Each window has a mean, min, max and count; a correction leaves the count as it was.
    assert (run.changed, run.unchanged, run.inserted) == (3 * changed, 12 - 3 * changed, 4)
    expected = [power + 10 * (power <= changed) for power in (1.0, 2.0, 3.0)]
    assert list(values("power_mean").values()) == [*expected, 4.0]


def test_a_day_without_measurements_is_empty() -> None:
    turbine()
    assert aggregated(DAY).status == Run.Status.EMPTY
    assert not Value.objects.exists()


def test_more_chunks_than_one_make_the_same_day(settings: Any) -> None:
    settings.CHUNK_TURBINES = 2
    for number in range(5):
        twenty_minutes(turbine(f"T0{number}"))
    run = aggregated(DAY)
    assert (run.status, run.samples, run.inserted) == (Run.Status.SUCCEEDED, 100, 50)


# The guard keeps the target's values where the source lost its samples.


def test_a_turbine_day_that_lost_most_of_its_samples_keeps_its_values() -> None:
    twenty_minutes()
    aggregated(DAY)
    Measurement.objects.all().delete()
    run = aggregated(DAY)
    assert run.status == Run.Status.FAILED
    assert "lost samples of T01" in run.error
    assert "--force" in run.error
    assert len(values("power_mean")) == 2
    assert pending_days(*EVER) == [DAY]


def test_a_loss_by_small_steps_is_held_up_at_half_of_what_there_was_at_most() -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0] * 60)
    aggregated(DAY)
    statuses = []
    for time in ("00:10", "00:20", "00:30", "00:40"):
        Measurement.objects.filter(timestamp__lt=at(f"2025-08-31T{time}")).delete()
        statuses.append(str(aggregated(DAY).status))
    assert statuses == ["succeeded", "succeeded", "succeeded", "failed"]
    assert len(values("power_mean")) == 3
    assert aggregated(DAY, force=True).status == Run.Status.SUCCEEDED
    Measurement.objects.filter(timestamp__lt=at("2025-08-31T00:50")).delete()
    assert aggregated(DAY).status == Run.Status.SUCCEEDED
    assert len(values("power_mean")) == 1


def test_force_removes_what_the_source_lost() -> None:
    twenty_minutes()
    aggregated(DAY)
    Measurement.objects.all().delete()
    run = aggregated(DAY, force=True)
    assert (run.status, run.removed) == (Run.Status.EMPTY, 10)
    assert not Value.objects.exists()
    assert pending_days(*EVER) == []


def test_one_turbines_loss_does_not_hold_up_the_others() -> None:
    for name in ("T01", "T02"):
        twenty_minutes(turbine(name))
    aggregated(DAY)
    Measurement.objects.filter(turbine__name="T01").delete()
    Measurement.objects.filter(turbine__name="T02").update(power=7)
    assert aggregated(DAY).status == Run.Status.FAILED
    assert values("power_mean", of="T02") == {"31 00:00": 7, "31 00:10": 7}


# These tests ask which days are pending.


def test_a_measurement_makes_exactly_its_turbine_day_stale() -> None:
    for name in ("T01", "T02"):
        measurements(turbine(name), "2025-08-30T23:50", power=[1.0] * 20)
    for day in pending_days(*EVER):
        aggregated(day)
    Measurement.objects.filter(turbine__name="T02", timestamp=at(MIDNIGHT)).update(power=2)
    (stale,) = pipeline.versions.not_current(*EVER)
    assert (stale.turbine, stale.day) == ("T02", DAY)


def test_another_rated_power_makes_every_day_of_the_turbine_stale() -> None:
    twenty_minutes()
    aggregated(DAY)
    Turbine.objects.update(rated_power_kw=2000)
    assert pending_days(*EVER) == [DAY]


def test_a_day_that_the_source_no_longer_keeps_is_not_pending() -> None:
    twenty_minutes()
    aggregated(DAY)
    Measurement.objects.all().delete()
    SourceDay.objects.all().delete()
    assert pending_days(*EVER) == []
    assert len(values("power_mean")) == 2


def test_measurements_that_came_and_went_unseen_are_not_pending() -> None:
    twenty_minutes()
    Measurement.objects.all().delete()
    assert pending_days(*EVER) == []


def test_pending_days_keep_to_the_range_and_the_turbines() -> None:
    for name, start in [("T01", "2025-08-30T12:00"), ("T02", "2025-08-31T12:00")]:
        measurements(turbine(name), start, power=[1.0])
    assert pending_days(*EVER) == [date(2025, 8, 30), DAY]
    assert pending_days(DAY, DAY) == [DAY]
    assert pending_days(*EVER, ["T01"]) == [date(2025, 8, 30)]


def test_measurements_that_change_while_a_run_reads_leave_the_day_stale(monkeypatch) -> None:
    twenty_minutes()
    read = gateway.snapshot

    def read_and_be_overtaken(*arguments):
        snapshot = read(*arguments)
        at_minute(3).update(power=99)
        return snapshot

    monkeypatch.setattr(gateway, "snapshot", read_and_be_overtaken)
    aggregated(DAY)
    assert pending_days(*EVER) == [DAY]


# These tests ask for runs.


def test_a_current_day_needs_no_run() -> None:
    twenty_minutes()
    aggregated(DAY)
    (answer,) = request([DAY], [], requested_by="test")
    assert (answer.outcome, answer.run) == (Outcome.CURRENT, None)


def test_a_current_day_runs_where_it_is_forced() -> None:
    twenty_minutes()
    aggregated(DAY)
    (answer,) = request([DAY], [], requested_by="test", force=True)
    assert answer.outcome == Outcome.QUEUED


def test_a_run_that_another_process_starts_first_is_active(monkeypatch) -> None:
    twenty_minutes()
    monkeypatch.setattr(Run, "start", lambda run: False)
    assert pipeline.aggregate_now(DAY, [], requested_by="test").outcome == Outcome.ACTIVE


# These tests break a run.


def fail_with(error: BaseException):
    def fail(*arguments, **named):
        raise error

    return fail


def test_a_source_that_does_not_answer_fails_the_run(monkeypatch) -> None:
    twenty_minutes()
    monkeypatch.setattr(gateway.reader, "snapshot", fail_with(OperationalError("gone\nDETAIL: x")))
    run = aggregated(DAY)
    assert run.status == Run.Status.FAILED
    assert run.error == "The source database fails: gone."


def test_a_run_that_takes_too_long_fails(monkeypatch) -> None:
    twenty_minutes()
    monkeypatch.setattr(chunks, "transform", fail_with(SoftTimeLimitExceeded()))
    run = aggregated(DAY)
    assert (run.status, "longer than" in run.error) == (Run.Status.FAILED, True)


def test_a_lack_of_memory_is_no_bug_and_is_tried_again(monkeypatch) -> None:
    twenty_minutes()
    monkeypatch.setattr(chunks, "transform", fail_with(MemoryError()))
    run = aggregated(DAY)
    assert (run.status, "CHUNK_TURBINES" in run.error) == (Run.Status.FAILED, True)


def test_a_bug_is_an_errored_run_with_its_traceback(monkeypatch) -> None:
    twenty_minutes()
    monkeypatch.setattr(chunks, "transform", fail_with(ZeroDivisionError("oops")))
    run = aggregated(DAY)
    assert run.status == Run.Status.ERRORED
    assert "ZeroDivisionError: oops" in run.traceback
    assert not AggregatedDay.objects.exists()


def test_a_run_that_is_interrupted_does_not_stay_active(monkeypatch) -> None:
    twenty_minutes()
    monkeypatch.setattr(chunks, "transform", fail_with(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        aggregated(DAY)
    assert Run.objects.get().status == Run.Status.FAILED


def test_a_failed_load_leaves_the_turbine_day_as_it_was(monkeypatch) -> None:
    twenty_minutes()
    aggregated(DAY)
    before = list(Value.objects.values())
    at_minute(3).update(power=99)
    monkeypatch.setattr(load, "copy_in", fail_with(OperationalError("disk full")))
    assert aggregated(DAY).error == "The target database fails: disk full."
    assert list(Value.objects.values()) == before
    assert pending_days(*EVER) == [DAY]


def test_a_worker_whose_run_was_taken_over_commits_nothing(monkeypatch) -> None:
    twenty_minutes()
    compute = chunks.transform

    def compute_and_be_overtaken(*arguments):
        Run.objects.update(attempt=F("attempt") + 1)
        return compute(*arguments)

    monkeypatch.setattr(chunks, "transform", compute_and_be_overtaken)
    run = aggregated(DAY)
    assert run.status == Run.Status.RUNNING
    assert not Value.objects.exists()
    assert not AggregatedDay.objects.exists()


def test_a_value_of_an_unknown_signal_is_refused() -> None:
    ensure_months("default", "data", [DAY])
    with pytest.raises(IntegrityError, match="no signal 77"):
        Value.objects.create(signal_id=77, timestamp=at(MIDNIGHT), value=1.5)


def test_asking_for_many_days_asks_the_source_once(django_assert_num_queries) -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    days = [date(2025, 8, number) for number in range(31, 0, -1)]
    with django_assert_num_queries(12, using="source"):
        answers = request(days, [], requested_by="test")
    assert [answer.day for answer in answers] == days
