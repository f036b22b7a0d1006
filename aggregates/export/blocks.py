"""Stored values as tables, a turbine and some weeks at a time; every layout is made of them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

import numpy as np

from aggregates.compute.statistic_names import COUNT, STATISTICS
from aggregates.compute.windows import WINDOW
from aggregates.export.parts import Part
from aggregates.models import Signal
from common.arrays import Array
from common.databases import TARGET
from common.days import days_between
from common.postgres.pgcopy import FLOAT, INTEGER, TIME, copy_out
from sourcedata.variables import COLUMNS, VARIABLE_NAMES

SignalName = tuple[str, str]


@dataclass(frozen=True)
class Block:
    """The values of one turbine in windows that follow each other.

    `starts` are the windows' starts (datetime64[us], UTC). `values` has a row per signal, which
    `signals` names by variable and statistic, and a column per window; NaN where there is no value.
    `counts` is of the same shape: how many samples of the signal's variable the window has, of
    `expected_samples`, a number per window. `conditions` has the letter of each window, an empty
    text where nobody assessed it or nobody wants to know, and `turbulence` its turbulence
    intensity, NaN likewise.
    """

    turbine: str
    starts: Array
    signals: Sequence[SignalName]
    values: Array
    counts: Array
    expected_samples: Array
    conditions: Array
    turbulence: Array


def by_window(block: Block, of_day: Callable[[date], Array]) -> Array:
    """Return what each window has, where `of_day` gives it for those of a whole UTC day."""
    first, last = (time.astype(object).date() for time in block.starts[[0, -1]])
    of_days = np.concatenate([of_day(day) for day in days_between(first, last)])
    numbers = (block.starts - np.datetime64(first, "us")) // np.timedelta64(WINDOW)
    return np.asarray(of_days[numbers.astype(int)])


def signal_names(variables: Collection[str], statistics: Collection[str]) -> list[SignalName]:
    """Return all pairs of a variable and a statistic that is kept of it; none named means all."""
    return [
        (name, statistic)
        for name, statistic in product(variables or VARIABLE_NAMES, statistics or STATISTICS)
        if statistic in COLUMNS[name].statistics
    ]


def blocks(parts: Sequence[Part], signals: Sequence[SignalName]) -> Iterator[Block]:
    """Yield the values of each part, a row for each of `signals`, in their order."""
    ids = _signal_ids({part.turbine for part in parts})
    for part in parts:
        yield _block(part, ids.get(part.turbine, {}), signals)


def _signal_ids(turbines: Collection[str]) -> Mapping[str, Mapping[SignalName, int]]:
    ids: dict[str, dict[SignalName, int]] = defaultdict(dict)
    rows = Signal.objects.filter(turbine__in=turbines)
    for turbine, variable, statistic, pk in rows.values_list(
        "turbine", "variable", "statistic", "pk"
    ):
        ids[turbine][variable, statistic] = pk
    return ids


def _block(part: Part, ids: Mapping[SignalName, int], signals: Sequence[SignalName]) -> Block:
    starts = part.starts
    counted = [(variable, COUNT) for variable, _ in signals]
    table = _table({ids[name] for name in {*signals, *counted} if name in ids}, starts)
    absent = np.full(len(starts), np.nan)
    values = [table.get(ids.get(name, 0), absent) for name in signals]
    counts = [table.get(ids.get(name, 0), absent) for name in counted]
    shape = (len(signals), len(starts))
    return Block(
        part.turbine,
        starts,
        signals,
        np.reshape(values, shape),
        np.nan_to_num(counts).reshape(shape),
        part.expected_samples,
        np.full(len(starts), ""),
        absent,
    )


def _table(ids: Collection[int], starts: Array) -> Mapping[int, Array]:
    """Return a row of values per signal."""
    ascending = np.sort(np.fromiter(ids, dtype=np.int64))
    table = np.full((len(ascending), len(starts)), np.nan)
    if table.size:
        signal_id, timestamp, value = copy_out(
            TARGET,
            "SELECT signal_id, timestamp, value FROM data"
            " WHERE signal_id = ANY(%s::bigint[]) AND timestamp >= %s AND timestamp <= %s",
            [ascending.tolist(), *(f"{time}Z" for time in (starts[0], starts[-1]))],
            INTEGER + TIME + FLOAT,
        )
        numbers = (timestamp - starts[0]) // np.timedelta64(WINDOW)
        table[np.searchsorted(ascending, signal_id), numbers.astype(int)] = value
    return dict(zip(ascending.tolist(), table, strict=True))
