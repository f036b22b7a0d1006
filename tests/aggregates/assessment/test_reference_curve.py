"""The reference curve: what a turbine gives when nothing is wrong with it."""

import numpy as np
import pytest

from aggregates.assessment.kept_curves import fitted_curves
from aggregates.assessment.reference_curve import (
    NotACurve,
    density_factor,
    fitted,
    given,
    misfit,
    with_spread_of,
)
from common.arrays import Array
from tests.aggregates.assessment.builders import CURVE, days, healthy, times, with_values
from tests.aggregates.assessment.farms import curve

RATED_KW = 2000.0


def windows(number: int = 3000) -> tuple[Array, Array]:
    """Return wind speeds and the powers of a turbine that gives 200 kW a m/s from 3 m/s on."""
    generator = np.random.default_rng(3)
    wind_speed = generator.uniform(0, 16, number)
    power_kw = np.clip(200 * (wind_speed - 3), 0, RATED_KW) + generator.normal(0, 20, number)
    return wind_speed, power_kw


def test_a_curve_is_the_median_of_its_bins() -> None:
    own = fitted(*windows(), RATED_KW)
    assert own is not None
    assert own.expected_kw(np.array([5.0, 8.0, 12.0])) == pytest.approx([400, 1000, 1800], abs=25)


def test_a_curve_never_falls_is_zero_below_its_first_bin_and_flat_above_its_last() -> None:
    own = fitted(*windows(), RATED_KW)
    assert own is not None
    assert (np.diff(own.power_kw) >= 0).all()
    assert own.expected_kw(np.array([-0.1, 40.0])).tolist() == [0, own.top_kw]
    assert np.isnan(own.expected_kw(np.array([np.nan])))


def test_a_third_of_weak_windows_does_not_bend_the_curve() -> None:
    wind_speed, power_kw = windows()
    weak = np.arange(len(power_kw)) % 3 == 0
    bent = fitted(wind_speed, np.where(weak, 0.5 * power_kw, power_kw), RATED_KW)
    assert bent is not None
    assert bent.expected_kw(np.array([8.0])) == pytest.approx([1000], rel=0.03)


def test_a_curve_of_few_bins_is_none_also_where_the_weak_windows_alone_made_more() -> None:
    wind_speed = np.repeat([4.0, 5.0, 6.0, 7.0, 8.0], 3)
    power_kw = np.repeat([1000.0, 100.0, 100.0, 100.0, 1000.0], 3)
    assert fitted(wind_speed, power_kw, RATED_KW) is None


def test_the_spread_is_that_of_the_windows_and_at_least_a_hundredth_of_the_rated_power() -> None:
    wind_speed, power_kw = windows(20000)
    own = fitted(wind_speed, power_kw, RATED_KW)
    narrow = fitted(wind_speed, np.clip(200 * (wind_speed - 3), 0, RATED_KW), RATED_KW)
    assert own is not None
    assert narrow is not None
    # Within a bin of 0.5 m/s the power differs by 100 kW, evenly: a median deviation of 25 kW.
    assert own.spread_kw[10] == pytest.approx(1.4826 * 30, rel=0.25)
    assert narrow.spread_kw[-1] == 0.01 * RATED_KW


def test_a_handful_of_windows_is_no_curve() -> None:
    assert fitted(np.array([5.0] * 9), np.array([400.0] * 9), RATED_KW) is None
    assert fitted(np.array([]), np.array([]), RATED_KW) is None


def test_thin_air_carries_less() -> None:
    at_sea, on_hill = density_factor(0, np.array([15.0])), density_factor(1000, np.array([15.0]))
    # ISO 2533: 1.2250 kg/m3 at the sea, 1.1117 kg/m3 at 1,000 m where it is 8.5 degC.
    assert at_sea == pytest.approx([1], abs=1e-4)
    assert density_factor(1000, np.array([8.5]))[0] ** 3 * 1.225 == pytest.approx(1.1117, abs=2e-4)
    assert on_hill < at_sea


def test_without_an_elevation_or_a_temperature_nothing_is_guessed_of_it() -> None:
    assert density_factor(None, np.array([-30.0])).tolist() == [1]
    assert density_factor(500, np.array([np.nan])) == density_factor(500, np.array([15.0]))


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ([(3, 0), (12, 2000)], "needs 5 points at least; these are 2"),
        ([(3, 0), (5, 400), (5, 500), (8, 1000), (12, 2000)], "must ascend"),
        ([(3, 0), (5, 400), (8, 1000), (12, 2000), (26, 0)], "must not fall"),
        ([(3, 0), (5, -4), (8, 1000), (12, 2000), (13, 2000)], r"Point 2 \(5 m/s, -4 kW\)"),
        ([(3, 0), (5, 400), (8, float("nan")), (12, 2000), (13, 2000)], "Point 3"),
    ],
)
def test_points_that_are_no_curve_are_refused(
    points: list[tuple[float, float]], sentence: str
) -> None:
    with pytest.raises(NotACurve, match=sentence):
        given(points)


def test_a_given_curve_has_the_spread_of_the_turbines_own_windows() -> None:
    points = [(3.0, 0.0), (5.0, 400.0), (8.0, 1000.0), (10.0, 1400.0), (13.0, 2000.0)]
    assert np.isnan(given(points).spread_kw).all()
    assert with_spread_of(given(points), curve(spread_kw=70)).spread_kw.tolist() == [70.0] * 5


def test_a_curve_of_another_type_does_not_fit() -> None:
    points = [(3.0, 0.0), (5.0, 600.0), (8.0, 1500.0), (10.0, 2100.0), (13.0, 3000.0)]
    own = [(wind, power / 1.5) for wind, power in points]
    assert misfit(given(points), curve()) == pytest.approx(1.5, rel=0.01)
    assert misfit(given(own), curve()) is None


def test_the_curve_of_a_repowered_turbine_is_of_its_new_rated_power() -> None:
    of_wind = np.tile(np.linspace(3, 13, 144), 20)
    farm = with_values(healthy(1, 20), "wind_speed", 0, days(0, 20), of_wind)
    farm = with_values(farm, "power", 0, days(0, 20), CURVE.expected_kw(of_wind))
    repowered = times(farm, "power", 0, days(0, 14), 0.5)
    repowered.rated_power_kw[0, days(0, 14)] = 1000
    own = fitted_curves(repowered)["T01"]
    assert own.expected_kw(np.array([9.0])) == pytest.approx([2000 * 0.75**3], rel=0.02)


def test_a_rated_power_that_was_corrected_a_little_is_of_the_same_turbine() -> None:
    farm = with_values(healthy(1, 20), "wind_speed", 0, days(0, 20), np.linspace(3, 13, 2880))
    farm.rated_power_kw[0, days(0, 14)] = 1950
    assert fitted_curves(farm)["T01"].windows.sum() > 2000
