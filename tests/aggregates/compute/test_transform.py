"""From the measurements of a day to the statistics of its windows."""

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest

from aggregates.compute.rules import rules, rules_of_variables
from aggregates.compute.transform import transform
from sourcedata.nameplate import Nameplate
from sourcedata.variables import VARIABLE_NAMES
from tests.builders import MINUTE, frame, nameplates

DAY = date(2025, 8, 31)
MIDNIGHT = "2025-08-31T00:00"
NAN = math.nan


def value(of: pd.DataFrame, variable: str, statistic: str, window: int, turbine="T01") -> float:
    return transform(of, DAY, nameplates(T01=2000.0, T02=None)).values.loc[
        (turbine, variable, statistic), window
    ]


def test_each_minute_belongs_to_the_window_that_it_lies_in() -> None:
    samples = frame("T01", "2025-08-31T00:09", wind_speed=[1.0, 2.0, 4.0])
    assert value(samples, "wind_speed", "mean", 0) == 1
    assert value(samples, "wind_speed", "mean", 1) == 3
    assert math.isnan(value(samples, "wind_speed", "mean", 2))


def test_the_last_window_of_the_day_is_143() -> None:
    samples = frame("T01", "2025-08-31T23:59", wind_speed=[5.0])
    assert value(samples, "wind_speed", "max", 143) == 5


def test_directions_are_averaged_as_vectors_and_other_variables_are_not() -> None:
    samples = frame("T01", MIDNIGHT, wind_direction=[350.0, 20.0], pitch_angle=[-10.0, 20.0])
    assert value(samples, "wind_direction", "mean", 0) == pytest.approx(5)
    assert value(samples, "pitch_angle", "mean", 0) == 5


def test_a_window_without_a_valid_sample_has_no_values_at_all() -> None:
    samples = frame("T01", MIDNIGHT, wind_speed=[NAN, -1.0, 51.0, math.inf])
    day = transform(samples, DAY, nameplates(T01=None))
    assert day.values.isna().all(axis=None)
    assert (day.samples, day.rejected, day.windows) == (4, 3, 0)
    assert day.missing == 1 + 4 * (len(VARIABLE_NAMES) - 1)


def test_a_value_at_the_bound_of_its_range_is_valid() -> None:
    samples = frame("T01", MIDNIGHT, wind_speed=[0.0, 50.0], power=[-200.0, 4000.0])
    assert transform(samples, DAY, nameplates(T01=2000.0)).rejected == 0


@pytest.mark.parametrize(("rated_power_kw", "rejected"), [(2000.0, 2), (1000.0, 3), (None, 1)])
def test_power_is_checked_against_the_rated_power(rated_power_kw, rejected: int) -> None:
    samples = frame("T01", MIDNIGHT, power=[4000.1, 2000.1, math.inf])
    assert transform(samples, DAY, nameplates(T01=rated_power_kw)).rejected == rejected


def test_turbines_are_apart_and_those_without_measurements_have_empty_rows() -> None:
    samples = pd.concat([frame("T02", MIDNIGHT, power=[9.0]), frame("T01", MIDNIGHT, power=[1.0])])
    values = transform(samples, DAY, nameplates(T01=None, T02=None, T03=None)).values
    assert values[0].xs(("power", "mean"), level=(1, 2)).fillna(-1).to_dict() == {
        "T01": 1,
        "T02": 9,
        "T03": -1,
    }


def test_measurements_of_another_day_are_refused() -> None:
    with pytest.raises(ValueError, match="outside 2025-08-31"):
        transform(frame("T01", "2025-09-01T00:00", power=[1.0]), DAY, nameplates(T01=None))


def test_measurements_of_another_turbine_are_refused() -> None:
    with pytest.raises(ValueError, match="'T09'"):
        transform(frame("T09", MIDNIGHT, power=[1.0]), DAY, nameplates(T01=None))


def test_what_is_too_large_for_a_number_is_no_infinity() -> None:
    huge = frame("T01", MIDNIGHT, power=[1.7e308] * 3)
    values = transform(huge, DAY, nameplates(T01=None)).values
    assert not np.isinf(values.to_numpy()).any()


def test_windows_count_those_of_every_turbine() -> None:
    samples = pd.concat(
        [
            frame("T01", MIDNIGHT, step=10 * MINUTE, power=[1.0, NAN, 1.0]),
            frame("T02", MIDNIGHT, step=10 * MINUTE, wind_speed=[1.0]),
        ]
    )
    assert transform(samples, DAY, nameplates(T01=None, T02=None)).windows == 3


def test_another_rated_power_is_another_rule() -> None:
    assert rules(Nameplate(2000.0)) == rules(Nameplate(2000.0))
    assert len({rules(Nameplate(power_kw)) for power_kw in (2000.0, 2050.0, None)}) == 3


def test_another_rated_power_is_another_rule_of_the_power_alone() -> None:
    before, after = (rules_of_variables(Nameplate(power_kw)) for power_kw in (2000.0, 2050.0))
    assert {name for name in before if before[name] != after[name]} == {"power"}
