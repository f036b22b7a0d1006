"""Findings of a real year, whose figures domain experts can check, and of a simulated farm.

The measurements are not part of the project; where they are absent, those tests are skipped.
"""

from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd
import pytest

from aggregates.assessment.checks.all_checks import CHECKS, findings
from aggregates.assessment.checks.behind import behind
from aggregates.assessment.checks.direction_shifted import direction_shifted
from aggregates.assessment.checks.icing import iced
from aggregates.assessment.checks.spells import spells
from aggregates.assessment.conditions import (
    Condition,
    judge,
)
from aggregates.assessment.farm import FREE_OF_ICE_DEGC, Farm, Traits
from aggregates.assessment.findings import WHOLE_FARM, Kind, Seen
from aggregates.assessment.sequences import lasting
from aggregates.compute.transform import transform
from sourcedata.nameplate import Nameplate
from sourcedata.simulation import RATED_POWER_KW, simulate, turbine_name
from sourcedata.variables import VARIABLE_NAMES
from tests.aggregates.assessment.builders import days, times, turned
from tests.aggregates.assessment.real_year import (
    TURBINES,
    curves_of,
    real,
    real_curves,
    real_farm,
    real_judgement,
)


@cache
def of_2014() -> list[Seen]:
    return findings(real_farm(), real_judgement(), date(2014, 1, 1), date(2014, 12, 31))


def days_of(kind: Kind) -> set[tuple[str, str]]:
    return {
        (finding.turbine, f"{finding.start:%m-%d}") for finding in of_2014() if finding.kind == kind
    }


@real
def test_no_sensor_of_2014_is_frozen_and_no_vane_shifted() -> None:
    assert days_of(Kind.FROZEN) == days_of(Kind.DIRECTION_SHIFTED) == set()


@real
def test_the_stops_of_2014_are_told_with_most_of_their_energy() -> None:
    stops = CHECKS[Kind.STOPPED](real_farm(), real_judgement())
    numbers = [sum(stop.turbine == name for stop in stops) for name in TURBINES]
    assert np.abs(np.array(numbers) - [8, 7, 5, 12]).max() <= 2
    told = sum(stop.lost_kwh or 0 for stop in stops)
    judgement = real_judgement()
    assert told > 0.96 * judgement.lost_kwh[judgement.is_(Condition.STOPPED)].sum()


@real
def test_the_neighbours_name_the_standstills_that_iced_anemometers_hid() -> None:
    assert {("R80711", "12-27"), ("R80721", "12-27")} <= days_of(Kind.STOPPED_BY_NEIGHBOURS)
    assert days_of(Kind.WIND_AGAINST_NEIGHBOURS) == {
        ("R80711", "12-27"),
        ("R80711", "12-30"),
        ("R80721", "12-27"),
        ("R80790", "12-30"),
    }


@real
def test_one_turbine_of_2014_was_behind_for_a_week() -> None:
    (finding,) = [finding for finding in of_2014() if finding.kind == Kind.BEHIND]
    bounds = finding.turbine, f"{finding.start:%m-%d}", f"{finding.end:%m-%d}"
    assert bounds == ("R80790", "11-16", "11-23")


@real
def test_ice_of_2014_is_of_december_alone() -> None:
    ice = [finding for finding in of_2014() if finding.kind == Kind.ICING]
    assert (len(ice), iced(real_farm(), real_judgement()).sum()) == (5, 93)
    assert all(finding.end > finding.start >= ice_begins() for finding in ice)


def ice_begins() -> pd.Timestamp:
    return pd.Timestamp("2014-11-30T23:00Z")


@real
def test_partial_days_of_2014_are_of_the_farm_where_all_turbines_have_them() -> None:
    assert days_of(Kind.PARTIAL) == {
        (WHOLE_FARM, "06-18"),
        (WHOLE_FARM, "10-29"),
        ("R80721", "04-28"),
        ("R80711", "12-16"),
    }


@real
def test_what_is_told_as_derated_is_not_the_mirror_of_noise() -> None:
    """The same rule above the curve finds nothing that neither ice nor the curve's end explains.

    Below 3 degC anemometers ice; above its last bin a curve is flat, and the power is not.
    """
    farm, expected = real_farm(), real_judgement().expected
    above = farm.power_kw > 1.15 * expected.power_kw
    above &= farm.power_kw > expected.power_kw + 3 * expected.spread_kw
    above &= expected.power_kw > 0.05 * farm.rated_power_kw
    tops = {valid.curve.top_kw for of_turbine in real_curves().values() for valid in of_turbine}
    above &= ~np.isin(expected.power_kw, list(tops))
    above &= farm.table("ambient_temperature") >= FREE_OF_ICE_DEGC
    hours = [spell for spell in spells(lasting(above, 3), 144) if spell.has(6, above)]
    assert hours == []


@real
@pytest.mark.parametrize("degrees", [16, -40, 180])
def test_a_vane_that_slips_in_a_real_year_is_found(degrees: float) -> None:
    farm = real_farm()
    for first in (40, 120, 200, 280):
        (finding,) = direction_shifted(
            turned(farm, 2, days(first, first + 6), degrees), real_judgement()
        )
        late = finding.start.date() - (date(2014, 1, 1) + timedelta(first))
        assert (finding.turbine, late <= timedelta(3)) == ("R80736", True)


@real
def test_15_percent_less_for_five_days_of_a_real_year_is_found_nine_times_in_ten() -> None:
    farm, cases, hits = real_farm(), range(12, 350, 7), 0
    for first in cases:
        weak = times(farm, "power", first % 4, days(first, first + 5), 0.85)
        start, end = (np.datetime64(farm.days[number]).item() for number in (first, first + 5))
        hits += any(
            finding.turbine == TURBINES[first % 4]
            and finding.start.date() < end
            and finding.end.date() > start
            for finding in behind(weak, judge(weak, real_curves()))
        )
    assert hits >= 0.9 * len(cases)


def simulated(turbines: int, number_of_days: int, seed: int) -> pd.DataFrame:
    """Return the minutes of a simulated farm."""
    start = date(2025, 8, 1)
    frames = [
        pd.DataFrame(
            {"turbine": turbine_name(number)}
            | simulate(number, start, number_of_days, seed, 0.005, RATED_POWER_KW)
        )
        for number in range(1, turbines + 1)
    ]
    return pd.concat(frames, ignore_index=True)


def aggregated(minutes: pd.DataFrame, number_of_days: int) -> Farm:
    """Return the farm's statistics, as the project computes them."""
    names = sorted(minutes["turbine"].unique())
    nameplates = dict.fromkeys(names, Nameplate(RATED_POWER_KW))
    by_day = minutes.groupby(minutes["timestamp"].dt.date)
    values = pd.concat(
        [transform(of_day, day, nameplates).values for day, of_day in by_day],
        axis=1,
        ignore_index=True,
    )
    shape = len(names), number_of_days * 144
    return Farm(
        names,
        np.datetime64("2025-08-01", "us") + np.arange(shape[1]) * np.timedelta64(10, "m"),
        [Traits()] * len(names),
        {
            (variable, statistic): values.xs((variable, statistic), level=(1, 2))
            .loc[names]
            .to_numpy()
            for variable in VARIABLE_NAMES
            for statistic in ("mean", "min", "max", "std", "count")
        },
        np.full(shape, RATED_POWER_KW),
        np.full(shape, 10.0),
        np.ones(shape, dtype=bool),
        {},
    )


def of_simulated(farm: Farm) -> list[Seen]:
    judgement = judge(farm, curves_of(farm))
    return findings(farm, judgement, farm.days[0].item(), farm.days[-1].item())


FAULTY_DAYS = 20
AFTERNOON = "2025-08-06 12:00", "2025-08-06 17:59"
STILL_DAY = "2025-08-09 00:00", "2025-08-09 23:59"
WEAK_DAYS = "2025-08-11 00:00", "2025-08-15 23:59"
LAST_DAY = "2025-08-20 00:00", "2025-08-20 23:59"


def seed_faults(minutes: pd.DataFrame) -> None:
    def of(turbine: str, first: str = "2025-08-01", last: str = "2025-08-21") -> pd.Series:
        return (minutes["turbine"] == turbine) & minutes["timestamp"].between(first, last)

    variables = list(VARIABLE_NAMES)
    minutes.loc[of("T03", *AFTERNOON) | of("T12", *LAST_DAY), variables] = np.nan
    minutes.loc[of("T04", *STILL_DAY), "wind_speed"] = 9.4
    hours = minutes.set_index("timestamp")["wind_speed"].resample("6h").mean()
    storm = pd.Timestamp(str(hours[hours < 20].idxmax()))
    end = storm + pd.Timedelta("5h59min")
    minutes.loc[of("T06", str(storm), str(end)), "power"] = -12
    minutes.loc[of("T08"), "wind_direction"] = (minutes["wind_direction"] + 40) % 360
    minutes.loc[of("T10", *WEAK_DAYS) & (minutes["power"] > 0), "power"] *= 0.85


def test_each_fault_in_a_simulated_farm_is_named_and_no_healthy_turbine() -> None:
    minutes = simulated(12, FAULTY_DAYS, seed=3)
    seed_faults(minutes)
    told = of_simulated(aggregated(minutes, FAULTY_DAYS))
    named = {(finding.kind, finding.turbine) for finding in told} - {(Kind.DERATED, "T10")}
    assert named == {
        (Kind.SILENT, "T03"),
        (Kind.PARTIAL, "T03"),
        (Kind.FROZEN, "T04"),
        (Kind.STOPPED, "T06"),
        (Kind.DIRECTION_SHIFTED, "T08"),
        (Kind.BEHIND, "T10"),
        (Kind.SILENT, "T12"),
    }


def test_of_a_healthy_simulated_farm_nothing_is_said() -> None:
    assert of_simulated(aggregated(simulated(10, 30, seed=1), 30)) == []
