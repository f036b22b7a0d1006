"""A file as a frame of measurements, in UTC and the variables' units."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from sourcedata.importing.cells import names, numbers
from sourcedata.importing.export import Export
from sourcedata.importing.file_formats import Sheet, open_sheet
from sourcedata.importing.times import Durations, refuse_outside, times


def read(path: Path, export: Export, sample_interval_s: Callable[[str], int]) -> pd.DataFrame:
    """Return the rows of a file in their order.

    Columns: `turbine` (categorical), `timestamp` (datetime64[us], the start of the sample in UTC
    without a zone), and a float column per variable of `export`, NaN where the value is missing.
    `sample_interval_s` returns the seconds between the samples of the turbine of a name.

    Raises:
        ImportRefused: where the file is not as `export` says.
    """
    sheet = open_sheet(path, export.wanted_columns)
    timestamp = times(sheet, export.time_column, export.timezone)
    turbine = _turbine(sheet, export, len(timestamp))
    if export.label_is_end:
        timestamp = timestamp - _sample_interval(turbine, sample_interval_s)
    refuse_outside(sheet, export.time_column, timestamp)
    values = {
        variable: numbers(sheet, column, export.missing)
        for variable, column in export.columns.items()
    }
    return pd.DataFrame({"turbine": turbine, "timestamp": timestamp, **values})


def _turbine(sheet: Sheet, export: Export, rows: int) -> pd.Categorical:
    if export.turbine_column is not None:
        return names(sheet, export.turbine_column)
    return pd.Categorical.from_codes(np.zeros(rows, dtype=np.int8), pd.Index([export.turbine]))


def _sample_interval(turbine: pd.Categorical, sample_interval_s: Callable[[str], int]) -> Durations:
    seconds = [sample_interval_s(name) for name in turbine.categories]
    return np.array(seconds, dtype="timedelta64[s]")[turbine.codes]
