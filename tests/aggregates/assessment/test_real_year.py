"""The assessment of a real year of four turbines, against figures computed elsewhere.

The file is not part of the project; where it is absent, other tests prove each rule by hand.
"""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from aggregates.assessment.conditions import (
    Condition,
    at_rest_in_light_wind,
    at_rest_in_wind,
    derated,
    partly_at_rest,
    stopped,
    stopped_by_neighbours,
    unknown,
)
from common.arrays import Array
from tests.aggregates.assessment.builders import with_values
from tests.aggregates.assessment.real_year import (
    YEAR,
    curves_of,
    real,
    real_farm,
    real_judgement,
)

pytestmark = real


def windows(table: Array) -> list[int]:
    return [int(number) for number in table.sum(axis=1)]


def own_losses_mwh() -> Array:
    """Return what each window lost as the turbines' own anemometers see it."""
    lost = np.where(
        real_judgement().is_(Condition.STOPPED_BY_NEIGHBOURS), 0, real_judgement().lost_kwh
    )
    return lost / 1000


def test_the_energy_is_that_of_the_turbines() -> None:
    energy_mwh = np.nansum(real_farm().power_kw, axis=1) / 6000
    assert energy_mwh == pytest.approx([3151.16, 2483.87, 2740.04, 2855.05], abs=0.005)


def test_standstills_in_wind_are_found_to_the_window() -> None:
    assert windows(at_rest_in_wind(real_farm())) == [175, 294, 248, 541]


def test_standstills_in_light_wind_and_windows_next_to_a_stop() -> None:
    farm, expected = real_farm(), real_judgement().expected
    light = at_rest_in_light_wind(farm, expected, unknown(farm))
    at_rest = at_rest_in_wind(farm) | light
    assert windows(light) == pytest.approx([95, 162, 109, 218], rel=0.05)
    assert windows(partly_at_rest(farm, expected, at_rest)) == pytest.approx(
        [31, 31, 25, 47], rel=0.05
    )


def test_derated_windows() -> None:
    farm, expected = real_farm(), real_judgement().expected
    stop = stopped(farm, expected, unknown(farm))
    number = windows(derated(farm, expected, stop))
    assert number == pytest.approx([22, 23, 0, 12], rel=0.05)
    assert sum(number) <= 100


def test_what_the_neighbours_see_names_the_days_of_the_iced_anemometers() -> None:
    farm = real_farm()
    seen = stopped_by_neighbours(farm, unknown(farm))
    assert windows(seen) == pytest.approx([85, 90, 0, 23], rel=0.05)
    days = set(farm.starts[seen.any(axis=0)].astype("datetime64[D]").tolist())
    assert {date(2014, 12, 27), date(2014, 12, 28)} <= days


def test_losses_by_turbine_and_by_month() -> None:
    lost = own_losses_mwh()
    months = real_farm().starts.astype("datetime64[M]").astype(int) % 12
    by_month = [lost[:, months == month].sum() for month in range(12)]
    assert lost.sum(axis=1) == pytest.approx([16.5, 26.3, 27.4, 46.8], abs=0.05)
    # In December, with ice, some windows are weak by a wind that the neighbours do not have.
    assert by_month == pytest.approx(
        [8.7, 4.0, 0.1, 2.8, 14.5, 40.3, 0.8, 8.9, 1.7, 7.2, 7.9, 20.2], abs=0.09
    )


@pytest.mark.parametrize("windows", [3, 36])
def test_an_anemometer_that_stood_still_at_0_bends_no_curve(windows: int) -> None:
    """In May its curve is of the 90 days before, of which the 69th is this one."""
    farm, start = real_farm(), 69 * 144
    dead = with_values(farm, "wind_speed", 2, slice(start, start + windows), 0.0)
    curve, bent = (curves_of(of)["R80736"][4].curve for of in (farm, dead))
    speeds = np.arange(26)
    assert bent.expected_kw(speeds) == pytest.approx(curve.expected_kw(speeds), rel=0.02, abs=5)


def test_losses_are_those_of_the_plants_own_record() -> None:
    record = pd.read_csv(YEAR.with_name("la_haute_borne_2014_plant_monthly.csv"))
    recorded_mwh = (record["availability_kwh"] + record["curtailment_kwh"]) / 1000
    lost = own_losses_mwh()
    months = real_farm().starts.astype("datetime64[M]").astype(int) % 12
    by_month = [lost[:, months == month].sum() for month in range(12)]
    assert 0.88 <= lost.sum() / recorded_mwh.sum() <= 0.96
    assert np.corrcoef(by_month, recorded_mwh)[0, 1] >= 0.995
