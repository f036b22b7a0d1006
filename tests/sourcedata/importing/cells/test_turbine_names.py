"""The names of turbines, in cells of any kind and in the names of files."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcedata.importing.cells.turbine_names import filename_pattern, name_from_filename, names
from sourcedata.importing.refusal import ImportRefused

WORDS = st.sampled_from(["T1", " T1", "T1 ", "\u00a0T1", "T2", "", " ", "t1", "10"]) | st.none()
TEN_SEVEN_TEN = [
    [10, 7, 10],
    [10.0, 7.0, 10.0],
    [Decimal("10.0"), Decimal("7.0"), Decimal("10.0")],
    ["10", "7", "10"],
    pa.array([10, 7, 10], pa.float32()),
]
DEEP = "(" * 5000 + ")" * 5000
FILE = Path("WT99") / "WT07_2025.csv"


def of_rows(cells: Sequence) -> list[str]:
    """Return the name of each row's turbine."""
    turbines = names(pa.array(cells))
    return [turbines.names[code] for code in turbines.codes]


def from_filename(text: str, path: Path = FILE) -> str:
    return name_from_filename(filename_pattern(text), path)


def refusal(text: str, path: Path = FILE) -> str:
    with pytest.raises(ImportRefused) as refused:
        from_filename(text, path)
    return str(refused.value)


@given(st.lists(WORDS))
def test_each_row_has_its_name_without_blanks_around_it(words: list[str | None]) -> None:
    turbines = names(pa.array(words, pa.string()))
    trimmed = [(word or "").strip() for word in words]
    assert [turbines.names[code] for code in turbines.codes] == trimmed
    assert list(turbines.names) == list(dict.fromkeys(trimmed))
    assert set(turbines.trimmed) == {word for word in words if word and word != word.strip()}


@pytest.mark.parametrize("cells", TEN_SEVEN_TEN)
def test_whole_numbers_are_names_without_a_decimal_point(cells: Sequence) -> None:
    assert of_rows(cells) == ["10", "7", "10"]
    assert names(pa.array(cells)).problem(()) is None


def test_other_numbers_and_words_are_names_as_they_stand() -> None:
    assert of_rows([10.5, float("inf"), 1e20]) == ["10.5", "inf", "1" + "0" * 20]
    assert of_rows(["10.0", "010", "WT 1"]) == ["10.0", "010", "WT 1"]


@pytest.mark.parametrize(
    ("cells", "row", "sentence"),
    [
        (["T1", "", "T1"], 1, "is empty"),
        (["T1", "T1", None], 2, "is empty"),
        ([1.0, float("nan")], 1, "is empty"),
        ([None, None], 0, "is empty"),
        (["T1", "A,B"], 1, "contains a comma"),
        (["T1", " A\tB"], 1, "a character that cannot be shown"),
        (["Mu\u0308ller"], 0, "(NFC)"),
        (["T" * 101], 0, "longer than 100"),
        (["T1", "NaN"], 1, "'NaN' says that there is no name"),
        (["T1", " null"], 1, "'null' says that there is no name"),
        (["None"], 0, "'None' says that there is no name"),
    ],
)
def test_the_first_row_whose_name_no_turbine_can_have_is_told(
    cells: Sequence, row: int, sentence: str
) -> None:
    problem = names(pa.array(cells)).problem(())
    assert problem is not None
    assert problem[0] == row
    assert sentence in problem[1]


def test_a_turbine_that_is_called_as_nothing_is_may_have_rows() -> None:
    assert names(pa.array(["NA"])).problem(["NA"]) is None


@pytest.mark.parametrize("cells", [[True, False], [["T1"]], [b"T1"]])
def test_cells_that_are_neither_text_nor_numbers_name_no_turbine(cells: Sequence) -> None:
    with pytest.raises(ImportRefused, match="name no turbine; allowed are text and numbers"):
        names(pa.array(cells))


def test_a_block_without_rows_has_no_turbines() -> None:
    turbines = names(pa.array([], pa.string()))
    assert (len(turbines.codes), turbines.names, turbines.problem(())) == (0, (), None)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("WT[0-9]+", "WT07"),
        ("(WT)[0-9]+_([0-9]+)", "WT"),
        ("([0-9]+)_(?P<turbine>[0-9]+)", "2025"),
        ("^[^_]+", "WT07"),
        ("WT07(_)", "_"),
    ],
)
def test_a_files_name_tells_the_turbine_and_its_folders_do_not(text: str, name: str) -> None:
    assert from_filename(text) == name


def test_a_name_out_of_a_files_name_has_no_blanks_around_it() -> None:
    assert from_filename("[^_]*", Path("WT 07 _2025.csv")) == "WT 07"


@pytest.mark.parametrize("text", ["WT99", "(WT99)?_2025", "(?P<turbine>x)|2025"])
def test_a_files_name_that_tells_no_turbine_is_refused(text: str) -> None:
    expected = f"the regular expression {text!r} tells no turbine from the name {FILE.name!r}"
    assert refusal(text) == f"{FILE}: {expected}; allowed is one that matches it."


def test_a_name_that_no_turbine_can_have_is_refused() -> None:
    assert "is empty" in refusal("x*")
    assert "contains a comma" in refusal(".*csv", Path("A,B.csv"))


@pytest.mark.parametrize("text", ["(", "[", "(?P<1>x)", "x{99999999999999}", DEEP])
def test_what_is_no_regular_expression_is_refused(text: str) -> None:
    assert "is no regular expression: " in refusal(text)
