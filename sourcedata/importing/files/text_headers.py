"""The header of a text: its line, its encoding, and what separates its cells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice, product
from re import compile as pattern

from common.wording import quoted
from sourcedata.importing.files.encodings import encodings_of, utf_8
from sourcedata.importing.files.headers import (
    MOST_UNITS_ROWS,
    Candidates,
    column_names,
    looks_like_row,
    stripped,
    units_of,
    units_rows,
)
from sourcedata.importing.files.lines import MOST_LINE_BYTES, Piece, too_long, with_tabs
from sourcedata.importing.files.rows import RowShape, rows_of, takes_in_row
from sourcedata.importing.files.tables import Missing
from sourcedata.importing.refusal import ImportRefused

# The header is in the first of the lines, and in the first megabyte.
SAMPLE_BYTES = MOST_LINE_BYTES
MOST_PREAMBLE_LINES = 200
MOST_HEADER_LINES = 10
SEPARATORS = (",", ";", "\t", "|")
BLANKS = " "
COMMENT = pattern(rb"\s*#\s*")


@dataclass(frozen=True)
class TextHeader:
    """How a text is read below its header.

    `names` are those of its columns; a row has a cell more, as its `shape` says, where a separator
    ends it. The first row, below those of units, stands in the line `line` and after `above` bytes
    of the text in UTF-8. Blanks that separate cells are replaced by tabs. `units` is what the rows
    of units say, by column. `lines` are the header's own and those of units, and `lines_above` what
    stands above them, in UTF-8 and without their ends.
    """

    names: Sequence[str]
    encoding: str
    shape: RowShape
    has_blanks: bool
    line: int
    above: int
    units: Mapping[str, str]
    lines: Sequence[bytes]
    lines_above: Sequence[bytes]


@dataclass(frozen=True)
class FirstLines:
    """The first lines of a text in UTF-8, decoded by `encoding`."""

    encoding: str
    lines: Sequence[bytes]

    def rows_from(self, number: int, separator: str) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows from a line on, counted from 0, and the line each begins in."""
        piece = Piece(number, b"".join(self.lines[number:]))
        if separator == BLANKS:
            piece, separator = next(with_tabs([piece])), "\t"
        return rows_of(piece, separator)

    def candidate(self, number: int, separator: str, *, is_comment: bool) -> list[str]:
        """Return the names in a line, without the `#` before them where it `is_comment`."""
        line = self.lines[number]
        uncommented = COMMENT.sub(b"", line, count=1) if COMMENT.match(line) else b""
        if is_comment and not uncommented:
            return []
        first = uncommented if is_comment else line
        # A name in quotes may go on in the next lines.
        lines = [first, *self.lines[number + 1 : number + MOST_HEADER_LINES]]
        start, cells = next(FirstLines(self.encoding, lines).rows_from(0, separator), (0, []))
        return column_names(cells) if start == 0 else []


def header_of(
    name: str, start: bytes, missing: Missing, encoding: str | None, time_columns: Sequence[str]
) -> TextHeader:
    """Return the header of a text that begins with `start`.

    Raises:
        ImportRefused: where no line has all columns that are wanted.
    """
    samples = [_sample(start, each) for each in encodings_of(start, encoding)]
    if not samples[0].lines:
        raise too_long(name, 1)
    candidates = Candidates(name, missing)
    # A header with tabs fits blanks too.
    for separators in (SEPARATORS, (BLANKS,)):
        for number in range(len(samples[0].lines[:MOST_PREAMBLE_LINES])):
            for sample, is_comment, separator in product(samples, (False, True), separators):
                names = sample.candidate(number, separator, is_comment=is_comment)
                if names and candidates.is_header(names):
                    header = _header(sample, number, separator, names, time_columns)
                    _refuse_rows_above(name, header)
                    _refuse_rows_within(name, header)
                    rows = islice(sample.rows_from(number, separator), 1, MOST_UNITS_ROWS + 1)
                    units = [cells for line, cells in rows if line + 1 < header.line]
                    candidates.refuse_another(names, units)
                    return header
    raise candidates.refusal()


def _sample(start: bytes, encoding: str) -> FirstLines:
    lines = b"".join(utf_8(BytesIO(start), encoding)).splitlines(keepends=True)
    if len(start) >= SAMPLE_BYTES:
        # The last line may go on.
        lines = lines[:-1]
    return FirstLines(encoding, lines)


def _header(
    sample: FirstLines,
    number: int,
    separator: str,
    names: Sequence[str],
    time_columns: Sequence[str],
) -> TextHeader:
    """Return the header in the line of a number; the rows below it say how wide rows are."""
    places = [names.index(column) for column in time_columns if column in names]
    below = list(islice(sample.rows_from(number, separator), 1, MOST_UNITS_ROWS + 2))
    count = units_rows((cells for _, cells in below), places)
    units = units_of(names, [cells for _, cells in below[:count]])
    below = below[count:]
    line, cells = below[0] if below else (len(sample.lines), names)
    above = sum(map(len, sample.lines[:line]))
    has_blanks = separator == BLANKS
    separator = "\t" if has_blanks else separator
    width = _width(names, cells)
    shape = RowShape(separator, width, places)
    lines = [each.rstrip(b"\r\n") for each in sample.lines[:line]]
    own = [each for each in lines[number:] if each]
    return TextHeader(
        names, sample.encoding, shape, has_blanks, line + 1, above, units, own, lines[:number]
    )


def _refuse_rows_above(name: str, header: TextHeader) -> None:
    """Refuse rows above the header, which would be left out: whose columns they are nobody says."""
    separator = None if header.has_blanks else header.shape.separator
    for number, line in enumerate(map(bytes.decode, header.lines_above), start=1):
        cells = line.split(separator)
        if looks_like_row(cells, header.shape.time_places, header.shape.width):
            raise ImportRefused(
                f"{name}, line {number}: what looks like a row, {quoted(line)}, stands above the"
                f" header in line {len(header.lines_above) + 1}; the first line that has all named"
                " columns must stand above all rows."
            )


def _refuse_rows_within(name: str, header: TextHeader) -> None:
    """Refuse a quote in the header, or in a row of units, that takes in rows of the table."""
    above = Piece(1, b"".join(line + b"\n" for line in header.lines[1:]))
    if header.has_blanks:
        above = next(with_tabs([above]))
    for line in map(bytes.decode, above.text.splitlines()):
        if header.shape.is_row(line):
            raise takes_in_row(name, len(header.lines_above) + 1, line)


def _width(names: Sequence[str], cells: Sequence[str]) -> int:
    """Return how many cells rows have: a separator may end each of them, or the header alone."""
    if len(cells) == len(names) + 1 and not stripped(cells[-1]):
        return len(names) + 1
    if len(cells) + 1 == len(names) and not names[-1]:
        return len(names) - 1
    return len(names)
