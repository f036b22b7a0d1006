"""Assessments as they are kept: made of statistics and curves, and outdated where these change."""

from datetime import date

import pytest
from django.db.models.functions import Now

from aggregates.assessment.kept_curves import points_of, version_of_points
from aggregates.assessment.making import assess
from aggregates.assessment.reference_curve import given
from aggregates.assessment.versions import outdated_days
from aggregates.models import AggregatedDay, Assessment, Curve, TurbineSite, Value
from common.days import DAY
from tests.aggregates.assessment.stored import stored_farm

pytestmark = pytest.mark.django_db

FIRST = date(2025, 6, 1)
LAST = FIRST + 8 * DAY
STOPPED_ON = FIRST + 4 * DAY


@pytest.fixture
def farm() -> None:
    stored_farm(FIRST, 9, stopped={"T02": STOPPED_ON})


def assessment(turbine: str, day: date) -> Assessment:
    return Assessment.objects.get(turbine=turbine, day=day)


def test_every_turbine_day_with_values_is_assessed(farm: None) -> None:
    assert assess(FIRST, LAST) == 36
    assert outdated_days(FIRST, LAST) == []


def test_a_day_at_rest_is_priced_by_the_turbines_own_curve(farm: None) -> None:
    assess(FIRST, LAST)
    stopped, running = assessment("T02", STOPPED_ON), assessment("T01", STOPPED_ON)
    assert set(stopped.conditions) <= {"S", "c"}
    # In wind from 4 to 12 m/s 1000 kW are usual, so 24 MWh a day.
    assert stopped.lost_kwh == pytest.approx(24_000, rel=0.1)
    assert (stopped.energy_kwh, stopped.availability_by_time) == (0, 0)
    assert (running.lost_kwh, running.availability_by_time) == (0, 1)


def test_each_day_is_judged_by_the_rated_power_that_was_known_of_it(farm: None) -> None:
    AggregatedDay.objects.filter(turbine="T02", day=LAST).update(rated_power_kw=None)
    assess(FIRST, LAST)
    assert set(assessment("T02", LAST).conditions) == {"?"}
    assert assessment("T02", STOPPED_ON).lost_kwh == pytest.approx(24_000, rel=0.1)


def test_a_turbine_whose_rated_power_nobody_knows_has_no_curve(farm: None) -> None:
    AggregatedDay.objects.filter(turbine="T02").update(rated_power_kw=None)
    assess(FIRST, LAST)
    assert set(Curve.objects.values_list("turbine", flat=True)) == {"T01", "T03", "T04"}


def test_a_month_at_a_time_or_a_day_at_a_time_gives_the_same(farm: None) -> None:
    assess(FIRST, LAST)
    together = list(Assessment.objects.order_by("day", "turbine").values_list("conditions"))
    for number in range(9):
        assess(FIRST + number * DAY, FIRST + number * DAY)
    assert list(Assessment.objects.order_by("day", "turbine").values_list("conditions")) == together
    assert outdated_days(FIRST, LAST) == []


def test_other_statistics_of_a_neighbour_outdate_the_day_and_those_beside_it(farm: None) -> None:
    assess(FIRST, LAST)
    AggregatedDay.objects.filter(turbine="T04", day=STOPPED_ON).update(changed_at=Now())
    assert outdated_days(FIRST, LAST) == [STOPPED_ON + DAY, STOPPED_ON, STOPPED_ON - DAY]


def test_aggregated_again_without_a_change_nothing_is_outdated(farm: None) -> None:
    assess(FIRST, LAST)
    AggregatedDay.objects.update(revision=2, aggregated_at=Now())
    assert outdated_days(FIRST, LAST) == []


def test_a_day_that_lost_its_values_loses_its_assessment(farm: None) -> None:
    assess(FIRST, LAST)
    Value.objects.filter(signal__turbine="T03", timestamp__date=LAST).delete()
    AggregatedDay.objects.filter(turbine="T03", day=LAST).update(windows=0, changed_at=Now())
    assert LAST in outdated_days(FIRST, LAST)
    assess(LAST - DAY, LAST)
    assert not Assessment.objects.filter(turbine="T03", day=LAST).exists()
    assert outdated_days(FIRST, LAST) == []


def test_a_given_curve_outdates_its_own_turbine_from_its_first_day_on(farm: None) -> None:
    assess(FIRST, LAST)
    points = [(3.0, 0.0), (5.0, 420.0), (8.0, 1050.0), (10.0, 1470.0), (13.0, 2100.0)]
    keep(points, "T01", STOPPED_ON)
    # The day before is judged with the first day beside it.
    assert outdated_days(FIRST, LAST)[-1] == STOPPED_ON - DAY
    assess(FIRST, LAST)
    before, after = assessment("T01", STOPPED_ON - DAY), assessment("T01", STOPPED_ON)
    assert before.expected_kwh == pytest.approx(before.energy_kwh, rel=0.02)
    assert after.expected_kwh == pytest.approx(1.05 * (after.energy_kwh or 0), rel=0.02)
    assert outdated_days(FIRST, LAST) == []


def test_a_given_curve_of_another_type_is_not_used(farm: None) -> None:
    points = [(3.0, 0.0), (5.0, 800.0), (8.0, 2000.0), (10.0, 2800.0), (13.0, 4000.0)]
    keep(points, "T01", FIRST)
    assess(FIRST, LAST)
    day = assessment("T01", STOPPED_ON)
    assert day.curve is not None
    assert not day.curve.is_given
    assert day.lost_kwh == 0


def keep(points: list[tuple[float, float]], turbine: str, first: date) -> None:
    of_person = points_of(given(points))
    version = version_of_points(of_person)
    Curve.objects.create(
        turbine=turbine, first=first, points=of_person, is_given=True, version=version
    )


def test_what_a_person_says_of_a_turbine_outdates_all(farm: None) -> None:
    assess(FIRST, LAST)
    TurbineSite.objects.create(turbine="T01", elevation_m=1500)
    assert len(outdated_days(FIRST, LAST)) == 9


def test_late_data_do_not_change_a_curve_and_days_that_come_do(farm: None) -> None:
    assess(FIRST, LAST)
    curve = Curve.objects.get(turbine="T01")
    AggregatedDay.objects.update(changed_at=Now())
    assess(FIRST, LAST)
    assert Curve.objects.get(turbine="T01").made_at == curve.made_at
    stored_farm(LAST + DAY, 6)
    assess(FIRST, LAST)
    assert (curve.fitted_days, Curve.objects.get(turbine="T01").fitted_days) == (9, 15)


def test_of_less_than_a_week_there_is_no_curve_and_no_price() -> None:
    stored_farm(FIRST, 6, stopped={"T02": FIRST})
    assess(FIRST, FIRST + 5 * DAY)
    assert not Curve.objects.exists()
    day = assessment("T02", FIRST)
    assert "S" in day.conditions
    assert (day.lost_kwh, day.expected_kwh, day.curve) == (0, None, None)
