"""A variable's statistics over some days: its windows in order, and what each day comes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd

from aggregates.compute.statistic_names import COUNT, STATISTICS
from aggregates.compute.windows import WINDOW, WINDOWS_PER_DAY, starts_between
from aggregates.export.blocks import SignalName, blocks
from aggregates.export.parts import Part
from common.days import DAY, day_start


def table(turbine: str, signals: Sequence[SignalName], first: date, last: date) -> pd.DataFrame:
    """Return a turbine's signals in every window of the UTC days, both included; two queries.

    A row per window, by its start (datetime64, UTC), and a column per signal, by variable and
    statistic; NaN where there is no value.
    """
    starts = starts_between(day_start(first), day_start(last) + DAY)
    (block,) = blocks([Part(turbine, starts, np.empty(0))], signals)
    columns = pd.MultiIndex.from_tuples(signals)
    return pd.DataFrame(block.values.T, index=starts, columns=columns)


def history(turbine: str, variable: str, first: date, last: date) -> pd.DataFrame:
    """Return all statistics of a variable likewise, a column per statistic."""
    signals = [(variable, statistic) for statistic in STATISTICS]
    return pd.DataFrame(table(turbine, signals, first, last)[variable])


def has_values(statistics: pd.DataFrame) -> bool:
    """Return whether any window of a history has a value."""
    return bool(statistics.notna().any(axis=None))


@dataclass(frozen=True)
class WindowValue:
    """A statistic in the window that starts at `start`, and of how many samples.

    `value` is None where the statistic does not exist there. `coverage` is the part of the samples
    expected, 0 to 1; both it and `count` are None of a variable whose count is not kept.
    """

    start: datetime
    value: float | None
    count: int | None
    coverage: float | None


def windows(
    statistics: pd.DataFrame, statistic: str, sample_interval_s: int
) -> Sequence[WindowValue]:
    """Return one statistic of a history, window by window."""
    expected = WINDOW.total_seconds() / sample_interval_s
    starts = pd.DatetimeIndex(statistics.index).tz_localize(UTC).to_pydatetime()
    is_counted = statistics[COUNT].notna().any()
    counts = statistics[COUNT].fillna(0)
    return [
        WindowValue(
            start,
            None if np.isnan(value) else value,
            int(count) if is_counted else None,
            count / expected if is_counted else None,
        )
        for start, value, count in zip(starts, statistics[statistic], counts, strict=True)
    ]


@dataclass(frozen=True)
class DayOfHistory:
    """One UTC day of a history: the number of its windows with values, and of its samples.

    `coverage` is the part of the samples expected, 0 to 1; both it and `count` are None of a
    variable whose count is not kept.
    """

    day: date
    windows: int
    count: int | None
    coverage: float | None


def days(statistics: pd.DataFrame, sample_interval_s: int) -> Sequence[DayOfHistory]:
    """Return the days of a history, in order."""
    expected = DAY.total_seconds() / sample_interval_s
    starts = statistics.index[::WINDOWS_PER_DAY]
    counts = statistics[COUNT].to_numpy().reshape(-1, WINDOWS_PER_DAY)
    has_value = statistics.notna().any(axis=1).to_numpy().reshape(-1, WINDOWS_PER_DAY)
    is_counted, samples = not np.isnan(counts).all(), np.nansum(counts, axis=1)
    return [
        DayOfHistory(
            start.date(),
            int(number),
            int(count) if is_counted else None,
            count / expected if is_counted else None,
        )
        for start, number, count in zip(starts, has_value.sum(axis=1), samples, strict=True)
    ]
