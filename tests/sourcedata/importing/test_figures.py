"""What is said of a column's values, whatever its length."""

import numpy as np
import pytest

from sourcedata.importing.figures import VariableFigures

START = np.datetime64("2024-01-01", "us")


def figures(*blocks: np.ndarray) -> VariableFigures:
    taken = VariableFigures()
    for block in blocks:
        times = START + np.arange(len(block)) * np.timedelta64(1, "m")
        taken.add(np.zeros(len(block), dtype=int), times, block, block > 100)
    return taken


def test_a_short_column_is_told_exactly() -> None:
    of = figures(np.array([np.nan, 3.0, 3.0]), np.array([3.0, 5.0, 101.0]))
    assert (of.rows, of.missing, of.outside, of.repeated) == (6, 1, 1, 2)
    assert (of.minimum, of.maximum, of.quantiles([0.5])) == (3, 101, [3])
    assert of.first == (3, START + np.timedelta64(1, "m"))
    assert of.last == (101, START + np.timedelta64(2, "m"))


def test_of_a_long_column_the_quantiles_are_those_of_a_sample_of_all_of_it() -> None:
    values = np.random.default_rng(1).uniform(0, 100, 400_000)
    of = figures(*np.split(np.sort(values), 40))
    assert of.quantiles([0.01, 0.5, 0.99]) == pytest.approx([1, 50, 99], abs=0.6)


def test_a_number_that_stands_apart_is_counted_in_each_block() -> None:
    values = np.random.default_rng(2).uniform(0, 100, 100_000)
    values[::10_000] = -999
    assert figures(*np.split(values, 10)).frequent[-999.0] == 10


def test_a_value_repeats_the_one_before_of_the_same_turbine_alone() -> None:
    taken = VariableFigures()
    turbines, values = np.array([0, 1, 0, 1]), np.array([1.0, 2.0, 1.0, 1.0])
    taken.add(turbines, START + np.arange(4), values, values > 100)
    assert taken.repeated == 1
