"""A value from its samples, in words."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aggregates.compute.statistic_names import STATISTICS
from aggregates.compute.transform import transform
from aggregates.pages.formulas import formula, pooled
from sourcedata.variables import VARIABLES
from tests.builders import frame, nameplates

SPEEDS = st.lists(st.floats(0, 50), min_size=1, max_size=10)
DIRECTIONS = st.lists(st.floats(0, 360, exclude_max=True), min_size=1, max_size=10)
DAY = date(2025, 8, 31)


def test_a_mean_shows_every_sample() -> None:
    mean = formula("mean", False, [1.0, 2.5, 4.0])
    assert (mean.text, mean.value) == ("(1 + 2.5 + 4) / 3", 2.5)


def test_a_standard_deviation_shows_its_squares() -> None:
    deviation = formula("std", False, [1.0, 3.0])
    assert deviation.text == "√(Σ(x - 2)² / (n - 1)) = √(2 / 1)"
    assert deviation.value == pytest.approx(2**0.5)


@pytest.mark.parametrize("is_angle", [False, True])
def test_one_sample_has_no_standard_deviation(is_angle: bool) -> None:
    assert formula("std", is_angle, [5.0]).value is None


@pytest.mark.parametrize(
    ("statistic", "value"), [("mean", 1.201), ("std", 7.186), ("min", 350), ("max", 12)]
)
def test_directions_about_north_are_averaged_as_vectors(statistic: str, value: float) -> None:
    samples = [350.0, 352, 355, 358, 0, 2, 5, 8, 10, 12]
    assert formula(statistic, True, samples).value == pytest.approx(value, abs=0.0005)


def test_directions_that_cancel_out_have_only_a_count() -> None:
    assert formula("mean", True, [0.0, 180.0]).value is None
    assert formula("count", True, [0.0, 180.0]).value == 2


def test_without_a_sample_there_is_no_value() -> None:
    assert formula("count", False, []).value is None


@given(SPEEDS, DIRECTIONS, st.sampled_from(STATISTICS))
def test_the_words_come_to_what_is_stored(
    speeds: list[float], directions: list[float], statistic: str
) -> None:
    length = min(len(speeds), len(directions))
    samples: Any = {"wind_speed": speeds[:length], "wind_direction": directions[:length]}
    stored = transform(
        frame("T01", "2025-08-31T00:00", **samples), DAY, nameplates(T01=None)
    ).values
    resultant = abs(np.exp(1j * np.radians(samples["wind_direction"])).mean())
    assume(resultant > 1e-3)
    for variable in VARIABLES:
        if variable.name in samples:
            value = formula(statistic, variable.is_angle, samples[variable.name]).value
            expected = stored.xs(("T01", variable.name, statistic)).iloc[0]
            assert (value is None) == np.isnan(expected)
            if value is not None:
                away = abs(value - expected)
                assert min(away, abs(away - 360)) < 1e-5


def test_a_pooled_standard_deviation_shows_what_is_within_samples_and_between_them() -> None:
    deviation = pooled("std", [8.0, 10.0], [1.0, 2.0], readings=60)
    assert deviation.text == (
        "of 60 readings a sample: √((Σ(k - 1)s² + kΣ(x - 9)²) / (nk - 1)) = √((295 + 120) / 119)"
    )
    assert deviation.value == pytest.approx((415 / 119) ** 0.5)


def test_pooled_extremes_are_those_of_the_readings() -> None:
    greatest = pooled("max", [8.0, 10.0], [11.0, 10.5], readings=60)
    assert (
        greatest.text == "the greatest of the readings, of which each sample's greatest is 11, 10.5"
    )
    assert greatest.value == 11


def test_one_reading_has_no_standard_deviation() -> None:
    assert pooled("std", [8.0], [0.0], readings=1).value is None
