"""The assessment of a real year of four turbines, against figures computed elsewhere.

The file is not part of the project; where it is absent, other tests prove each rule by hand.
"""

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from django.conf import settings

from aggregates.assessment.conditions import (
    Condition,
    Judgement,
    at_rest_in_light_wind,
    at_rest_in_wind,
    derated,
    judge,
    partly_at_rest,
    stopped,
    stopped_by_neighbours,
)
from aggregates.assessment.farm import POWER, SPEED, TEMPERATURE, Farm, Traits
from aggregates.assessment.kept_curves import fitted_curves
from aggregates.assessment.reference_curve import Curves, ValidCurve
from aggregates.compute.statistic_names import COUNT, MAXIMUM, MEAN
from common.arrays import Array

YEAR: Path = settings.BASE_DIR.parent / "shared" / "data" / "la_haute_borne_2014.csv.gz"
COLUMNS = {SPEED: "Ws_avg", POWER: "P_avg", TEMPERATURE: "Ot_avg"}
FIRST = date(2014, 1, 1)
BASIS_DAYS, LEAST_DAYS = 90, 28

pytestmark = pytest.mark.skipif(not YEAR.exists(), reason="the real measurements are not here")


@cache
def real_farm() -> Farm:
    """Return the year, a sample to a window; of rows with one time the last counts."""
    rows = pd.read_csv(YEAR)
    rows["start"] = pd.to_datetime(rows["Date_time"], utc=True).dt.tz_localize(None)
    starts = pd.date_range("2014-01-01", "2015-01-01", freq="10min", inclusive="left")
    tables = {
        name: rows.pivot_table(
            index="Wind_turbine_name", columns="start", values=column, aggfunc="last"
        ).reindex(columns=starts)
        for name, column in COLUMNS.items()
    }
    turbines = list(tables[SPEED].index)
    values = {(name, MEAN): table.to_numpy() for name, table in tables.items()}
    values[SPEED, MAXIMUM] = values[SPEED, MEAN]
    values |= {(name, COUNT): np.where(np.isnan(values[name, MEAN]), np.nan, 1) for name in COLUMNS}
    shape = values[SPEED, MEAN].shape
    return Farm(
        turbines,
        starts.to_numpy().astype("datetime64[us]"),
        [Traits(2050.0)] * 4,
        values,
        np.ones(shape),
        np.ones(shape, dtype=bool),
        {},
    )


@cache
def real_curves() -> Curves:
    """Return the curves of each month: of the 90 days before, else of the first 90 days."""
    farm = real_farm()
    curves: dict[str, list[ValidCurve]] = {name: [] for name in farm.turbines}
    for month in pd.date_range("2014-01-01", periods=12, freq="MS").date:
        before = (month - FIRST).days
        start = max(before - BASIS_DAYS, 0) if before >= LEAST_DAYS else 0
        end = before if before >= LEAST_DAYS else BASIS_DAYS
        last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        for name, curve in fitted_curves(farm.of_days(start, end)).items():
            curves[name].append(ValidCurve(month, last, curve))
    return curves


@cache
def judgement() -> Judgement:
    return judge(real_farm(), real_curves())


def windows(table: Array) -> list[int]:
    return [int(number) for number in table.sum(axis=1)]


def own_losses_mwh() -> Array:
    """Return what each window lost as the turbines' own anemometers see it."""
    lost = np.where(judgement().is_(Condition.STOPPED_BY_NEIGHBOURS), 0, judgement().lost_kwh)
    return lost / 1000


def test_the_energy_is_that_of_the_turbines() -> None:
    energy_mwh = np.nansum(real_farm().power_kw, axis=1) / 6000
    assert energy_mwh == pytest.approx([3151.16, 2483.87, 2740.04, 2855.05], abs=0.005)


def test_standstills_in_wind_are_found_to_the_window() -> None:
    assert windows(at_rest_in_wind(real_farm())) == [175, 294, 248, 541]


def test_standstills_in_light_wind_and_windows_next_to_a_stop() -> None:
    farm, expected = real_farm(), judgement().expected
    light = at_rest_in_light_wind(farm, expected)
    at_rest = at_rest_in_wind(farm) | light
    assert windows(light) == pytest.approx([95, 162, 109, 218], rel=0.05)
    assert windows(partly_at_rest(farm, expected, at_rest)) == pytest.approx(
        [31, 31, 25, 47], rel=0.05
    )


def test_derated_windows() -> None:
    farm, expected = real_farm(), judgement().expected
    number = windows(derated(farm, expected, stopped(farm, expected)))
    assert number == pytest.approx([22, 23, 0, 12], rel=0.05)
    assert sum(number) <= 100


def test_what_the_neighbours_see_names_the_days_of_the_iced_anemometers() -> None:
    farm = real_farm()
    seen = stopped_by_neighbours(farm)
    assert windows(seen) == pytest.approx([85, 90, 0, 23], rel=0.05)
    days = set(farm.starts[seen.any(axis=0)].astype("datetime64[D]").tolist())
    assert {date(2014, 12, 27), date(2014, 12, 28)} <= days


def test_losses_by_turbine_and_by_month() -> None:
    lost = own_losses_mwh()
    months = real_farm().starts.astype("datetime64[M]").astype(int) % 12
    by_month = [lost[:, months == month].sum() for month in range(12)]
    assert lost.sum(axis=1) == pytest.approx([16.5, 26.3, 27.4, 46.8], abs=0.05)
    assert by_month == pytest.approx(
        [8.7, 4.0, 0.1, 2.8, 14.5, 40.3, 0.8, 8.9, 1.7, 7.2, 7.9, 20.2], abs=0.06
    )


def test_losses_are_those_of_the_plants_own_record() -> None:
    record = pd.read_csv(YEAR.with_name("la_haute_borne_2014_plant_monthly.csv"))
    recorded_mwh = (record["availability_kwh"] + record["curtailment_kwh"]) / 1000
    lost = own_losses_mwh()
    months = real_farm().starts.astype("datetime64[M]").astype(int) % 12
    by_month = [lost[:, months == month].sum() for month in range(12)]
    assert 0.88 <= lost.sum() / recorded_mwh.sum() <= 0.96
    assert np.corrcoef(by_month, recorded_mwh)[0, 1] >= 0.995
