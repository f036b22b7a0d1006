"""Statistics as the lake has them, a row per turbine and window. Pure: Spark's workers run it too.

They load neither Django nor this project: what they run, and what it calls, is sent to them.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from aggregates.compute.samples import Nameplates
from aggregates.compute.transform import transform
from aggregates.compute.windows import WINDOWS_PER_DAY, window_starts
from aggregates.lake.tables import DAY, TIME, TURBINE, UTC_TIME
from common.arrays import Array
from sourcedata.variables import Variable

SignalName = tuple[str, str]


def wide_cells(tables: Mapping[SignalName, Array]) -> tuple[Array, Array, dict[str, Array]]:
    """Return the turbine and the window, by number, of each row that has a value, and its cells.

    `tables` has a table per signal, named by variable and statistic: a row per turbine, a column
    per window of the day. The cells are by column of the lake.
    """
    has_value = [~np.isnan(table) for table in tables.values()]
    turbine, window = np.nonzero(np.any(has_value or np.zeros((1, 0, 0), bool), axis=0))
    cells = {f"{name}_{statistic}": t[turbine, window] for (name, statistic), t in tables.items()}
    return turbine, window, cells


def computing(
    turbines: Mapping[date, Sequence[str]], nameplates: Nameplates, variables: Sequence[Variable]
) -> Callable[[tuple[Any, ...], pa.Table], pa.Table]:
    """Return what turns a group of measurements of one UTC day into statistics.

    It computes `turbines` of each day, and leaves the others' rows out; the group's key begins
    with the day. Its answer has the columns of the statistics in the lake, but for `rules` and
    `changed_at`, by turbine and time.
    """

    def compute(key: tuple[Any, ...], rows: pa.Table) -> pa.Table:
        day = key[0].as_py()
        wanted = {name: nameplates[name] for name in turbines[day]}
        return statistics_of(rows, day, wanted, variables)

    return compute


def statistics_of(
    measurements: pa.Table, day: date, nameplates: Nameplates, variables: Sequence[Variable]
) -> pa.Table:
    """Return the statistics of the turbines that `nameplates` names, of a UTC day.

    `measurements` are rows of the lake, in whatever order.
    """
    frame = _frame(measurements, nameplates)
    there = {*frame[TURBINE].unique()}
    names = [name for name in nameplates if name in there]
    values = transform(frame, day, {name: nameplates[name] for name in names}, variables).values
    signals = [(each.name, statistic) for each in variables for statistic in each.statistics]
    cube = values.to_numpy().reshape(len(names), len(signals), WINDOWS_PER_DAY)
    turbine, window, cells = wide_cells(dict(zip(signals, cube.swapaxes(0, 1), strict=True)))
    revisions = dict(zip(frame[TURBINE], frame["revision"], strict=True))
    return pa.table(
        {
            DAY: pa.repeat(pa.scalar(day, pa.date32()), len(turbine)),
            TURBINE: pa.array([names[number] for number in turbine], pa.string()),
            TIME: pa.array(window_starts(day)[window], UTC_TIME),
            **{name: pa.array(of, pa.float64(), from_pandas=True) for name, of in cells.items()},
            "revision": pa.array([revisions[names[number]] for number in turbine], pa.int64()),
        }
    )


def _frame(measurements: pa.Table, nameplates: Nameplates) -> pd.DataFrame:
    """Return the rows as the reader of the source does: by turbine and time."""
    is_wanted = pc.is_in(measurements[TURBINE], pa.array([*nameplates], pa.string()))
    order = [(TURBINE, "ascending"), (TIME, "ascending")]
    frame: pd.DataFrame = measurements.filter(is_wanted).sort_by(order).to_pandas()
    times = frame[TIME].dt.tz_convert("UTC").dt.tz_localize(None)
    return frame.assign(**{TURBINE: frame[TURBINE].astype(object), TIME: times})
