"""Power curve, wind rose, energy and coverage of windows written by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.analysis.performance import coverage, energy, power_curve, wind_rose

EXPECTED = 10.0
NONE = float("nan")
SPEEDS = st.floats(0, 50)


def windows(count: float = 10, **means: list[float]) -> pd.DataFrame:
    """A row per window; each mean is of `count` samples, and other variables have none."""
    length = max(map(len, means.values()))
    starts = np.datetime64("2025-08-31T23:00", "us") + np.arange(length) * np.timedelta64(10, "m")
    columns: dict[tuple[str, str], Any] = {}
    for name in ("wind_speed", "wind_direction", "power"):
        mean = np.array(means.get(name, [NONE] * length))
        columns[name, "mean"] = mean
        columns[name, "count"] = np.where(np.isnan(mean), NONE, count)
    return pd.DataFrame(columns, index=starts)


def curve(speeds: list[float], powers: list[float] | None = None, count: float = 10) -> Any:
    table = windows(count, wind_speed=speeds, power=powers or [100.0] * len(speeds))
    return power_curve(table, EXPECTED)


@pytest.mark.parametrize(
    ("speed", "centre"), [(0, 0), (0.24, 0), (0.25, 0.5), (7.74, 7.5), (7.75, 8), (8.2, 8)]
)
def test_a_bin_is_centred_on_a_multiple_of_half_a_metre(speed: float, centre: float) -> None:
    assert [speed_bin.centre for speed_bin in curve([speed]).bins] == [centre]


def test_a_bin_is_the_mean_of_its_windows() -> None:
    (speed_bin,) = curve([7.9, 8.1, 8.2], [900.0, 1000.0, 1250.0]).bins
    assert (speed_bin.wind_speed, speed_bin.power_kw) == pytest.approx((8.0667, 1050), rel=1e-4)
    assert (speed_bin.windows, speed_bin.is_sparse) == (3, False)


def test_a_bin_of_two_windows_is_sparse() -> None:
    assert [speed_bin.is_sparse for speed_bin in curve([8.0, 8.0]).bins] == [True]


def test_windows_below_90_percent_are_left_out_and_counted() -> None:
    partly_covered = curve([8.0], count=8)
    assert (partly_covered.bins, partly_covered.left_out) == ([], 1)
    assert curve([8.0], count=9).left_out == 0


def test_a_window_needs_enough_samples_of_both() -> None:
    table = windows(wind_speed=[8.0], power=[100.0])
    table["power", "count"] = 8.0
    assert power_curve(table, EXPECTED).left_out == 1


def test_a_window_without_power_is_in_no_bin() -> None:
    two_windows = curve([8.0, 9.0], [NONE, 5.0])
    assert [speed_bin.centre for speed_bin in two_windows.bins] == [9]
    assert two_windows.left_out == 0


def test_energy_is_power_times_a_sixth_of_an_hour() -> None:
    produced = energy(windows(power=[600.0, 1200.0, -60.0, NONE]), rated_power_kw=2000)
    assert produced.kwh == pytest.approx(290)
    # Half an hour at 2,000 kW would give 1,000 kWh.
    assert produced.capacity_factor == pytest.approx(0.29)
    assert (produced.windows, produced.of_windows) == (3, 4)


@pytest.mark.parametrize(("power", "rated"), [([600.0], None), ([NONE], 2000.0)])
def test_there_may_be_no_capacity_factor(power: list[float], rated: float | None) -> None:
    assert energy(windows(power=power), rated).capacity_factor is None


@pytest.mark.parametrize(
    ("direction", "sector"),
    [(0, 0), (11.24, 0), (11.25, 1), (348.74, 15), (348.75, 0), (359.9, 0), (180, 8)],
)
def test_the_first_sector_is_centred_on_north(direction: float, sector: int) -> None:
    rose = wind_rose(windows(wind_direction=[direction], wind_speed=[5.0]))
    assert rose.shares[sector].tolist() == [0, 1, 0, 0, 0]


@pytest.mark.parametrize(("speed", "number"), [(0, 0), (3.99, 0), (4, 1), (15.9, 3), (16, 4)])
def test_a_class_includes_its_lower_end(speed: float, number: int) -> None:
    rose = wind_rose(windows(wind_direction=[90.0], wind_speed=[speed]))
    assert rose.shares[4, number] == 1


def test_a_window_without_direction_is_not_in_the_rose() -> None:
    rose = wind_rose(windows(wind_direction=[NONE, 90.0], wind_speed=[5.0, 5.0]))
    assert (rose.windows, rose.of_windows, rose.shares.sum()) == (1, 2, 1)
    assert wind_rose(windows(wind_direction=[NONE], wind_speed=[5.0])).shares.sum() == 0


def test_coverage_is_by_month_and_variable() -> None:
    # The first six windows lie in August, the last two in September.
    table = windows(wind_speed=[5.0] * 6 + [NONE, 5.0], power=[NONE] * 8)
    shares = coverage(table, EXPECTED)
    assert shares["wind_speed"].to_dict() == {"2025-08": 1, "2025-09": 0.5}
    assert shares["power"].tolist() == [0, 0]


@given(st.lists(st.tuples(SPEEDS, SPEEDS, st.floats(0, 359.9)), min_size=1, max_size=50))
def test_every_window_is_in_one_bin_and_one_sector(rows: list[tuple[float, float, float]]) -> None:
    speeds, powers, directions = map(list, zip(*rows, strict=True))
    table = windows(wind_speed=speeds, power=powers, wind_direction=directions)
    bins = power_curve(table, EXPECTED).bins
    assert sum(speed_bin.windows for speed_bin in bins) == len(rows)
    for speed_bin in bins:
        assert abs(speed_bin.wind_speed - speed_bin.centre) <= 0.25 + 1e-9
    assert wind_rose(table).shares.sum() == pytest.approx(1)
