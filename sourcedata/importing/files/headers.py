"""Where a table begins: the first row that has the names of all columns that are wanted."""

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from re import compile as pattern

from common.wording import listed, quoted
from sourcedata.importing.files.tables import Missing
from sourcedata.importing.refusal import ImportRefused, NoSuchTable
from sourcedata.importing.times.time_formats import MONTH_NAME, ZONES_H

# A logger writes two; where there are more, the column that was named holds no times.
MOST_UNITS_ROWS = 3
# A day has so many at least; the number of rows in a footer seldom has.
DIGITS_OF_A_TIME = 6
# A day has two separators, which no number has, or is digits alone.
DAY = pattern(r"\d{1,4}([-/.])(?:\d{1,2}|[^\W\d_]{3,9})\1\d{1,4}|^\s*\d{8,}\s*$")
LINE_END = pattern(r"\s*[\r\n]\s*")
WORD = pattern(r"[^\W\d_]{2,}")
TIME_WORD = pattern(rf"(?i){MONTH_NAME}|am|pm|uhr|{'|'.join(ZONES_H)}")
CLOCK_ALONE = pattern(r"\s*\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s*$")
NO_HEADER = (
    " That is a row of data: where no line of names stands above the rows, write one there, with a"
    " name for each cell of a row, in their order and separated as they are."
)


def column_names(cells: Iterable[str]) -> list[str]:
    """Return the names that cells say, the second of one name as NAME#2."""
    names: dict[str, None] = {}
    for cell in cells:
        name = twin = on_one_line(stripped(cell))
        number = 1
        while twin in names:
            number += 1
            twin = f"{name}#{number}"
        names[twin] = None
    return list(names)


def on_one_line(name: str) -> str:
    """Return a name with a blank where a cell has a line end, which nobody can type."""
    return LINE_END.sub(" ", name)


def stripped(cell: str) -> str:
    """Return a cell without the blanks and the quotes around it."""
    return cell.strip().strip('"').strip()


def units_rows(rows: Iterable[Sequence[str]], places: Sequence[int]) -> int:
    """Return how many of the rows below a header say units and the like.

    `places` are those of the times in a row: a row of units has no digit there, and all of them.
    """
    count = 0
    for cells in rows:
        has_values = any(_is_number(cell) or _has_day(cell) for cell in cells)
        is_of_units = is_without_digits(cells, places) and not has_values
        if not is_of_units or count == MOST_UNITS_ROWS:
            break
        count += 1
    return count


def units_of(names: Sequence[str], rows: Sequence[Sequence[str]]) -> Mapping[str, str]:
    """Return what rows of units say of each column, where they say anything."""
    said = {
        name: " ".join(stripped(cells[place]) for cells in rows if place < len(cells)).strip()
        for place, name in enumerate(names)
    }
    return {name: text for name, text in said.items() if text}


def _is_number(cell: str) -> bool:
    try:
        return isfinite(float(cell.replace(",", ".")))
    except ValueError:
        return False


def may_be_time(cells: Sequence[str], places: Sequence[int]) -> bool:
    """Return whether a row is none of a footer: it has a time, which may not be at its place.

    Where its times stand, so many digits are one; in another cell they are written like a day, or
    are a clock. A footer may begin with a sentence that has a day in it, or have words where a time
    would stand, and a day in a cell of its own.
    """
    if _says_day(cells, places):
        return False
    first = next((place for place, cell in enumerate(cells) if cell.strip()), 0)
    if is_sentence(cells[first]):
        cells = ["" if place == first else cell for place, cell in enumerate(cells)]
    times = [cells[place] for place in places if place < len(cells)]
    return _digits("".join(times)) >= DIGITS_OF_A_TIME or any(
        _has_day(cell) or CLOCK_ALONE.match(cell) for cell in cells
    )


def _says_day(cells: Sequence[str], places: Sequence[int]) -> bool:
    """Return whether a row has words for its time, and nothing but words, days and clocks."""
    times = [cells[place] for place in places if place < len(cells)]
    others = (cell for cell in cells if cell.strip() and not is_sentence(cell))
    return any(map(is_sentence, times)) and all(
        _has_day(cell) or CLOCK_ALONE.match(cell) for cell in others
    )


def looks_like_row(cells: Sequence[str], places: Sequence[int], width: int) -> bool:
    """Return whether a line above a header is a row: of its table, or of another without names."""
    times = [cells[place] for place in places if place < len(cells)]
    is_timed = _digits("".join(times)) >= DIGITS_OF_A_TIME and not any(map(is_sentence, times))
    is_said = any(map(is_sentence, cells))
    is_measured = any(map(_has_day, cells)) and any(map(_is_number, map(stripped, cells)))
    return (is_timed and len(cells) >= width) or (is_measured and not is_said)


def is_sentence(cell: str) -> bool:
    """Return whether a cell has words that no time has, as `Exported on 2016-01-05`."""
    words = WORD.findall(DAY.sub(" ", cell))
    return any(not TIME_WORD.fullmatch(word) for word in words)


def _has_day(cell: str) -> bool:
    return bool(DAY.search(cell)) and _digits(cell) >= DIGITS_OF_A_TIME


def _is_of_data(cells: Sequence[str]) -> bool:
    """Return whether cells are a day, a number, and little else, as those of no sentence are."""
    days, numbers = (sum(map(is_it, cells)) for is_it in (_has_day, _is_number))
    return bool(days and numbers) and 2 * (days + numbers) > sum(map(bool, cells))


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def is_without_digits(cells: Sequence[str], places: Sequence[int]) -> bool:
    """Return whether a row has cells for its times, and none of them has a digit."""
    if not places or max(places) >= len(cells):
        return False
    return not any(letter.isdigit() for place in places for letter in cells[place])


class Candidates:
    """The rows that may be a header, as they are tried one after the other."""

    def __init__(self, name: str, missing: Missing):
        """`name` is of the file; `missing` says which of what is wanted a row does not have."""
        self._name, self._missing = name, missing
        self._nearest: Sequence[str] = ()
        self._lacking: Sequence[str] | None = None
        self._has_rows = False

    def is_header(self, names: Sequence[str]) -> bool:
        """Return whether a row has all names that are wanted; remember it where it is nearest."""
        lacking = self._missing(names)
        if self._is_nearer(names, lacking):
            self._nearest, self._lacking = names, lacking
        self._has_rows = self._has_rows or _is_of_data(names)
        return not lacking

    def refuse_another(self, names: Sequence[str], units: Iterable[Sequence[str]]) -> None:
        """Refuse rows of units that are a header themselves, whose columns stand otherwise.

        Raises:
            ImportRefused: where nothing tells which of two headers is that of the rows.
        """
        for others in map(column_names, units):
            if others != list(names) and not self._missing(others):
                first, second = (listed(map(quoted, each)) for each in (names, others))
                raise ImportRefused(
                    f"{self._name} has two rows of the columns' names, {first} and then {second};"
                    " leave the one that is right."
                )

    @property
    def is_empty(self) -> bool:
        """Whether there was no row."""
        return self._lacking is None

    def refusal(self, *, is_table: bool = False) -> NoSuchTable:
        """Return the error that says what the nearest row has, and what it lacks.

        What `is_table`, or has a row with a day and a number, may be data by other names.
        """
        if self._lacking is None:
            said = f"{self._name} is empty; the columns' names are expected."
            return NoSuchTable(said, may_be_data=True)
        lacking, names = (listed(map(quoted, names)) for names in (self._lacking, self._nearest))
        return NoSuchTable(
            f"{self._name} has no column {lacking}; it has {names}."
            f"{NO_HEADER if _is_of_data(self._nearest) else ''}",
            may_be_data=is_table or self._has_rows or len(self._lacking) < len(self._missing([])),
        )

    def _is_nearer(self, names: Sequence[str], lacking: Sequence[str]) -> bool:
        if self._lacking is None:
            return True
        # Where rows lack the same, the widest is most likely to be meant as a header.
        return (len(lacking), -len(names)) < (len(self._lacking), -len(self._nearest))
