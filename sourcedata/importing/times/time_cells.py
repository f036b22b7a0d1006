"""The cells of a column, or of a date's and a time's column, as times: whole columns at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from common.arrays import Array
from sourcedata.importing.times.epochs import epoch_times
from sourcedata.importing.times.time_formats import EPOCH, ISO_8601, OFFSET, TimeFormat
from sourcedata.importing.times.time_parts import TimeParts, local_times, stated_offsets

# What a spreadsheet's date says of the time, of which the next column knows better.
MIDNIGHT_OF_A_DATE = r"[T ]00:00:00(?:\.0+)?$"
# What programs say of the day where a time is a clock's alone.
DAY_OF_A_CLOCK = r"^(?:1970-01-01|1899-12-3[01]|1900-01-0[01]|1904-01-01)[T ]"
OFFSET_ALONE = rf"(?i)^(?:{OFFSET})$"


@dataclass(frozen=True)
class Parsed:
    """What clocks showed, and how far they were ahead of UTC, for each cell.

    `local` is datetime64[us], NaT where the cell is no time of the format. `offset` is
    timedelta64[us], NaT where the time has none. `zones` are the names of zones that told it, in
    small letters.
    """

    local: Array
    offset: Array
    zones: set[str] = field(default_factory=set)


def parse(cells: pa.Array, time_format: TimeFormat | None = None) -> Parsed:
    """Return the times that cells hold, read by `time_format`, by default ISO 8601.

    Cells that are times or days by their type need no format, and a day is its midnight. Text has
    blanks around it removed. 24:00 is the next midnight. Microseconds are kept, and what is finer
    is cut. Nothing is guessed: the caller refuses what is NaT.

    Raises:
        pa.ArrowException: where the type has no text, as lists, or times are beyond year 290000.
    """
    if pa.types.is_timestamp(cells.type) or pa.types.is_date(cells.type):
        return _typed(cells)
    if time_format == EPOCH:
        local = epoch_times(cells)
        return Parsed(local, np.where(np.isnat(local), np.timedelta64("NaT", "us"), 0))
    parsed = _nothing(len(cells))
    texts = pc.utf8_trim_whitespace(cells.cast(pa.string()))
    for pattern in (time_format or ISO_8601).patterns:
        _fill(parsed, texts, pattern)
    return parsed


def days_alone(cells: pa.Array, time_format: TimeFormat | None = None) -> Array:
    """Return the midnights of the cells that hold a day of a format without a time, NaT of others.

    The array is datetime64[us]; `time_format` is by default ISO 8601.
    """
    parsed, pattern = _nothing(len(cells)), (time_format or ISO_8601).day_alone
    if pattern:
        _fill(parsed, pc.utf8_trim_whitespace(cells.cast(pa.string())), pattern)
    return parsed.local


def joined(columns: Sequence[pa.Array]) -> pa.Array:
    """Return the cells of the columns of a time, joined by a blank; one column stays as it is.

    Spreadsheets give a day as its midnight, and a clock as that of a day. Where a clock follows,
    midnight is no time; where an offset does, it is.
    """
    if len(columns) == 1:
        return columns[0]
    first, *others = (_text(column) for column in columns)
    texts = [first, *(pc.replace_substring_regex(text, DAY_OF_A_CLOCK, "") for text in others)]
    days = [_day(text, then) for text, then in pairwise(texts)]
    return pc.binary_join_element_wise(*days, texts[-1], " ")


def _text(column: pa.Array) -> pa.Array:
    """Return cells as trimmed text; times of a zone as its clocks show them."""
    has_zone = pa.types.is_timestamp(column.type) and column.type.tz is not None
    cells = pc.local_timestamp(column) if has_zone else column
    return pc.utf8_trim_whitespace(cells.cast(pa.string()))


def _day(texts: pa.Array, then: pa.Array) -> pa.Array:
    """Return texts without the midnight of their day, but where an offset follows."""
    days = pc.replace_substring_regex(texts, MIDNIGHT_OF_A_DATE, "")
    return pc.if_else(pc.match_substring_regex(then, OFFSET_ALONE), texts, days)


def _nothing(length: int) -> Parsed:
    local = np.full(length, "NaT", dtype="datetime64[us]")
    return Parsed(local, np.full(length, "NaT", dtype="timedelta64[us]"))


def _typed(cells: pa.Array) -> Parsed:
    """Return UTC and no offset, or local times and NaT, depending on the type."""
    zone = getattr(cells.type, "tz", None)
    options = pc.CastOptions(target_type=pa.timestamp("us", zone), allow_time_truncate=True)
    parsed = _nothing(len(cells))
    parsed.local[:] = pc.cast(cells, options=options).to_numpy(zero_copy_only=False)
    if zone is not None:
        parsed.offset[~np.isnat(parsed.local)] = 0
    return parsed


def _fill(parsed: Parsed, texts: pa.Array, pattern: str) -> None:
    """Write the times of the texts that match the pattern into `parsed`, where it has none yet."""
    open_rows = np.flatnonzero(np.isnat(parsed.local))
    if len(open_rows) < len(texts):
        texts = texts.take(pa.array(open_rows))
    parts = pc.extract_regex(texts, pattern)
    is_match = parts.is_valid()
    rows = open_rows[is_match.to_numpy(zero_copy_only=False)]
    times = TimeParts(parts.filter(is_match) if parts.null_count else parts)
    parsed.local[rows] = local_times(times)
    parsed.offset[rows], zones = stated_offsets(times)
    parsed.zones.update(zones)
    parsed.offset[np.isnat(parsed.local)] = np.timedelta64("NaT")
