"""What tells two tables of values apart."""

import numpy as np
from hypothesis import given
from hypothesis.extra.numpy import arrays

from aggregates.compute.difference import compare, rows_that_lose_most

NAN = np.nan


def table(*rows: list[float]) -> np.ndarray:
    return np.array(rows, dtype=float)


def test_a_value_is_inserted_changed_removed_or_unchanged() -> None:
    difference = compare(table([NAN, 1, 2, 3, NAN]), table([5, 1.5, NAN, 3, NAN]))
    assert difference.inserted.tolist() == [[True, False, False, False, False]]
    assert difference.changed.tolist() == [[False, True, False, False, False]]
    assert difference.removed.tolist() == [[False, False, True, False, False]]
    assert difference.unchanged.tolist() == [[False, False, False, True, False]]


def test_one_bit_is_a_change() -> None:
    assert compare(table([0.1 + 0.2]), table([0.3])).changed.all()


@given(arrays(float, (2, 3)))
def test_a_table_differs_from_itself_in_nothing(values: np.ndarray) -> None:
    difference = compare(values, values)
    assert not (difference.inserted | difference.changed | difference.removed).any()


def test_whoever_loses_more_than_half_is_named_in_all_its_rows() -> None:
    before = table([1, 2], [3, 4], [5, 6], [7, 8])
    after = table([1, 2], [NAN, NAN], [NAN, NAN], [7, NAN])
    owners = np.array([0, 0, 1, 1])
    assert rows_that_lose_most(before, after, owners).tolist() == [False, False, True, True]


def test_nobody_loses_what_he_never_had() -> None:
    assert not rows_that_lose_most(table([NAN]), table([NAN]), np.array([0])).any()
