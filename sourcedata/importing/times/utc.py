"""The times of a table's rows in UTC, and what cannot be one."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from common.arrays import Array, utc_datetime64
from common.wording import first_line
from sourcedata.importing.files.tables import RowBlock, Table
from sourcedata.importing.form import Form
from sourcedata.importing.measurements import Corrections
from sourcedata.importing.refusal import ImportRefused
from sourcedata.importing.steps import Steps
from sourcedata.importing.times.days_alone import DaysAlone, are_in_order
from sourcedata.importing.times.local_clocks import Offsets, offsets, offsets_of_ends
from sourcedata.importing.times.second_passes import AmbiguousRows, Decision
from sourcedata.importing.times.time_cells import days_alone, joined, parse
from sourcedata.importing.times.time_formats import EPOCH_WORD, TimeFormat, time_format
from sourcedata.importing.times.time_suggestions import (
    has_format_of_all,
    has_strange_offset,
    suggestion,
)
from sourcedata.limits import END_OF_TIME, FIRST_TIME

NO_ISO_TIME = "is no time; allowed is ISO 8601, such as 2025-08-31T10:00:00+02:00"
LOST_CLOCK = (
    "is a day without a time, and the rows before and after it are none of its midnight; allowed "
    "is a day alone where it means midnight"
)
MIXED = (
    "Other cells of the column are read: its times are written in several ways. Where a spreadsheet"
    " took only some texts for days, it may have exchanged the day and the month of these: import "
    "the file that it had them from, or write all times in one way"
)
NO_OFFSET = (
    "What stands behind its clock is no offset; allowed are whole quarters of an hour from -12:00"
    " to +14:00. Where it is the end of a range, leave one end in the column, and put the other one"
    " into a column of its own"
)
RANGE = (
    "ends as all others do with what is later than its clock by an hour at most, as no offsets do:"
    " these are ranges. Leave one end in the column, and put the other one into a column of its own"
)
LONGEST_RANGE = np.timedelta64(1, "h")
ONE_UNIT = ", in the unit (s, ms, µs or ns) of the greatest number near it"
NEVER = (
    "happens never in {zone}, where clocks change then; allowed are other times, or times with "
    "their offset"
)
TWICE = (
    "happens twice in {zone}, where clocks change then, and the order of the rows does not tell "
    "which one is meant; allowed are times with their offset"
)
OUTSIDE = (
    "labels a sample outside of what can be stored; allowed is from "
    f"{FIRST_TIME:%Y-%m-%d} to before {END_OF_TIME:%Y-%m-%d}, UTC"
)
ONE_DAY = np.timedelta64(1, "D")


BOUNDS = utc_datetime64(FIRST_TIME), utc_datetime64(END_OF_TIME)


@dataclass
class UtcTimes:
    """What one look at a table's times comes to.

    `ambiguous` are the rows whose times clocks showed twice; the other rows tell whether those of a
    turbine stand oldest or newest first. `without_offset` counts those that tell no offset, and
    `put_ahead` the ends that no clock showed, but that of their start would have. `days_alone`
    are the times that have no clock. `zones` are the names of zones behind times.
    """

    table: Table
    form: Form
    ambiguous: AmbiguousRows = field(default_factory=AmbiguousRows)
    _others: Steps = field(default_factory=Steps)
    without_offset: int = 0
    put_ahead: int = 0
    zones: set[str] = field(default_factory=set)
    days_alone: DaysAlone = field(default_factory=DaysAlone)
    _used: int = 0
    _has_read: bool = False

    def of_block(
        self, block: RowBlock, turbines: Array, behind: Array, corrections: Corrections
    ) -> Array:
        """Return the times of a block in UTC, as they are labelled.

        `turbines` are the rows' own, and `behind` is how far their labels lie behind the starts of
        their samples (timedelta64).

        Raises:
            ImportRefused: where a cell is no time, or one that no clock showed.
        """
        local, offset = self._parsed(block)
        is_alone = self._take_days_alone(block, local, offset)
        self._refuse(block, np.isnat(local), self._no_time(block, local))
        if is_alone.any():
            self._refuse(block, is_alone & ~are_in_order(turbines, local), LOST_CLOCK)
        self.days_alone.add(turbines, is_alone, block.first_row)
        self._refuse_far(block, local)
        self._refuse(block, _are_ranges(local, offset), RANGE)
        naive = np.flatnonzero(np.isnat(offset))
        self.without_offset += len(naive)
        if len(naive):
            of_zone = self._offsets(local[naive], behind[naive])
            self._refuse(block, of_zone.is_missing, NEVER.format(zone=self.form.timezone), naive)
            is_second = self._second_passes(block, local, turbines, naive, of_zone, corrections)
            offset[naive] = np.where(is_second, of_zone.second, of_zone.first)
        self._has_read = True
        return local - offset

    def _offsets(self, local: Array, behind: Array) -> Offsets:
        if not self.form.label_is_end:
            return offsets(local, self.form.timezone)
        of_ends = offsets_of_ends(local, behind, self.form.timezone)
        self.put_ahead += int((of_ends.is_of_start & ~of_ends.is_ambiguous).sum())
        return of_ends

    def decided(self) -> Decision:
        """Return which ambiguous rows are of the second pass.

        Raises:
            ImportRefused: where the order of the rows does not tell, or the times are days.
        """
        if (row := self.days_alone.row_of_days) is not None:
            raise self._refusal(row, self._complaint(self._cell_of_row(row)))
        decision = self.ambiguous.decide(self._others.directions())
        if len(decision.undecided_rows):
            row = int(decision.undecided_rows[0])
            raise self._refusal(row, TWICE.format(zone=self.form.timezone))
        return decision

    def refuse_outside(self, block: RowBlock, start: Array) -> None:
        """Refuse samples that start where none can be stored.

        Raises:
            ImportRefused: naming the first one.
        """
        first, end = BOUNDS
        self._refuse(block, ~((start >= first) & (start < end)), OUTSIDE)

    def _parsed(self, block: RowBlock) -> tuple[Array, Array]:
        cells = joined([block.columns[name] for name in self.form.time_columns])
        try:
            parsed = parse(cells, self._format)
        except pa.ArrowException as error:
            column = self.form.time_columns[0]
            raise ImportRefused(
                f"{self.table.where(column, block.first_row)}: {first_line(error)}."
            ) from error
        self.zones |= parsed.zones
        return parsed.local, parsed.offset

    @property
    def _format(self) -> TimeFormat | None:
        return time_format(self.form.time_format) if self.form.time_format else None

    def _take_days_alone(self, block: RowBlock, local: Array, offset: Array) -> Array:
        """Write midnights into `local` where cells are days alone; return where.

        Beside times that have an offset of their own, nobody knows whose midnight a day means.
        """
        is_alone = np.isnat(local)
        if is_alone.any() and np.isnat(offset).all():
            cells = joined([block.columns[name] for name in self.form.time_columns])
            local[is_alone] = days_alone(cells.filter(pa.array(is_alone)), self._format)
        return is_alone & ~np.isnat(local)

    def _no_time(self, block: RowBlock, local: Array) -> str:
        if not np.isnat(local).any():
            return ""
        cell = self._cell(block, int(np.argmax(np.isnat(local))))
        has_others = self._has_read or not np.isnat(local).all()
        cells = joined([block.columns[name] for name in self.form.time_columns])
        # A format that reads them all was meant, and its days up to the 12th were read as months.
        is_other_format = has_others and has_format_of_all(cell, cells)
        return self._complaint(cell, has_others and not is_other_format)

    def _complaint(self, cell: str, has_others: bool = False) -> str:
        """Return why a cell is no time; `has_others` says whether other cells are some."""
        written = self.form.time_format
        complaint = f"is no time of the format {written!r}" if written else NO_ISO_TIME
        if written == EPOCH_WORD:
            complaint += ONE_UNIT
        if has_strange_offset(cell):
            return f"{complaint}. {NO_OFFSET}"
        said = suggestion(cell, written)
        if has_others and said:
            return f"{complaint}. {MIXED}"
        return f"{complaint}. {said}".rstrip(" .")

    def _refuse_far(self, block: RowBlock, local: Array) -> None:
        # Nobody knows what clocks show in years far away.
        first, end = BOUNDS
        self._refuse(block, ~((local >= first - ONE_DAY) & (local < end + ONE_DAY)), OUTSIDE)

    def _second_passes(
        self,
        block: RowBlock,
        local: Array,
        turbines: Array,
        naive: Array,
        of_zone: Offsets,
        corrections: Corrections,
    ) -> Array:
        rows = naive[of_zone.is_ambiguous]
        is_of_start = of_zone.is_of_start[of_zone.is_ambiguous]
        self.ambiguous.add(turbines[rows], local[rows], block.first_row + rows, is_of_start)
        others = naive[~of_zone.is_ambiguous | of_zone.is_of_start]
        self._others.add(turbines[others], local[others])
        is_second = np.zeros(len(naive), dtype=bool)
        decided = corrections.is_second_pass[self._used : self._used + len(rows)]
        self._used += len(rows)
        # By another interval, other rows were ambiguous: the next look knows better.
        if len(decided) == len(rows):
            is_second[of_zone.is_ambiguous] = decided
        return is_second

    def _refuse(self, block: RowBlock, wrong: Array, said: str, rows: Array | None = None) -> None:
        if wrong.any():
            place = int(np.argmax(wrong))
            place = int(rows[place]) if rows is not None else place
            column = self.form.time_columns[0]
            raise self.table.refusal(
                column, block.first_row + place, self._cell(block, place), said
            )

    def _refusal(self, row: int, said: str) -> ImportRefused:
        column = self.form.time_columns[0]
        return self.table.refusal(column, row, self._cell_of_row(row), said)

    def _cell_of_row(self, row: int) -> str:
        for block in self.table.blocks(list(self.form.time_columns)):
            if block.first_row <= row < block.first_row + len(block):
                return self._cell(block, row - block.first_row)
        raise AssertionError

    def _cell(self, block: RowBlock, place: int) -> str:
        cells = joined([block.columns[name].slice(place, 1) for name in self.form.time_columns])
        try:
            value = cells[0].as_py()
        except (OverflowError, ValueError):
            return "a time that no calendar has"
        return "" if value is None else str(value)


def _are_ranges(local: Array, offset: Array) -> Array:
    """Return the times of which all have as offset a clock that is a little later, and not one."""
    is_stated = ~np.isnat(offset)
    later = (-offset - (local - local.astype("datetime64[D]"))) % ONE_DAY
    is_range = is_stated & (later > np.timedelta64(0)) & (later <= LONGEST_RANGE)
    is_meant = (is_range == is_stated).all() and len(np.unique(offset[is_stated])) > 1
    return is_range & is_meant
