"""Statistics of samples that bring the std, the least and the greatest of their own readings."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.compute.transform import DayStatistics, transform
from sourcedata.nameplate import Nameplate
from sourcedata.variable import STATISTICS, Variable
from tests.builders import frame

DAY = date(2025, 8, 31)
MIDNIGHT = "2025-08-31T00:00"
SPEED = Variable("wind_speed", "m/s", 0, 50, companions=("std", "min", "max"))
PITCH = Variable(
    "pitch_angle", "deg", -360, 720, is_signed_angle=True, companions=("std", "min", "max")
)
COLUMNS = tuple(SPEED.companion_columns.values())
NAN = float("nan")


def computed(
    interval_s: int = 60,
    companions: tuple[str, ...] = COLUMNS,
    variable: Variable = SPEED,
    **columns: Any,
) -> DayStatistics:
    """Return the statistics of one turbine that has these companions."""
    samples = frame("T01", MIDNIGHT, pd.Timedelta(seconds=interval_s), **columns)
    named = {name: np.array(cells, dtype=float) for name, cells in columns.items()}
    nameplates = {"T01": Nameplate(None, interval_s, companions)}
    return transform(samples.assign(**named), DAY, nameplates, [variable])


def first_window(of: DayStatistics, variable: str = "wind_speed") -> dict[str, float]:
    first: pd.Series = of.values[0]
    return {statistic: first["T01", variable, statistic] for statistic in STATISTICS}


def of_minutes(readings: Any) -> dict[str, Any]:
    """Return what a logger of one reading a second stores each minute."""
    by_minute = np.reshape(readings, (-1, 60))
    return {
        "wind_speed": by_minute.mean(axis=1),
        "wind_speed_std": by_minute.std(axis=1, ddof=1),
        "wind_speed_min": by_minute.min(axis=1),
        "wind_speed_max": by_minute.max(axis=1),
    }


@given(st.integers(0, 2**32 - 1), st.floats(0, 1e3))
def test_a_window_has_the_std_and_the_extremes_of_all_its_readings(seed: int, mean: float) -> None:
    readings = 15 + mean / 40 + np.random.default_rng(seed).normal(0, 1.5, 600)
    statistics = first_window(computed(**of_minutes(readings)))
    assert statistics["std"] == pytest.approx(readings.std(ddof=1), rel=1e-9)
    assert (statistics["min"], statistics["max"]) == (readings.min(), readings.max())
    assert statistics["count"] == 10


def test_one_sample_with_a_std_has_that_std() -> None:
    alone = computed(600, wind_speed=[8.0], wind_speed_std=[1.25], wind_speed_min=[5.0],
                     wind_speed_max=[11.0])  # fmt: skip
    assert first_window(alone) == {"mean": 8, "min": 5, "max": 11, "std": 1.25, "count": 1}


def test_where_a_used_sample_lacks_its_std_the_std_is_that_of_the_means() -> None:
    lacking = computed(
        wind_speed=[8.0, 10.0],
        wind_speed_std=[1.0, NAN],
        wind_speed_min=[6.0, 7.0],
        wind_speed_max=[NAN, NAN],
    )
    statistics = first_window(lacking)
    assert statistics["std"] == pytest.approx(2**0.5)
    assert (statistics["min"], statistics["max"]) == (6, 10)
    assert lacking.of_means["T01"] == {
        "wind_speed_std": [0], "wind_speed_min": [], "wind_speed_max": [0]
    }  # fmt: skip


def test_a_sample_that_is_missing_takes_its_companions_along() -> None:
    statistics = first_window(
        computed(
            wind_speed=[8.0, NAN, 51.0],
            wind_speed_std=[1.0, 9.0, 9.0],
            wind_speed_min=[7.0, 1.0, 2.0],
            wind_speed_max=[9.0, 40.0, 50.0],
        )
    )
    assert statistics == {"mean": 8, "min": 7, "max": 9, "std": 1, "count": 1}


def test_companions_that_cannot_be_are_rejected_and_counted() -> None:
    rejecting = computed(
        wind_speed=[8.0, 8.0, 8.0, 8.0],
        wind_speed_std=[-1.0, 1.0, float("inf"), 1.0],
        wind_speed_min=[9.0, 7.0, -999.0, 7.0],
        wind_speed_max=[7.0, 9.0, 999.0, 8.0],
    )
    assert first_window(rejecting) == {"mean": 8, "min": 8, "max": 8, "std": 0, "count": 4}
    assert rejecting.rejected == 6
    assert rejecting.quality["T01"].rejected == {name: {0: 2} for name in COLUMNS}


def test_the_extremes_of_an_angle_are_turned_as_its_mean_is() -> None:
    turned = computed(
        companions=tuple(PITCH.companion_columns.values()),
        variable=PITCH,
        pitch_angle=[359.0, -1.0],
        pitch_angle_min=[350.0, -8.0],
        pitch_angle_max=[359.5, 3.0],
        pitch_angle_std=[1.0, 1.0],
    )
    statistics = first_window(turned, "pitch_angle")
    assert (statistics["min"], statistics["mean"], statistics["max"]) == (-10, -1, 3)


def test_a_turbine_without_companions_has_statistics_of_its_samples() -> None:
    columns = of_minutes(np.random.default_rng(1).normal(10, 1, 600))
    own = first_window(computed(companions=(), **columns))
    assert own["std"] == pytest.approx(columns["wind_speed"].std(ddof=1))
    assert own["max"] == columns["wind_speed"].max()


def test_samples_a_second_apart_are_single_readings() -> None:
    speeds = np.random.default_rng(1).normal(10, 1, 600)
    single = computed(1, ("wind_speed_std",), wind_speed=speeds, wind_speed_std=[0.0] * 600,
                      wind_speed_min=speeds, wind_speed_max=speeds)  # fmt: skip
    assert first_window(single)["std"] == pytest.approx(speeds.std(ddof=1))


def test_a_statistic_that_is_not_kept_has_no_row() -> None:
    bearing = Variable("wind_speed", "m/s", 0, 50, statistics=("mean",))
    kept = computed(companions=(), variable=bearing, wind_speed=[1.0, 2.0])
    assert list(kept.values.index) == [("T01", "wind_speed", "mean")]
    assert kept.values.iloc[0, 0] == 1.5
