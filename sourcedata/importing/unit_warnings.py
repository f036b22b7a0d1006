"""The columns whose names have another unit than that of their variable: for a person to judge."""

from collections.abc import Iterator

from common.wording import quoted
from sourcedata.importing.cells.mapped import Mapped
from sourcedata.importing.cells.unit_words import (
    BRACKETED,
    has_unit,
    other_unit,
    strange_unit,
    strange_word,
    unit_words,
)
from sourcedata.importing.survey import Survey
from sourcedata.variables import UNITS


def warnings_of_units(look: Survey) -> Iterator[str]:
    """Yield the variables of which a column is named with another unit than theirs.

    Of several columns that say the same of a variable, the first one is named.
    """
    told: dict[tuple[str, str], str] = {}
    for turbine, of_turbine in look.reading.columns.mapped.items():
        for each in of_turbine:
            if each.is_column:
                unit, advice = _unit_beside(look, each, turbine)
                told.setdefault((each.variable, unit), f"{_taken(each)}: {advice}" if unit else "")
    yield from filter(None, told.values())


def _taken(mapped: Mapped) -> str:
    return f"The column {quoted(mapped.column)} is taken as {UNITS[mapped.variable]}"


def _unit_beside(look: Survey, mapped: Mapped, turbine: str | None) -> tuple[str, str]:
    """Return another unit that a column's name has, or a row below it, and advice.

    What stands in brackets counts more than that row, and this more than the name's other words.
    """
    variable = mapped.variable
    in_brackets = [text for text in BRACKETED.findall(mapped.column) if text != turbine]
    below = look.reading.table.units.get(mapped.column, "").split()
    # In a wide table, the name without the turbine's is what is typed.
    typed = look.reading.form.columns[variable]
    words = unit_words(typed)
    texts = in_brackets or [word.strip("[]()") for word in below]
    if unit := other_unit(variable, texts if has_unit(texts) else words):
        return unit, f"if it is in {unit}, write --map '{variable}={typed}[{unit}]'."
    strange = strange_unit(variable, in_brackets) or (
        "" if has_unit(texts) else strange_word(variable, words)
    )
    return strange, f"is {quoted(strange)} another unit? Then convert it by an expression."
