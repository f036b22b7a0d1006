"""Cells as numbers: what is one, what means that there is none, and what is refused."""

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite, nan

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcedata.importing.cells.numbers import numbers
from sourcedata.importing.cells.unknown_words import UnknownWord, complaint, gathered

FINITE = st.floats(allow_nan=False, allow_infinity=False)
LIKE_NUMBERS = st.text(st.sampled_from("0123456789.eE+-_xinfa"), max_size=8)
MINUS, APOSTROPHE = "\u2212", "\u2019"
SEPARATORS = st.sampled_from(f" .'\u00a0\u2009\u202f{APOSTROPHE}")
THOUSANDTHS = st.decimals(-(10**9), 10**9, places=3).map(float)
GERMAN = str.maketrans(".,", ",.")
NO_VALUES = [
    *("", "  ", "NULL", "null", "NA", "n/a", "#N/A", "NaN", "-nan", "None", "-", "--", r"\N"),
    *("Bad", "BAD INPUT", "No Data", "I/O Timeout", "Pt Created", "Shutdown", "Configure"),
    *("Calc Failed", "Not Connect", "Comm Fail", "Under Range", "-1.#IND", "1.#QNAN00"),
    *("#VALUE!", "#DIV/0!", "#REF!", "[-11059] No Good Data For Calculation", "nan(ind)"),
]


def read(cells: Sequence, decimal: str | None = None, missing: Sequence[str] = ()) -> list[float]:
    """Return the numbers of cells that are all known."""
    values, unknown = numbers(pa.array(cells), decimal, missing)
    assert unknown == []
    return values.tolist()


def refused(*cells: object, decimal: str | None = None) -> list[str]:
    return [word.word for word in numbers(pa.array(cells), decimal, ())[1]]


def by_python(text: str) -> float:
    """Return the number that Python reads, NaN where it is none or not finite."""
    try:
        number = nan if "_" in text else float(text)
    except ValueError:
        return nan
    return number if isfinite(number) else nan


@given(st.lists(FINITE))
def test_numbers_are_read_to_the_bit_with_either_mark(values: list[float]) -> None:
    texts = [repr(value) for value in values]
    assert read(texts) == values
    assert read([text.replace(".", ",") for text in texts], ",") == values
    assert read([f"\u00a0 {text} " for text in texts]) == values


@given(LIKE_NUMBERS)
def test_a_text_is_a_number_where_it_is_one_in_python_whatever_stands_beside(text: str) -> None:
    alone = numbers(pa.array([text]), ".", ())[0]
    beside = numbers(pa.array([text, "x"]), ".", ())[0]
    np.testing.assert_array_equal(alone, [by_python(text)])
    np.testing.assert_array_equal(beside, [by_python(text), nan])


@given(st.lists(THOUSANDTHS), SEPARATORS)
def test_thousands_may_stand_apart(values: list[float], separator: str) -> None:
    texts = [f"{value:,.3f}".translate(GERMAN).replace(".", separator) for value in values]
    assert read(texts, ",") == values
    if separator == ".":
        assert read([f"{value:,.3f}" for value in values], None) == values
    else:
        assert read([text.replace(",", ".") for text in texts]) == values


@pytest.mark.parametrize("word", ["1.01,5", "1.0123,5", "0.123", "1.5", "1.012'345,5", "1,5,5"])
def test_thousands_in_other_groups_are_refused(word: str) -> None:
    assert refused(word, "1.012,5", "x", decimal=",") == sorted([word, "x"])


@pytest.mark.parametrize("word", ["1,100", "-1,100", f"{MINUS}12,345", "0,950"])
def test_a_comma_that_may_be_either_mark_is_asked_about(word: str) -> None:
    assert refused("1,100.5", word) == [word]
    said = complaint([UnknownWord(word, 1, 0)], None)
    assert "say --decimal , where ',' is the decimal mark" in said
    assert ("say --decimal . where ',' separates thousands" in said) == (word != "0,950")


def test_where_the_mark_is_said_the_other_separates_thousands() -> None:
    assert read(["1,100", "-1,100.5", "1,234,567"], ".") == [1100, -1100.5, 1234567]
    assert read(["1.100", "1,100"], ",") == [1100, 1.1]


@pytest.mark.parametrize("word", ["1,10.5", "1,1000.5", "0,100.5", "1,100.5,5", "1,234 567"])
def test_commas_in_other_groups_are_refused(word: str) -> None:
    assert refused(word) == refused(word, decimal=".") == [word]


def test_other_ways_to_write_a_number_are_read() -> None:
    assert read(["+5", f"{MINUS}5", "1e3", "1.5E+02", ".5", "5."]) == [5, -5, 1000, 150, 0.5, 5]
    assert read(["1,5E+02", "+,5", f"{MINUS}1.012,5"], ",") == [150, 0.5, -1012.5]


@pytest.mark.parametrize("word", NO_VALUES)
def test_usual_words_for_nothing_are_missing(word: str) -> None:
    np.testing.assert_array_equal(read([word, None, "1"]), [nan, nan, 1])
    np.testing.assert_array_equal(read(["2", f" {word}\u00a0"], ","), [2, nan])


def test_what_is_no_number_is_refused_with_counts_and_its_first_row() -> None:
    values, unknown = numbers(pa.array(["1", "x", "inf", "x", "1e999", "NULL"]), ".", ())
    np.testing.assert_array_equal(values, [1, nan, nan, nan, nan, nan])
    expected = [("1e999", 1, 4), ("inf", 1, 2), ("x", 2, 1)]
    assert unknown == [UnknownWord(*fields) for fields in expected]


@pytest.mark.parametrize("word", ["1_0", "٣", "0x10", "1.5f", "Infinity", "Good", "1 2", "- 5"])
def test_what_only_looks_like_a_number_is_refused(word: str) -> None:
    assert refused(word) == refused("1", word, decimal=",") == [word]


def test_cells_with_a_type_are_numbers_but_for_truth_values_and_the_infinite() -> None:
    assert read([1, 2]) == [1, 2]
    np.testing.assert_array_equal(read([1.5, None, nan]), [1.5, nan, nan])
    np.testing.assert_array_equal(read([None, None]), [nan, nan])
    assert refused(True, None, False) == ["false", "true"]
    assert refused(1.0, -np.inf) == ["-inf"]


def test_named_values_are_missing_as_text_and_as_numbers() -> None:
    missing = ["-9999.9", "off", " gone "]
    mixed = read(["-9999.90", "off", "gone", "1"], ".", missing)
    np.testing.assert_array_equal(mixed, [nan, nan, nan, 1])
    np.testing.assert_array_equal(read(["-9.999,9", "1"], ",", missing), [nan, 1])
    single = pa.array(np.array([-9999.9, 1], dtype=np.float32))
    np.testing.assert_array_equal(read(single, ".", missing), [nan, 1])
    assert read([1.0, 1000.0], ",", ["1.000"])[0] == 1


def test_a_complaint_lists_the_words_with_their_cells_and_how_many_more() -> None:
    unknown = [UnknownWord(f"x{number:02}", 1, number) for number in range(22)]
    text = complaint([*unknown, UnknownWord("z", 1200, 3)], ".")
    assert text.startswith("is no number; the column's cells that are none: 'z' (1,200), 'x00' (1)")
    assert "'x18' (1) and 3 more; allowed are numbers with a decimal point" in text


@pytest.mark.parametrize(
    ("decimal", "word", "proposed"),
    [(".", "1,5", True), (".", "1.012,5", True), (".", "1,012.5", False), (",", "1.5", True)],
)
def test_the_other_decimal_mark_is_proposed_where_it_reads_the_words(
    decimal: str, word: str, proposed: bool
) -> None:
    other = "," if decimal == "." else "."
    text = complaint([UnknownWord(word, 1, 0), UnknownWord("x", 1, 1)], decimal)
    assert text.endswith(f"say --decimal {other} where '{other}' is the decimal mark") is proposed
    mixed = complaint([UnknownWord(word, 1, 0), UnknownWord("1,012.5.1", 1, 1)], decimal)
    assert "--decimal" not in mixed


def test_the_words_of_blocks_are_those_of_the_whole() -> None:
    cells = ["y", "x", "1", "x", "y", "z"]
    first, second = (numbers(pa.array(cells[part]), ".", ())[1] for part in (slice(3), slice(3, 6)))
    moved = [replace(word, first=word.first + 3) for word in second]
    assert gathered([*first, *moved]) == gathered([*moved, *first])
    assert gathered([*moved, *first]) == numbers(pa.array(cells), ".", ())[1]
