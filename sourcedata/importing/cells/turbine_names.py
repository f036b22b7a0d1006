"""The names of turbines, out of the cells of a column or out of the name of a file."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from common.wording import first_line, quoted
from sourcedata.importing.cells.no_values import means_no_value
from sourcedata.importing.cells.numbers import is_number
from sourcedata.importing.refusal import ImportRefused
from sourcedata.limits import problem_of_turbine_name

# A column without any cell that is not empty has the type null.
TEXT = (pa.types.is_string, pa.types.is_null)
NO_NAME = (
    "{name} says that there is no name, so nobody knows whose the row is: write the turbine's name"
    " there, or leave such rows out. If a turbine is called so, make it first, on the page Turbines"
    " of the admin."
)


@dataclass(frozen=True)
class TurbineNames:
    """The turbines of a block's rows: `codes` has the place of each row's name in `names`.

    `trimmed` are those of the names that have blanks around them in the file, as they stand there.
    """

    codes: NDArray[np.int64]
    names: Sequence[str]
    trimmed: Sequence[str]

    def problem(self, before: Collection[str]) -> tuple[int, str] | None:
        """Return the first row whose name no turbine can have, and the sentence that says why.

        `before` are the turbines that there are, whatever they are called.
        """
        for code, name in enumerate(self.names):
            sentence = problem_of_turbine_name(name)
            if not sentence and name not in before and means_no_value(name, ()):
                sentence = NO_NAME.format(name=quoted(name))
            if sentence:
                return int(np.argmax(self.codes == code)), sentence
        return None


def names(cells: pa.Array) -> TurbineNames:
    """Return the turbines that the cells name, in the order in which they come.

    A whole number is a name without a decimal point, also where the file holds it as 10.0. An
    empty cell is an empty name, which has its problem.

    Raises:
        ImportRefused: where the cells are neither text nor numbers.
    """
    encoded = _nameable(cells).dictionary_encode(null_encoding="encode")
    words = [_word(cell) for cell in encoded.dictionary.to_pylist()]
    # Several words are one name where they differ in blanks.
    places = {name: place for place, name in enumerate(dict.fromkeys(map(str.strip, words)))}
    codes = np.array([places[word.strip()] for word in words], dtype=np.int64)
    trimmed = [word for word in words if word != word.strip()]
    return TurbineNames(codes[encoded.indices.to_numpy()], tuple(places), trimmed)


def _nameable(cells: pa.Array) -> pa.Array:
    """Return the cells as numbers, or as text where they are none."""
    if is_number(cells.type):
        return cells
    if not any(is_text(cells.type) for is_text in TEXT):
        raise ImportRefused(
            f"Cells of type {cells.type} name no turbine; allowed are text and numbers."
        )
    return cells.cast(pa.string())


def _word(cell: object) -> str:
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, float | Decimal) and cell % 1 == 0:
        return str(int(cell))
    return str(cell)


def filename_pattern(text: str) -> re.Pattern[str]:
    """Return the regular expression that tells the turbine's name from a file's.

    Raises:
        ImportRefused: where it is none.
    """
    try:
        return re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise ImportRefused(
            f"{quoted(text)} is no regular expression: {first_line(error)}; allowed is one of "
            "Python's, as (WT[0-9]+)."
        ) from error


@dataclass(frozen=True)
class Told:
    """The turbine that the name of a file tells, and the places in that `text` where it stands."""

    text: str
    start: int
    end: int

    @property
    def name(self) -> str:
        """The turbine's name, which may have blanks around it."""
        return self.text[self.start : self.end]

    @property
    def cuts_number(self) -> bool:
        """Whether it begins or ends within a number."""
        return any(
            re.match(r"\d\d", self.text[place - 1 : place + 1])
            for place in (self.start, self.end)
            if place
        )


def told_by(pattern: re.Pattern[str], path: Path, in_zip: Path = Path()) -> Told | None:
    """Return where the name of a file tells its turbine, None where nowhere."""
    group: str | int = "turbine" if "turbine" in pattern.groupindex else min(pattern.groups, 1)
    matches = (pattern.search(name) for name in [*_nearest_first(in_zip), path.name])
    match = next(filter(None, matches), None)
    return Told(match.string, *match.span(group)) if match and match[group] is not None else None


def name_from_filename(pattern: re.Pattern[str], path: Path, in_zip: Path = Path()) -> str:
    """Return the turbine's name that stands in the name of a file, whose folders do not count.

    What is nearest to a file `in_zip` tells it: the file's own name, then that with its folder, and
    so on, and the zip's name at last. It is the group named turbine, else the first group, else all
    that matches.

    Raises:
        ImportRefused: where nothing matches, or no turbine can have that name.
    """
    told = told_by(pattern, path, in_zip)
    if told is None:
        names = path.name if in_zip == Path() else f"{path.name}/{in_zip}"
        raise ImportRefused(
            f"{path}: the regular expression {quoted(pattern.pattern)} tells no turbine from the "
            f"name {quoted(names)}; allowed is one that matches it."
        )
    name = told.name
    if problem := problem_of_turbine_name(name.strip()):
        raise ImportRefused(f"{path}: {problem}")
    return name.strip()


def _nearest_first(path: Path) -> list[str]:
    """Return the name of a file, then its name with one folder more each."""
    places = range(len(path.parts) - 1, -1, -1)
    return ["/".join(path.parts[place:]) for place in places]
