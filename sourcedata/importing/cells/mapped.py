"""What stands right of the = in `--map VARIABLE=...`: a column, and what becomes of its values."""

from collections.abc import Collection
from dataclasses import dataclass

from common.wording import listed, quoted
from sourcedata.importing.cells.arithmetic import Column, Expression, Floats, evaluated
from sourcedata.importing.cells.expressions import NoExpression, parsed
from sourcedata.importing.cells.units import conversion
from sourcedata.importing.refusal import ImportRefused
from sourcedata.variables import UNITS

ALLOWED = (
    "allowed are a column's name, a column with its unit as P[W], and an expression of one column, "
    "numbers, + - * / % and parentheses, with the name in back-quotes where it is more than "
    "letters, digits and _"
)


@dataclass(frozen=True)
class Mapped:
    """The column that a variable is read from, and the expression that makes its values.

    `unit` is that of the column's numbers, empty where an expression was typed.
    """

    variable: str
    column: str
    expression: Expression
    unit: str = ""

    @property
    def is_column(self) -> bool:
        """Whether the values are the column's own numbers."""
        return isinstance(self.expression, Column)

    def values(self, numbers: Floats) -> Floats:
        """Return the column's numbers in the variable's unit.

        NaN stays NaN, and what has no finite value, as a division by a zero in the column, is NaN.
        """
        return numbers if self.is_column else evaluated(self.expression, numbers)


def columns_of(text: str) -> tuple[str, ...]:
    """Return the names of which a table must have one for `text` to be read, the first one first.

    They are the whole text, and what stands before its [unit] or is the column of the expression.
    A text that is neither has but the first.
    """
    try:
        inner = _with_unit(text)[0] or parsed(text)[1]
    except NoExpression:
        return (text,)
    return tuple(dict.fromkeys((text, inner)))


def mapping(variable: str, text: str, column_names: Collection[str]) -> Mapped:
    """Return what `text`, typed for a variable, means in a table of these columns.

    A text that is the name of a column is that column, whatever else it could be.

    Raises:
        ImportRefused: where the table has no such column, the variable does not come in such a
            unit, or the text is no expression.
    """
    if text in column_names:
        return Mapped(variable, text, Column(text), UNITS[variable])
    column, unit = _with_unit(text)
    if column:
        expression, _ = parsed(conversion(variable, unit))
    else:
        expression, column = _expression(text)
    if column not in column_names:
        names = listed(map(quoted, column_names))
        raise ImportRefused(f"There is no column {quoted(column)}; there are: {names}.")
    return Mapped(variable, column, expression, unit)


def _with_unit(text: str) -> tuple[str, str]:
    """Return the column and the unit of a text as `P[W]`, both empty where it is not so."""
    if not text.endswith("]"):
        return "", ""
    column, _, unit = text[:-1].rpartition("[")
    return column.strip().strip("`"), unit.strip()


def _expression(text: str) -> tuple[Expression, str]:
    try:
        return parsed(text)
    except NoExpression as error:
        raise ImportRefused(
            f"{quoted(text)} is no column, and no expression: {error}; {ALLOWED}."
        ) from error
