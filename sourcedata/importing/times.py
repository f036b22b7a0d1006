"""The cells of a column as times in UTC, whole columns at once."""

from datetime import datetime, timedelta, tzinfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sourcedata.importing.cells import converted, text
from sourcedata.importing.file_formats import Sheet
from sourcedata.limits import END_OF_TIME, FIRST_TIME

Times = NDArray[np.datetime64]
Durations = NDArray[np.timedelta64]

ISO_8601 = (
    r"^(?P<local>\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?)(?P<fraction>\.\d+)?"
    r"(?P<offset>Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?$"
)
# A point and six digits: the database keeps microseconds.
FRACTION_CHARACTERS = 7

NO_TIME = "is no time; allowed is ISO 8601, such as 2025-08-31T10:00:00+02:00"
NOT_ONCE = (
    "happens twice or never in {zone}, where clocks change then; allowed are other times, or "
    "times with their offset"
)
OUTSIDE = (
    "labels a sample outside of what can be stored; allowed is from "
    f"{FIRST_TIME:%Y-%m-%d} to before {END_OF_TIME:%Y-%m-%d}, UTC"
)
NO_TIME_AT_ALL, ONE_DAY = np.timedelta64(0, "D"), np.timedelta64(1, "D")


def times(sheet: Sheet, column: str, zone: tzinfo) -> Times:
    """Return the times in a column as datetime64[us] in UTC; those without an offset are of `zone`.

    Raises:
        ImportRefused: where a cell is no time, or one that clocks show twice or never.
    """
    is_timestamp = pa.types.is_timestamp(sheet.columns[column].type)
    local, offset = (_timestamps if is_timestamp else _text_times)(sheet, column)
    # Nobody knows what clocks show in years far away.
    refuse_outside(sheet, column, local, slack=ONE_DAY)
    naive = np.flatnonzero(np.isnat(offset))
    offset[naive] = _offsets_in(zone, sheet, column, local[naive], naive)
    return local - offset


def refuse_outside(
    sheet: Sheet, column: str, times: Times, slack: np.timedelta64 = NO_TIME_AT_ALL
) -> None:
    """Raise ImportRefused where a time is further than `slack` from those that can be stored."""
    first, end = _datetime64(FIRST_TIME) - slack, _datetime64(END_OF_TIME) + slack
    # NaT compares as false.
    outside = ~((times >= first) & (times < end))
    if outside.any():
        raise sheet.refusal(column, int(np.argmax(outside)), OUTSIDE)


def _timestamps(sheet: Sheet, column: str) -> tuple[Times, Durations]:
    """Return UTC and no offset, or local times and NaT, depending on the column's type."""
    cells = sheet.columns[column]
    _refuse_nulls(sheet, column, cells)
    zone = cells.type.tz
    local = converted(sheet, column, cells, pa.timestamp("us", zone), NO_TIME).to_numpy().copy()
    return local, np.full(len(local), "NaT" if zone is None else 0, dtype="timedelta64[us]")


def _text_times(sheet: Sheet, column: str) -> tuple[Times, Durations]:
    """Return local times and their offsets, NaT where a time has none."""
    parts = pc.extract_regex(pc.utf8_trim_whitespace(text(sheet, column)), ISO_8601)
    _refuse_nulls(sheet, column, parts)
    local, fraction, offset = (pc.struct_field(parts, index) for index in range(3))
    microseconds = pc.utf8_slice_codeunits(fraction, 0, FRACTION_CHARACTERS)
    local = pc.binary_join_element_wise(local, microseconds, "")
    return converted(sheet, column, local, pa.timestamp("us"), NO_TIME).to_numpy(), _offsets(offset)


def _refuse_nulls(sheet: Sheet, column: str, cells: pa.ChunkedArray) -> None:
    if cells.null_count:
        raise sheet.refusal(column, int(np.argmax(pc.is_null(cells).to_numpy())), NO_TIME)


def _offsets(cells: pa.ChunkedArray) -> Durations:
    encoded = cells.dictionary_encode().combine_chunks()
    offsets = [_offset(cell) for cell in encoded.dictionary.to_pylist()]
    return np.array(offsets, dtype="timedelta64[us]")[encoded.indices.to_numpy()]


def _offset(cell: str) -> timedelta | None:
    if cell in ("", "Z"):
        return timedelta() if cell else None
    hours, minutes = int(cell[1:3]), int(cell[3:].lstrip(":") or 0)
    return timedelta(hours=hours, minutes=minutes) * (-1 if cell.startswith("-") else 1)


def _offsets_in(
    zone: tzinfo, sheet: Sheet, column: str, local: Times, rows: NDArray[np.int64]
) -> Durations:
    """Return how far clocks in `zone` are ahead of UTC when they show the times of these rows."""
    zoned = pd.DatetimeIndex(local).tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    if zoned.hasnans:
        complaint = NOT_ONCE.format(zone=zone)
        raise sheet.refusal(column, int(rows[np.argmax(zoned.isna())]), complaint)
    utc: Times = zoned.tz_convert("UTC").tz_localize(None).to_numpy()
    return local - utc


def _datetime64(time: datetime) -> np.datetime64:
    return np.datetime64(time.replace(tzinfo=None), "us")
