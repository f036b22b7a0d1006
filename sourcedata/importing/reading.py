"""A table as measurements, in UTC and the variables' units: block by block, as often as asked."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa

from common.arrays import Array
from common.wording import listed, quoted
from sourcedata.importing.cells import turbine_names
from sourcedata.importing.cells.mapped import Mapped
from sourcedata.importing.cells.numbers import numbers
from sourcedata.importing.cells.thousands_points import ThousandsPoints
from sourcedata.importing.cells.units_in_cells import advice, without_units
from sourcedata.importing.cells.unknown_words import UnknownWord, complaint, gathered
from sourcedata.importing.columns import Columns, columns_of_table
from sourcedata.importing.files.tables import RowBlock, Table
from sourcedata.importing.form import Form
from sourcedata.importing.measurements import Corrections, Measured
from sourcedata.importing.refusal import ImportRefused
from sourcedata.importing.regular import nearest
from sourcedata.importing.times.utc import UtcTimes
from sourcedata.limits import problem_of_turbine_name

# A column of more words that are no numbers is not what it was taken for.
MOST_UNKNOWN_WORDS = 500


@dataclass
class Reading:
    """A table that is read by a form.

    `before` are the names of the turbines that the source has. `turbines` has the names of those of
    the table by their numbers, as they were met; `trimmed` are names that had blanks around them.
    """

    table: Table
    form: Form
    path: Path
    before: Collection[str] = ()
    columns: Columns = field(init=False)
    turbines: list[str] = field(default_factory=list)
    trimmed: set[str] = field(default_factory=set)
    _numbers: dict[str, int] = field(default_factory=dict)
    _new: int = 0
    _unknown: dict[str, tuple[Mapped, list[UnknownWord]]] = field(default_factory=dict)
    _points: ThousandsPoints = field(default_factory=ThousandsPoints)

    def __post_init__(self) -> None:
        self.columns = columns_of_table(self.form, self.table.columns)

    def measurements(self, corrections: Corrections, times: UtcTimes) -> Iterator[Measured]:
        """Yield all measurements, in the order of the rows.

        Raises:
            ImportRefused: where a cell cannot be what the form says; words that are no numbers are
                told at the end, all of a column together.
        """
        for block in self.table.blocks(self.columns.wanted):
            if len(block):
                yield from self._of_block(block, corrections, times)
        self._refuse_unknown_words()
        self._refuse_thousands_points()

    def _of_block(
        self, block: RowBlock, corrections: Corrections, times: UtcTimes
    ) -> Iterator[Measured]:
        of_rows = self._turbines_of_rows(block)
        behind = self._behind(of_rows, corrections)
        labelled = times.of_block(block, of_rows, behind, corrections)
        row = block.first_row + np.arange(len(block))
        for turbine, mapped in self.columns.mapped.items():
            turbines = of_rows if turbine is None else self._all_of(turbine, len(block))
            start, moved = self._starts(turbines, labelled, corrections)
            times.refuse_outside(block, start)
            cells = {each.variable: self._numbers_of(block, each) for each in mapped}
            values = {each.variable: each.values(cells[each.variable]) for each in mapped}
            made_of = {each.variable: cells[each.variable] for each in mapped if not each.is_column}
            yield Measured(turbines, start, values, row, moved, made_of)

    def _turbines_of_rows(self, block: RowBlock) -> Array:
        column = self.form.turbine_column
        if column is None:
            return self._all_of(self._turbine_of_file(), len(block))
        try:
            named = turbine_names.names(block.columns[column])
        except ImportRefused as error:
            raise ImportRefused(f"{self.table.where(column, block.first_row)}: {error}") from None
        if problem := named.problem(self.before):
            row, sentence = problem
            where = self.table.where(column, block.first_row + row)
            raise ImportRefused(f"{where}: {sentence}")
        self.trimmed.update(named.trimmed)
        return np.array([self._number(name) for name in named.names])[named.codes]

    def _turbine_of_file(self) -> str:
        """Return the turbine of all rows; of a wide table, in which each has columns, any one."""
        if self.form.turbine is not None:
            return self.form.turbine
        if self.form.filename_pattern is not None:
            pattern = turbine_names.filename_pattern(self.form.filename_pattern)
            in_zip = Path(self.table.file).relative_to(self.path)
            return turbine_names.name_from_filename(pattern, self.path, in_zip)
        return next(filter(None, self.columns.mapped))

    def _all_of(self, turbine: str, rows: int) -> Array:
        return np.full(rows, self._number(turbine))

    def _number(self, turbine: str) -> int:
        if turbine not in self._numbers:
            if problem := problem_of_turbine_name(turbine):
                raise ImportRefused(f"{self.table.name}: {problem}")
            self._numbers[turbine] = len(self.turbines)
            self.turbines.append(turbine)
            self._new += turbine not in self.before
            if self._new > self.form.most_new_turbines:
                raise self._refused_many()
        return self._numbers[turbine]

    def _refused_many(self) -> ImportRefused:
        """Return the error that says how many turbines of the whole table nobody knows."""
        new = [name for name in self._all_turbines() if name not in self.before]
        return ImportRefused(
            f"{self.table.name} has {len(new):,} turbines that are not known, as"
            f" {listed(map(quoted, new[:3]))}; allowed are {self.form.most_new_turbines}. Is it the"
            f" right column? If they are all meant, add --new-turbines {len(new)}."
        )

    def _all_turbines(self) -> Iterable[str]:
        column = self.form.turbine_column
        if column is None:
            return filter(None, self.columns.mapped)
        blocks = self.table.blocks([column])
        names = (turbine_names.names(block.columns[column]).names for block in blocks)
        return dict.fromkeys(chain.from_iterable(names))

    def _behind(self, turbines: Array, corrections: Corrections) -> Array:
        """Return how far each time lies behind the start of its sample: an interval, or nothing."""
        behind = np.zeros(len(turbines), dtype="timedelta64[s]")
        if self.form.label_is_end:
            for number in np.unique(turbines).tolist():
                behind[turbines == number] = corrections.interval_s[self.turbines[number]]
        return behind

    def _starts(
        self, turbines: Array, labelled: Array, corrections: Corrections
    ) -> tuple[Array, Array]:
        """Return when each sample starts, and by how much its time was moved for that."""
        start = labelled - self._behind(turbines, corrections)
        moved = np.zeros(len(labelled), dtype="timedelta64[us]")
        for number in np.unique(turbines).tolist():
            name = self.turbines[number]
            interval_s = corrections.interval_s[name]
            if name in corrections.is_regular:
                own = turbines == number
                regular = nearest(start[own], interval_s)
                moved[own], start[own] = np.abs(regular - start[own]), regular
        return start, moved

    def _numbers_of(self, block: RowBlock, mapped: Mapped) -> Array:
        cells: pa.Array = block.columns[mapped.column]
        values, unknown = numbers(cells, self.form.decimal, self.form.missing)
        if unknown and mapped.unit:
            cells = without_units(cells, mapped.unit)
            missing = without_units(pa.array(self.form.missing, pa.string()), mapped.unit)
            values, unknown = numbers(cells, self.form.decimal, missing.to_pylist())
        if unknown:
            self._note(mapped, block, unknown)
        if self.table.is_text and self.form.decimal is None:
            self._points.add(mapped.column, cells, values, block.first_row)
        return values

    def _note(self, mapped: Mapped, block: RowBlock, unknown: Sequence[UnknownWord]) -> None:
        moved = [replace(word, first=word.first + block.first_row) for word in unknown]
        _, before = self._unknown.get(mapped.column, (mapped, []))
        self._unknown[mapped.column] = mapped, gathered([*before, *moved])
        if len(self._unknown[mapped.column][1]) > MOST_UNKNOWN_WORDS:
            self._refuse_unknown_words()

    def _refuse_unknown_words(self) -> None:
        for column, (mapped, unknown) in self._unknown.items():
            first = min(unknown, key=lambda word: word.first)
            said = complaint(unknown, self.form.decimal) + advice(first.word, mapped)
            raise self.table.refusal(column, first.first, first.word, said)

    def _refuse_thousands_points(self) -> None:
        if ambiguous := self._points.ambiguous():
            raise self.table.refusal(*ambiguous)
