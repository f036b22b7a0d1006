"""The statistics of groups of samples, by hand and against a naive reference."""

import math
import statistics as naive

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aggregates.compute.statistics import of_angles, of_values

NAN = math.nan
ACROSS_NORTH = [350.0, 352, 355, 358, 0, 2, 5, 8, 10, 12]


def alone(function, samples: list[float]) -> dict[str, float]:
    """Return the statistics of one column whose samples are all of group 7."""
    frames = function(pd.DataFrame({"x": samples}), np.full(len(samples), 7))
    return {name: frame.loc[7, "x"] for name, frame in frames.items()}


def circular_distance(angle: float, other: float) -> float:
    return abs((angle - other + 180) % 360 - 180)


def test_of_values_by_hand() -> None:
    statistics = alone(of_values, [1.0, 2.0, 6.0])
    assert statistics.pop("std") == pytest.approx(math.sqrt(7))
    assert statistics == {"mean": 3, "min": 1, "max": 6, "count": 3}


def test_groups_and_columns_are_apart() -> None:
    samples = pd.DataFrame({"x": [1.0, 2.0, 30.0], "y": [5.0, NAN, 7.0]})
    statistics = of_values(samples, np.array([3, 3, 9]))
    assert statistics["mean"].to_dict() == {"x": {3: 1.5, 9: 30}, "y": {3: 5, 9: 7}}
    assert statistics["count"].to_dict() == {"x": {3: 2, 9: 1}, "y": {3: 1, 9: 1}}


@pytest.mark.parametrize("function", [of_values, of_angles])
def test_one_sample_has_no_std(function) -> None:
    statistics = alone(function, [181.34])
    assert math.isnan(statistics.pop("std"))
    assert statistics == {"mean": 181.34, "min": 181.34, "max": 181.34, "count": 1}


@pytest.mark.parametrize("function", [of_values, of_angles])
def test_missing_samples_do_not_count(function) -> None:
    assert alone(function, [NAN, 10.0, NAN, 20.0]) == alone(function, [10.0, 20.0])


@pytest.mark.parametrize("function", [of_values, of_angles])
def test_a_group_of_missing_samples_has_only_a_count_of_0(function) -> None:
    statistics = alone(function, [NAN, NAN])
    assert statistics.pop("count") == 0
    assert all(map(math.isnan, statistics.values()))


def test_angles_across_north_by_hand() -> None:
    statistics = alone(of_angles, ACROSS_NORTH)
    assert statistics["mean"] == pytest.approx(1.201, abs=5e-4)
    assert statistics["std"] == pytest.approx(7.186, abs=5e-4)
    assert (statistics["min"], statistics["max"]) == (350, 12)


@pytest.mark.parametrize("opposite", [[0.0, 180.0], [0.0, 120.0, 240.0], [10.0, 100, 190, 280]])
def test_angles_that_cancel_out_have_only_a_count(opposite: list[float]) -> None:
    statistics = alone(of_angles, opposite)
    assert statistics.pop("count") == len(opposite)
    assert all(map(math.isnan, statistics.values()))


def test_360_degrees_is_north() -> None:
    statistics = alone(of_angles, [360.0])
    assert (statistics["mean"], statistics["min"], statistics["max"]) == (0, 0, 0)


def test_a_mean_that_rounds_to_360_degrees_is_0() -> None:
    assert alone(of_angles, [0.01, 359.99])["mean"] == 0


def test_equal_angles_have_a_std_of_0_and_no_sign() -> None:
    std = alone(of_angles, [0.0, 0.0])["std"]
    assert std == 0
    assert math.copysign(1, std) == 1


def test_an_angle_opposite_to_the_mean_is_the_maximum() -> None:
    statistics = alone(of_angles, [0.0, 0.0, 180.0])
    assert (statistics["min"], statistics["max"]) == (0, 180)


@pytest.mark.parametrize("north", [0.0, 90.0, 180.0, 270.0, 359.0])
def test_extremes_on_one_side_of_north_and_across_it(north: float) -> None:
    right, left = (north + 179) % 360, (north - 179) % 360
    statistics = alone(of_angles, [north] * 5 + [right, left])
    assert (statistics["min"], statistics["max"]) == (left, right)


def test_equal_angles_are_their_own_mean() -> None:
    angles = np.arange(3600) / 10
    statistics = of_angles(pd.DataFrame({"x": np.repeat(angles, 3)}), np.repeat(np.arange(3600), 3))
    for name in ("mean", "min", "max"):
        assert statistics[name]["x"].tolist() == angles.tolist(), name


QUANTITIES = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20)


@given(QUANTITIES)
def test_of_values_agrees_with_a_naive_reference(samples: list[float]) -> None:
    statistics = alone(of_values, samples)
    assert statistics["mean"] == pytest.approx(naive.fmean(samples), rel=1e-9, abs=1e-9)
    assert statistics["std"] == pytest.approx(naive.stdev(samples), rel=1e-9, abs=1e-7)
    assert (statistics["min"], statistics["max"]) == (min(samples), max(samples))
    assert statistics["count"] == len(samples)


def test_equal_samples_have_their_value_as_mean() -> None:
    # The plain sum of three times 0.1, divided by 3, is 0.10000000000000002.
    assert alone(of_values, [0.1] * 3)["mean"] == 0.1


@given(QUANTITIES)
def test_the_mean_lies_between_minimum_and_maximum(samples: list[float]) -> None:
    statistics = alone(of_values, samples)
    assert statistics["min"] <= statistics["mean"] <= statistics["max"]


def naive_angles(samples: list[float]) -> dict[str, float]:
    """Return the statistics of angles by complex numbers, one sample after the other."""
    vector = sum(complex(math.cos(math.radians(x)), math.sin(math.radians(x))) for x in samples)
    vector /= len(samples)
    assume(abs(vector) > 1e-4)
    mean = math.degrees(math.atan2(vector.imag, vector.real))
    right = [(x - mean + 180) % 360 - 180 for x in samples]
    # Rounding decides whether a sample opposite of the mean lies left or right of it.
    assume(all(abs(abs(d) - 180) > 1e-6 for d in right))
    std = math.degrees(math.sqrt(max(0.0, -2 * math.log(min(1.0, abs(vector))))))
    return {"mean": mean, "std": std, "min": mean + min(right), "max": mean + max(right)}


ANGLES = st.lists(st.floats(0, 360) | st.integers(0, 360).map(float), min_size=2, max_size=20)


@given(ANGLES)
def test_of_angles_agrees_with_a_naive_reference(samples: list[float]) -> None:
    statistics, expected = alone(of_angles, samples), naive_angles(samples)
    for name in ("mean", "min", "max"):
        assert circular_distance(statistics[name], expected[name]) < 1e-8, name
        assert 0 <= statistics[name] < 360
    assert statistics["std"] == pytest.approx(expected["std"], abs=1e-5)
    assert statistics["count"] == len(samples)


@given(ANGLES)
def test_the_mean_angle_lies_on_the_way_from_minimum_to_maximum(samples: list[float]) -> None:
    naive_angles(samples)
    statistics = alone(of_angles, samples)
    to_mean = (statistics["mean"] - statistics["min"]) % 360
    to_maximum = (statistics["max"] - statistics["mean"]) % 360
    assert max(to_mean, to_maximum) < 181


@given(ANGLES, st.floats(0, 360))
def test_turning_all_angles_turns_the_mean_and_keeps_the_std(samples, turn: float) -> None:
    naive_angles(samples)
    before = alone(of_angles, samples)
    after = alone(of_angles, [(x + turn) % 360 for x in samples])
    assert circular_distance(after["mean"], before["mean"] + turn) < 1e-8
    assert after["std"] == pytest.approx(before["std"], abs=1e-5)
