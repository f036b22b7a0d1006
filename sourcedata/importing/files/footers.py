"""What stands below a table: rows that say something else, and rows of another width."""

from collections.abc import Iterable, Iterator, Sequence
from re import compile as pattern

from common.wording import quoted
from sourcedata.importing.files.encodings import is_misread
from sourcedata.importing.files.headers import (
    TIME_WORD,
    WORD,
    is_sentence,
    is_without_digits,
    looks_like_row,
    may_be_time,
)
from sourcedata.importing.files.rows import RowShape
from sourcedata.importing.files.tables import RowBlock
from sourcedata.importing.refusal import ImportRefused

# Where there are more of them, they are no footer.
MOST_FOOTER_ROWS = 100
# No sentence is longer; what is longer may be many rows in one.
MOST_FOOTER_LETTERS = 1000
# A number however it is written; a sign of its unit may follow.
VALUE = pattern(r"\s*[-+]?[.,]?\d[\d.,' \u00a0]*(?:[eE][-+]?\d+)?\s*\W?\s*$")


class UnevenRows:
    """The rows of another width than the header's: a footer, unless rows of a table follow."""

    def __init__(self) -> None:
        """There is none so far."""
        self._first_row, self._count = 0, 0
        self._refusal: ImportRefused | None = None
        self.shown: list[str] = []

    def note(self, row: int, shown: str, refusal: ImportRefused) -> None:
        """Remember one above the row of that number, and what to say where it is no footer."""
        self.shown.append(shown)
        if self._refusal is None:
            self._first_row, self._refusal = row, refusal
        self._count += 1
        # A footer is short, and stands below a table.
        if self._count > MOST_FOOTER_ROWS:
            raise self._refusal

    def refuse_above(self, end: int) -> None:
        """Raise the first refusal where rows up to, and without, `end` are of a table."""
        if self._refusal is not None and (end > self._first_row or not end):
            raise self._refusal


def words_of(rows: Iterable[Sequence[str]]) -> set[str]:
    """Return the words in some rows, but for those that times have."""
    words = {word for cells in rows for word in WORD.findall(" ".join(cells))}
    return {word for word in words if not TIME_WORD.fullmatch(word)}


def may_be_footer(cells: Sequence[str], shape: RowShape, words: set[str], encoding: str) -> bool:
    """Return whether a row of another width than the table's says something of its own.

    A row that was torn has a time, or numbers or words, none of which is beside the `words` of the
    table; one within quotes is a cell; rows that are misread are long, or of no letters.
    """
    text, own, places = " ".join(cells), words_of([cells]), shape.time_places
    is_torn = (bool(own) or any(map(str.isdigit, text))) and own <= words
    lines = (line.split(shape.separator) for cell in cells for line in cell.splitlines())
    is_row = any(looks_like_row(line, places, shape.width) for line in lines)
    is_long = len(text) > MOST_FOOTER_LETTERS
    return not (is_torn or is_row or is_long or may_be_time(cells, places)) and not is_misread(
        text, encoding
    )


def without_footer(
    blocks: Iterable[RowBlock], time_columns: Sequence[str], left_out: list[str]
) -> Iterator[RowBlock]:
    """Yield blocks, but for the last rows where those have no digit in their times.

    So are rows with a sentence where a time would stand, and without a digit elsewhere. All these
    are added to `left_out`, as people see them. A row of values whose time is empty is none: it has
    lost its time.
    """
    held: list[RowBlock] = []
    for block in blocks:
        end = _end_of_table(block, time_columns)
        if end:
            yield from held
            yield rows_of_block(block, 0, end)
            held = []
        if end < len(block):
            held.append(rows_of_block(block, end, len(block)))
        if sum(map(len, held)) > MOST_FOOTER_ROWS:
            yield from held
            held = []
    left_out.extend(shown for block in held for shown in _shown(block))


def _shown(block: RowBlock) -> Iterator[str]:
    for cells in zip(*(column.to_pylist() for column in block.columns.values()), strict=True):
        yield quoted(" ".join(filter(None, map(str, cells))))


def rows_of_block(block: RowBlock, start: int, end: int) -> RowBlock:
    """Return some rows of a block, up to, and without, `end`."""
    columns = {name: cells.slice(start, end - start) for name, cells in block.columns.items()}
    return RowBlock(columns, block.first_row + start)


def with_columns(block: RowBlock, names: Sequence[str]) -> RowBlock:
    """Return a block without its other columns."""
    return RowBlock({name: block.columns[name] for name in names}, block.first_row)


def _end_of_table(block: RowBlock, time_columns: Sequence[str]) -> int:
    end = len(block)
    while end and _is_of_footer(block, end - 1, time_columns):
        end -= 1
    return end


def _is_of_footer(block: RowBlock, row: int, time_columns: Sequence[str]) -> bool:
    cells: dict[str, str] = {name: column[row].as_py() for name, column in block.columns.items()}
    times = [cells[name] for name in time_columns]
    others = [cell for name, cell in cells.items() if name not in time_columns]
    is_said = any(map(is_sentence, times)) and is_without_digits(others, range(len(others)))
    has_lost_time = not any(map(str.strip, times)) and any(map(VALUE.match, others))
    return not has_lost_time and (is_said or is_without_digits(times, range(len(times))))
