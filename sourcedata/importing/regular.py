"""Times that are nearly regular: loggers that write a little late, or early."""

import numpy as np

from common.arrays import Array, utc_datetime64
from sourcedata.limits import END_OF_TIME

# A time is near a regular one within this share of the interval, and a second at most.
NEAR, MOST_S = 0.02, 1.0
# So many of a turbine's times must be near for all of these to be moved.
LEAST_NEAR = 0.95
END = utc_datetime64(END_OF_TIME)


def tolerance(interval_s: int) -> np.timedelta64:
    """Return how far from a regular time another one is taken for it."""
    return np.timedelta64(int(min(NEAR * interval_s, MOST_S) * 1e6), "us")


def nearest(timestamp: Array, interval_s: int) -> Array:
    """Return the regular time near each, or the time itself where none is near."""
    regular = _regular(timestamp, interval_s)
    is_close = np.abs(regular - timestamp) <= tolerance(interval_s)
    return np.where(is_close & (regular < END), regular, timestamp)


def seconds_late(timestamp: Array, interval_s: int) -> Array:
    """Return how many whole seconds times are after the nearest regular one; some are before it."""
    late = timestamp - _regular(timestamp, interval_s)
    return np.rint(late / np.timedelta64(1, "s")).astype(np.int64)


def _regular(timestamp: Array, interval_s: int) -> Array:
    """Return the nearest whole interval since midnight UTC of each time."""
    midnight = timestamp.astype("datetime64[D]").astype("datetime64[us]")
    interval = np.timedelta64(interval_s, "s").astype("timedelta64[us]")
    return midnight + (timestamp - midnight + interval // 2) // interval * interval


def is_regular(timestamp: Array, interval_s: int) -> Array:
    """Return which times are whole intervals after midnight UTC."""
    since = (timestamp - timestamp.astype("datetime64[D]")).astype("timedelta64[us]")
    return since.astype(np.int64) % (interval_s * 1_000_000) == 0
