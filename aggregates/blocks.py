"""Stored values as tables, a turbine and some weeks at a time: what every layout is made of."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import numpy as np
from django.db.models import Max, Min

from aggregates.models import AggregatedDay, Signal
from aggregates.statistics import COUNT, STATISTICS
from aggregates.windows import WINDOW
from sourcedata.variables import VARIABLE_NAMES
from windproject.days import day_start
from windproject.pgcopy import FLOAT, INTEGER, TIME, copy_out
from windproject.routers import TARGET

# A block ends with a UTC day, so that each turbine-day is read at one moment.
DAYS_PER_BLOCK = 31

Array = np.ndarray[Any, Any]
SignalName = tuple[str, str]


@dataclass(frozen=True)
class Block:
    """The values of one turbine in windows that follow each other.

    `starts` are the windows' starts (datetime64[us], UTC). `values` has a row per signal, which
    `signals` names by variable and statistic, and a column per window; NaN where there is no value.
    `counts` is of the same shape: how many samples of the signal's variable the window has.
    """

    turbine: str
    starts: Array
    signals: Sequence[SignalName]
    values: Array
    counts: Array


def signal_names(variables: Collection[str], statistics: Collection[str]) -> list[SignalName]:
    """Return all pairs of a variable and a statistic; none named means all."""
    return list(product(variables or VARIABLE_NAMES, statistics or STATISTICS))


def blocks(
    start: datetime, end: datetime, turbines: Collection[str], signals: Sequence[SignalName]
) -> Iterator[Block]:
    """Yield the values of windows that start in [start, end), by turbine and time.

    No `turbines` means all that have statistics; each block has all of `signals`, in their order.
    """
    parts = list(_parts(*_with_statistics(start, end)))
    for turbine, ids in _signal_ids(turbines).items():
        for first, last in parts:
            yield _block(turbine, ids, signals, first, last)


def _signal_ids(turbines: Collection[str]) -> Mapping[str, Mapping[SignalName, int]]:
    rows = Signal.objects.order_by("turbine")
    if turbines:
        rows = rows.filter(turbine__in=turbines)
    found: dict[str, dict[SignalName, int]] = defaultdict(dict)
    for turbine, variable, statistic, pk in rows.values_list(
        "turbine", "variable", "statistic", "pk"
    ):
        found[turbine][variable, statistic] = pk
    return found


def _with_statistics(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """Return the part of the period that can have any."""
    known = AggregatedDay.objects.aggregate(first=Min("day"), last=Max("day"))
    first: date | None = known["first"]
    if first is None:
        return start, start
    after = day_start(known["last"]) + timedelta(days=1)
    return max(start, day_start(first)), min(end, after)


def _parts(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    while start < end:
        after = day_start(start.date()) + timedelta(days=DAYS_PER_BLOCK)
        yield start, min(after, end)
        start = after


def _block(
    turbine: str,
    ids: Mapping[SignalName, int],
    signals: Sequence[SignalName],
    start: datetime,
    end: datetime,
) -> Block:
    starts = window_starts_between(start, end)
    counted = [(variable, COUNT) for variable, _ in signals]
    table = _table({ids[name] for name in {*signals, *counted} if name in ids}, starts)
    absent = np.full(len(starts), np.nan)
    values = [table.get(ids.get(name, 0), absent) for name in signals]
    counts = [table.get(ids.get(name, 0), absent) for name in counted]
    shape = (len(signals), len(starts))
    return Block(
        turbine, starts, signals, np.reshape(values, shape), np.nan_to_num(counts).reshape(shape)
    )


def _table(ids: Collection[int], starts: Array) -> Mapping[int, Array]:
    """Return a row of values per signal."""
    known = np.sort(np.fromiter(ids, dtype=np.int64))
    table = np.full((len(known), len(starts)), np.nan)
    if table.size:
        signal_id, timestamp, value = copy_out(
            TARGET,
            "SELECT signal_id, timestamp, value FROM data"
            " WHERE signal_id = ANY(%s::bigint[]) AND timestamp >= %s AND timestamp <= %s",
            [known.tolist(), *(f"{time}Z" for time in (starts[0], starts[-1]))],
            INTEGER + TIME + FLOAT,
        )
        numbers = (timestamp - starts[0]) // np.timedelta64(WINDOW)
        table[np.searchsorted(known, signal_id), numbers.astype(int)] = value
    return dict(zip(known.tolist(), table, strict=True))


def window_starts_between(start: datetime, end: datetime) -> Array:
    """Return the starts of the windows that start in [start, end), datetime64[us] in UTC."""
    step = np.timedelta64(WINDOW, "us")
    bounds = np.array([start.replace(tzinfo=None), end.replace(tzinfo=None)], "datetime64[us]")
    epoch = np.datetime64(0, "us")
    first, last = -((epoch - bounds).astype(np.int64) // step.astype(np.int64))
    return epoch + np.arange(first, last) * step
