"""How far samples are apart, as the steps from each time to the next one tell."""

from random import Random

import numpy as np
import pytest

from sourcedata.importing.steps import Steps


def steps_of(seconds: list[float]) -> Steps:
    steps, micros = Steps(), [round(each * 1e6) for each in seconds]
    times = np.array(micros, dtype="datetime64[us]")
    steps.add(np.zeros(len(times), dtype=np.int64), times)
    return steps


def usual_s(seconds: list[float]) -> int | None:
    return steps_of(seconds).usual_s


def others_s(seconds: list[float]) -> list[int]:
    return steps_of(seconds).others_of_turbine_s(0)


def some(step_s: int, share: float, late_s: float = 0) -> list[float]:
    """Return that share of 2,000 regular times, each late by up to `late_s`."""
    random = Random(1)
    return [
        number * step_s + random.uniform(0, late_s)
        for number in range(2000)
        if random.random() < share
    ]


@pytest.mark.parametrize("share", [1, 0.6, 0.4, 0.2])
@pytest.mark.parametrize("step_s", [10, 60, 600])
def test_missing_samples_make_no_interval_longer(step_s: int, share: float) -> None:
    assert usual_s(some(step_s, share)) == step_s


def test_neither_do_those_of_a_clock_that_is_late_now_and_then() -> None:
    assert usual_s(some(60, 0.4, late_s=1)) == 60


def test_steps_of_no_common_length_are_as_long_as_their_median() -> None:
    random, times = Random(1), [0.0]
    for _ in range(2000):
        times.append(times[-1] + round(random.expovariate(1 / 9)) + 1)
    assert usual_s(times) == round(float(np.median(np.diff(times))))


def test_a_short_step_that_is_rare_is_none_of_the_samples() -> None:
    assert usual_s([each for hour in range(9) for each in (hour * 3600, hour * 3600 + 600)]) == 600
    assert usual_s([*range(0, 60_000, 600), 60_060]) == 600


@pytest.mark.parametrize(("minutes", "tens", "others"), [(900, 30, [600]), (30, 90, [60])])
def test_samples_that_were_longer_for_a_while_are_told(minutes, tens, others) -> None:
    times = [*range(0, minutes * 60, 60), *range(minutes * 60, minutes * 60 + tens * 600, 600)]
    assert others_s([*map(float, times)]) == others


@pytest.mark.parametrize("share", [1, 0.9, 0.5, 0.2])
@pytest.mark.parametrize("late_s", [0, 5])
def test_missing_and_late_samples_are_none_of_another_length(share, late_s) -> None:
    assert others_s(some(60, share, late_s)) == []
