"""A table that stands in a file, whatever its form: its columns, block by block."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from common.wording import quoted
from sourcedata.importing.refusal import ImportRefused


@dataclass(frozen=True)
class RowBlock:
    """Some rows of a table that follow each other.

    `columns` has the cells by the column's name, arrays of one length: text, or what a file that
    knows types has. `first_row` is the number of the first row in the table, from 0 on.
    """

    columns: Mapping[str, pa.Array]
    first_row: int

    def __len__(self) -> int:
        """How many rows it has."""
        return len(next(iter(self.columns.values()))) if self.columns else 0


@dataclass(frozen=True)
class Hidden:
    """What of a table somebody hid in its workbook: numbers of rows, names of columns, a sheet."""

    rows: Sequence[int] = ()
    columns: Sequence[str] = ()
    is_sheet: bool = False


@dataclass(frozen=True)
class Table:
    """A table of a file.

    `file` is the file's path, which ends in the name of a file in a zip; `sheet` is that of a
    workbook with several. `columns` are the names of its columns; where several have one name, the
    second is `NAME#2`. `blocks` returns
    the wanted columns from the first row on, each time it is called. `place` says where in the file
    a row stands, by its number, as `line 12`. `left_out` has the rows below it that are none of the
    table, as the last time it was read showed. `units` has by column what rows of units say that
    stand below the header. `passed_over` has the names of files beside its own in a zip that have
    none of its columns, and `may_be_data` says of others, and of sheets, what they lack; of several
    tables of the zip the first one has them. `repeated_at` has the lines in which the header stood
    once more, as the last time it was read showed. `is_text` says that its numbers are as somebody
    wrote them. `cut` has the last cell, and its line, where the file seems to end within it.
    `lines_above` are those above the header, `differing_above` such a line and what stands in its
    place where the header stands again. `hidden` is what a workbook does not show of it.
    """

    file: str
    columns: Sequence[str]
    blocks: Callable[[Sequence[str]], Iterator[RowBlock]]
    place: Callable[[int], str]
    left_out: Sequence[str] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    passed_over: Sequence[str] = ()
    may_be_data: Sequence[str] = ()
    repeated_at: Sequence[int] = ()
    differing_above: Sequence[tuple[str, str]] = ()
    is_text: bool = False
    cut: Sequence[str] = ()
    lines_above: Sequence[str] = ()
    hidden: Hidden = Hidden()

    @property
    def name(self) -> str:
        """The file, and what of it the table is, as people are told."""
        return self.file if self.sheet is None else f"{self.file}, sheet {quoted(self.sheet)}"

    def where(self, column: str, row: int) -> str:
        """Return the words that say where a cell is."""
        return f"{self.name}, {self.place(row)}, column {quoted(column)}"

    def refusal(self, column: str, row: int, cell: str, complaint: str) -> ImportRefused:
        """Return the error that says where a cell is, what it holds, and `complaint`."""
        shown = quoted(cell) if cell else "an empty cell"
        return ImportRefused(f"{self.where(column, row)}: {shown} {complaint}.")


# Where a table's names are looked for: what of what is wanted is not among them, as it was typed.
Missing = Callable[[Sequence[str]], Sequence[str]]
