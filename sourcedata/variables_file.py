"""The variables that a deployment adds, in a file of TOML: a table each, by its name.

Names become SQL, so that nothing else may stand in one. A file that cannot be meant is refused as a
whole: half of the variables would be other data.
"""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import Any

from common.wording import first_line, listed, quoted, unknown
from sourcedata.variable import ANGLES_DEG, COMPANIONS, STATISTICS, Variable

BESIDE = Path(__file__).resolve().parent.parent
# What PostgreSQL, up to version 18, reads as something else than the name of a column.
RESERVED_WORDS = {*Path(__file__).with_name("reserved_words.txt").read_text().split()}
NAME = re.compile(r"[a-z][a-z0-9_]{0,49}")
NAME_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,49}")
# What tables of measurements and of statistics call their other columns.
OTHER_COLUMNS = {"turbine", "turbine_id", "timestamp", "row", "pk", "condition", "asset_id"}
# What OpenOA's table has beside variables.
OPENOA_COLUMNS = ("time", "asset_id", "WMET_HorWdDirRel")
# As the standard deviation, the least and the greatest reading within a sample are called.
ENDINGS = tuple(f"_{companion}" for companion in COMPANIONS)
UNITS = (
    *("m/s", "m/s2", "mm/s", "m", "mm", "km", "deg", "rad", "deg/s", "rpm", "Hz", "s", "min", "h"),
    *("degC", "K", "%", "1", "kW", "MW", "W", "kvar", "kVA", "kWh", "V", "kV", "A", "kA"),
    *("Nm", "kNm", "N", "kN", "Pa", "hPa", "kPa", "bar", "kg/m3", "W/m2", "l", "l/min", "ppm"),
)
KEYS = ("unit", "minimum", "maximum", "angle", "statistics", "companions", "openoa", "flasc")


class VariablesFileRefused(ValueError):
    """The file cannot be meant; its sentence names the place, and what is allowed there."""


def declared(file: str, built_in: Sequence[Variable]) -> tuple[Variable, ...]:
    """Return the variables of every deployment, and those that the file adds, in its order.

    A relative path begins beside `manage.py`; none means that nothing is added. A table of a
    variable that every deployment has may say its `companions` alone.

    Raises:
        VariablesFileRefused: where the file cannot be read, or anything in it cannot be meant.
    """
    if not file:
        return tuple(built_in)
    path = BESIDE / file
    try:
        # Some editors begin a text with a mark of its encoding.
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise VariablesFileRefused(f"{path} cannot be read: {first_line(error)}.") from error
    names = {variable.name for variable in built_in}
    try:
        existing = [_with_companions(variable, tables.get(variable.name)) for variable in built_in]
        further = [_variable(name, tables[name]) for name in tables if name not in names]
        _refuse_doubles([*existing, *further])
    except VariablesFileRefused as error:
        raise VariablesFileRefused(f"{path}: {error}") from None
    return (*existing, *further)


def _with_companions(variable: Variable, table: Any) -> Variable:
    if table is None:
        return variable
    _refuse_keys(variable.name, table, ["companions"])
    return _checked(replace(variable, companions=_some(variable.name, table, "companions")))


def _variable(name: str, table: Any) -> Variable:
    _refuse_name(name)
    _refuse_keys(name, table, KEYS)
    is_angle = _value(name, table, "angle", bool, "true or false", default=False)
    if is_angle and {"minimum", "maximum"} & {*table}:
        raise VariablesFileRefused(f"{name} is an angle, whose range is that of all angles.")
    statistics = _some(name, table, "statistics") if "statistics" in table else STATISTICS
    if not statistics:
        raise VariablesFileRefused(f"{name} keeps no statistic; allowed: {listed(STATISTICS)}.")
    return _checked(
        Variable(
            name,
            _unit(name, table, is_angle),
            *(ANGLES_DEG if is_angle else _range(name, table)),
            is_angle=is_angle,
            openoa_name=_name_elsewhere(name, table, "openoa"),
            flasc_name=_name_elsewhere(name, table, "flasc"),
            statistics=statistics,
            companions=_some(name, table, "companions"),
        )
    )


def _refuse_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise VariablesFileRefused(
            f"{quoted(name)} is no name of a variable; allowed are at most 50 small letters, digits"
            " and _, with a letter first."
        )
    if name in RESERVED_WORDS:
        raise VariablesFileRefused(
            f"{quoted(name)} is a word of SQL, and no name of a variable; call it {name}_value."
        )
    if name in OTHER_COLUMNS:
        raise VariablesFileRefused(f"{quoted(name)} is what another column is called.")
    if name.endswith(ENDINGS):
        raise VariablesFileRefused(
            f"{quoted(name)} ends as companions do: no variable may end in {listed(ENDINGS)}."
        )


def _refuse_keys(name: str, table: Any, allowed: Collection[str]) -> None:
    if not isinstance(table, dict):
        raise VariablesFileRefused(f"{quoted(name)} is no table; a variable is one, as [{name}].")
    if sentence := unknown(table, allowed):
        raise VariablesFileRefused(f"[{name}] has something {sentence}")


def _unit(name: str, table: Mapping[str, Any], is_angle: bool) -> str:
    if is_angle and table.get("unit", "deg") != "deg":
        raise VariablesFileRefused(f"{name} is an angle, whose unit is deg.")
    unit: str = _value(name, table, "unit", str, "a unit, in quotes", "deg" if is_angle else None)
    if unit not in UNITS:
        raise VariablesFileRefused(
            f"{name} has the unit {quoted(unit)}, which nobody knows; allowed: {', '.join(UNITS)}."
        )
    return unit


def _range(name: str, table: Mapping[str, Any]) -> tuple[float, float]:
    minimum, maximum = (_number(name, table, key) for key in ("minimum", "maximum"))
    if minimum >= maximum:
        raise VariablesFileRefused(
            f"{name} has the minimum {minimum:g}, which is not below its maximum {maximum:g}."
        )
    return minimum, maximum


def _number(name: str, table: Mapping[str, Any], key: str) -> float:
    number = _value(name, table, key, (int, float), "a number")
    try:
        is_number = not isinstance(number, bool) and isfinite(number)
    except OverflowError:
        is_number = False
    if not is_number:
        raise VariablesFileRefused(f"{name} has a {key} that is no number, or too large for one.")
    return float(number)


def _value(
    name: str, table: Mapping[str, Any], key: str, kind: Any, words: str, default: Any = None
) -> Any:
    value = table.get(key, default)
    if value is None:
        raise VariablesFileRefused(f"{name} lacks its {key}: {words}.")
    if not isinstance(value, kind):
        raise VariablesFileRefused(f"{name}: its {key} is not {words}.")
    return value


# What a key may list.
MEMBERS = {"statistics": STATISTICS, "companions": COMPANIONS}


def _some(name: str, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return those that the key lists, in their usual order; none where it is not there."""
    members, allowed = table.get(key, []), MEMBERS[key]
    if not isinstance(members, list) or not all(isinstance(member, str) for member in members):
        raise VariablesFileRefused(
            f'{name} has {key} that are no list such as ["{allowed[0]}"]; allowed are some of'
            f" {listed(allowed)}."
        )
    if sentence := unknown(members, allowed):
        raise VariablesFileRefused(f"{name} has {key} that are {sentence}")
    return tuple(member for member in allowed if member in members)


def _name_elsewhere(name: str, table: Mapping[str, Any], key: str) -> str | None:
    if key not in table:
        return None
    elsewhere: str = _value(name, table, key, str, "a name, in quotes")
    if not NAME_ELSEWHERE.fullmatch(elsewhere):
        raise VariablesFileRefused(
            f"{name} has the {key} name {quoted(elsewhere)}; allowed are letters, digits and _."
        )
    return elsewhere


def _checked(variable: Variable) -> Variable:
    if (variable.openoa_name or variable.flasc_name) and "mean" not in variable.statistics:
        raise VariablesFileRefused(
            f"{variable.name} has a name in OpenOA or FLASC, which take means, and keeps no mean."
        )
    if variable.is_angle and variable.companions:
        raise VariablesFileRefused(
            f"{variable.name} is an angle, and has no {listed(variable.companions)} within a sample"
            " that could be pooled: its mean is a direction, not a sum."
        )
    return variable


def _refuse_doubles(variables: Sequence[Variable]) -> None:
    for names in (
        [*OPENOA_COLUMNS, *(variable.openoa_name for variable in variables)],
        [variable.flasc_name for variable in variables],
    ):
        for name in _twice(filter(None, names)):
            raise VariablesFileRefused(f"{quoted(name)} names two columns for another tool.")


def _twice(names: Iterator[str]) -> Iterator[str]:
    before: set[str] = set()
    for name in names:
        if name in before:
            yield name
        before.add(name)
