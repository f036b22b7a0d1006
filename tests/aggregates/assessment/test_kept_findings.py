"""Findings as they are kept: one row for one fault, whatever is seen of it later."""

from datetime import date, time

import pytest

from aggregates.alerting import findings as alerting
from aggregates.assessment.kept_findings import find
from aggregates.models import AggregatedDay, Alert, Finding, Reason, Recurrence, Value
from common.days import DAY, day_bounds
from tests.aggregates.assessment.stored import stored_farm
from tests.builders import at

pytestmark = pytest.mark.django_db

FIRST = date(2025, 6, 1)
LAST = FIRST + 8 * DAY
STOPPED_ON = FIRST + 4 * DAY
NOW = at("2025-06-10 06:00")


@pytest.fixture
def stopped() -> Finding:
    """A turbine stood still for a day, which was found."""
    stored_farm(FIRST, 9, stopped={"T02": STOPPED_ON})
    (finding,) = find(FIRST, LAST, NOW).findings
    return finding


def test_a_finding_names_turbine_kind_time_and_cost(stopped: Finding) -> None:
    assert (stopped.turbine, stopped.kind, stopped.is_open) == ("T02", "stopped", False)
    start, end = day_bounds(STOPPED_ON)
    assert start <= stopped.start < stopped.end <= end
    assert stopped.lost_kwh == pytest.approx(24_000, rel=0.1)


def test_made_again_it_keeps_its_row_and_what_people_said(stopped: Finding) -> None:
    Finding.objects.update(reason=Reason.MAINTENANCE, acknowledged_by="ana")
    (again,) = find(FIRST, LAST, NOW).findings
    assert (again.pk, again.reason, again.acknowledged_by) == (
        stopped.pk,
        Reason.MAINTENANCE,
        "ana",
    )


def test_one_that_the_data_no_longer_bear_out_is_withdrawn_and_not_deleted(
    stopped: Finding,
) -> None:
    start, end = day_bounds(STOPPED_ON)
    of_day = Value.objects.filter(timestamp__gte=start, timestamp__lt=end)
    of_day.filter(signal__turbine="T02", signal__variable="power").delete()
    assert find(FIRST, LAST, NOW).findings == []
    assert Finding.objects.get().withdrawn_at is not None


def test_looked_at_from_its_middle_it_keeps_its_beginning(stopped: Finding) -> None:
    (again,) = find(STOPPED_ON, LAST, NOW).findings
    assert (again.pk, again.start) == (stopped.pk, stopped.start)


def test_other_days_do_not_withdraw_it(stopped: Finding) -> None:
    assert find(FIRST, STOPPED_ON - DAY, NOW).findings == []
    assert Finding.objects.standing().get() == stopped


def test_hours_that_recur_are_acknowledged_by_themselves() -> None:
    stored_farm(FIRST, 9, stopped={"T02": STOPPED_ON})
    told = {"kind": "stopped", "reason": Reason.REQUESTED, "made_by": "ana"}
    Recurrence.objects.create(turbine="T03", start=time(0), end=time(23, 59, 59), **told)
    (finding,) = find(FIRST, LAST, NOW).findings
    assert finding.acknowledged_by == ""
    Recurrence.objects.create(start=time(12), end=time(11, 59, 59), **told)
    (finding,) = find(FIRST, LAST, NOW).findings
    assert (finding.acknowledged_by, finding.reason) == ("ana", Reason.REQUESTED)


def test_a_stop_by_day_is_news_also_where_the_nights_recur() -> None:
    stored_farm(FIRST, 9, stopped={"T02": STOPPED_ON})
    told = {"kind": "stopped", "reason": Reason.ENVIRONMENTAL, "made_by": "ana"}
    Recurrence.objects.create(turbine="T02", start=time(20), end=time(6), **told)
    by_day, by_night = find(FIRST, LAST, NOW).findings
    assert (by_night.acknowledged_by, by_day.acknowledged_by) == ("ana", "")
    assert (by_day.start.hour, by_day.end.hour) == (6, 20)
    assert (by_night.lost_kwh or 0) + (by_day.lost_kwh or 0) == pytest.approx(24_000, rel=0.1)


def test_a_finding_is_told_once(stopped: Finding) -> None:
    alerting.tell(at("2025-06-06 06:00"))
    alerting.tell(at("2025-06-06 06:10"))
    (alert,) = Alert.objects.filter(event=Alert.Event.FINDING)
    assert stopped.sentence in alert.message


def test_nothing_is_told_of_history(stopped: Finding) -> None:
    alerting.tell(at("2025-06-09 06:00"))
    assert not Alert.objects.exists()


def test_what_a_person_knows_and_what_cost_little_is_not_told(stopped: Finding) -> None:
    Finding.objects.update(lost_kwh=499)
    alerting.tell(at("2025-06-06 06:00"))
    Finding.objects.update(lost_kwh=5000, acknowledged_by="ana")
    alerting.tell(at("2025-06-06 06:00"))
    assert not Alert.objects.exists()


def test_rejected_samples_of_an_hour_are_found() -> None:
    stored_farm(FIRST, 9)
    windows = {str(window): 10 for window in range(60, 66)}
    days = AggregatedDay.objects.filter(turbine="T03", day=STOPPED_ON)
    days.update(rejected_samples={"power": windows})
    (finding,) = find(FIRST, LAST, NOW).findings
    assert (finding.turbine, finding.kind, finding.variable) == ("T03", "rejected", "power")
