"""The shapes that statistics are given in: pure, blocks in, tables of columns out."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from aggregates.assessment.conditions import CONDITIONS
from aggregates.assessment.farm import DIRECTION, NACELLE
from aggregates.compute.statistic_names import MEAN
from aggregates.compute.windows import WINDOW, WINDOWS_PER_DAY
from aggregates.export.blocks import Block, SignalName
from aggregates.export.parts import Part
from common.arrays import Array
from common.rest.tables import Batch, Column, TableSchema
from common.wording import unknown
from sourcedata.variables import VARIABLES

# A part of a download has at most so many values; in memory they take some times as much.
CELLS_PER_PART = 25_000
EPOCH = np.datetime64(0, "us")
HALF_TURN_DEG = 180
UTC = "UTC"

TURBULENCE = "turbulence_intensity"
# What is no statistic, and stands beside them on demand.
DERIVED = ("condition", TURBULENCE)

# These times are UTC without saying so, and in nanoseconds: FLASC takes all others for such.
NAIVE = pa.timestamp("ns")


@dataclass(frozen=True)
class TimeLabels:
    """The time that names a window, its start or its end, and the time zone that it is shown in."""

    timezone: str = UTC
    label: str = "start"


def covered(block: Block, min_coverage: float) -> Block:
    """Return the block without the values whose window has too few samples of their variable."""
    is_covered = block.counts / block.expected_samples >= min_coverage
    return replace(block, values=np.where(is_covered, block.values, np.nan))


@dataclass(frozen=True)
class Grid:
    """Whether windows without a value are shown too, and what is shown beside their values."""

    is_full: bool = False
    has_condition: bool = False
    has_turbulence: bool = False

    def shown(self, has_value: Array) -> Array:
        """Return which cells or windows are shown, of those that have a value and the others."""
        return np.ones_like(has_value) if self.is_full else has_value


class Layout:
    """A shape: what has a place in it, its columns, and its rows."""

    # The variables that have a place, by their names there, and their statistics; none means all.
    names: ClassVar[Mapping[str, str]] = {}
    statistics: ClassVar[Sequence[str]] = ()
    # With it the rows are by time, so that the blocks are to come by time first.
    by_time: ClassVar[bool] = False
    # Whether it has a place for the condition of a window, and its turbulence intensity.
    has_derived: ClassVar[bool] = False

    @classmethod
    def refusals(cls, parameters: Mapping[str, Any]) -> Mapping[str, str]:
        """Return why parameters have no meaning in this shape, by their names."""
        reasons: dict[str, str] = {}
        if not cls.has_derived:
            derived = [name for name in DERIVED if parameters.get(name)]
            reasons |= dict.fromkeys(derived, "has no place in this layout; allowed in: wide.")
        if not cls.names:
            return reasons
        wrong = {
            "variable": unknown(parameters.get("variable", ()), cls.names),
            "statistic": unknown(parameters.get("statistic", ()), cls.statistics),
            "timezone": unknown([parameters.get("timezone", UTC)], [UTC]),
        }
        refused = {name: f"in this layout: {reason}" for name, reason in wrong.items() if reason}
        return reasons | refused

    def __init__(
        self,
        signals: Sequence[SignalName],
        time_labels: TimeLabels,
        turbines: Sequence[str],
        grid: Grid = Grid(),
    ) -> None:
        self.signals, self.time_labels, self.turbines = signals, time_labels, turbines
        self.grid = grid

    @property
    def days_per_part(self) -> int:
        """The number of days to be given at a time, which is larger where a day holds less."""
        per_day = WINDOWS_PER_DAY * len(self.signals) * (len(self.turbines) if self.by_time else 1)
        return max(CELLS_PER_PART // max(per_day, 1), 1)

    def cells(self, parts: Sequence[Part]) -> int:
        """Return how many values the parts can have at most in this shape."""
        return len(self.signals) * sum(len(part.starts) for part in parts)

    @property
    def time_type(self) -> Any:
        """Arrow's type of its times."""
        return pa.timestamp("us", tz=self.time_labels.timezone)

    def times(self, starts: Array) -> Column:
        """Return the windows' labels."""
        later = WINDOW if self.time_labels.label == "end" else timedelta()
        return pa.array(starts + np.timedelta64(later), self.time_type)

    @property
    def headers(self) -> Mapping[str, str]:
        """The HTTP headers that tell more about the table."""
        return {}

    @property
    def schema(self) -> TableSchema:
        """The columns."""
        raise NotImplementedError

    def batches(self, blocks: Iterator[Block]) -> Iterator[Batch]:
        """Yield the rows, which come in the order of the blocks."""
        return (pa.record_batch(self.columns(block), schema=self.schema) for block in blocks)

    def together(self, blocks: Iterator[Block]) -> Iterator[Sequence[Block]]:
        """Yield the blocks of all turbines that are of the same days, which come by time."""
        days = timedelta(days=self.days_per_part)
        for _, group in groupby(blocks, lambda block: (block.starts[0] - EPOCH) // days):
            yield list(group)

    def columns(self, block: Block) -> Sequence[Column]:
        """Return the columns of the block's rows."""
        raise NotImplementedError


class Long(Layout):
    """A row per signal and window that has a value, or is shown without one, by time."""

    @property
    def schema(self) -> TableSchema:
        """The columns."""
        texts = [(name, pa.string()) for name in ("variable", "statistic")]
        time = ("timestamp", self.time_type)
        return pa.schema([("turbine", pa.string()), time, *texts, ("value", pa.float64())])

    def columns(self, block: Block) -> Sequence[Column]:
        """Return the columns of the block's rows."""
        windows, signals = np.nonzero(self.grid.shown(~np.isnan(block.values.T)))
        return [
            pa.repeat(block.turbine, len(windows)),
            self.times(block.starts[windows]),
            *(
                pa.array(texts, pa.string()).take(pa.array(signals))
                for texts in zip(*self.signals, strict=True)
            ),
            pa.array(block.values.T[windows, signals], from_pandas=True),
        ]


class Wide(Layout):
    """A row per turbine and window, with null where a signal has no value.

    There is none of nulls alone, unless the grid is full.
    """

    has_derived = True

    @property
    def schema(self) -> TableSchema:
        """The columns."""
        names = [f"{variable}_{statistic}" for variable, statistic in self.signals]
        values = [(name, pa.float64()) for name in names]
        condition = [("condition", pa.string())] if self.grid.has_condition else []
        turbulence = [(TURBULENCE, pa.float64())] if self.grid.has_turbulence else []
        time = ("timestamp", self.time_type)
        return pa.schema([("turbine", pa.string()), time, *values, *condition, *turbulence])

    def columns(self, block: Block) -> Sequence[Column]:
        """Return the columns of the block's rows."""
        kept = self.grid.shown(_has_any(block.values))
        return [
            pa.repeat(block.turbine, kept.sum()),
            self.times(block.starts[kept]),
            *_cells(block.values[:, kept]),
            *([_condition_names(block.conditions[kept])] if self.grid.has_condition else []),
            *(_cells(block.turbulence[np.newaxis, kept]) if self.grid.has_turbulence else []),
        ]


class OpenOA(Wide):
    """OpenOA's SCADA table: a row per window and asset that has a value, by time.

    Where the wind direction is asked for, it has the one relative to the nacelle too.
    """

    names = {variable.name: variable.openoa_name for variable in VARIABLES if variable.openoa_name}
    statistics = (MEAN,)
    time_type = NAIVE
    by_time = True
    has_derived = False
    relative_direction = "WMET_HorWdDirRel"

    def __init__(self, signals: Sequence[SignalName], *arguments: Any, **keywords: Any) -> None:
        relative = [(NACELLE, MEAN)] if (DIRECTION, MEAN) in signals else []
        super().__init__([*signals, *relative], *arguments, **keywords)

    @property
    def schema(self) -> TableSchema:
        """The columns."""
        names = [self.names.get(variable, self.relative_direction) for variable, _ in self.signals]
        values = [(name, pa.float64()) for name in names]
        return pa.schema([("time", NAIVE), ("asset_id", pa.string()), *values])

    def batches(self, blocks: Iterator[Block]) -> Iterator[Batch]:
        """Yield the rows by time, then turbine."""
        order = [("time", "ascending"), ("asset_id", "ascending")]
        for group in self.together(blocks):
            rows = pa.Table.from_batches(super().batches(iter(group))).combine_chunks()
            yield from rows.sort_by(order).to_batches()

    def columns(self, block: Block) -> Sequence[Column]:
        """Return the columns of the block's rows."""
        if (NACELLE, MEAN) in self.signals:
            block = replace(block, values=self._with_relative_direction(block.values))
        turbine, time, *values = super().columns(block)
        return [time, turbine, *values]

    def _with_relative_direction(self, values: Array) -> Array:
        """Return the values with the relative direction, -180 to 180, in place of the nacelle's."""
        direction = values[self.signals.index((DIRECTION, MEAN))]
        nacelle = values[self.signals.index((NACELLE, MEAN))]
        relative = (direction - nacelle + HALF_TURN_DEG) % (2 * HALF_TURN_DEG) - HALF_TURN_DEG
        return np.vstack([values[:-1], relative])


class Flasc(Layout):
    """FLASC's frame: a row per window, and of each turbine, by number, a column per variable."""

    names = {variable.name: variable.flasc_name for variable in VARIABLES if variable.flasc_name}
    statistics = (MEAN,)
    time_type = NAIVE
    by_time = True
    # FLASC counts the turbines whose number has three digits.
    most_turbines = 1000
    # Proxies pass on no header of more bytes.
    longest_header = 4000

    @classmethod
    def refusals(cls, parameters: Mapping[str, Any]) -> Mapping[str, str]:
        """Return why parameters have no meaning in this shape, by their names."""
        reasons = dict(super().refusals(parameters))
        if parameters.get("changed_since"):
            reasons["changed_since"] = (
                "in this layout a row is of all turbines, and null would not tell what did not"
                " change from what went; allowed are long, wide and openoa."
            )
        if len(parameters.get("turbine", ())) > cls.most_turbines:
            reasons["turbine"] = f"in this layout at most {cls.most_turbines} are allowed."
        return reasons

    def cells(self, parts: Sequence[Part]) -> int:
        """Return how many values the parts can have at most in this shape."""
        windows = len(np.unique(np.concatenate([[], *(part.starts.astype(int) for part in parts)])))
        return len(self.signals) * len(self.turbines) * windows

    @property
    def numbers(self) -> Mapping[str, str]:
        """The turbines by their numbers, which their columns end in."""
        return {f"{number:03}": turbine for number, turbine in enumerate(self.turbines)}

    @property
    def headers(self) -> Mapping[str, str]:
        """The turbines by number, in JSON, where they are not too many."""
        text = json.dumps(self.numbers)
        return {"Turbine-Numbers": text} if len(text) <= self.longest_header else {}

    @property
    def schema(self) -> TableSchema:
        """The columns; pandas reads the turbines by number as `attrs["turbines"]`."""
        names = [f"{self.names[v]}_{number}" for number in self.numbers for v, _ in self.signals]
        attributes = json.dumps({"turbines": self.numbers})
        columns = [("time", NAIVE), *((name, pa.float64()) for name in names)]
        return pa.schema(columns, metadata={"PANDAS_ATTRS": attributes})

    def batches(self, blocks: Iterator[Block]) -> Iterator[Batch]:
        """Yield the rows by time."""
        return (self._batch(group) for group in self.together(blocks))

    def _batch(self, blocks: Sequence[Block]) -> Batch:
        starts = np.unique(np.concatenate([block.starts for block in blocks]))
        place = {turbine: number for number, turbine in enumerate(self.turbines)}
        table = np.full((len(self.turbines), len(self.signals), len(starts)), np.nan)
        for block in blocks:
            table[place[block.turbine]][:, np.searchsorted(starts, block.starts)] = block.values
        columns = table.reshape(-1, len(starts))
        kept = self.grid.shown(_has_any(columns))
        cells = [self.times(starts[kept]), *_cells(columns[:, kept])]
        return pa.record_batch(cells, schema=self.schema)


def _has_any(values: Array) -> Array:
    return np.asarray(~np.isnan(values).all(axis=0))


def _condition_names(letters: Array) -> Column:
    names = {letter: str(condition) for letter, condition in CONDITIONS.items()}
    return pa.array([names.get(letter) for letter in letters.tolist()], pa.string())


def _cells(values: Array) -> Sequence[Column]:
    return [pa.array(row, from_pandas=True) for row in values]


LAYOUTS: Mapping[str, type[Layout]] = {
    "long": Long,
    "wide": Wide,
    "openoa": OpenOA,
    "flasc": Flasc,
}
