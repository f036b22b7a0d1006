"""Units that stand behind the numbers in cells, as in `5.3 m/s`."""

import re

import pyarrow as pa
import pyarrow.compute as pc

from common.wording import quoted
from sourcedata.importing.cells.mapped import Mapped
from sourcedata.importing.cells.unit_words import unit_of
from sourcedata.importing.cells.units import spellings
from sourcedata.variables import UNITS

# Exponents, clocks and fractions have digits behind what is no digit.
BEHIND_NUMBER = re.compile(
    r"[-+\u2212]?[0-9][0-9.,' ]*?\s*(?P<unit>[^\W\d_][^\s0-9]{0,9}|[°º%].{0,9})"
)


def without_units(cells: pa.Array, unit: str) -> pa.Array:
    """Return texts without that unit behind their numbers, however it is spelled."""
    spelled = "|".join(map(re.escape, spellings(unit)))
    behind = rf"(?i)([0-9][.,]?)[\s\p{{Z}}]*(?:{spelled})[\s\p{{Z}}]*$"
    return pc.replace_substring_regex(cells.cast(pa.string()), behind, r"\1")


def advice(word: str, mapped: Mapped) -> str:
    """Return what to type, or to do, about a unit behind a number; empty where there is none."""
    match = BEHIND_NUMBER.fullmatch(word)
    if match is None:
        return ""
    unit = unit_of(mapped.variable, match["unit"])
    if unit and unit == unit_of(mapped.variable, mapped.unit):
        return f"; replace {quoted(match['unit'])} by nothing in the file"
    if unit:
        typed = f"{mapped.variable}={mapped.column}[{unit}]"
        return f'; if {unit} is the unit of its numbers, type --map "{typed}"'
    own = UNITS[mapped.variable]
    return f"; if {quoted(match['unit'])} is a unit, write the numbers in {own} without it"
