"""A table in a text, such as CSV, read about a megabyte at a time."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO

import pyarrow.compute as pc

from common.wording import quoted
from sourcedata.importing.files.encodings import misread_at, undecodable_pattern, utf_8
from sourcedata.importing.files.footers import (
    UnevenRows,
    may_be_footer,
    with_columns,
    without_footer,
    words_of,
)
from sourcedata.importing.files.headers import is_sentence
from sourcedata.importing.files.lines import (
    Piece,
    count_lines,
    whole_lines,
    with_empty_rows_blank,
    with_tabs,
)
from sourcedata.importing.files.repeated_headers import with_repeated_headers_blank
from sourcedata.importing.files.rows import rows_of, whole_rows
from sourcedata.importing.files.source_files import SourceFile
from sourcedata.importing.files.tables import Missing, RowBlock, Table
from sourcedata.importing.files.text_cells import EvenRows
from sourcedata.importing.files.text_headers import SAMPLE_BYTES, TextHeader, header_of
from sourcedata.importing.refusal import ImportRefused, NoSuchTable

# A last cell is compared with so many above it; fewer tell nothing.
LEAST_COMPARED, MOST_COMPARED = 10, 1000
# What stands behind a separator that ends each row; no column has such a name.
BEYOND = "\0"
UNNAMED = re.compile(r"(#\d+)?")
NUMBER = r"\A[0-9]+\z"


@dataclass(frozen=True)
class Text:
    """A text whose header is known; `time_columns` are those that it has, and a cell that matches
    `undecodable` is not in the text's encoding.
    """

    source: SourceFile
    header: TextHeader
    time_columns: Sequence[str]
    left_out: list[str]
    repeated_at: list[int]
    differing_above: list[tuple[str, str]]
    cut: list[str]
    undecodable: str

    def blocks(self, wanted: Sequence[str]) -> Iterator[RowBlock]:
        """Yield the wanted columns as text, without what stands below the table.

        Raises:
            ImportRefused: where a row has more or fewer cells than the header, a quote is never
                closed, or a wanted cell is not in the text's encoding.
        """
        uneven, end = UnevenRows(), 0
        self.left_out.clear()
        self.repeated_at.clear()
        self.differing_above.clear()
        self.cut.clear()
        beyond = [BEYOND] if self.header.shape.width > len(self.header.names) else []
        columns = [*wanted, *self.time_columns, *beyond, *self._unnamed]
        columns = list(dict.fromkeys(columns))
        for block in without_footer(
            self._parsed(columns, uneven), self.time_columns, self.left_out
        ):
            end = block.first_row + len(block)
            self._refuse_beyond(block)
            self._refuse_unnamed(block)
            yield with_columns(block, wanted)
        uneven.refuse_above(end)
        self.left_out.extend(uneven.shown)

    def place(self, row: int) -> str:
        """Return the line in which the row of that number starts."""
        with self.source.open() as stream:
            rows = (
                line
                for piece in self._pieces(stream, [], [], [])
                for line, cells in rows_of(piece, self.header.shape.separator)
                if len(cells) == self.header.shape.width
            )
            return f"line {next(islice(rows, row, None))}"

    def _pieces(
        self,
        stream: IO[bytes],
        repeated_at: list[int],
        differing_above: list[tuple[str, str]],
        unended: list[int],
    ) -> Iterator[Piece]:
        """Yield the rows of the table; note the lines that have its header once more, or no end."""
        header, name = self.header, self.source.name
        below = _after(utf_8(stream, header.encoding), header.above)
        lines = whole_lines(name, below, header.line, unended)
        lines = with_repeated_headers_blank(lines, header, repeated_at, differing_above)
        if header.has_blanks:
            lines = with_tabs(lines)
        rows = whole_rows(name, lines, header.shape)
        return with_empty_rows_blank(rows, header.shape.separator)

    def _parsed(self, columns: Sequence[str], uneven: UnevenRows) -> Iterator[RowBlock]:
        """Yield columns block by block, and note the rows that have another width."""
        places, first_row = [[*self.header.names, BEYOND].index(name) for name in columns], 0
        before, unended = Piece(0, b""), list[int]()
        with self.source.open() as stream:
            for piece in self._pieces(stream, self.repeated_at, self.differing_above, unended):
                rows = EvenRows(piece, self.header, places)
                if rows.has_uneven:
                    self._note_uneven(before, piece, first_row, uneven)
                block = RowBlock(dict(zip(columns, rows.columns, strict=True)), first_row)
                if not piece.text.isascii():
                    self._refuse_misread(piece)
                    self._refuse_undecodable(block)
                yield block
                if unended and self.header.names[-1] in columns:
                    self._note_cut(before, piece, unended[0])
                first_row += rows.count
                before = piece

    def _note_cut(self, before: Piece, piece: Piece, line: int) -> None:
        """Note the last cell of a text without a line end, where it is shorter than all others."""
        places = self.header.shape.time_places
        *others, last = [*self._even(before), *self._even(piece)][-MOST_COMPARED:] or [[""]]
        least = min((len(cells[-1]) for cells in others), default=0)
        is_footer = any(is_sentence(last[place]) for place in places if place < len(last))
        if len(others) >= LEAST_COMPARED and not is_footer and len(last[-1]) < least:
            self.cut.append(f"line {line}, {quoted(last[-1])}")

    def _note_uneven(self, before: Piece, piece: Piece, first_row: int, uneven: UnevenRows) -> None:
        """Note the rows of another width in a piece; those above tell which words rows have."""
        row, shape = first_row, self.header.shape
        words = words_of([*self._even(before), *self._even(piece)])
        for line, cells in rows_of(piece, shape.separator):
            if len(cells) == shape.width:
                row += 1
            elif not may_be_footer(cells, shape, words, self.header.encoding):
                raise self._uneven(line, cells)
            else:
                shown = quoted(" ".join(filter(None, cells)))
                uneven.note(row, f"line {line}: {shown}", self._uneven(line, cells))

    def _even(self, piece: Piece) -> Iterator[list[str]]:
        shape = self.header.shape
        return (cells for _, cells in rows_of(piece, shape.separator) if len(cells) == shape.width)

    def _uneven(self, line: int, cells: Sequence[str]) -> ImportRefused:
        return ImportRefused(
            f"{self.source.name}, line {line}: the row that starts with {quoted(cells[0])} has "
            f"{len(cells)} cells; allowed are {self.header.shape.width}, as many as the header has."
        )

    def _refuse_beyond(self, block: RowBlock) -> None:
        """Refuse a row that has a cell where others have nothing behind their last separator."""
        if BEYOND in block.columns:
            cells = pc.utf8_trim_whitespace(block.columns[BEYOND])
            row = pc.index(pc.not_equal(cells, ""), True).as_py()
            if row >= 0:
                raise ImportRefused(
                    f"{self.source.name}, {self.place(block.first_row + row)}: "
                    f"{quoted(cells[row].as_py())} stands beyond the last column of the header."
                )

    @property
    def _unnamed(self) -> list[str]:
        """The columns without a name, but for the first one, in which programs number rows."""
        names = self.header.names[: self.header.shape.width]
        return [name for name in names[1:] if "" in names and UNNAMED.fullmatch(name)]

    def _refuse_unnamed(self, block: RowBlock) -> None:
        """Refuse numbers without a name: they may be what follows on decimal commas."""
        for name in self._unnamed:
            cells = pc.utf8_trim_whitespace(block.columns[name])
            row = pc.index(pc.match_substring_regex(cells, NUMBER), True).as_py()
            if row >= 0:
                raise ImportRefused(
                    f"{self.source.name}, {self.place(block.first_row + row)}: "
                    f"{quoted(cells[row].as_py())} stands in a column without a name: do decimal"
                    " commas stand between commas? Separate cells by semicolons, or name it."
                )

    def _refuse_misread(self, piece: Piece) -> None:
        """Refuse rows in UTF-8 within a text in UTF-16, where they all are a part of one cell."""
        text = piece.text.decode()
        at = misread_at(text, self.header.encoding)
        if at >= 0:
            line = piece.line + count_lines(text[:at].encode())
            raise ImportRefused(
                f"{self.source.name}, line {line}: what stands there is not in"
                f" {self.header.encoding}, as all above it is: were two files put together?"
            )

    def _refuse_undecodable(self, block: RowBlock) -> None:
        for name, cells in block.columns.items():
            row = pc.index(pc.match_substring_regex(cells, self.undecodable), True).as_py()
            if row >= 0:
                raise ImportRefused(
                    f"{self.source.name}, {self.place(block.first_row + row)}, column "
                    f"{quoted(name)}: a cell has bytes that are not {self.header.encoding}; say "
                    "with --encoding which encoding the file has."
                )


def text_table(
    source: SourceFile, missing: Missing, encoding: str | None, time_columns: Sequence[str]
) -> Table:
    """Return the table of a text.

    Raises:
        NoSuchTable: where it is empty, or no line has all columns that are wanted.
    """
    start = source.first_bytes(SAMPLE_BYTES)
    if not start.strip(b"\xef\xbb\xbf \t\r\n"):
        said = f"{source.name} is empty; a line with the columns' names is expected."
        raise NoSuchTable(said, may_be_data=True)
    header = header_of(source.name, start, missing, encoding, time_columns)
    times = [column for column in time_columns if column in header.names]
    undecodable = undecodable_pattern(header.encoding, encoding)
    text = Text(source, header, times, [], [], [], [], undecodable)
    return Table(
        source.name,
        header.names,
        text.blocks,
        text.place,
        text.left_out,
        header.units,
        repeated_at=text.repeated_at,
        differing_above=text.differing_above,
        cut=text.cut,
        is_text=True,
        lines_above=[line.decode() for line in header.lines_above],
    )


def _after(chunks: Iterable[bytes], length: int) -> Iterator[bytes]:
    """Yield what comes after so many bytes."""
    for chunk in chunks:
        yield chunk[length:]
        length = max(0, length - len(chunk))
