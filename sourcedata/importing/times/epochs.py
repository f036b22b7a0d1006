"""Times as numbers that count from the start of 1970, UTC, on, or as .NET and Windows count."""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from common.arrays import Array

# Below 9 * 10^18: larger ones do not fit into 64 bits.
NUMBER = r"^(?P<whole>[0-8]?\d{1,18})(?:[.,](?P<fraction>\d+))?$"
# Seconds reach the first of these in the year 5138, milliseconds had it in March 1973; the same
# goes for milliseconds and the second, and so on.
FIRST_MILLISECONDS, FIRST_MICROSECONDS, FIRST_NANOSECONDS = 10**11, 10**14, 10**17
# How many microseconds one of the unit is; nanoseconds are less than one.
SECONDS, MILLISECONDS, MICROSECONDS, NANOSECONDS = 1_000_000, 1_000, 1, 0
MILLION = 1_000_000
# .NET and Windows count tenths of microseconds from these days on. Their numbers of the years in
# which farms have measurements would be nanoseconds of 1973, 1974, 1989 and 1990, which have none.
TICK_NS, DAY_NS = 100, 86_400 * 10**9
START_OF_NET, START_OF_WINDOWS, START = date(1, 1, 1), date(1601, 1, 1), date(1970, 1, 1)
FIRST_TICKS_NS, END_OF_TICKS_NS = (
    (day - START).days * DAY_NS for day in (date(1990, 1, 1), date(2100, 1, 1))
)


def epoch_times(cells: pa.Array) -> Array:
    """Return the times of numbers, or of text that holds numbers, as datetime64[us] in UTC.

    The magnitude tells whether they are seconds, milliseconds, microseconds or nanoseconds, or
    ticks of .NET or Windows. All cells have one unit, that of the largest. NaT where a cell is no
    such number.
    """
    wholes, millionths, is_number = _numbers(cells)
    wholes = _without_ticks(wholes)
    units = _units(wholes)
    unit = _units(wholes[is_number].max(initial=0))
    times = np.full(len(wholes), np.datetime64("NaT"), dtype="datetime64[us]")
    is_time = is_number & (units == unit)
    # What is no time would not fit.
    wholes, millionths = wholes[is_time], millionths[is_time]
    if unit == NANOSECONDS:
        times[is_time] = (wholes // 1000).astype("datetime64[us]")
    else:
        microseconds = wholes * unit + millionths * unit // MILLION
        times[is_time] = microseconds.astype("datetime64[us]")
    return times


def _numbers(cells: pa.Array) -> tuple[Array, Array, Array]:
    """Return the whole numbers, the millionths beyond them, and which cells are numbers."""
    if pa.types.is_floating(cells.type):
        return _split(cells.cast(pa.float64()).to_numpy(zero_copy_only=False))
    parts = pc.extract_regex(pc.utf8_trim_whitespace(cells.cast(pa.string())), NUMBER)
    whole, fraction = (pc.fill_null(pc.struct_field(parts, place), "") for place in range(2))
    wholes, millionths = (
        pc.cast(digits, pa.int64()).to_numpy()
        for digits in (
            pc.ascii_lpad(whole, 1, "0"),
            pc.ascii_rpad(pc.utf8_slice_codeunits(fraction, 0, 6), 6, "0"),
        )
    )
    return wholes, millionths, parts.is_valid().to_numpy(zero_copy_only=False)


def _split(numbers: Array) -> tuple[Array, Array, Array]:
    """Return what `_numbers` does; a double holds the seconds of today to a quarter of 10^-6."""
    is_number = (numbers >= 0) & (numbers < 9e18)
    numbers = np.where(is_number, numbers, 0)
    wholes = np.floor(numbers)
    millionths = np.rint((numbers - wholes) * MILLION)
    return wholes.astype(np.int64), millionths.astype(np.int64), is_number


def _without_ticks(wholes: Array) -> Array:
    """Return numbers with the nanoseconds since 1970 in the place of ticks."""
    counted = wholes.copy()
    for start in (START_OF_NET, START_OF_WINDOWS):
        since_start = (START - start).days * (DAY_NS // TICK_NS)
        # Other numbers would not fit.
        ticks = np.clip(wholes - since_start, -1, END_OF_TICKS_NS // TICK_NS)
        is_ticks = (ticks * TICK_NS >= FIRST_TICKS_NS) & (ticks * TICK_NS < END_OF_TICKS_NS)
        counted[is_ticks] = ticks[is_ticks] * TICK_NS
    return counted


def _units(wholes: Array) -> Array:
    """Return the unit of each number, in microseconds."""
    firsts = [FIRST_MILLISECONDS, FIRST_MICROSECONDS, FIRST_NANOSECONDS]
    units = np.array([SECONDS, MILLISECONDS, MICROSECONDS, NANOSECONDS])
    return units[np.searchsorted(firsts, wholes, side="right")]
