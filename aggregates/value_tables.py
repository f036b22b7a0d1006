"""The stored values of many turbines as tables: a row per turbine, a column per window."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

import numpy as np

from aggregates.compute.windows import WINDOW
from aggregates.models import Signal
from common.arrays import Array
from common.databases import TARGET
from common.postgres.pgcopy import FLOAT, INTEGER, TIME, copy_out

SignalName = tuple[str, str]
# The raw values of more days at a time take more memory than the tables themselves.
DAYS_AT_A_TIME = timedelta(days=10)


def value_tables(
    turbines: Sequence[str], starts: Array, signals: Sequence[SignalName]
) -> Mapping[SignalName, Array]:
    """Return a table for each signal, which is named by variable and statistic.

    Its rows are the turbines, its columns the windows that start at `starts` (datetime64[us], UTC),
    which follow each other; NaN where there is no value.
    """
    cube = np.full((len(signals), len(turbines), len(starts)), np.nan)
    ids, places = _signal_ids(turbines, signals)
    for first, last in _stretches(starts):
        signal_id, timestamp, value = copy_out(
            TARGET,
            "SELECT signal_id, timestamp, value FROM data"
            " WHERE signal_id = ANY(%s::bigint[]) AND timestamp >= %s AND timestamp < %s",
            [ids.tolist(), f"{first}Z", f"{last}Z"],
            INTEGER + TIME + FLOAT,
        )
        of_signal = places[np.searchsorted(ids, signal_id)]
        windows = ((timestamp - starts[0]) // np.timedelta64(WINDOW)).astype(int)
        cube[of_signal[:, 0], of_signal[:, 1], windows] = value
    return dict(zip(signals, cube, strict=True))


def _signal_ids(turbines: Sequence[str], signals: Sequence[SignalName]) -> tuple[Array, Array]:
    """Return the ids, ascending, and the number of the signal and of the turbine of each."""
    turbine_numbers = {name: number for number, name in enumerate(turbines)}
    signal_numbers = {signal: number for number, signal in enumerate(signals)}
    rows = Signal.objects.filter(turbine__in=turbines).order_by("id")
    places = {
        pk: (signal_numbers[variable, statistic], turbine_numbers[turbine])
        for pk, turbine, variable, statistic in rows.values_list(
            "id", "turbine", "variable", "statistic"
        )
        if (variable, statistic) in signal_numbers
    }
    ids = np.array([*places], dtype=np.int64)
    return ids, np.array([*places.values()], dtype=int).reshape(-1, 2)


def _stretches(starts: Array) -> Iterator[tuple[str, str]]:
    """Yield the times between which the windows are read, a few days at a time."""
    end, step = starts[-1] + np.timedelta64(WINDOW), np.timedelta64(DAYS_AT_A_TIME)
    for first in np.arange(starts[0], end, step):
        yield str(first), str(min(first + step, end))
