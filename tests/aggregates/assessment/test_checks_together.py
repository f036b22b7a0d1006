"""All checks of a farm: one fault is one finding, what most share is the farm's, dearest first."""

from dataclasses import replace
from datetime import date

import numpy as np

from aggregates.assessment.checks.all_checks import CHECKS, findings
from aggregates.assessment.conditions import judge
from aggregates.assessment.farm import Farm
from aggregates.assessment.findings import WHOLE_FARM, Kind, Seen
from tests.aggregates.assessment.builders import (
    CURVE,
    bounds,
    curves,
    days,
    healthy,
    judged,
    times,
    turned,
    window,
    with_values,
    without_samples,
)

FIRST, LAST = date(2025, 1, 1), date(2025, 3, 31)


def all_of(farm: Farm, first: date = FIRST, last: date = LAST) -> list[Seen]:
    return findings(farm, judged(farm), first, last)


def kinds(farm: Farm) -> list[tuple[Kind, str]]:
    return [(finding.kind, finding.turbine) for finding in all_of(farm)]


def test_every_kind_has_its_check_in_the_order_of_the_kinds() -> None:
    assert list(CHECKS) == list(Kind)


def test_of_a_healthy_farm_nothing_is_said() -> None:
    assert all_of(healthy(days=40)) == []


def test_of_no_turbines_and_of_a_lone_one_nothing_is_said() -> None:
    assert all_of(healthy(turbines=0)) == []
    assert all_of(healthy(turbines=1, days=30)) == []


def test_a_silence_of_most_turbines_is_one_finding_of_the_farm() -> None:
    (finding,) = all_of(without_samples(healthy(), [0, 1, 3], slice(50, 60)))
    assert bounds([finding]) == [(WHOLE_FARM, window(50), window(60))]
    assert finding.sentence == ("3 of 4 turbines (T01, T02, T04) sent nothing in the same time.")


def test_what_half_of_the_turbines_share_is_of_each() -> None:
    farm = without_samples(healthy(), [0, 1], slice(50, 60))
    assert kinds(farm) == [(Kind.SILENT, "T01"), (Kind.SILENT, "T02")]


def test_a_turbine_that_was_silent_for_much_longer_keeps_its_own_finding() -> None:
    farm = without_samples(healthy(5, 3), [0, 1, 2, 3], slice(150, 160))
    farm = without_samples(farm, 0, days(1, 3))
    assert {(kind, turbine) for kind, turbine in kinds(farm)} == {
        (Kind.SILENT, WHOLE_FARM),
        (Kind.SILENT, "T01"),
    }


def test_a_farm_that_is_limited_together_has_one_price() -> None:
    farm = times(healthy(), "power", [0, 1, 2, 3], slice(0, 144), 0.6)
    (finding,) = all_of(farm)
    assert (finding.kind, finding.turbine) == (Kind.DERATED, WHOLE_FARM)
    assert finding.lost_kwh is not None
    assert np.isclose(finding.lost_kwh, judged(farm).lost_kwh.sum())


def test_a_farm_that_stands_still_for_a_month_is_one_finding() -> None:
    farm = with_values(healthy(days=30), "power", [0, 1, 2, 3], slice(None), -12)
    assert kinds(farm) == [(Kind.STOPPED, WHOLE_FARM)]


def test_where_half_of_the_vanes_turned_nobody_can_say_which() -> None:
    (finding,) = all_of(turned(healthy(days=15), [0, 1], days(8, 12), 40))
    assert finding.turbine == WHOLE_FARM
    assert "nobody can say which have turned" in finding.sentence


def test_a_frozen_anemometer_is_one_finding() -> None:
    farm = with_values(healthy(days=2), "wind_speed", 0, slice(50, 150), 4.0)
    farm = with_values(farm, "power", 0, slice(50, 150), -12)
    assert kinds(farm) == [(Kind.FROZEN, "T01")]


def test_a_farm_of_which_most_repeat_one_value_says_of_what_and_that_a_limit_may_hold_it() -> None:
    sentences = {}
    for variable, value in [("power", 300.0), ("wind_direction", 200.0)]:
        (finding,) = all_of(with_values(healthy(), variable, [0, 1, 2, 3], slice(30, 60), value))
        sentences[variable] = finding.sentence.split(") ")[1]
    assert sentences == {
        "power": "repeated one value of their power, by a limit or by their sensors, in the same"
        " time.",
        "wind_direction": "repeated one value of their wind direction in the same time.",
    }


def test_frozen_power_is_not_also_derated_or_behind() -> None:
    assert kinds(with_values(healthy(days=20), "power", 0, days(8, 13), 300.0)) == [
        (Kind.FROZEN, "T01")
    ]


def test_no_kwh_is_in_two_findings() -> None:
    farm = with_values(healthy(days=4), "power", 0, slice(0, 36), -12)
    farm = times(farm, "power", 0, slice(36, 60), 0.6)
    farm = times(farm, "power", 0, slice(100, 130), 0.5)
    below_zero = np.linspace(-2, -1, 40)
    farm = with_values(farm, "ambient_temperature", 0, slice(95, 135), below_zero)
    prices = [finding.lost_kwh for finding in all_of(farm)]
    assert len(prices) == 3
    assert np.isclose(sum(price or 0 for price in prices), judged(farm).lost_kwh.sum())


def test_the_dearest_stands_first_and_what_has_no_price_last() -> None:
    farm = with_values(healthy(), "power", 0, slice(0, 10), -12)
    farm = with_values(farm, "power", 1, slice(0, 60), -12)
    farm = without_samples(farm, 2, slice(50, 60))
    assert kinds(farm) == [(Kind.STOPPED, "T02"), (Kind.STOPPED, "T01"), (Kind.SILENT, "T03")]


def test_only_what_meets_the_days_looked_at_is_told() -> None:
    farm = without_samples(healthy(days=4), 0, slice(50, 60))
    farm = without_samples(farm, 1, slice(200, 300))
    days_looked_at = date(2025, 1, 3), date(2025, 1, 4)
    assert [finding.turbine for finding in all_of(farm, *days_looked_at)] == ["T02"]


def test_a_variable_that_nobody_sends_makes_no_finding() -> None:
    farm = healthy(days=10)
    values = {signal: table for signal, table in farm.values.items() if signal[0] == "power"}
    assert all_of(replace(farm, values=values)) == []


def test_a_curve_of_another_type_makes_no_price() -> None:
    farm = healthy(days=40)
    too_high = replace(CURVE, power_kw=1.4 * CURVE.power_kw)
    judgement = judge(farm, {**curves(farm), **curves(replace(farm, turbines=["T02"]), too_high)})
    (finding,) = findings(farm, judgement, FIRST, LAST)
    assert (finding.turbine, finding.lost_kwh) == ("T02", None)
    assert "its reference curve is not its own" in finding.sentence


def test_a_stop_without_a_curve_has_no_price() -> None:
    farm = with_values(healthy(), "power", 0, slice(0, 144), -12)
    (finding,) = findings(farm, judge(farm, {}), FIRST, LAST)
    assert (finding.kind, finding.lost_kwh) == (Kind.STOPPED, None)
    assert "cannot be said without a reference curve" in finding.sentence
