"""No column of a wide table is passed over without a word, and no turbine made of one."""

from pathlib import Path

import pytest

from tests.sourcedata.importing.commands import refusal, run, text

pytestmark = pytest.mark.django_db

OPTIONS = ["--time-column", "time", "--map", "wind_speed=ws"]
BY_TURBINE = [*OPTIONS, "--wide", "{turbine}_{column}"]


def wide(folder: Path, *names: str) -> Path:
    """Return a file of one row that has these columns beside the time."""
    return text(folder, f"time,{','.join(names)}\n2024-06-01 00:00{',5' * len(names)}\n")


@pytest.mark.parametrize("column", ["Power", "p", "Power[W]", "Power / 1000"])
def test_a_variable_that_no_turbine_has_a_column_for_is_refused(tmp_path, column) -> None:
    file = wide(tmp_path, "T1_ws", "T1_P", "T2_ws", "T2_P")
    said = refusal(file, *BY_TURBINE, "--map", f"power={column}")
    assert f"has no column '{{turbine}}_{column}'; it has 'time', 'T1_ws', 'T1_P'" in said


def test_a_variable_that_some_turbines_have_no_column_for_is_asked_about(tmp_path) -> None:
    file = wide(tmp_path, "T1_ws", "T1_P", "T2_ws", "T2_Power", "T3_ws")
    said = run(file, *BY_TURBINE, "--map", "power=P")
    assert "Look: There is no column for power of 'T2', and of 1 more turbines, as" in said
    assert "There is no column for wind_speed" not in said


@pytest.mark.parametrize("name", ["T2_WS", "T2_ ws", "T2_w s"])
def test_a_column_that_matches_but_for_capitals_or_blanks_is_asked_about(tmp_path, name) -> None:
    said = run(wide(tmp_path, "T1_ws", name, "T1_ws_std"), *BY_TURBINE)
    assert f"capitals or blanks were passed over: '{name}'. Name them as" in said


def test_columns_of_other_names_are_not_asked_about(tmp_path) -> None:
    options = [*OPTIONS, "--wide", "{turbine} {column}", "--map", "power=P"]
    names = [f"T{number} {name}" for number in (1, 2) for name in ("ws", "P", "Temp", "News")]
    assert "Look: " not in run(wide(tmp_path, *names), *options)


@pytest.mark.parametrize(
    ("pattern", "names", "turbines"),
    [
        ("{column}_{turbine}", ["ws_1", "ws_2", "ws_std_1"], "'std_1' beside '1'"),
        ("{turbine}_{column}", ["T1_ws", "T1_nacelle_ws"], "'T1_nacelle' beside 'T1'"),
        ("{turbine}.{column}", ["Farm-T1 max.ws", "Farm-T1.ws"], "'Farm-T1 max' beside 'Farm-T1'"),
    ],
)
def test_turbines_that_are_others_with_more_words_are_asked_about(
    tmp_path, pattern, names, turbines
) -> None:
    said = run(wide(tmp_path, *names), *OPTIONS, "--wide", pattern)
    assert f"Look: Some turbines are named as others with more words: {turbines}. Are" in said


def test_turbines_whose_names_have_words_alike_are_not_asked_about(tmp_path) -> None:
    names = ["A_1_ws", "A_2_ws", "B_1_ws", "A_10_ws", "T1_ws", "T10_ws", "XT1_ws"]
    assert "Look: " not in run(wide(tmp_path, *names), *BY_TURBINE)
