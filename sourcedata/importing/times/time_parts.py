"""From the parts of times, as the groups of a pattern hold them, to times: nothing is guessed."""

from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from common.arrays import Array
from sourcedata.importing.times.time_formats import MONTH_NUMBERS, MONTHS, ZONES_H

# As POSIX has it: 68 is 2068, and 69 is 1969.
FIRST_SHORT_YEAR = 69
# The database keeps microseconds.
FRACTION_DIGITS = 6
SECOND, HOUR = 1_000_000, 3_600_000_000
NO_HOUR = -1


class TimeParts:
    """The parts of many times by name, each as text that is empty where a time lacks it."""

    def __init__(self, parts: pa.StructArray) -> None:
        """Take what `extract_regex` returns for cells that all match."""
        self._parts = {kind.name: parts.field(kind.name) for kind in parts.type}
        self._length = len(parts)

    def __contains__(self, name: str) -> bool:
        """Tell whether the times may have that part."""
        return name in self._parts

    def __len__(self) -> int:
        """Return how many times there are."""
        return self._length

    def texts(self, name: str) -> pa.Array:
        """Return a part as text in small letters."""
        return pc.utf8_lower(self._parts[name])

    def numbers(self, name: str) -> Array:
        """Return a part as whole numbers, 0 where a time lacks it."""
        if name not in self:
            return np.zeros(len(self), dtype=np.int64)
        return _integers(pc.ascii_lpad(self._parts[name], 1, "0"))

    def microseconds(self) -> Array:
        """Return the fraction of the second, which may have any number of digits, cut."""
        if "fraction" not in self:
            return np.zeros(len(self), dtype=np.int64)
        digits = pc.utf8_slice_codeunits(self._parts["fraction"], 0, FRACTION_DIGITS)
        return _integers(pc.ascii_rpad(digits, FRACTION_DIGITS, "0"))


def local_times(parts: TimeParts) -> Array:
    """Return what clocks showed as datetime64[us], NaT where no clock or calendar shows it."""
    return _days(parts) + _times_of_day(parts)


def stated_offsets(parts: TimeParts) -> tuple[Array, set[str]]:
    """Return how far clocks are ahead of UTC as timedelta64[us], NaT where a time does not say.

    The names of zones that say it, in small letters, come with them.
    """
    if "offset" not in parts:
        return np.full(len(parts), "NaT", dtype="timedelta64[us]"), set()
    encoded = parts.texts("offset").dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    ahead = np.array([_offset(text) for text in texts], dtype="timedelta64[us]")
    return ahead[encoded.indices.to_numpy()], {*texts} & ZONES_H.keys()


def _days(parts: TimeParts) -> Array:
    """Return the days as datetime64[us], NaT where there is none, as on 30 February."""
    if "day_of_year" in parts:
        starts, place = _years(parts).astype("datetime64[Y]"), parts.numbers("day_of_year")
    else:
        starts, place = _months(parts), parts.numbers("day")
    day = starts.astype("datetime64[D]") + (place - 1)
    # A day that does not exist would lie in another month, or in another year.
    day[day.astype(starts.dtype) != starts] = np.datetime64("NaT")
    return day.astype("datetime64[us]")


def _months(parts: TimeParts) -> Array:
    """Return the months as datetime64[M], NaT where there is none."""
    if "month_name" in parts:
        encoded = pc.utf8_rtrim(parts.texts("month_name"), ".").dictionary_encode()
        of_names = [MONTH_NUMBERS[name] for name in encoded.dictionary.to_pylist()]
        number = np.array(of_names, dtype=np.int64)[encoded.indices.to_numpy()]
    else:
        number = parts.numbers("month")
    months = (_years(parts) * 12 + number - 1).astype("datetime64[M]")
    months[(number < 1) | (number > len(MONTHS))] = np.datetime64("NaT")
    return months


def _years(parts: TimeParts) -> Array:
    """Return the years since 1970."""
    if "year" in parts:
        return parts.numbers("year") - 1970
    short = parts.numbers("short_year")
    return short + np.where(short < FIRST_SHORT_YEAR, 2000, 1900) - 1970


def _times_of_day(parts: TimeParts) -> Array:
    """Return the times since midnight as timedelta64[us]; 24:00 is a day, NaT is no time."""
    hours, minutes, seconds = _hours(parts), parts.numbers("minute"), parts.numbers("second")
    since_hour = (minutes * 60 + seconds) * SECOND + parts.microseconds()
    is_midnight = (hours == 24) & (since_hour == 0)
    is_time = (hours >= 0) & ((hours < 24) | is_midnight) & (minutes < 60) & (seconds < 60)
    since_midnight = (hours * HOUR + since_hour).astype("timedelta64[us]")
    since_midnight[~is_time] = np.timedelta64("NaT")
    return since_midnight


def _hours(parts: TimeParts) -> Array:
    """Return hours of the day, NO_HOUR where the half of the day does not go with the hour."""
    is_of_half = "hour_of_half" in parts
    hours = parts.numbers("hour_of_half" if is_of_half else "hour")
    if "half" not in parts:
        return hours
    is_afternoon = pc.equal(parts.texts("half"), "pm").to_numpy(zero_copy_only=False)
    if is_of_half:
        is_right = (hours >= 1) & (hours <= 12)
        return np.where(is_right, hours % 12 + np.where(is_afternoon, 12, 0), NO_HOUR)
    return np.where((hours >= 12) == is_afternoon, hours, NO_HOUR)


def _integers(digits: pa.Array) -> Array:
    return pc.cast(digits, pa.int64()).to_numpy()


def _offset(text: str) -> timedelta | None:
    """Return how far a text such as +0130 is ahead of UTC; None where it is empty."""
    if not text:
        return None
    if text == "z" or text in ZONES_H:
        return timedelta(hours=ZONES_H.get(text, 0))
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    return timedelta(hours=hours, minutes=minutes) * (-1 if text.startswith("-") else 1)
