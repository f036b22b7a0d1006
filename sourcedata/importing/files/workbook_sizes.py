"""How far the sheets of a workbook reach: its reader takes memory for each cell up to the last."""

import re
from collections.abc import Iterator
from typing import IO
from zipfile import ZipFile

from sourcedata.importing.files.source_files import CHUNK_BYTES, SourceFile
from sourcedata.importing.refusal import ImportRefused

# A sheet of as many rows as Excel takes and fifty columns.
MOST_CELLS = 50 * 2**20
CELL = re.compile(rb'r="([A-Z]{1,3})([0-9]{1,7})"')
# A chunk may end within a cell's place.
OVERLAP_BYTES = 20


def refuse_far_cells(source: SourceFile) -> None:
    """Refuse a workbook of which one sheet reaches too far.

    Raises:
        ImportRefused: naming the last cell.
    """
    with source.open_anywhere() as stream, ZipFile(stream) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                with archive.open(name) as sheet:
                    column, row = _last_cell(sheet)
                if column * row > MOST_CELLS:
                    raise ImportRefused(
                        f"{source.name} has a sheet that reaches to column {column:,} of row"
                        f" {row:,}; save the part that has the table as CSV."
                    )


def _last_cell(sheet: IO[bytes]) -> tuple[int, int]:
    """Return the number of the last column and of the last row."""
    columns, rows = {0}, {0}
    for chunk in _chunks(sheet):
        for letters, digits in set(CELL.findall(chunk)):
            columns.add(column_number(letters))
            rows.add(int(digits))
        columns, rows = {max(columns)}, {max(rows)}
    return max(columns), max(rows)


def _chunks(sheet: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while chunk := sheet.read(CHUNK_BYTES):
        yield rest + chunk
        rest = chunk[-OVERLAP_BYTES:]


def column_number(letters: bytes) -> int:
    """Return the number of the column that Excel calls so, from 1 on."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number
