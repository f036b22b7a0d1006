"""What is typed right of VARIABLE= to name a column, with its unit or in an expression."""

from math import isfinite, nan, pi

import numpy as np
import pytest

from sourcedata.importing.cells.expressions import parsed
from sourcedata.importing.cells.mapped import columns_of, mapping
from sourcedata.importing.cells.units import CONVERSIONS, conversion
from sourcedata.importing.refusal import ImportRefused
from sourcedata.variables import UNITS

COLUMNS = ["P", "wd", "T", "Wind speed (m/s)", "a[b]"]


def value(text: str, number: float, variable: str = "power") -> float:
    """Return what becomes of a number in the column that the text names."""
    return float(mapping(variable, text, COLUMNS).values(np.array([number]))[0])


def refusal(text: str, variable: str = "power") -> str:
    with pytest.raises(ImportRefused) as refused:
        mapping(variable, text, COLUMNS)
    return str(refused.value)


def test_a_missing_value_stays_so_and_what_has_no_finite_value_is_missing() -> None:
    assert not isfinite(value("P * 0", nan))
    assert not isfinite(value("1 / P", 0.0))
    assert not isfinite(value("5 / (1 / P)", 0.0))
    assert not isfinite(value("P * 1e300", 1e300))
    assert value("wd % 360", -10.0) == 350.0


def test_a_columns_name_is_the_column_whatever_else_it_could_be() -> None:
    assert mapping("power", "P[W]", ["P[W]", "P"]).column == "P[W]"
    assert mapping("power", "P * 2", ["P * 2", "P"]).values(np.array([3.0])) == 3.0
    assert value("Wind speed (m/s)", 5.0) == value("P", 5.0) == 5.0
    assert value("`Wind speed (m/s)` * 2", 5.0) == 10.0
    assert value("`Wind speed (m/s)`[km/h]", 36.0, "wind_speed") == 10.0


def test_a_table_is_known_by_the_whole_text_or_by_the_column_in_it() -> None:
    assert columns_of("P[W]") == ("P[W]", "P")
    assert columns_of("Wind speed [no unit]") == ("Wind speed [no unit]", "Wind speed")
    assert columns_of("`a b` * 2") == ("`a b` * 2", "a b")
    assert columns_of("P") == ("P",)
    assert columns_of("Wind speed (m/s)") == ("Wind speed (m/s)",)


@pytest.mark.parametrize(
    ("variable", "text", "number", "expected"),
    [
        ("power", "P[W]", 1234.0, 1.234),
        ("power", "P [MW]", 2.0, 2000.0),
        ("power", "P[kW]", 7.0, 7.0),
        ("wind_speed", "P[km/h]", 36.0, 10.0),
        ("wind_speed", "P[mph]", 10.0, 4.4704),
        ("wind_speed", "P[kn]", 3600.0, 1852.0),
        ("wind_speed", "P[ms-1]", 3.0, 3.0),
        ("ambient_temperature", "T[degF]", 212.0, 100.0),
        ("ambient_temperature", "T[K]", 273.15, 0.0),
        ("ambient_temperature", "T[°C]", 3.0, 3.0),
        ("ambient_temperature", "T[C]", 3.0, 3.0),
        ("wind_direction", "wd[rad]", pi, 180.0),
        ("pitch_angle", "wd[°]", -3.0, -3.0),
        ("rotor_speed", "P[rad/s]", pi, 30.0),
    ],
)
def test_a_unit_becomes_the_variables_own(
    variable: str, text: str, number: float, expected: float
) -> None:
    assert value(text, number, variable) == pytest.approx(expected, rel=1e-15)


def test_whole_watts_are_kilowatts_to_the_bit() -> None:
    watts = np.arange(3000.0)
    values = mapping("power", "P[W]", COLUMNS).values(watts)
    assert values.tolist() == [float(f"{number}e-3") for number in range(3000)]


def test_every_variable_comes_in_its_own_unit_and_every_conversion_is_an_expression() -> None:
    assert {conversion(variable, unit) for variable, unit in UNITS.items()} == {"x"}
    assert set(CONVERSIONS) <= set(UNITS.values())
    for conversions in CONVERSIONS.values():
        assert {parsed(text)[1] for text in conversions.values()} == {"x"}


@pytest.mark.parametrize("unit", ["kw", "m/s", "GW", "", "°"])
def test_a_unit_of_another_kind_is_refused_with_those_that_are_allowed(unit: str) -> None:
    assert refusal(f"P[{unit}]") == f"'{unit}' is no unit of power; allowed: kW, W, MW."


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "a number or a column is missing at the end"),
        ("P *", "a number or a column is missing at the end"),
        ("P ** 2", "a number or a column is missing before '*'"),
        ("abs(P)", "a sign such as + is missing before '('"),
        ("P.real", "a sign such as + is missing before '.'"),
        ("P if P else 0", "a sign such as + is missing before 'if'"),
        ("(P + 1", "a ) is missing at the end"),
        ("`P", "a number or a column is missing before '`'"),
        ("P + wd", "it has several columns, 'P', 'wd'"),
        ("1 + 1", "it has no column"),
        ("P / (2 - 2)", "it divides by zero"),
        ("P % -0", "it divides by zero"),
        ("P * 1e999", "a number in it is too large"),
        ("P" + " + 1" * 50, "it is longer than 200 characters"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_what_is_allowed(text: str, problem: str) -> None:
    assert f"is no column, and no expression: {problem}; allowed are" in refusal(text)


def test_a_column_that_the_table_has_not_is_refused_with_those_that_it_has() -> None:
    listed = "'P', 'wd', 'T', 'Wind speed (m/s)', 'a[b]'"
    assert refusal("Q * 2") == f"There is no column 'Q'; there are: {listed}."
    assert refusal("Q[W]") == refusal("Q") == refusal("Q * 2")
