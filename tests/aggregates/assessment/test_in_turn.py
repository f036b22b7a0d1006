"""What nobody asks for: whatever is outdated is assessed in turn, and makes way for runs."""

from datetime import date, datetime

import pytest

from aggregates.assessment.in_turn import assess_in_turn
from aggregates.models import Assessment, AssessmentProgress, Finding, Run
from common.days import DAY
from tests.aggregates.assessment.stored import stored_farm
from tests.builders import at

pytestmark = pytest.mark.django_db

FIRST = date(2025, 6, 1)
SOON, LATER = at("2025-06-10 12:00"), at("2026-06-10 12:00")


def days() -> list[date]:
    return sorted({day for (day,) in Assessment.objects.values_list("day")})


def turn(now: datetime) -> None:
    assess_in_turn(now)


def test_the_days_of_the_look_back_are_assessed() -> None:
    stored_farm(FIRST, 8)
    turn(SOON)
    assert days() == [FIRST + number * DAY for number in range(8)]


def test_history_older_than_the_look_back_is_assessed_however_old_it_is() -> None:
    stored_farm(FIRST, 2)
    stored_farm(date(2019, 3, 1), 2)
    turn(LATER)
    assert len(days()) == 4


def test_a_run_that_waits_goes_first() -> None:
    stored_farm(FIRST, 8)
    Run.objects.request(FIRST + 7 * DAY, [], requested_by="test")
    turn(SOON)
    assert days() == []


def test_while_older_days_are_aggregated_live_ones_alone_are_assessed() -> None:
    stored_farm(FIRST, 10)
    Run.objects.create(day=FIRST, requested_by="test", status=Run.Status.RUNNING, attempt=1)
    turn(SOON)
    assert days() == [FIRST + 8 * DAY, FIRST + 9 * DAY]


def test_findings_are_made_where_all_is_assessed_and_not_at_every_turn() -> None:
    stored_farm(FIRST, 8, stopped={"T02": FIRST + 3 * DAY})
    turn(SOON)
    assert list(Finding.objects.values_list("turbine", "kind")) == [("T02", "stopped")]
    Finding.objects.all().delete()
    turn(SOON + (LATER - SOON) / 100_000)
    assert not Finding.objects.exists()
    assert AssessmentProgress.objects.get().found_at == SOON
