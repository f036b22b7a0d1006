"""The simulated turbine behaves like one."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sourcedata.simulation import (
    CUT_IN_MS,
    CUT_OUT_MS,
    RATED_MS,
    RATED_POWER_KW,
    Column,
    simulate,
    turbine_name,
)
from sourcedata.variables import VARIABLES

START = date(2026, 11, 1)
SEEDS = st.integers(0, 2**32 - 1)
ANGLES = [variable.name for variable in VARIABLES if variable.is_angle]
FEW = settings(max_examples=5)


def simulated(
    turbine: int = 1, start: date = START, days: int = 10, seed: int = 42, missing: float = 0.0
) -> dict[str, Column]:
    return simulate(turbine, start, days, seed, missing, RATED_POWER_KW)


# A new variable of the catalogue is not simulated at once.
SIMULATED = [variable for variable in VARIABLES if variable.name in simulated(days=1)]


def lagged_correlation(values: Column, minutes: int) -> float:
    return float(np.corrcoef(values[:-minutes], values[minutes:])[0, 1])


def test_the_same_seed_gives_the_same_data() -> None:
    once, again = simulated(missing=0.1), simulated(missing=0.1)
    for name in once:
        np.testing.assert_array_equal(once[name], again[name])


def test_another_seed_gives_other_data() -> None:
    for variable in SIMULATED:
        one, other = simulated()[variable.name], simulated(seed=43)[variable.name]
        assert not np.array_equal(one, other), variable.name


def test_a_day_is_the_same_in_whatever_range_it_is_asked_for() -> None:
    range_, day = simulated(missing=0.1), simulated(start=date(2026, 11, 4), days=1, missing=0.1)
    for name in day:
        np.testing.assert_array_equal(range_[name][3 * 1440 : 4 * 1440], day[name])


def test_there_is_a_row_for_every_minute_of_every_variable() -> None:
    columns = simulated(days=2)
    assert columns["timestamp"][0] == np.datetime64(START)
    assert set(np.diff(columns["timestamp"])) == {np.timedelta64(1, "m")}
    assert [*columns] == ["timestamp", *(variable.name for variable in SIMULATED)]
    assert {len(column) for column in columns.values()} == {2 * 1440}


@FEW
@given(SEEDS, st.sampled_from([1.0, 50.0, RATED_POWER_KW, 15_000.0]))
def test_all_values_are_in_the_valid_range(seed: int, rated_power_kw: float) -> None:
    columns = simulate(1, START, 10, seed, 0, rated_power_kw)
    for variable in SIMULATED:
        lowest, highest = variable.valid_range(rated_power_kw)
        assert lowest <= columns[variable.name].min(), variable.name
        assert columns[variable.name].max() <= highest, variable.name


@FEW
@given(SEEDS)
def test_a_full_turn_is_recorded_as_0(seed: int) -> None:
    columns = simulated(seed=seed)
    for name in ANGLES:
        assert columns[name].max() < 360


@pytest.mark.parametrize("missing", [0, 0.25, 1])
def test_the_share_of_missing_cells_is_as_asked(missing: float) -> None:
    columns = simulated(missing=missing)
    for variable in SIMULATED:
        share = np.isnan(columns[variable.name]).mean()
        assert share == pytest.approx(missing, abs=0.02), variable.name


def test_cells_are_missing_independently() -> None:
    columns = simulated(missing=0.5)
    without_speed, without_power = np.isnan(columns["wind_speed"]), np.isnan(columns["power"])
    assert (without_speed & without_power).mean() == pytest.approx(0.25, abs=0.02)


@FEW
@given(SEEDS)
def test_wind_speed_remembers_minutes_and_forgets_days(seed: int) -> None:
    wind_speed = simulated(seed=seed)["wind_speed"]
    assert lagged_correlation(wind_speed, minutes=1) > 0.95
    assert lagged_correlation(wind_speed, minutes=1440) < 0.85


def test_nights_are_windier_than_days() -> None:
    by_hour = simulated(days=100)["wind_speed"].reshape(100, 24, 60).mean(axis=(0, 2))
    assert by_hour[[0, 1, 2, 3, 4]].min() > by_hour[[12, 13, 14, 15, 16]].max() * 1.1


def test_turbines_share_the_weather_but_not_the_gusts() -> None:
    one, other = simulated(1)["wind_speed"], simulated(2)["wind_speed"]
    assert np.corrcoef(one, other)[0, 1] > 0.9
    assert np.corrcoef(np.diff(one), np.diff(other))[0, 1] < 0.2


@FEW
@given(SEEDS)
def test_ten_days_show_calm_partial_load_and_rated_power(seed: int) -> None:
    power_kw = simulated(seed=seed)["power"]
    partial_load = (power_kw > 0.05 * RATED_POWER_KW) & (power_kw < 0.95 * RATED_POWER_KW)
    for phase in (power_kw < 0, partial_load, power_kw > 0.99 * RATED_POWER_KW):
        assert phase.mean() > 0.05


def test_power_follows_a_power_curve() -> None:
    columns = simulated(days=100)
    wind_speed, power_kw = columns["wind_speed"], columns["power"]
    calm, rated = wind_speed < CUT_IN_MS - 1, (wind_speed > RATED_MS + 2) & (wind_speed < 22)
    assert power_kw[calm].max() < 0
    assert power_kw[rated].min() > 0.99 * RATED_POWER_KW
    bins = [power_kw[np.floor(wind_speed) == speed].mean() for speed in range(2, 13)]
    assert (np.diff(bins) > 0).all()


def test_power_scatters_around_the_curve() -> None:
    columns = simulated()
    near_8 = np.abs(columns["wind_speed"] - 8) < 0.1
    assert 0.05 < columns["power"][near_8].std() / columns["power"][near_8].mean() < 0.25


def test_a_storm_stops_the_turbine() -> None:
    columns = simulated(days=200)
    stopped = (columns["power"] < 0) & (columns["wind_speed"] > RATED_MS)
    assert stopped.any()
    assert columns["wind_speed"][stopped].min() > 0.85 * CUT_OUT_MS
    assert columns["pitch_angle"][stopped].min() > 80


def test_rotor_and_blades_follow_the_wind() -> None:
    columns = simulated()
    calm, rated = columns["wind_speed"] < CUT_IN_MS - 1, columns["power"] > 0.99 * RATED_POWER_KW
    assert columns["rotor_speed"][calm].max() < 1 < 16 < columns["rotor_speed"][rated].min()
    assert columns["pitch_angle"][calm].min() > 80
    assert np.corrcoef(columns["wind_speed"][rated], columns["pitch_angle"][rated])[0, 1] > 0.7


@FEW
@given(SEEDS)
def test_directions_cross_north_within_ten_days(seed: int) -> None:
    columns = simulated(seed=seed)
    for name in ANGLES:
        assert (np.abs(np.diff(columns[name])) > 180).any(), name


def test_the_nacelle_follows_the_wind_direction() -> None:
    columns = simulated()
    error = (columns["nacelle_direction"] - columns["wind_direction"] + 180) % 360 - 180
    assert abs(error.mean()) < 5
    assert 1 < error.std() < 15
    turns = np.diff(columns["nacelle_direction"]) != 0
    assert turns.mean() < 0.2


def test_afternoons_are_warmer_than_nights_and_july_than_january() -> None:
    january, july = (simulated(start=date(2026, month, 1), days=31) for month in (1, 7))
    by_hour = january["ambient_temperature"].reshape(31, 24, 60).mean(axis=(0, 2))
    assert by_hour[15] > by_hour[3] + 4
    assert july["ambient_temperature"].mean() > january["ambient_temperature"].mean() + 10


def test_values_have_two_decimals() -> None:
    columns = simulated()
    for variable in SIMULATED:
        np.testing.assert_array_equal(columns[variable.name], columns[variable.name].round(2))


def test_names_have_two_digits_or_more() -> None:
    assert [turbine_name(number) for number in (1, 12, 100)] == ["T01", "T12", "T100"]
