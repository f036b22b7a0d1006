"""Points that may separate thousands: a table writes 1.004 for the number that follows on 998."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from common.arrays import Array
from sourcedata.importing.cells.arithmetic import Floats
from sourcedata.importing.figures import WORDS

# A thousand does not begin with 0, so that 0.998 has a decimal point.
GROUPED = r"\A[-+\x{2212}]?[1-9][0-9]{0,2}\.[0-9]{3}\z"
SHORT, LONG = r"\A[-+\x{2212}]?[0-9]{1,3}\z", r"\A[-+\x{2212}]?[0-9]{4,}\z"


@dataclass
class NumbersOfColumn:
    """The first words of a column that are of each kind, with their rows.

    Those of `grouped` have a point before three digits, those of `short` and `long` none.
    """

    grouped: tuple[str, int] | None = None
    short: tuple[str, int] | None = None
    long: tuple[str, int] | None = None


@dataclass
class ThousandsPoints:
    """The columns of a table in text whose points may separate thousands.

    Nobody writes both in one table, so a point before another number of digits tells of all, and
    a number without a point in one column leaves those of another in doubt.
    """

    _columns: dict[str, NumbersOfColumn] = field(default_factory=dict)
    _is_decimal: bool = False

    def add(self, column: str, cells: pa.Array, values: Floats, first_row: int) -> None:
        """Take the words of a block, and the numbers that they are with a decimal point."""
        if self._is_decimal:
            return
        is_told = np.isfinite(values) & ~np.isin(values, [*WORDS])
        words = pc.utf8_trim_whitespace(cells)
        of_column = self._columns.setdefault(column, NumbersOfColumn())
        of_column.short = of_column.short or _first(words, SHORT, is_told, first_row)
        of_column.long = of_column.long or _first(words, LONG, is_told, first_row)
        has_point = np.array(pc.match_substring(words, ".")) & is_told
        if has_point.any():
            of_column.grouped = of_column.grouped or _first(words, GROUPED, is_told, first_row)
            is_grouped = np.array(pc.match_substring_regex(words, GROUPED))
            self._is_decimal = bool((has_point & ~is_grouped).any())

    def ambiguous(self) -> tuple[str, int, str, str] | None:
        """Return a column, the row of such a word, the word, and what is wrong, if anything is."""
        short = next((words.short[0] for words in self._columns.values() if words.short), None)
        if short is not None and not self._is_decimal:
            for column, words in self._columns.items():
                if words.grouped and not words.long:
                    word, row = words.grouped
                    return column, row, word, _complaint(word, short)
        return None


def _first(words: pa.Array, pattern: str, is_told: Array, first_row: int) -> tuple[str, int] | None:
    rows = np.flatnonzero(np.array(pc.match_substring_regex(words, pattern)) & is_told)
    return (words[int(rows[0])].as_py(), first_row + int(rows[0])) if len(rows) else None


def _complaint(word: str, short: str) -> str:
    return (
        f"is {word} or {word.replace('.', '')}: no number has a point but before three digits, and"
        f" others, as {short!r}, have none; say --decimal . where '.' is the decimal mark; say"
        " --decimal , where '.' separates thousands"
    )
