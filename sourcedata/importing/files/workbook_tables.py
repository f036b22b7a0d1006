"""A table in a sheet of a workbook of Excel, its cells as text."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from common.wording import listed, quoted
from sourcedata.importing.files.footers import with_columns, without_footer
from sourcedata.importing.files.headers import Candidates, column_names, units_of, units_rows
from sourcedata.importing.files.source_files import SourceFile, damaged
from sourcedata.importing.files.tables import Hidden, Missing, RowBlock, Table
from sourcedata.importing.files.workbook_cells import cell_text
from sourcedata.importing.files.workbook_formulas import NO_RESULT, formulas_without_result
from sourcedata.importing.files.workbook_hidden import hidden_in
from sourcedata.importing.files.workbook_sizes import refuse_far_cells
from sourcedata.importing.refusal import ImportRefused

# The header is in the first of the rows.
MOST_PREAMBLE_ROWS = 200
BLOCK_ROWS = 10_000
# The number of a row in the sheet, as Excel says it, and its cells.
Row = tuple[int, list[str]]
# The places of the formulas without a result, by the number of the row.
Formulas = Mapping[int, Sequence[int]]


@dataclass(frozen=True)
class TableSheet:
    """A sheet of a workbook whose header is known.

    `first_row` is the number of the first row below the header and its units, as Excel says it;
    `time_columns` are those that it has, `rows_above` what stands above the header.
    """

    source: SourceFile
    sheet: str
    names: Sequence[str]
    first_row: int
    time_columns: Sequence[str]
    decimal: str
    left_out: list[str]
    units: Mapping[str, str]
    formulas: Formulas
    rows_above: Sequence[str]

    def blocks(self, wanted: Sequence[str]) -> Iterator[RowBlock]:
        """Yield the wanted columns as text, without what stands below the table."""
        self.left_out.clear()
        blocks = self._blocks([*wanted, *self.time_columns])
        for block in without_footer(blocks, self.time_columns, self.left_out):
            yield with_columns(block, wanted)

    def hidden(self) -> Hidden:
        """Return what of it somebody hid; what is behind the table, or empty, is none of it."""
        rows, columns = hidden_in(self.source, self.sheet)
        is_sheet = _sheets(self.source)[self.sheet] != SheetVisibleEnum.Visible
        return Hidden(
            tuple(number for number, _ in self._rows() if number in rows) if rows else (),
            self._names_of(columns) if columns else (),
            is_sheet,
        )

    def _names_of(self, columns: Collection[int]) -> tuple[str, ...]:
        """Return the names of columns that Excel counts so; the first cells are of any of these."""
        with _reading(self.source) as workbook:
            _, first = workbook.get_sheet_by_name(self.sheet).start or (0, 0)
        names = enumerate(self.names, first + 1)
        return tuple(name for place, name in names if place in columns)

    def place(self, row: int) -> str:
        """Return the number that Excel gives the row of that number in the table."""
        return f"row {next(islice(self._rows(), row, None))[0]}"

    def _rows(self) -> Iterator[Row]:
        rows = _rows(self.source, self.sheet, self.decimal, self.formulas)
        return (row for row in rows if row[0] >= self.first_row)

    def _blocks(self, columns: Sequence[str]) -> Iterator[RowBlock]:
        places = {name: self.names.index(name) for name in columns}
        rows, first_row = self._rows(), 0
        while some := [cells for _, cells in islice(rows, BLOCK_ROWS)]:
            texts = {name: [cells[place] for cells in some] for name, place in places.items()}
            self._refuse_times_not_computed(texts)
            yield RowBlock(
                {name: pa.array(cells, pa.string()) for name, cells in texts.items()}, first_row
            )
            first_row += len(some)

    def _refuse_times_not_computed(self, texts: Mapping[str, Sequence[str]]) -> None:
        """Refuse rows that would be taken for a footer, for their times are no times."""
        for column in self.time_columns:
            if NO_RESULT in texts[column]:
                raise ImportRefused(
                    f"{self.source.name}, column {quoted(column)}: a time is {NO_RESULT}: open it"
                    " there, save it, and import that."
                )


def workbook_table(
    source: SourceFile,
    missing: Missing,
    sheet: str | None,
    time_columns: Sequence[str],
    decimal: str = ".",
) -> Table:
    """Return the table of the sheet of that name or, where it is None, of the one that has it.

    Raises:
        ImportRefused: where there is no such sheet, or none with the columns that are wanted, or
            more than one.
    """
    names = list(_sheets(source))
    refuse_far_cells(source)
    candidates = Candidates(source.name, missing)
    sheets, others = [], []
    for name in _wanted(source, names, sheet):
        of_sheet = Candidates(f"{source.name}, sheet {quoted(name)},", missing)
        opened = _opened(source, name, [candidates, of_sheet], time_columns, decimal)
        if opened:
            sheets.append(opened)
        elif not of_sheet.is_empty:
            others.append(of_sheet.refusal())
    if not sheets:
        raise candidates.refusal()
    _refuse_several(source, sheets)
    (table,) = sheets
    return Table(
        source.name,
        table.names,
        table.blocks,
        table.place,
        table.left_out,
        table.units,
        table.sheet if len(names) > 1 else None,
        may_be_data=[str(refusal) for refusal in others if refusal.may_be_data],
        lines_above=table.rows_above,
        hidden=table.hidden(),
    )


def _wanted(source: SourceFile, names: Sequence[str], sheet: str | None) -> Sequence[str]:
    if sheet is None:
        return names
    if sheet not in names:
        raise ImportRefused(
            f"{source.name} has no sheet {quoted(sheet)}; it has {listed(map(quoted, names))}."
        )
    return [sheet]


def _refuse_several(source: SourceFile, sheets: Sequence[TableSheet]) -> None:
    if len(sheets) > 1:
        several = listed(quoted(each.sheet) for each in sheets)
        raise ImportRefused(
            f"{source.name} has these columns in several sheets, {several}; say with --sheet which "
            "one is read."
        )


def _opened(
    source: SourceFile,
    sheet: str,
    candidates: Sequence[Candidates],
    time_columns: Sequence[str],
    decimal: str,
) -> TableSheet | None:
    """Return a sheet; None where none of its first rows is a header."""
    formulas = formulas_without_result(source, sheet)
    rows, above = _rows(source, sheet, decimal, formulas), list[str]()
    for number, cells in islice(rows, MOST_PREAMBLE_ROWS):
        names = column_names(cells)
        is_header = [each.is_header(names) for each in candidates]
        if all(is_header):
            times = [column for column in time_columns if column in names]
            below = list(islice(rows, MOST_PREAMBLE_ROWS))
            units = units_rows((cells for _, cells in below), [names.index(each) for each in times])
            candidates[0].refuse_another(names, [cells for _, cells in below[:units]])
            first_row = below[units][0] if units < len(below) else number + units + 1
            said = units_of(names, [cells for _, cells in below[:units]])
            return TableSheet(
                source, sheet, names, first_row, times, decimal, [], said, formulas, above
            )
        above.append(" ".join(filter(None, cells)))
    return None


def _rows(source: SourceFile, sheet: str, decimal: str, formulas: Formulas) -> Iterator[Row]:
    """Yield the rows of a sheet that are not blank; what was not computed says so."""
    with _reading(source) as workbook:
        read = workbook.get_sheet_by_name(sheet)
        rows, (_, first_place) = read.iter_rows(), read.start or (0, 0)
    for number, cells in enumerate(rows, start=1):
        texts = [cell_text(cell, decimal) for cell in cells]
        for place in formulas.get(number, ()):
            if place - first_place < len(texts):
                texts[place - first_place] = NO_RESULT
        if any(texts):
            yield number, texts


def _sheets(source: SourceFile) -> Mapping[str, SheetVisibleEnum]:
    """Return whether each sheet that may have a table is shown."""
    with _reading(source) as workbook:
        sheets = workbook.sheets_metadata
    return {sheet.name: sheet.visible for sheet in sheets if sheet.typ == SheetTypeEnum.WorkSheet}


@contextmanager
def _reading(source: SourceFile) -> Iterator[CalamineWorkbook]:
    """Give a workbook; raise ImportRefused where it is damaged, or has a password."""
    try:
        with source.open_anywhere() as stream:
            yield CalamineWorkbook.from_filelike(stream)
    except (CalamineError, OSError) as error:
        raise damaged(source.name, "xlsx", error) from error
