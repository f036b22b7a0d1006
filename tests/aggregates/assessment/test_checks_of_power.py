"""What is said of turbines that stand still, or give less than their wind promises."""

from dataclasses import replace

import numpy as np
import pytest

from aggregates.assessment.checks.behind import behind
from aggregates.assessment.checks.derated import derated
from aggregates.assessment.checks.icing import icing
from aggregates.assessment.checks.stopped import stopped, stopped_by_neighbours
from aggregates.assessment.checks.whole_farm import shared
from aggregates.assessment.checks.wind_against_neighbours import wind_against_neighbours
from aggregates.assessment.conditions import judge
from aggregates.assessment.farm import Farm
from tests.aggregates.assessment.builders import (
    CURVE,
    WIND,
    bounds,
    curves,
    days,
    healthy,
    judged,
    seen,
    times,
    window,
    with_values,
    without_samples,
)


def standing(windows: slice, turbines: int = 4, length: int = 1) -> Farm:
    return with_values(healthy(turbines, length), "power", 0, windows, -12)


def cold(farm: Farm, rows: int | list[int] = 0, windows: slice = slice(0, 144)) -> Farm:
    temperature = np.linspace(-3, -2, windows.stop - windows.start)
    return with_values(farm, "ambient_temperature", rows, windows, temperature)


def test_six_hours_without_power_in_wind_are_a_stop_with_its_price() -> None:
    farm = standing(slice(60, 96))
    (finding,) = seen(stopped, farm)
    assert bounds([finding]) == [("T01", window(60), window(96))]
    assert finding.lost_kwh == pytest.approx(judged(farm).lost_kwh.sum())
    assert finding.sentence.startswith("T01 stood still for 6 h (36 windows) in wind of 9.0 m/s")
    assert finding.sentence.endswith("kWh were lost.")


def test_less_than_an_hour_at_rest_within_a_day_is_not_told() -> None:
    assert seen(stopped, standing(slice(60, 65))) == []


def test_windows_in_which_a_stop_began_or_ended_are_priced_and_no_time_at_rest() -> None:
    farm = times(standing(slice(60, 66)), "power", 0, slice(66, 67), 0.5)
    (finding,) = seen(stopped, farm)
    assert finding.sentence.startswith("T01 stood still for 1 h (6 windows) in wind")
    assert bounds([finding]) == [("T01", window(60), window(67))]
    assert finding.lost_kwh == pytest.approx(judged(farm).lost_kwh[0, 60:67].sum())


def test_a_stop_whose_anemometer_is_far_from_its_neighbours_has_their_price_beside_its_own() -> (
    None
):
    (usual,) = seen(stopped, standing(slice(60, 96)))
    assert "By its neighbours" not in usual.sentence
    (iced,) = seen(stopped, times(standing(slice(60, 96)), "wind_speed", 0, slice(60, 96), 0.65))
    theirs = float(iced.sentence.split("By its neighbours' wind it would be about ")[1].split()[0])
    assert theirs == pytest.approx(usual.lost_kwh, rel=0.05)


def test_a_stop_of_a_turbine_whose_curve_is_far_below_its_rated_power_doubts_that() -> None:
    farm = standing(slice(60, 96))
    (finding,) = seen(stopped, replace(farm, rated_power_kw=10 * farm.rated_power_kw))
    assert "at most 4 % of its rated power, which may be stated wrong." in finding.sentence
    assert "stated wrong" not in seen(stopped, farm)[0].sentence


def test_stops_within_a_day_are_one_finding_and_later_ones_another() -> None:
    farm = standing(slice(0, 6), length=4)
    for start in (100, 400):
        farm = with_values(farm, "power", 0, slice(start, start + 6), -12)
    assert bounds(seen(stopped, farm)) == [
        ("T01", window(0), window(106)),
        ("T01", window(400), window(406)),
    ]


def test_a_stop_is_open_until_the_turbine_gives_power_again() -> None:
    farm = standing(slice(60, 96))
    calm = with_values(farm, "wind_speed", 0, slice(96, 144), np.linspace(1, 2, 48))
    calm = with_values(calm, "power", 0, slice(96, 144), -12)
    assert [finding.is_open for finding in seen(stopped, farm)] == [False]
    assert [finding.is_open for finding in seen(stopped, calm)] == [True]


def test_a_frozen_anemometer_makes_no_stop() -> None:
    farm = with_values(standing(slice(0, 144)), "wind_speed", 0, slice(0, 144), 9.4)
    assert seen(stopped, farm) == []


def test_a_turbine_of_unknown_rated_power_is_not_judged() -> None:
    farm = with_values(healthy(rated_kw=None), "power", 0, slice(0, 144), -12)
    for check in (stopped, stopped_by_neighbours, icing, derated, behind):
        assert seen(check, farm) == []


def unseen_stop(turbines: int) -> Farm:
    farm = standing(slice(60, 96), turbines)
    return with_values(farm, "wind_speed", 0, slice(60, 96), np.linspace(1, 2, 36))


def test_a_stop_that_only_the_neighbours_show_is_priced_by_their_wind() -> None:
    (finding,) = seen(stopped_by_neighbours, unseen_stop(4))
    assert bounds([finding]) == [("T01", window(60), window(96))]
    assert finding.lost_kwh == pytest.approx(6 * 2000 * (9 / 12) ** 3, rel=0.05)
    assert "its own anemometer read 1.5 m/s, theirs 9.0 m/s" in finding.sentence


def test_a_stop_whose_wind_and_power_are_exactly_0_may_be_of_a_turbine_that_sent_zeros() -> None:
    no_wind = with_values(unseen_stop(4), "wind_speed", 0, slice(60, 96), 0)
    (stop,) = seen(stopped_by_neighbours, no_wind)
    (zeros,) = seen(stopped_by_neighbours, with_values(no_wind, "power", 0, slice(60, 96), 0))
    assert stop.sentence.endswith("by the wind of its neighbours.")
    assert zeros.sentence.endswith("are exactly 0: it may have run and sent zeros.")


def test_the_neighbours_tell_of_a_stop_of_two_hours() -> None:
    for windows, told in [(11, 0), (12, 1)]:
        some = slice(60, 60 + windows)
        farm = with_values(standing(some), "wind_speed", 0, some, np.linspace(1, 2, windows))
        assert len(seen(stopped_by_neighbours, farm)) == told


def test_the_wind_that_is_named_is_not_that_of_frozen_anemometers() -> None:
    farm = with_values(unseen_stop(5), "wind_speed", [1, 2], slice(54, 102), 20)
    (finding,) = seen(stopped_by_neighbours, farm)
    assert "theirs 9.0 m/s; about" in finding.sentence
    assert finding.sentence.endswith("kWh were lost, by the wind of its neighbours.")


def test_without_a_curve_no_wind_prices_a_stop() -> None:
    farm = unseen_stop(4)
    (finding,) = stopped_by_neighbours(farm, judge(farm, {}))
    assert finding.lost_kwh is None
    assert finding.sentence.endswith("what that cost cannot be said without a reference curve.")


def test_one_neighbour_shows_nothing() -> None:
    assert seen(stopped_by_neighbours, unseen_stop(2)) == []


def test_an_anemometer_far_below_its_neighbours_is_told_for_an_hour_or_more() -> None:
    farm = times(healthy(), "wind_speed", 2, slice(30, 36), 0.5)
    (finding,) = seen(wind_against_neighbours, farm)
    assert bounds([finding]) == [("T03", window(30), window(36))]
    assert "iced" not in finding.sentence
    assert "it may be iced" in seen(wind_against_neighbours, cold(farm, 2))[0].sentence


@pytest.mark.parametrize("turbines", [1, 2, 3])
def test_fewer_than_three_others_cannot_say_which_anemometer_is_wrong(turbines: int) -> None:
    farm = times(healthy(turbines), "wind_speed", 0, slice(30, 60), 0.5)
    assert seen(wind_against_neighbours, farm) == []


def test_a_frozen_anemometer_is_not_also_against_its_neighbours() -> None:
    farm = with_values(healthy(), "wind_speed", 0, slice(30, 60), 3.1)
    assert seen(wind_against_neighbours, farm) == []


@pytest.mark.parametrize("degrees_celsius", [10, 0])
def test_an_anemometer_in_km_h_is_told_and_its_turbine_does_not_stand_still(
    degrees_celsius: float,
) -> None:
    farm = standing(slice(30, 60))
    farm = with_values(farm, "ambient_temperature", [0, 1, 2, 3], slice(0, 144), degrees_celsius)
    calm = times(farm, "wind_speed", [1, 2, 3], slice(30, 60), 0.3)
    (finding,) = seen(wind_against_neighbours, calm)
    assert bounds([finding]) == [("T01", window(30), window(60))]
    assert "it reads too much" in finding.sentence
    assert seen(stopped, calm) == []


def test_a_turbine_with_others_in_its_wake_does_not_read_too_much() -> None:
    farm = times(healthy(), "wind_speed", [1, 2, 3], slice(30, 60), 0.55)
    in_wake = times(farm, "power", [1, 2, 3], slice(30, 60), 0.55**3)
    assert [finding.turbine for finding in seen(wind_against_neighbours, farm)] == ["T01"]
    assert seen(wind_against_neighbours, in_wake) == []


def test_ice_on_most_anemometers_makes_no_healthy_one_read_too_much() -> None:
    iced = times(cold(healthy(), [0, 1, 2, 3]), "wind_speed", [0, 1], slice(30, 60), 0.3)
    told = seen(wind_against_neighbours, iced)
    assert {finding.turbine for finding in told} <= {"T01", "T02"}


def test_a_thermometer_that_stands_still_does_not_tell_that_there_is_no_ice() -> None:
    """It shows 20 degC in winter, while ice is on two of three other anemometers."""
    iced = times(healthy(), "wind_speed", [0, 1], slice(30, 60), 0.3)
    warm = with_values(iced, "ambient_temperature", 3, slice(0, 143), 20.0)
    still = with_values(iced, "ambient_temperature", 3, slice(0, 144), 20.0)
    accused = [
        "T04" in {finding.turbine for finding in seen(wind_against_neighbours, farm)}
        for farm in (warm, still)
    ]
    assert accused == [True, False]


def test_an_hour_at_60_percent_is_derated_with_its_price() -> None:
    (finding,) = seen(derated, times(healthy(), "power", 0, slice(60, 72), 0.6))
    assert bounds([finding]) == [("T01", window(60), window(72))]
    assert finding.lost_kwh == pytest.approx(2 * 0.4 * 2000 * (9 / 12) ** 3, rel=0.05)
    assert finding.sentence.startswith("T01 ran and gave 60 % of what its wind promised for 2 h")


def test_neighbours_that_always_read_more_contradict_no_price() -> None:
    farm = with_values(healthy(days=3), "power", 0, slice(300, 330), -12)
    windy = times(farm, "wind_speed", [1, 2, 3], slice(0, 432), 1.15)
    assert "By its neighbours' wind" not in seen(stopped, windy)[0].sentence
    gust = times(farm, "wind_speed", [1, 2, 3], slice(300, 330), 1.15)
    assert "By its neighbours' wind" in seen(stopped, gust)[0].sentence


def test_what_is_derated_by_a_wind_that_its_neighbours_deny_has_no_price() -> None:
    weak = times(healthy(days=3), "power", 0, slice(300, 330), 0.8)
    (priced,) = seen(derated, weak)
    (finding,) = seen(derated, times(weak, "wind_speed", 0, slice(300, 330), 1.2))
    assert (priced.lost_kwh is not None, finding.lost_kwh) == (True, None)
    assert finding.sentence.endswith("Its anemometer may read too much.")


@pytest.mark.parametrize(("last", "is_priced"), [(18, True), (20, False)])
def test_what_is_derated_for_most_of_two_weeks_has_no_price(last: int, is_priced: bool) -> None:
    farm = times(healthy(days=60), "power", 0, days(5, last), 0.6)
    (finding,) = seen(derated, farm)
    assert (finding.lost_kwh is not None) == is_priced
    assert ("has no price" in finding.sentence) != is_priced


def test_calms_do_not_split_what_is_derated_for_long_into_priced_spells() -> None:
    farm = times(healthy(days=40), "power", 0, days(5, 25), 0.6)
    for calm in (8, 12, 16, 20):
        farm = with_values(farm, "wind_speed", 0, days(calm, calm + 2), 1 + np.linspace(0, 1, 288))
        farm = with_values(farm, "power", 0, days(calm, calm + 2), -5)
    findings = seen(derated, farm)
    assert len(findings) == 5
    assert all("has no price" in finding.sentence for finding in findings)


def test_an_anemometer_that_reads_too_much_makes_no_derated_turbine() -> None:
    assert seen(derated, times(healthy(), "wind_speed", 0, slice(60, 72), 1.25)) == []


def test_too_little_power_in_the_cold_is_ice_and_not_also_derated() -> None:
    farm = cold(times(healthy(days=3), "power", 0, slice(60, 72), 0.6))
    (finding,) = seen(icing, farm)
    assert bounds([finding]) == [("T01", window(60), window(72))]
    assert finding.lost_kwh == pytest.approx(judged(farm).lost_kwh.sum())
    assert "as with ice on its blades" in finding.sentence
    assert seen(derated, farm) == []


def test_what_ice_took_is_told_of_the_same_windows_as_its_share() -> None:
    """Of 844 kW 60 % are there in one hour, and 80 % in another, which is not far enough below."""
    farm = cold(times(healthy(days=3), "power", 0, slice(60, 66), 0.6))
    farm = times(farm, "power", 0, slice(66, 72), 0.8)
    wide = curves(farm, replace(CURVE, spread_kw=np.full(len(WIND), 80.0)))
    (finding,) = icing(farm, judge(farm, wide))
    missing_kwh, counted_kwh = (
        float(next(text.split()[0] for text in finding.sentence.split("about ")[number:]))
        for number in (1, 2)
    )
    assert counted_kwh == pytest.approx(finding.lost_kwh, abs=1)
    assert missing_kwh == pytest.approx(0.3 * 2 * 860, rel=0.1)


def test_ice_of_a_farm_of_which_no_window_has_a_price_has_none() -> None:
    farm = cold(times(healthy(days=3), "power", [0, 1, 2], slice(60, 72), 0.8), [0, 1, 2])
    wide = replace(CURVE, spread_kw=np.full(len(WIND), 300.0))
    findings = icing(farm, judge(farm, curves(farm, wide)))
    (finding,) = shared(findings, farm.turbines)
    assert (finding.turbine, finding.lost_kwh) == ("", None)
    assert finding.sentence.endswith("with ice on their blades, in the same time.")


def test_too_little_power_above_the_cold_is_no_ice() -> None:
    assert seen(icing, times(healthy(days=3), "power", 0, slice(60, 72), 0.6)) == []


def test_a_temperature_that_stands_still_is_no_sign_of_ice() -> None:
    everywhere = [0, 1, 2, 3]
    cold_day = with_values(healthy(), "ambient_temperature", everywhere, slice(0, 143), -2.0)
    still = with_values(healthy(), "ambient_temperature", everywhere, slice(0, 144), -2.0)
    for farm, is_told in [(cold_day, True), (still, False)]:
        (weak,) = seen(derated, times(farm, "power", 0, slice(60, 72), 0.6))
        (low,) = seen(wind_against_neighbours, times(farm, "wind_speed", 2, slice(30, 36), 0.5))
        assert ("ice on blades" in weak.sentence) == ("iced" in low.sentence) == is_told


def test_without_warm_windows_to_compare_with_no_ice_is_told() -> None:
    farm = cold(times(healthy(), "power", 0, slice(60, 72), 0.6))
    assert seen(icing, farm) == []
    (finding,) = seen(derated, farm)
    assert "ice on blades or anemometer may be the reason" in finding.sentence


def test_a_stop_in_the_cold_is_no_ice() -> None:
    assert seen(icing, cold(standing(slice(60, 96), length=3))) == []


def test_a_farm_at_rest_in_light_wind_in_the_cold_has_no_ice_on_its_blades() -> None:
    """No neighbour runs that would make it a stop; in the same wind it ran when it was warm."""
    everywhere, light = [0, 1, 2, 3], np.linspace(4.6, 4.8, 60)
    farm = with_values(healthy(days=3), "wind_speed", everywhere, slice(160, 220), light)
    farm = with_values(farm, "power", everywhere, slice(160, 220), CURVE.expected_kw(light))
    farm = with_values(farm, "wind_speed", everywhere, slice(60, 72), light[:12])
    weak = with_values(farm, "power", everywhere, slice(60, 72), np.linspace(45, 55, 12))
    weak = cold(weak, everywhere)
    assert len(seen(icing, weak)) == 4
    assert seen(icing, with_values(weak, "power", everywhere, slice(60, 72), -12)) == []


def test_a_turbine_that_gives_14_percent_less_than_its_farm_is_behind_by_the_day() -> None:
    farm = times(healthy(days=20), "power", 3, days(8, 13), 0.86)
    (finding,) = seen(behind, farm)
    assert bounds([finding]) == [("T04", window(8 * 144), window(13 * 144))]
    assert finding.lost_kwh is None
    assert finding.sentence.startswith("T04 gave 86 % of what its wind promises and its farm gives")


def test_a_turbine_whose_anemometer_was_set_higher_lost_nothing() -> None:
    (finding,) = seen(behind, times(healthy(days=40), "wind_speed", 3, days(25, 40), 1.04))
    assert finding.sentence.endswith("so that its anemometer may read too much.")
    assert "less" not in finding.sentence


def test_a_loss_that_the_neighbours_wind_confirms_is_claimed() -> None:
    for share, claimed in [(0.94, False), (0.92, True)]:
        farm = times(healthy(days=40), "power", 3, days(25, 40), share)
        farm = times(farm, "wind_speed", 3, days(25, 40), 1.01)
        (finding,) = seen(behind, farm)
        assert ("less" in finding.sentence) == claimed


def test_a_farm_that_gives_less_together_has_nobody_behind() -> None:
    assert seen(behind, times(healthy(days=20), "power", [0, 1, 2, 3], days(8, 13), 0.86)) == []


def test_a_week_that_is_behind_without_a_day_that_is_ends_no_other_finding() -> None:
    """A day is told below 0.925, a week below 0.93."""
    assert seen(behind, times(healthy(days=20), "power", 3, days(8, 20), 0.926)) == []


def test_a_new_turbine_is_behind_once_it_has_run_for_28_days() -> None:
    new = without_samples(healthy(days=60), 3, days(0, 15))
    assert seen(behind, times(new, "power", 3, days(30, 37), 0.86)) == []
    (finding,) = seen(behind, times(new, "power", 3, days(50, 57), 0.86))
    assert bounds([finding]) == [("T04", window(50 * 144), window(57 * 144))]


def test_a_day_without_windows_is_no_day_that_a_turbine_was_behind() -> None:
    farm = times(healthy(days=30), "power", 3, days(20, 27), 0.86)
    (finding,) = seen(behind, without_samples(farm, 3, days(17, 21)))
    assert bounds([finding]) == [("T04", window(21 * 144), window(27 * 144))]


def test_a_week_of_three_days_says_nothing_of_who_is_behind() -> None:
    farm = without_samples(healthy(days=20), 3, days(8, 14))
    assert seen(behind, times(farm, "power", 3, days(14, 15), 0.86)) == []


def test_where_nobody_knows_what_a_turbine_gave_before_no_loss_is_claimed() -> None:
    (finding,) = seen(behind, times(healthy(days=20), "power", 3, days(0, 20), 0.86))
    assert finding.sentence.endswith(
        "; too few windows before or in that time tell whether that is a loss."
    )
    assert "less" not in finding.sentence


def test_too_few_windows_in_the_days_themselves_claim_no_loss() -> None:
    """A month tells what it gave before; the three days have 78 windows, and the week 104."""
    farm = times(healthy(days=40), "power", 3, days(30, 33), 0.86)
    farm = without_samples(without_samples(farm, 3, days(27, 30)), 3, days(34, 37))
    for day in range(30, 34):
        farm = without_samples(farm, 3, slice(day * 144 + 26, (day + 1) * 144))
    (finding,) = seen(behind, farm)
    assert finding.sentence.endswith(
        "; too few windows before or in that time tell whether that is a loss."
    )


def test_less_than_a_week_says_nothing_of_who_is_behind() -> None:
    assert seen(behind, times(healthy(days=6), "power", 3, days(0, 6), 0.86)) == []


@pytest.mark.parametrize("turbines", [1, 2])
def test_a_turbine_and_one_neighbour_cannot_say_who_is_behind(turbines: int) -> None:
    assert seen(behind, times(healthy(turbines, 20), "power", 0, days(8, 16), 0.86)) == []


def test_a_turbine_is_behind_until_a_week_shows_that_it_is_not() -> None:
    (finding,) = seen(behind, times(healthy(days=20), "power", 3, days(14, 20), 0.86))
    assert finding.is_open
