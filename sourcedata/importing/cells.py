"""The cells of a column as times, numbers and names: whole columns at once."""

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray

from sourcedata.importing.export import ImportRefused, turbine_name_problem
from sourcedata.importing.sheet import Sheet

Times = NDArray[np.datetime64]
Floats = NDArray[np.float64]

ISO_8601 = (
    r"^(?P<local>\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?)(?P<fraction>\.\d+)?"
    r"(?P<offset>Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?$"
)
# A point and six digits: the database keeps microseconds.
FRACTION_CHARACTERS = 7
NO_TIME = "{cell} is no time; allowed is ISO 8601, such as 2025-08-31T10:00:00+02:00."
NO_NUMBER = (
    "{cell} is no number; allowed are numbers with a decimal point, empty cells, NaN, and what "
    "--missing-value names."
)
NOT_ONCE = (
    "{cell} happens twice or never in {zone}, where clocks change then; allowed are other times, "
    "or times with their offset."
)


def names(sheet: Sheet, column: str) -> pd.Categorical:
    """Return the turbine names in a column.

    Raises:
        ImportRefused: where a turbine cannot have such a name.
    """
    encoded = _text(sheet, column).dictionary_encode().combine_chunks()
    codes = encoded.indices.to_numpy()
    categories = encoded.dictionary.to_pylist()
    for code, name in enumerate(categories):
        if problem := turbine_name_problem(name):
            raise sheet.refusal(column, int(np.argmax(codes == code)), problem)
    return pd.Categorical.from_codes(codes, categories=categories)


def times(sheet: Sheet, column: str, zone: tzinfo) -> Times:
    """Return the times in a column as datetime64[us] in UTC; those without an offset are of `zone`.

    Raises:
        ImportRefused: where a cell is no time, or one that clocks show twice or never.
    """
    cells = sheet.columns[column]
    if pa.types.is_timestamp(cells.type):
        local, is_naive = _timestamps(sheet, column, cells)
    else:
        local, is_naive = _text_times(sheet, column)
    if is_naive.any():
        local[is_naive] = _in_utc(sheet, column, local, is_naive, zone)
    return local


def numbers(sheet: Sheet, column: str, missing: Sequence[str]) -> Floats:
    """Return the numbers in a column, NaN where a cell is empty or equals one of `missing`.

    Raises:
        ImportRefused: where a cell is no number.
    """
    cells = sheet.columns[column]
    is_number = pa.types.is_integer(cells.type) or pa.types.is_floating(cells.type)
    values = _as_floats(cells) if is_number else _text_numbers(sheet, column, missing)
    values = values.fill_null(np.nan).to_numpy().copy()
    values[np.isin(values, _missing_numbers(missing, cells.type))] = np.nan
    return values
