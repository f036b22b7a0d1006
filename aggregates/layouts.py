"""The shapes that statistics are given in: pure, a block in, a table of columns out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from aggregates.blocks import Block, SignalName
from aggregates.windows import WINDOW

Batch = Any  # pyarrow has no types


@dataclass(frozen=True)
class Shown:
    """How times are shown: the window's start or end, in which time zone."""

    timezone: str = "UTC"
    label: str = "start"

    @property
    def type(self) -> Any:
        """Arrow's type of a time."""
        return pa.timestamp("us", tz=self.timezone)

    def times(self, starts: np.ndarray[Any, Any]) -> Any:
        """Return the windows' labels."""
        later = WINDOW if self.label == "end" else timedelta()
        return pa.array(starts + np.timedelta64(later), type=self.type)


def covered(block: Block, min_coverage: float, sample_interval_s: float) -> Block:
    """Return the block without the values whose window has too few samples of their variable."""
    expected = WINDOW.total_seconds() / sample_interval_s
    is_covered = block.counts / expected >= min_coverage
    values = np.where(is_covered, block.values, np.nan)
    return Block(block.turbine, block.starts, block.signals, values, block.counts)


def long_schema(signals: Sequence[SignalName], shown: Shown) -> Any:
    """Return the columns of a row per signal and window."""
    texts = [(name, pa.string()) for name in ("variable", "statistic")]
    return pa.schema(
        [("turbine", pa.string()), ("timestamp", shown.type), *texts, ("value", pa.float64())]
    )


def long(block: Block, shown: Shown) -> Batch:
    """Return a row per signal and window that has a value, by time."""
    windows, signals = np.nonzero(~np.isnan(block.values.T))
    columns = [
        pa.repeat(block.turbine, len(windows)),
        shown.times(block.starts[windows]),
        *(pa.array(texts).take(pa.array(signals)) for texts in zip(*block.signals, strict=True)),
        pa.array(block.values.T[windows, signals]),
    ]
    return pa.record_batch(columns, schema=long_schema(block.signals, shown))


def wide_schema(signals: Sequence[SignalName], shown: Shown) -> Any:
    """Return the columns of a row per turbine and window."""
    values = [(f"{variable}_{statistic}", pa.float64()) for variable, statistic in signals]
    return pa.schema([("turbine", pa.string()), ("timestamp", shown.type), *values])


def wide(block: Block, shown: Shown) -> Batch:
    """Return a row per window that has any value, with null where a signal has none."""
    kept = ~np.isnan(block.values).all(axis=0)
    columns = [
        pa.repeat(block.turbine, kept.sum()),
        shown.times(block.starts[kept]),
        *(pa.array(row, from_pandas=True) for row in block.values[:, kept]),
    ]
    return pa.record_batch(columns, schema=wide_schema(block.signals, shown))


Layout = tuple[Callable[[Sequence[SignalName], Shown], Any], Callable[[Block, Shown], Batch]]
LAYOUTS: Mapping[str, Layout] = {"long": (long_schema, long), "wide": (wide_schema, wide)}
