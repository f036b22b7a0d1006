"""A turbine-day's assessment: its conditions in one text, its energy, and what was lost."""

from dataclasses import replace

import numpy as np
import pytest

from aggregates.assessment.conditions import judge
from aggregates.assessment.farm import POWER, SPEED, Farm
from aggregates.assessment.turbine_days import AssessedTurbineDay, assessed_turbine_days
from aggregates.compute.statistic_names import MEAN
from tests.aggregates.assessment.farms import curves, farm


def assessed(of: Farm) -> list[AssessedTurbineDay]:
    return list(assessed_turbine_days(of, judge(of, curves(*of.turbines))))


def test_a_day_has_a_letter_for_each_window() -> None:
    (day,) = assessed(farm({"T01": [-10, 0]}))
    assert day.conditions == "SS" + 142 * "p"


def test_energy_is_the_sum_of_the_powers_over_six() -> None:
    (day,) = assessed(farm({"T01": [-10, 0]}))
    assert day.energy_kwh == pytest.approx((142 * 1000 - 10) / 6, rel=1e-5)


def test_what_was_lost_is_what_the_curve_promises_less_what_came() -> None:
    (day,) = assessed(farm({"T01": [-10, 0]}))
    # The usual wind is 8.0 and 8.1 m/s in turn, at which the curve promises 1000 and 1020 kW.
    assert day.expected_kwh == pytest.approx(72 * (1000 + 1020) / 6)
    assert day.lost_stopped_kwh == pytest.approx((1010 + 1020) / 6)
    assert (day.lost_derated_kwh, day.lost_stopped_by_neighbours_kwh) == (0, 0)


def test_windows_at_rest_are_counted_of_those_in_which_it_could_have_run() -> None:
    (day,) = assessed(farm({"T01": [0, 0, 0, 0]}, {"T01": [8.0, 8.1, 2.0, 2.1]}))
    assert (day.windows_at_rest, day.windows_to_run) == (2, 142)


def test_producing_windows_alone_compare_a_turbine_with_its_neighbours() -> None:
    (day,) = assessed(farm({"T01": [0, 500]}))
    assert day.conditions[:2] == "SS"
    assert day.producing_kwh == pytest.approx(142 * 1000 / 6, rel=1e-5)


def test_a_turbine_without_any_value_is_not_assessed() -> None:
    of = farm({"T01": [], "T02": []})
    silent = np.array([[False], [True]])
    values = {name: np.where(silent, np.nan, table) for name, table in of.values.items()}
    assert [day.turbine for day in assessed(replace(of, values=values))] == ["T01"]


def test_without_a_power_there_is_no_energy_and_no_zero_in_its_place() -> None:
    of = farm({"T01": []})
    values = {**of.values, (POWER, MEAN): np.full(of.shape, np.nan)}
    (day,) = assessed(replace(of, values=values))
    assert (day.energy_kwh, day.expected_kwh, day.lost_stopped_kwh) == (None, None, 0)
    assert day.wind_speed == pytest.approx(of.values[SPEED, MEAN].mean())
