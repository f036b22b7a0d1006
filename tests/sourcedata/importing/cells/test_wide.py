"""Which column of a wide table is of which turbine and variable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcedata.importing.cells.wide import Pattern
from sourcedata.importing.refusal import ImportRefused

HOSTILE = st.text(st.sampled_from(".*+?()[]{}|^$\\#_a1 \n"), max_size=6)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{turbine}_{column}", ["time", "T_01_wind_speed", "T_01_power", "T_02_power"]),
        ("{column} of {turbine}", ["wind_speed of T_01", "power of T_01", "power of T_02", "of"]),
        ("Farm.{turbine}.{column}!", ["Farm.T_01.power!", "FarmxT_01.power!", "Farm.T_02.power!"]),
        ("{turbine}{column}", ["T_01power", "T_02power", "T_01wind_speed", "power"]),
    ],
)
def test_the_wanted_columns_of_each_turbine_are_told_apart(text: str, names: list[str]) -> None:
    columns = Pattern.of(text).columns(names, ["power", "wind_speed"])
    assert list(columns) == ["T_01", "T_02"]
    for turbine, of_turbine in columns.items():
        for wanted, name in of_turbine.items():
            assert name == text.format(turbine=turbine, column=wanted)


def test_the_longest_of_what_is_wanted_counts() -> None:
    names, wanted = ["T1_P", "T1_avg_P"], ["P", "avg_P"]
    expected = {"T1": {"P": "T1_P", "avg_P": "T1_avg_P"}}
    assert Pattern.of("{turbine}_{column}").columns(names, wanted) == expected
    backwards = Pattern.of("{column}_{turbine}").columns(["P_T1", "P_avg_T1"], ["P", "P_avg"])
    assert backwards == {"T1": {"P": "P_T1", "P_avg": "P_avg_T1"}}


def test_what_is_not_wanted_is_left_out() -> None:
    pattern = Pattern.of("{turbine}_{column}")
    assert pattern.columns(["time", "T1_Q", "_P", "T1_P_max", "T1_p"], ["P"]) == {}
    assert pattern.columns(["T1_P", "T1_"], []) == pattern.columns(["T1_P", "T1_"], [""]) == {}
    assert pattern.columns([], ["P"]) == {}


@pytest.mark.parametrize("text", ["{turbine}_{column}", "{column}_{turbine}"])
def test_two_columns_of_one_turbine_and_variable_are_refused(text: str) -> None:
    name = text.format(turbine="T1", column="P")
    with pytest.raises(ImportRefused, match=f"'{name}' and '{name}#2' are both 'P' of .* 'T1'"):
        Pattern.of(text).columns([name, f"{name}#2"], ["P"])


def test_a_number_sign_in_a_turbines_name_is_no_second_column() -> None:
    columns = Pattern.of("{column}_{turbine}").columns(["P_WT#1", "P_WT#2"], ["P"])
    assert list(columns) == ["WT#1", "WT#2"]


@pytest.mark.parametrize(
    "text",
    [
        *("", "{turbine}", "T{column}", "{turbine}_{COLUMN}"),
        *("{turbine}_{turbine}_{column}", "{turbine}{column}{column}"),
    ],
)
def test_a_pattern_has_each_place_once(text: str) -> None:
    with pytest.raises(ImportRefused, match="is no pattern of wide columns; allowed is"):
        Pattern.of(text)


def test_blanks_around_a_turbines_name_are_left_out() -> None:
    names = ["T1_P", "T1 _Q", " _P"]
    expected = {"T1": {"P": "T1_P", "Q": "T1 _Q"}}
    assert Pattern.of("{turbine}_{column}").columns(names, ["P", "Q"]) == expected


@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE.filter(str.strip), HOSTILE.filter(bool))
def test_whatever_stands_in_names_is_taken_as_it_is(
    before: str, between: str, after: str, turbine: str, wanted: str
) -> None:
    pattern = Pattern.of(f"{before}{{turbine}}{between}{{column}}{after}")
    name = f"{before}{turbine}{between}{wanted}{after}"
    assert pattern.columns([name, f"{name}~"], [wanted]) == {turbine.strip(): {wanted: name}}
