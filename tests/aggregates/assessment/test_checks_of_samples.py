"""What is said of samples that did not come, cannot be, or repeat one value."""

from dataclasses import replace

import numpy as np
import pytest

from aggregates.assessment.checks.frozen import frozen
from aggregates.assessment.checks.partial import partial
from aggregates.assessment.checks.rejected import rejected
from aggregates.assessment.checks.silent import silent
from aggregates.assessment.farm import Farm
from tests.aggregates.assessment.builders import (
    bounds,
    days,
    healthy,
    seen,
    window,
    with_values,
    without_samples,
)


def test_a_turbine_that_sends_nothing_for_an_afternoon_is_silent_to_the_window() -> None:
    (finding,) = seen(silent, without_samples(healthy(), 1, slice(72, 108)))
    assert bounds([finding]) == [("T02", window(72), window(108))]
    assert not finding.is_open
    assert finding.lost_kwh is None
    assert finding.sentence == "T02 sent nothing for 6 h (36 windows)."


def test_a_turbine_that_sends_nothing_any_more_is_silent_until_it_is_back() -> None:
    (finding,) = seen(silent, without_samples(healthy(), 0, slice(120, 144)))
    assert finding.is_open


def test_two_late_windows_are_no_silence() -> None:
    assert seen(silent, without_samples(healthy(), 0, slice(10, 12))) == []


def test_a_turbine_that_need_not_send_is_not_silent() -> None:
    farm = without_samples(healthy(), 0, slice(50, 144))
    farm.is_expected[0, 50:] = False
    assert seen(silent, farm) == []


def test_a_window_of_rejected_samples_is_not_silent() -> None:
    farm = without_samples(healthy(), 0, slice(50, 60))
    assert seen(silent, with_rejected(farm, slice(50, 60), 10)) == []


def test_a_day_below_nine_tenths_of_its_samples_is_partial() -> None:
    (finding,) = seen(partial, without_samples(healthy(days=2), 2, slice(144, 161)))
    assert bounds([finding]) == [("T03", window(144), window(288))]
    assert finding.sentence == "88 % of T03's samples of 2025-01-02 arrived, 1270 of 1440."


def test_a_day_of_nine_tenths_of_its_samples_is_not_partial() -> None:
    assert seen(partial, without_samples(healthy(), 2, slice(10, 24))) == []


def test_a_day_without_samples_is_silent_and_not_partial() -> None:
    farm = without_samples(healthy(days=3), 0, days(1, 2))
    assert seen(partial, farm) == []
    assert len(seen(silent, farm)) == 1


def test_the_evening_of_a_silence_past_midnight_makes_no_day_partial() -> None:
    assert seen(partial, without_samples(healthy(days=3), 0, slice(100, 300))) == []


def test_a_day_that_goes_on_is_partial_once_it_cannot_be_complete_any_more() -> None:
    early, late = healthy(), healthy()
    early.is_expected[:, 20:] = late.is_expected[:, 60:] = False
    assert seen(partial, without_samples(early, 0, slice(2, 10))) == []
    (finding,) = seen(partial, without_samples(late, 0, slice(2, 30)))
    assert "samples of 2025-01-01 until 10:00 UTC arrived, 320 of 600" in finding.sentence


def with_rejected(farm: Farm, windows: slice, samples: float) -> Farm:
    counts = np.zeros(farm.shape)
    counts[0, windows] = samples
    return replace(farm, rejected={"power": counts})


def test_an_hour_of_powers_that_cannot_be_is_rejected_to_the_window() -> None:
    farm = with_rejected(without_samples(healthy(), 0, slice(60, 66)), slice(60, 66), 10)
    (finding,) = seen(rejected, farm)
    assert bounds([finding]) == [("T01", window(60), window(66))]
    assert finding.variable == "power"
    assert "60 of the 60 samples of T01's power in 1 h (6 windows)" in finding.sentence


def test_less_than_one_sample_in_ten_may_be_rejected() -> None:
    assert seen(rejected, with_rejected(healthy(), slice(0, 144), 1)) == []


def test_a_wind_speed_that_stands_still_for_an_hour_is_frozen() -> None:
    (finding,) = seen(frozen, with_values(healthy(), "wind_speed", 1, slice(30, 36), 9.4))
    assert bounds([finding]) == [("T02", window(30), window(36))]
    assert finding.variable == "wind_speed"
    assert finding.sentence.startswith("T02's wind speed stood still at 9.4 m/s for 1 h (6 ")


def test_a_wind_speed_that_stands_still_for_less_is_not_frozen() -> None:
    assert seen(frozen, with_values(healthy(), "wind_speed", 1, slice(30, 35), 9.4)) == []


def in_steps(windows: int, step: float) -> Farm:
    """Return a wind speed that stands still for so many windows, all written in steps."""
    still = with_values(healthy(days=3), "wind_speed", 1, slice(30, 30 + windows), 9.5)
    written = np.round(still.table("wind_speed") / step) * step
    return with_values(still, "wind_speed", [0, 1, 2, 3], slice(None), written)


def test_a_wind_speed_that_is_written_in_steps_is_frozen_after_longer() -> None:
    numbers = [len(seen(frozen, in_steps(windows, 0.1))) for windows in (12, 18)]
    assert numbers == [0, 1]


def test_a_wind_speed_that_is_written_in_wide_steps_may_stand_still() -> None:
    assert seen(frozen, in_steps(30, 0.5)) == []


def test_no_wind_is_not_a_frozen_anemometer() -> None:
    assert seen(frozen, with_values(healthy(), "wind_speed", 1, slice(30, 90), 0)) == []


def test_a_vane_may_stand_still_in_calm_air_only() -> None:
    still = with_values(healthy(), "wind_direction", 1, slice(30, 42), 200)
    calm = with_values(still, "wind_speed", 1, slice(30, 42), np.linspace(2, 4, 12))
    assert [finding.variable for finding in seen(frozen, still)] == ["wind_direction"]
    assert seen(frozen, calm) == []


def test_power_may_stand_still_at_rest_and_at_its_most_only() -> None:
    variables = {
        power: [
            finding.variable
            for finding in seen(frozen, with_values(healthy(), "power", 1, slice(30, 40), power))
        ]
        for power in (-12, 900, 2000)
    }
    assert variables == {-12: [], 900: ["power"], 2000: []}


def test_a_power_that_stands_still_may_be_held_there() -> None:
    (power,) = seen(frozen, with_values(healthy(), "power", 1, slice(30, 40), 900))
    (speed,) = seen(frozen, with_values(healthy(), "wind_speed", 1, slice(30, 40), 9.4))
    assert "repeats one value or the turbine is held at it, by a limit" in power.sentence
    assert "held" not in speed.sentence


def test_what_a_turbine_that_is_held_does_not_give_is_said_and_is_no_price() -> None:
    (held,) = seen(frozen, with_values(healthy(), "power", 1, slice(30, 42), 500))
    (at_its_best,) = seen(frozen, with_values(healthy(), "power", 1, slice(30, 42), 1500))
    # Its wind of 9 m/s promises about 844 kW, for two hours.
    kwh = float(held.sentence.split("Held, it gives about ")[1].split()[0])
    assert kwh == pytest.approx(2 * 344, rel=0.1)
    assert held.lost_kwh is None
    assert "Held" not in at_its_best.sentence


def test_a_temperature_is_frozen_after_a_day() -> None:
    def variables(windows: int) -> list[str]:
        still = with_values(healthy(days=2), "ambient_temperature", 1, slice(0, windows), 3)
        return [finding.variable for finding in seen(frozen, still)]

    assert (variables(143), variables(144)) == ([], ["ambient_temperature"])


def test_a_frozen_sensor_is_open_until_it_moves() -> None:
    (finding,) = seen(frozen, with_values(healthy(), "wind_speed", 1, slice(100, 144), 9.4))
    assert finding.is_open
