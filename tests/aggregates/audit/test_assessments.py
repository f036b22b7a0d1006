"""Two ways to judge a day, NumPy and SQL, say the same."""

from datetime import date

import numpy as np
import pytest
from django.db.models import F

from aggregates.assessment.making import assess
from aggregates.audit.assessments import audit_assessments
from aggregates.audit.nightly import audit_in_turn
from aggregates.models import Alert, Assessment, TurbineSite, Value
from common.days import DAY, day_bounds
from tests.aggregates.assessment.stored import (
    RATED_KW,
    SIGNALS,
    TURBINES,
    note,
    signal_id,
    store,
    stored_farm,
)

pytestmark = pytest.mark.django_db

FIRST = date(2025, 6, 1)
ODD = FIRST + 9 * DAY


def odd_values(seed: int) -> np.ndarray:
    """Return a day on which whatever can be wrong is: stops, storms, frozen and missing values."""
    generator = np.random.default_rng(seed)

    def spells(values: list[float]) -> np.ndarray:
        """Return 144 values that last for a while each."""
        return np.repeat(generator.choice(values, 144), generator.integers(1, 9, 144))[:144]

    wind = spells([2, 4, 4.5, 6, 9, 19, 24.5]) + generator.choice([0, 1], 144) * generator.random(
        144
    )
    powers = np.minimum(200 * np.maximum(wind - 3, 0), RATED_KW)
    power = powers * spells([0, 0, 0.005, 0.5, 0.8, 1, 1, 1]) + spells([0, 5, 5, 150])
    deviation = spells([0, 0.5, 0.5])
    count = spells([10, 10, 10, 10, 8])
    return np.array([wind, wind + 1, deviation, count, power, count])


def seen_by_neighbours(wind: float, power: float) -> np.ndarray:
    """Return 100 min of one wind and one power, which waver."""
    wavering = np.arange(10) / 100
    still = np.zeros(10)
    rows = wind + wavering, wind + 1 + wavering, still + 0.5, still + 10, power + wavering
    return np.array([*rows, still + 10])


@pytest.fixture
def odd_farm() -> None:
    """A farm of which everything is wrong in the days from ODD on."""
    stored_farm(FIRST, 9)
    for number, turbine in enumerate(TURBINES):
        ids = [signal_id(turbine, *signal) for signal in SIGNALS]
        for day in range(3):
            table = odd_values(10 * number + day)
            # All others run while the first stands still in what its anemometer calls calm.
            table[:, 60:70] = seen_by_neighbours(*((9, 1200) if number else (2, 0)))
            store(ids, ODD + day * DAY, table)
            note(turbine, ODD + day * DAY)


def test_numpy_and_sql_say_the_same_of_every_kind_of_window(odd_farm: None) -> None:
    TurbineSite.objects.create(turbine="T02", cut_out_m_s=22, elevation_m=900)
    assess(FIRST, ODD + 2 * DAY)
    audits = [audit_assessments(FIRST + number * DAY) for number in range(12)]
    assert [audit.different for audit in audits] == [[]] * 12
    assert sum(audit.compared for audit in audits) == 48
    letters = "".join(Assessment.objects.values_list("conditions", flat=True))
    assert set(letters) == set("?oSNDcp")


@pytest.mark.parametrize(
    "damage", [{"energy_kwh": 1.0}, {"expected_kwh": None}, {"conditions": "p" * 144}]
)
def test_an_assessment_that_is_not_what_it_must_be_is_named(
    odd_farm: None, damage: dict[str, float | str | None]
) -> None:
    assess(FIRST, ODD + 2 * DAY)
    Assessment.objects.filter(turbine="T03", day=ODD).update(**damage)
    assert audit_assessments(ODD).different == ["T03"]


def test_at_night_a_damaged_assessment_is_told_and_made_again() -> None:
    stored_farm(FIRST, 9)
    assess(FIRST, FIRST + 8 * DAY)
    Assessment.objects.filter(turbine="T03", day=FIRST).update(energy_kwh=1)
    audit_in_turn()
    assert not Assessment.objects.filter(turbine="T03", day=FIRST).exists()
    (alert,) = Alert.objects.filter(event=Alert.Event.DAMAGED)
    assert "the assessment of T03" in alert.message


def test_at_night_an_outdated_assessment_is_left_to_its_turn() -> None:
    stored_farm(FIRST, 9)
    assess(FIRST, FIRST + 8 * DAY)
    start, end = day_bounds(FIRST)
    of_day = Value.objects.filter(timestamp__gte=start, timestamp__lt=end)
    of_day.filter(signal__turbine="T03").delete()
    Assessment.objects.filter(day=FIRST).update(version="of others")
    audit_in_turn()
    assert not Alert.objects.exists()


def conditions_in_km_h(temperature: np.ndarray) -> str:
    """Return the conditions of a day on which an anemometer reads km/h, judged alike both ways."""
    stored_farm(FIRST, 9)
    last = FIRST + 8 * DAY
    for turbine in TURBINES:
        store([signal_id(turbine, "ambient_temperature", "mean")], last, temperature)
    start, end = day_bounds(last)
    of_day = Value.objects.filter(timestamp__gte=start, timestamp__lt=end)
    of_wind = of_day.filter(signal=signal_id("T03", "wind_speed", "mean"))
    of_wind.update(value=F("value") * 3.6)
    assess(FIRST, last)
    assert audit_assessments(last).different == []
    return str(Assessment.objects.get(turbine="T03", day=last).conditions)


def test_numpy_and_sql_agree_about_an_anemometer_that_reads_too_much() -> None:
    """In the first half of the day it is warm, in the second one ice could explain much."""
    conditions = conditions_in_km_h(np.repeat([10.0, 0.0], 72) + np.arange(144) / 1000)
    assert conditions.count("?", 0, 72) > 60
    assert conditions.count("?", 72) > 20


def test_numpy_and_sql_agree_that_a_thermometer_that_stands_still_says_nothing() -> None:
    """Where it is warm, more is too much: see the test above."""
    assert 20 < conditions_in_km_h(np.full(144, 10.0)).count("?", 0, 72) < 60
