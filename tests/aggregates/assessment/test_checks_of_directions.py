"""What is said of vanes that turn away from their neighbours'."""

import numpy as np
import pytest

from aggregates.assessment.checks.angles import circular_median, from_others
from aggregates.assessment.checks.direction_shifted import direction_shifted
from tests.aggregates.assessment.builders import (
    bounds,
    days,
    healthy,
    seen,
    turned,
    window,
    with_values,
)


@pytest.mark.parametrize("degrees", [16, 40, -90, 179])
def test_a_vane_that_turns_is_shifted_until_it_is_back(degrees: float) -> None:
    (finding,) = seen(direction_shifted, turned(healthy(days=15), 1, days(8, 12), degrees))
    assert bounds([finding]) == [("T02", window(8 * 144), window(12 * 144))]
    assert not finding.is_open
    assert f"T02's wind direction has turned by {degrees:+.0f} degrees" in finding.sentence


def test_a_turn_of_14_degrees_is_not_told() -> None:
    assert seen(direction_shifted, turned(healthy(days=15), 1, days(8, 12), 14)) == []


def test_a_vane_that_is_off_from_the_first_day_on_is_told_above_30_degrees() -> None:
    assert seen(direction_shifted, turned(healthy(days=3), 1, days(0, 3), 25)) == []
    (finding,) = seen(direction_shifted, turned(healthy(days=3), 1, days(0, 3), 40))
    assert finding.is_open
    assert "is +40 degrees off its neighbours'" in finding.sentence


def test_a_day_of_little_wind_waits_for_the_next_one() -> None:
    def findings(windy: int, last: int) -> int:
        farm = turned(healthy(days=12), 1, days(8, last), 40)
        calm = slice(8 * 144 + windy, 9 * 144)
        return len(seen(direction_shifted, with_values(farm, "power", 1, calm, 10)))

    assert [findings(36, 9), findings(35, 9), findings(35, 10)] == [1, 0, 1]


def test_another_level_is_another_finding() -> None:
    farm = turned(turned(healthy(days=20), 1, days(8, 12), 40), 1, days(12, 16), 80)
    assert bounds(seen(direction_shifted, farm)) == [
        ("T02", window(8 * 144), window(12 * 144)),
        ("T02", window(12 * 144), window(16 * 144)),
    ]


def test_twenty_days_at_one_level_are_its_new_north() -> None:
    (finding,) = seen(direction_shifted, turned(healthy(days=40), 1, days(8, 40), 40))
    assert bounds([finding]) == [("T02", window(8 * 144), window(28 * 144))]
    assert not finding.is_open
    assert "lasting step" in finding.sentence


def test_all_vanes_turned_together_are_not_told() -> None:
    assert seen(direction_shifted, turned(healthy(days=15), [0, 1, 2, 3], days(8, 12), 40)) == []


@pytest.mark.parametrize("turbines", [1, 2, 3])
def test_fewer_than_three_others_cannot_say_whose_vane_has_turned(turbines: int) -> None:
    assert seen(direction_shifted, turned(healthy(turbines, 15), 0, days(8, 12), 40)) == []


def test_the_nacelle_that_turns_with_its_vane_is_the_same_fault() -> None:
    farm = healthy(days=15)
    directions = {("nacelle_direction", "mean"): farm.table("wind_direction").copy()}
    directions["nacelle_direction", "count"] = farm.table("wind_direction", "count")
    farm = turned(with_nacelle(farm, directions), 1, days(8, 12), 40)
    nacelle = farm.table("nacelle_direction")[1, days(8, 12)] + 40
    farm = with_values(farm, "nacelle_direction", 1, days(8, 12), nacelle)
    (finding,) = seen(direction_shifted, farm)
    assert finding.variable == "wind_direction"
    assert "Its nacelle's direction has turned as well" in finding.sentence


def with_nacelle(farm, directions):
    return type(farm)(**{**farm.__dict__, "values": {**farm.values, **directions}})


def test_a_frozen_vane_is_not_also_shifted() -> None:
    assert (
        seen(direction_shifted, with_values(healthy(days=15), "wind_direction", 1, days(8, 12), 90))
        == []
    )


@pytest.mark.parametrize(
    ("angles", "median"), [([350, 0, 20], 0), ([160, 170, -170], 170), ([10, 12, 190], 12)]
)
def test_the_circular_median_is_nearest_to_all(angles: list[float], median: float) -> None:
    assert circular_median(np.array(angles, dtype=float)) == pytest.approx(median)


def test_constant_offsets_of_the_others_do_not_move_their_median() -> None:
    directions = np.tile([[0.0], [0.0], [15.0], [-15.0]], 10)
    directions[0, 7:] = 100
    offsets = from_others(directions)
    assert offsets[0].tolist() == [0] * 7 + [100] * 3
    assert np.abs(offsets[1]).max() == 0


def test_a_vane_that_was_off_from_the_look_on_is_not_said_to_have_turned_then() -> None:
    (finding,) = seen(direction_shifted, turned(healthy(days=8), 3, days(2, 8), 40))
    (always,) = seen(direction_shifted, turned(healthy(days=8), 3, days(0, 8), 40))
    for told in (finding, always):
        assert "from the first" not in told.sentence
    assert always.sentence.endswith(
        "on 8 days with wind of the 8 days looked at; what was usual before is not known."
    )
