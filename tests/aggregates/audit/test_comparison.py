"""Which values the audit takes for equal."""

from math import inf, nan

import pandas as pd
import pytest

from aggregates.audit.comparison import KEY, differences

START = pd.Timestamp("2025-08-31T00:00Z")


def value(number: float | None, variable: str = "power", statistic: str = "mean") -> pd.DataFrame:
    rows = [] if number is None else [("T01", variable, statistic, START, number)]
    return pd.DataFrame(rows, columns=[*KEY, "value"])


def differ(expected: float | None, stored: float | None, *signal: str, largest: float = 1) -> bool:
    left = value(expected, *signal).assign(largest=largest)
    different = differences(left, value(stored, *signal), {"wind_direction"})
    return len(different) == 1


@pytest.mark.parametrize(
    ("expected", "stored"), [(1.0, 1.0 + 9e-10), (2e6, 2e6 + 1e-3), (0.0, -9e-10), (-5.0, -5.0)]
)
def test_values_that_only_rounding_tells_apart_are_equal(expected: float, stored: float) -> None:
    assert not differ(expected, stored)


@pytest.mark.parametrize(
    ("expected", "stored"),
    [(1.0, 1.0 + 2e-9), (2e6, 2e6 + 3e-3), (0.0, 2e-9), (5.0, -5.0), (1.0, nan), (1.0, inf)],
)
def test_other_values_are_not(expected: float, stored: float) -> None:
    assert differ(expected, stored)


def test_sums_are_known_as_well_as_their_samples_are_large() -> None:
    for statistic in ("mean", "std"):
        assert not differ(0.0, 0.01, "power", statistic, largest=15e6)
        assert differ(0.0, 0.02, "power", statistic, largest=15e6)
    for statistic in ("min", "max", "count"):
        assert differ(0.0, 0.01, "power", statistic, largest=15e6)


@pytest.mark.parametrize(("expected", "stored"), [(1.0, None), (None, 1.0), (None, nan)])
def test_a_value_that_one_of_the_two_lacks_is_a_difference(expected, stored) -> None:
    assert differ(expected, stored)


@pytest.mark.parametrize("statistic", ["mean", "min", "max"])
def test_directions_are_compared_around_the_circle(statistic: str) -> None:
    assert not differ(360.0, 0.0, "wind_direction", statistic)
    assert not differ(-9e-10, 360.0 - 9e-10 + 5e-10, "wind_direction", statistic)
    assert not differ(725.0, 5.0, "wind_direction", statistic)
    assert differ(1.0, 359.0, "wind_direction", statistic)
    assert differ(360.0, 0.0, "power", statistic)


@pytest.mark.parametrize("stored", [5.0 - 360, 5.0 + 360, 5.0 + 3600])
def test_a_direction_is_stored_in_its_own_turn(stored: float) -> None:
    assert differ(5.0, stored, "wind_direction")


@pytest.mark.parametrize(
    ("statistic", "tolerance"), [("mean", 1e-9), ("min", 1e-9), ("max", 1e-9), ("std", 1e-5)]
)
def test_directions_have_tolerances_of_their_own(statistic: str, tolerance: float) -> None:
    assert not differ(100.0, 100 + 0.9 * tolerance, "wind_direction", statistic)
    assert differ(100.0, 100 + 1.1 * tolerance, "wind_direction", statistic)


def test_the_mean_of_directions_that_nearly_cancel_is_known_less_well() -> None:
    spread = value(355.0, "wind_direction", "std")  # its mean vector is 4.6e-9 long
    mean, turned = (value(100.0 + turn, "wind_direction") for turn in (0, 1e-5))
    for of_window, is_equal in [([spread], True), ([], False)]:
        expected, stored = pd.concat([mean, *of_window]), pd.concat([turned, *of_window])
        left = expected.assign(largest=360)
        assert differences(left, stored, {"wind_direction"}).empty == is_equal


def test_the_spread_of_directions_does_not_go_around_the_circle() -> None:
    assert differ(360.0, 0.0, "wind_direction", "std")


def test_a_difference_tells_both_values() -> None:
    different = differences(value(1.0).assign(largest=1), value(2.0), [])
    assert different.values.tolist() == [["T01", "power", "mean", START, 1.0, 2.0]]
