"""Days that are older than the schedule's look-back: how the tick comes to them, and when."""

from datetime import UTC, date, datetime, timedelta
from unittest.mock import Mock

import pytest

from aggregates.models import AggregatedDay, Run, Tick
from aggregates.runs import presence, queueing, reconciler
from aggregates.runs.reconciler import SCHEDULE, tick
from aggregates.source import gateway
from aggregates.versions import fingerprint
from sourcedata.models import Measurement, SourceDay
from tests.builders import aggregated, measurements, turbine

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 9, 1, 12, tzinfo=UTC)
# The newest stretches before a look-back of a week are 15 to 24 August, 5 to 14 August and
# 26 July to 4 August. These two days lie in the first and in the third.
NEWEST, OLDEST = date(2025, 8, 22), date(2025, 7, 30)


@pytest.fixture(autouse=True)
def a_week(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look back a week, at older days in each tick, and queue without a broker."""
    settings.PENDING_LOOKBACK = timedelta(days=7)
    monkeypatch.setattr(reconciler, "LOOKS_APART", timedelta())
    monkeypatch.setattr(queueing, "announce", lambda runs: "")


def measured(*days: date) -> None:
    for day in days:
        measurements(turbine(), f"{day}T12:00", power=[1.0])


def current(*days: date) -> None:
    """Make days that were aggregated long ago, and are current."""
    measured(*days)
    for day in days:
        aggregated(day)
    Run.objects.update(finished_at=NOW - timedelta(days=1))


def ticks(number: int) -> list[date]:
    """Let the schedule tick so many times, and return the days that it has queued, in order."""
    for _ in range(number):
        tick(NOW)
    of_schedule = Run.objects.filter(status=Run.Status.QUEUED, requested_by=SCHEDULE)
    return list(of_schedule.order_by("id").values_list("day", flat=True))


def test_older_days_are_queued_newest_first_and_few_at_a_time(monkeypatch) -> None:
    monkeypatch.setattr(reconciler, "OLDER_AT_A_TIME", 2)
    newest_first = [NEWEST - timedelta(days=number) for number in range(3)]
    measured(*newest_first)
    assert ticks(3) == newest_first[:2]
    aggregated(newest_first[0])
    assert ticks(1) == newest_first[1:]


def test_a_stretch_that_is_under_way_hides_none_of_the_days_before_it() -> None:
    measured(NEWEST)
    assert ticks(1) == [NEWEST]
    before = date(2025, 8, 14)
    measured(before)
    assert ticks(1) == [NEWEST, before]


def test_a_small_farms_older_days_are_done_long_before_a_minute_and_the_next_follow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reconciler, "LOOKS_APART", timedelta(minutes=1))
    measured(NEWEST, NEWEST - timedelta(days=1))
    Run.objects.create(day=NEWEST, status="succeeded", requested_by=SCHEDULE, queued_at=NOW)
    aggregated(NEWEST)
    Tick.objects.create(pk=1, ticked_at=NOW, looked_at=NOW)
    assert ticks(1) == [NEWEST - timedelta(days=1)]


def test_older_days_wait_while_a_person_has_more_of_them_under_way(monkeypatch) -> None:
    monkeypatch.setattr(reconciler, "OLDER_AT_A_TIME", 1)
    measured(NEWEST, NEWEST - timedelta(days=1), NEWEST - timedelta(days=2))
    for day in (date(2024, 1, 1), date(2024, 1, 2)):
        Run.objects.request(day, [], requested_by="ada")
    assert ticks(1) == []


def test_older_days_wait_until_no_younger_one_is_due() -> None:
    measured(NOW.date(), NEWEST)
    assert ticks(1) == [NOW.date()]
    assert ticks(1) == [NOW.date(), NEWEST]


def test_a_live_day_that_becomes_due_goes_before_the_older_ones_that_wait() -> None:
    measured(NEWEST)
    assert ticks(1) == [NEWEST]
    measured(NOW.date())
    ticks(1)
    next_run = Run.objects.most_urgent()
    assert next_run == Run.objects.get(day=NOW.date())


def test_each_tick_looks_further_back_past_what_is_current_and_past_a_gap() -> None:
    current(NEWEST)
    measured(OLDEST)
    Tick.objects.create(pk=1, ticked_at=NOW)
    assert ticks(2) == []
    assert ticks(1) == [OLDEST]


def test_older_days_are_looked_at_once_a_minute_and_more_often_while_some_are_under_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reconciler, "LOOKS_APART", timedelta(minutes=1))
    monkeypatch.setattr(reconciler, "OLDER_AT_A_TIME", 2)
    Tick.objects.create(pk=1, ticked_at=NOW, looked_at=NOW)
    measured(NEWEST)
    assert ticks(2) == []
    Tick.objects.update(looked_at=NOW - timedelta(minutes=1))
    assert ticks(1) == [NEWEST]
    measured(OLDEST, NEWEST - timedelta(days=1))
    assert ticks(1) == [NEWEST, NEWEST - timedelta(days=1)]


def test_a_day_decades_before_all_others_is_come_to_in_a_few_ticks() -> None:
    current(NEWEST)
    measured(date(1970, 1, 1))
    Tick.objects.create(pk=1, ticked_at=NOW)
    assert ticks(3) == [date(1970, 1, 1)]


def test_a_tick_goes_on_where_the_one_before_a_restart_was() -> None:
    measured(OLDEST)
    Tick.objects.create(pk=1, ticked_at=NOW, looked_back_to=date(2025, 8, 5))
    assert ticks(1) == [OLDEST]


def test_after_the_first_day_of_the_source_the_newest_is_looked_at_again() -> None:
    measured(NEWEST)
    Tick.objects.create(pk=1, ticked_at=NOW, looked_back_to=date(2025, 8, 15))
    assert ticks(1) == []
    assert ticks(1) == [NEWEST]


@pytest.mark.parametrize("status", ["failed", "errored"])
def test_an_older_day_that_failed_keeps_nothing_from_being_queued(status: str) -> None:
    measured(NEWEST, OLDEST)
    Tick.objects.create(pk=1, ticked_at=NOW)
    Run.objects.create(day=NEWEST, status=status, requested_by=SCHEDULE, finished_at=NOW)
    assert ticks(3) == [OLDEST]


def test_an_older_day_that_failed_is_queued_again_after_its_pause() -> None:
    measured(NEWEST)
    failed_at = NOW - timedelta(minutes=10)
    Run.objects.create(day=NEWEST, status="failed", requested_by=SCHEDULE, finished_at=failed_at)
    assert ticks(1) == [NEWEST]


def test_an_archived_day_is_never_queued_though_the_rules_are_others_now() -> None:
    current(NEWEST, OLDEST)
    AggregatedDay.objects.update(rules="of then")
    Measurement.objects.filter(timestamp__date=NEWEST).delete()
    SourceDay.objects.filter(day=NEWEST).delete()
    assert ticks(8) == [OLDEST]


def test_the_source_is_asked_for_its_first_day_where_it_has_nothing_in_a_stretch_alone(
    monkeypatch,
) -> None:
    current(NEWEST, date(2025, 8, 10), OLDEST)
    Tick.objects.create(pk=1, ticked_at=NOW)
    day_range = Mock(side_effect=gateway.day_range)
    monkeypatch.setattr(gateway, "day_range", day_range)
    ticks(3)
    assert day_range.call_count == 0
    ticks(1)
    assert (day_range.call_count, Tick.objects.get().looked_back_to) == (1, None)


def test_a_source_that_does_not_answer_for_older_days_is_told_of(monkeypatch) -> None:
    def fail() -> None:
        raise gateway.SourceUnavailable("The source is away.")

    monkeypatch.setattr(gateway, "day_range", fail)
    tick(NOW)
    assert Tick.objects.get().error == "The source is away."


@pytest.mark.parametrize("status", ["succeeded", "failed"])
def test_a_day_that_ran_while_the_clock_was_ahead_is_not_waited_for_until_then(status: str) -> None:
    current(NEWEST)
    aggregated(NEWEST, force=True)
    ahead = presence.time() + timedelta(hours=26)
    Run.objects.update(finished_at=ahead, started_at=ahead, status=status, requested_by=SCHEDULE)
    Measurement.objects.filter(timestamp__date=NEWEST).update(power=2.0)
    Run.objects.update(fingerprint=fingerprint(gateway.turbine_days(NEWEST, NEWEST)))
    assert ticks(1) == [NEWEST]
