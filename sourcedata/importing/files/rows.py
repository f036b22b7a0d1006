"""Whole rows of a text, about a megabyte at a time, and their cells."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from common.arrays import Array
from common.wording import quoted
from sourcedata.importing.files.lines import MOST_LINE_BYTES, Piece, count_lines
from sourcedata.importing.refusal import ImportRefused

QUOTE, LINE_ENDS = ord('"'), b"\r\n"
# A cell fits into a row, and a row into two of these; the standard library's limit is lower.
csv.field_size_limit(max(csv.field_size_limit(), 4 * MOST_LINE_BYTES))


@dataclass(frozen=True)
class RowShape:
    """What tells a row of a table: what separates its cells, how many they are, where times are."""

    separator: str
    width: int
    time_places: Sequence[int]

    def is_row(self, line: str) -> bool:
        """Return whether a line looks like a whole row, any quote in it being a mere sign."""
        cells = line.split(self.separator)
        places = self.time_places or range(len(cells))
        return len(cells) >= self.width and any(
            letter.isdigit() for place in places for letter in cells[place]
        )


def whole_rows(name: str, pieces: Iterable[Piece], shape: RowShape) -> Iterator[Piece]:
    """Yield the same lines, no piece of which ends within a quoted cell.

    Raises:
        ImportRefused: where a quote is never closed, text follows the one that closes a cell, or
            a quoted cell takes in rows.
    """
    rest = None
    for piece in pieces:
        rows = piece if rest is None else Piece(rest.line, rest.text + piece.text)
        is_plain = _has_plain_quotes(rows.text, shape.separator)
        end = len(rows.text) if is_plain else _end_of_rows(name, rows, shape)
        rest = _rest(name, rows, end)
        if end:
            yield Piece(rows.line, rows.text[:end])
    if rest is not None:
        raise never_closed(name, rest.line)


def rows_of(piece: Piece, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line that each row of whole ones starts on, and its cells; blank lines are none."""
    lines = (line.decode() for line in piece.text.splitlines(keepends=True))
    reader = csv.reader(lines, delimiter=separator)
    line = piece.line
    for cells in reader:
        if len(cells) > 1 or (cells and cells[0].strip()):
            yield line, cells
        line = piece.line + reader.line_num


def never_closed(name: str, line: int) -> ImportRefused:
    """Return the error that says in which row a quote is wrong."""
    return ImportRefused(
        f'{name}, line {line}: a quote (") is never closed, or text follows the one that closes '
        "a cell."
    )


def takes_in_row(name: str, line: int, row: str) -> ImportRefused:
    """Return the error that says what a quoted cell of the row in that line takes in."""
    return ImportRefused(
        f"{name}, line {line}: a quoted cell takes in what looks like a row,"
        f' {quoted(row)}; a quote (") that is part of a cell is written twice, in quotes.'
    )


def _refuse_rows_within(name: str, row: Piece, shape: RowShape) -> None:
    """Refuse a row whose quoted cell takes in others: its quote was a sign, and the next closed it.

    Of two rows that became one so, both lines look like rows; of more, those between do.
    """
    first, *others = [line.decode() for line in row.text.splitlines() if line.strip()]
    last = others.pop() if others else ""
    within = [line for line in others if shape.is_row(line)]
    if shape.is_row(first) and shape.is_row(last):
        within.append(last)
    if within:
        raise takes_in_row(name, row.line, within[0])


def _has_plain_quotes(text: bytes, separator: str) -> bool:
    """Return whether each quoted cell stands whole on a line, without a quote in it, as most do."""
    letters = np.frombuffer(text, dtype=np.uint8)
    quotes = np.flatnonzero(letters == QUOTE)
    if len(quotes) == 0:
        return True
    is_end = _is_one_of(separator.encode() + LINE_ENDS)[letters]
    before, after = quotes[::2] - 1, quotes[1::2] + 1
    opens = (before < 0) | is_end[before]
    closes = (after >= len(letters)) | is_end[np.minimum(after, len(letters) - 1)]
    lines = np.flatnonzero(_is_one_of(LINE_ENDS)[letters])
    ends_within = np.searchsorted(quotes, lines) % 2
    return len(quotes) % 2 == 0 and bool(opens.all() and closes.all() and not ends_within.any())


def _is_one_of(letters: bytes) -> Array:
    """Return a table that tells by its number whether a letter is one of these."""
    table = np.zeros(256, dtype=bool)
    table[list(letters)] = True
    return table


def _rest(name: str, rows: Piece, end: int) -> Piece | None:
    """Return the lines of the row that does not end, from so many bytes on."""
    if end == len(rows.text):
        return None
    rest = Piece(rows.line + count_lines(rows.text[:end]), rows.text[end:])
    if len(rest.text) > MOST_LINE_BYTES:
        raise never_closed(name, rest.line)
    return rest


def _end_of_rows(name: str, piece: Piece, shape: RowShape) -> int:
    """Return how many bytes the rows have that end in a piece."""
    lines = piece.text.splitlines(keepends=True)
    decoded = (line.decode() for line in lines)
    reader = csv.reader(decoded, delimiter=shape.separator, strict=True)
    rows_end = 0
    try:
        for _ in reader:
            if reader.line_num > rows_end + 1:
                row = b"".join(lines[rows_end : reader.line_num])
                _refuse_rows_within(name, Piece(piece.line + rows_end, row), shape)
            rows_end = reader.line_num
    except csv.Error as error:
        if "end of data" not in str(error):
            raise never_closed(name, piece.line + rows_end) from error
    return sum(map(len, lines[:rows_end]))
