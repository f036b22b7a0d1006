"""Conditions: what a turbine did in a window, and what it cost."""

from dataclasses import replace

import numpy as np
import pytest

from aggregates.assessment.conditions import Judgement, judge, judge_by_day, unknown
from aggregates.assessment.farm import POWER, SPEED, Farm
from aggregates.compute.statistic_names import COUNT, MAXIMUM, MEAN, STD
from common.arrays import Array
from tests.aggregates.assessment.farms import curves, farm


def judged(of: Farm, **options: float) -> Judgement:
    return judge(of, curves(*of.turbines, **options))


def conditions(of: Farm, windows: int, turbine: int = 0, **options: float) -> str:
    return "".join(judged(of, **options).letters[turbine, :windows])


def test_a_turbine_that_gives_what_its_wind_promises_produces() -> None:
    assert conditions(farm({"T01": [1000]}), 2) == "pp"


def test_a_turbine_at_rest_in_wind_is_stopped_and_loses_what_was_expected() -> None:
    judgement = judged(farm({"T01": [-10, -10]}))
    assert "".join(judgement.letters[0, :3]) == "SSp"
    # At 8.0 and 8.1 m/s 1000 and 1020 kW were expected, and 10 kW were drawn, for ten minutes.
    assert judgement.lost_kwh[0, :3].tolist() == pytest.approx([1010 / 6, 1030 / 6, 0])


def test_a_window_next_to_a_stop_is_a_part_of_it_where_much_is_missing() -> None:
    assert conditions(farm({"T01": [840, 0, 860]}), 3) == "SSp"


def test_next_to_a_rest_of_which_nothing_can_be_said_no_stop_is_known() -> None:
    of_one = farm({"T01": [840, 0, 840]})
    samples = of_one.values[SPEED, COUNT].copy()
    samples[0, 1] = 5
    few = replace(of_one, values={**of_one.values, (SPEED, COUNT): samples})
    assert [conditions(of_one, 3), conditions(few, 3)] == ["SSS", "p?p"]


def test_a_stop_in_light_wind_is_told_by_the_neighbours() -> None:
    light = {name: [4.5] for name in ("T01", "T02", "T03")}
    running = farm({"T01": [0], "T02": [300], "T03": [300]}, light)
    alone = farm({"T01": [0]}, {"T01": [4.5]})
    assert [conditions(running, 1), conditions(alone, 1)] == ["S", "p"]


def test_an_iced_anemometer_is_seen_through_by_the_neighbours() -> None:
    powers = {"T01": [0.0] * 6, "T02": [], "T03": []}
    judgement = judged(farm(powers, {"T01": [2.0, 2.1, 2.2, 2.3, 2.4, 2.5]}))
    assert "".join(judgement.letters[0, :7]) == "NNNNNNp"
    # The neighbours' wind is 8 m/s, at which its own curve promises 1000 kW.
    assert judgement.lost_kwh[0, 0] == pytest.approx(1000 / 6)


def test_the_neighbours_are_believed_after_an_hour() -> None:
    powers = {"T01": [0.0] * 5, "T02": [], "T03": []}
    assert conditions(farm(powers, {"T01": [2.0, 2.1, 2.2, 2.3, 2.4]}), 5) == "ccccc"


def test_one_neighbour_is_not_enough_for_a_claim() -> None:
    powers = {"T01": [0.0] * 6, "T02": []}
    of_two = farm(powers, {"T01": [2.0, 2.1, 2.2, 2.3, 2.4, 2.5]})
    assert conditions(of_two, 6) == "cccccc"


def test_too_little_power_for_half_an_hour_is_derated() -> None:
    assert conditions(farm({"T01": [600, 600, 600]}), 4) == "DDDp"
    assert conditions(farm({"T01": [600, 600]}), 3) == "ppp"


def test_where_normal_windows_spread_widely_little_power_is_no_sign() -> None:
    assert conditions(farm({"T01": [600, 600, 600]}), 3, spread_kw=200) == "ppp"


def test_where_the_spread_is_not_known_nothing_is_called_derated() -> None:
    assert conditions(farm({"T01": [600, 600, 600]}), 3, spread_kw=np.nan) == "ppp"


def test_an_anemometer_that_reads_too_much_makes_no_turbine_derated() -> None:
    """At its 12 m/s 1800 kW were expected; at the 8 m/s of the others the 1000 that it gives."""
    powers = {"T01": [1000, 1001, 1000], "T02": [], "T03": []}
    assert conditions(farm(powers, {"T01": [12, 12.1, 12]}), 3) == "ppp"
    assert conditions(farm({"T01": powers["T01"]}, {"T01": [12, 12.1, 12]}), 3) == "DDD"


def test_a_power_that_stands_still_tells_nothing() -> None:
    assert conditions(farm({"T01": [700] * 6}), 7) == "??????p"
    assert conditions(farm({"T01": [700] * 5}), 5) == "DDDDD"


def test_what_a_frozen_neighbour_reads_prices_nothing() -> None:
    powers = {"T01": [0.0] * 6, "T02": [], "T03": [], "T04": []}
    winds = {"T01": [2.0, 2.1, 2.2, 2.3, 2.4, 2.5], "T02": [13.0] * 6}
    judgement = judged(farm(powers, winds))
    assert judgement.lost_kwh[0, 0] == pytest.approx(1000 / 6)


def test_neighbours_whose_power_stands_still_say_nothing_of_a_calm_turbine() -> None:
    powers = {"T01": [0] * 6, "T02": [700] * 6, "T03": [700] * 6}
    winds = {"T01": [2.0, 2.1, 2.2, 2.3, 2.4, 2.5]}
    assert conditions(farm(powers, winds), 6) == "cccccc"


def test_a_turbine_without_wind_is_calm() -> None:
    assert conditions(farm({"T01": [-5]}, {"T01": [2]}), 1) == "c"


def test_full_power_in_what_the_anemometer_calls_calm_tells_nothing() -> None:
    assert conditions(farm({"T01": [1500, 99]}, {"T01": [0, 0]}), 2) == "?c"


def test_a_storm_stops_a_turbine_without_a_loss_until_the_wind_has_dropped() -> None:
    storm = farm({"T01": [2000, 0, 0, 0, 0]}, {"T01": [23, 24, 20, 18.5, 17]})
    judgement = judged(storm)
    assert "".join(judgement.letters[0, :5]) == "poooS"
    assert judgement.lost_kwh[0, 1:4].tolist() == [0, 0, 0]


def test_a_window_in_which_a_storms_rest_began_or_ended_has_lost_nothing() -> None:
    storm = farm({"T01": [2000, 800, 0, 0, 700]}, {"T01": [23, 24.5, 24, 19, 19.5]})
    judgement = judged(storm)
    assert "".join(judgement.letters[0, :6]) == "ppoopp"
    assert judgement.lost_kwh[0].sum() == 0


def test_a_window_of_one_sample_hides_its_gusts() -> None:
    storm = farm({"T01": [2000, 0, 0]}, {"T01": [22, 21, 19]})
    lone = np.ones((1, 144))
    values = {**storm.values, (SPEED, COUNT): lone, (POWER, COUNT): lone}
    values[SPEED, MAXIMUM] = storm.wind_speed
    of_one = replace(storm, values=values, expected_samples=lone)
    assert [conditions(storm, 3), conditions(of_one, 3)] == ["pSS", "poo"]


def test_a_stop_that_began_before_the_storm_is_a_stop() -> None:
    storm = farm({"T01": [0, 0, 0]}, {"T01": [19, 20, 25]})
    assert conditions(storm, 3) == "SSS"


def test_a_turbine_cuts_out_at_its_own_wind() -> None:
    storm = farm({"T01": [0]}, {"T01": [20.5]})
    lower = replace(storm, traits=[replace(storm.traits[0], cut_out_m_s=22)])
    assert [conditions(storm, 1), conditions(lower, 1)] == ["S", "o"]


@pytest.mark.parametrize("missing", [(SPEED, MEAN), (POWER, MEAN), (SPEED, COUNT), (POWER, COUNT)])
def test_without_enough_samples_nothing_is_known(missing: tuple[str, str]) -> None:
    of = farm({"T01": [0]})
    few = np.where(np.arange(144) == 0, 8.0 if missing[1] == COUNT else np.nan, of.values[missing])
    assert conditions(replace(of, values={**of.values, missing: few}), 1) == "?"


def test_a_wind_speed_that_stands_still_tells_nothing() -> None:
    changing = [8.0, 8.1] * 69
    of = farm({"T01": [0] * 6}, {"T01": [9.4] * 6 + changing})
    assert conditions(of, 6) == "??????"
    assert conditions(farm({"T01": [0] * 5}, {"T01": [9.4] * 5 + changing}), 5) == "SSSSS"


def test_samples_without_any_deviation_for_half_an_hour_are_frozen() -> None:
    of = farm({"T01": [0] * 3}, {"T01": [8.0, 8.5] * 72})
    still = np.where(np.arange(144) < 3, 0.0, 0.4).reshape(1, -1)
    frozen = replace(of, values={**of.values, (SPEED, STD): still})
    assert [conditions(of, 3), conditions(frozen, 3)] == ["SSS", "???"]


def test_without_a_rated_power_nothing_is_claimed() -> None:
    of = farm({"T01": [0] * 144}, rated_power_kw=None)
    judgement = judged(of)
    assert set(judgement.letters[0]) == {"?"}
    assert judgement.lost_kwh.sum() == 0


def test_without_a_curve_a_standstill_in_strong_wind_is_named_and_has_no_price() -> None:
    of = farm({"T01": [0, 0]}, {"T01": [8.0, 4.0]})
    judgement = judge(of, {})
    assert "".join(judgement.letters[0, :3]) == "S?p"
    assert np.isnan(judgement.lost_kwh[0, 0])
    assert np.nansum(judgement.lost_kwh) == 0


def test_a_day_is_judged_alike_alone_and_with_others() -> None:
    generator = np.random.default_rng(7)
    one = farm({name: [] for name in ("T01", "T02", "T03", "T04")})
    days = 5
    wind = np.abs(generator.normal(9, 7, (4, days * 144)))
    power = np.where(generator.random(wind.shape) < 0.4, 0, np.minimum(200 * wind, 2000))
    wind[0, 100:300], power[0, 100:300] = generator.random(200) + 2, 0
    values = {(SPEED, MEAN): wind, (SPEED, MAXIMUM): wind + 3, (POWER, MEAN): power}
    values |= {(name, COUNT): np.full(wind.shape, 10) for name in (SPEED, POWER)}
    starts = one.starts[0] + np.arange(days * 144) * (one.starts[1] - one.starts[0])
    of = replace(
        one,
        starts=starts,
        values=values,
        rated_power_kw=np.full(wind.shape, 2000.0),
        expected_samples=np.full(wind.shape, 10),
        is_expected=np.ones(wind.shape, dtype=bool),
    )
    together = judge_by_day(of, curves(*of.turbines), 1, 4)
    alone = judge_by_day(of.of_days(1, 4), curves(*of.turbines), 1, 2)
    assert (alone.letters == together.letters[:, 144:288]).all()
    assert set("SN") <= set("".join(together.letters.ravel()))


def test_what_is_unknown_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    farms: list[Farm] = []

    def counted(of: Farm) -> Array:
        farms.append(of)
        return unknown(of)

    monkeypatch.setattr("aggregates.assessment.conditions.unknown", counted)
    judged(farm({"T01": [], "T02": []}))
    assert len(farms) == 1
