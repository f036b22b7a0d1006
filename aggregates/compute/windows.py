"""10-minute windows: [t, t + 10 min) UTC, named by their start. A day has 144, always."""

from datetime import date, datetime, timedelta

import numpy as np

from common.arrays import Array

WINDOW = timedelta(minutes=10)
WINDOWS_PER_DAY = 144
# A window or a day of fewer of its samples is shown with a warning, and no curve is made of it.
LEAST_COVERAGE = 0.9
# Turbine-days whose sample interval was not kept are taken to have this one.
USUAL_SAMPLE_INTERVAL_S = 60


def expected_samples(sample_interval_s: int | None) -> int:
    """Return how many samples a window should hold: whole ones, 85 of 7 seconds."""
    return int(WINDOW.total_seconds()) // (sample_interval_s or USUAL_SAMPLE_INTERVAL_S)


def window_starts(day: date) -> Array:
    """Return the starts of the day's windows, datetime64[us] in UTC, shape (144,)."""
    return np.datetime64(day, "us") + np.arange(WINDOWS_PER_DAY) * np.timedelta64(WINDOW)


def window_numbers(timestamps: Array, day: date) -> Array:
    """Return which window of the day, 0 to 143, each time (datetime64, UTC) lies in.

    Raises:
        ValueError: where a time lies outside the day.
    """
    numbers = (timestamps - np.datetime64(day, "us")) // np.timedelta64(WINDOW)
    if len(numbers) and (numbers.min() < 0 or numbers.max() >= WINDOWS_PER_DAY):
        raise ValueError(f"There are times outside {day}, from {min(timestamps)} UTC on.")
    return numbers


def starts_between(start: datetime, end: datetime) -> Array:
    """Return the starts of the windows that start in [start, end), datetime64[us] in UTC."""
    step = np.timedelta64(WINDOW, "us")
    bounds = np.array([start.replace(tzinfo=None), end.replace(tzinfo=None)], "datetime64[us]")
    epoch = np.datetime64(0, "us")
    first, last = -((epoch - bounds).astype(np.int64) // step.astype(np.int64))
    return epoch + np.arange(first, last) * step
