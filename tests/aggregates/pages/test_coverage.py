"""How many of a day's samples were used, hour by hour."""

import pytest

from aggregates.pages.coverage import BLOCKS, VariableCoverage, coverage, picture

FULL = 60
DAY = 24 * FULL


def coverage_of(by_hour: list[int], expected: int = DAY) -> VariableCoverage:
    (power,) = coverage({"power": by_hour}, expected)
    return power


def test_a_whole_day_is_full() -> None:
    power = coverage_of([FULL] * 24)
    assert (power.samples, power.percent, power.by_hour, power.empty) == (DAY, 100, "█" * 24, "")


def test_hours_without_samples_are_named() -> None:
    power = coverage_of([0] * 3 + [FULL] * 20 + [0])
    assert power.empty == "00:00 to 03:00, 23:00 to 24:00"
    assert power.by_hour == "···" + "█" * 20 + "·"


def test_a_day_is_not_rounded_up_to_whole() -> None:
    assert coverage_of([FULL] * 23 + [FULL - 1]).percent == 99


@pytest.mark.parametrize(("samples", "block"), [(0, 0), (1, 1), (30, 4), (60, 8), (90, 8)])
def test_an_hour_is_the_higher_the_more_samples_it_has(samples: int, block: int) -> None:
    assert coverage_of([samples] * 24).by_hour[0] == BLOCKS[block]
    assert picture([samples], sample_interval_s=60) == BLOCKS[block]


def test_where_nothing_is_expected_there_is_no_part_of_it() -> None:
    power = coverage_of([FULL] * 23 + [0], expected=0)
    assert (power.percent, power.by_hour) == (None, "█" * 23 + "·")


def test_a_day_under_way_is_measured_by_its_fullest_hour() -> None:
    power = coverage_of([FULL] * 2 + [FULL // 2] + [0] * 21, expected=2 * FULL)
    assert (power.percent, power.by_hour[:4]) == (100, "██▄·")
