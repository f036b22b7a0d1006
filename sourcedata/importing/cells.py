"""The cells of a column as text, numbers and names, whole columns at once."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from common.wording import quoted
from sourcedata.importing.file_formats import Sheet
from sourcedata.importing.refusal import ImportRefused
from sourcedata.limits import problem_of_turbine_name

Floats = NDArray[np.float64]

NO_NUMBER = (
    "is no number; allowed are numbers with a decimal point, empty cells, NaN, and the missing "
    "values that were named"
)


def names(sheet: Sheet, column: str) -> pd.Categorical:
    """Return the turbine names in a column.

    Raises:
        ImportRefused: where no turbine can have such a name.
    """
    encoded = text(sheet, column).dictionary_encode().combine_chunks()
    codes, names = encoded.indices.to_numpy(), encoded.dictionary.to_pylist()
    for code, name in enumerate(names):
        if problem := problem_of_turbine_name(name):
            row = int(np.argmax(codes == code))
            raise ImportRefused(f"{sheet.where(column, row)}: {problem}")
    return pd.Categorical.from_codes(codes, categories=names)


def numbers(sheet: Sheet, column: str, missing: Sequence[str]) -> Floats:
    """Return the numbers in a column, NaN where a cell is empty or equals one of `missing`.

    Raises:
        ImportRefused: where a cell is no number.
    """
    cells = sheet.columns[column]
    if pa.types.is_integer(cells.type) or pa.types.is_floating(cells.type):
        converted = pc.cast(cells, pa.float64(), safe=False)
    else:
        converted = _text_numbers(sheet, column, missing)
    values: Floats = converted.fill_null(np.nan).to_numpy().copy()
    values[np.isin(values, _missing_numbers(missing, cells.type))] = np.nan
    return values


def text(sheet: Sheet, column: str) -> pa.ChunkedArray:
    """Return a column as text, empty where a cell is null.

    Raises:
        ImportRefused: where the column holds lists or the like.
    """
    cells = sheet.columns[column]
    try:
        return pc.fill_null(pc.cast(cells, pa.string()), "")
    except pa.ArrowException as error:
        raise ImportRefused(
            f"{sheet.path}, column {quoted(column)}: its type is {cells.type}; allowed are "
            "numbers, times and text."
        ) from error


def converted(
    sheet: Sheet, column: str, cells: pa.ChunkedArray, kind: pa.DataType, complaint: str
) -> pa.ChunkedArray:
    """Return `cells`, which come from `column`, as `kind`.

    Raises:
        ImportRefused: saying `complaint` of the first cell that cannot be had so.
    """
    try:
        return _cast(cells, kind)
    except pa.ArrowInvalid:
        raise sheet.refusal(column, _first_refused(cells, kind), complaint) from None


def _cast(cells: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    return pc.cast(cells, options=pc.CastOptions(target_type=kind, allow_time_truncate=True))


def _first_refused(cells: pa.ChunkedArray, kind: pa.DataType) -> int:
    start, end = 0, len(cells)
    while end - start > 1:
        middle = (start + end) // 2
        try:
            _cast(cells[start:middle], kind)
            start = middle
        except pa.ArrowInvalid:
            end = middle
    return start


def _text_numbers(sheet: Sheet, column: str, missing: Sequence[str]) -> pa.ChunkedArray:
    cells = pc.utf8_trim_whitespace(text(sheet, column))
    is_missing = pc.is_in(cells, value_set=pa.array(["", *missing]))
    cells = pc.if_else(is_missing, pa.scalar(None, pa.string()), cells)
    return converted(sheet, column, cells, pa.float64(), NO_NUMBER)


def _missing_numbers(missing: Sequence[str], kind: pa.DataType) -> Floats:
    values = [number for cell in missing if (number := _number(cell)) is not None]
    # A column of single precision holds -9999.9 as -9999.900390625.
    precision = kind.to_pandas_dtype() if pa.types.is_floating(kind) else np.float64
    return np.array(values, dtype=precision).astype(np.float64)


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None
