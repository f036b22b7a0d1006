"""The cells of a column as numbers, a whole block at once."""

from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sourcedata.importing.cells.arithmetic import Floats
from sourcedata.importing.cells.no_values import means_no_value
from sourcedata.importing.cells.text_numbers import text_values
from sourcedata.importing.cells.unknown_words import UnknownWord


def numbers(
    cells: pa.Array, decimal: str | None, missing: Collection[str]
) -> tuple[Floats, list[UnknownWord]]:
    """Return the numbers in the cells of a block, and the words that are none, sorted.

    A value is NaN where a cell is empty, has a word for nothing, or equals one of `missing`, as
    text or as a number. `decimal` is . or the comma, for text, None where nobody said it.
    """
    cells = _readable(cells)
    values = _values(cells, decimal)
    strange = np.flatnonzero(~np.isfinite(values))
    unknown = _unknown(_text(cells.take(pa.array(strange))), strange, missing)
    values[strange] = np.nan
    values[np.isin(values, _missing_numbers(missing, decimal, cells.type))] = np.nan
    return values, unknown


def _readable(cells: pa.Array) -> pa.Array:
    """Return the cells as numbers, or as trimmed text where they are none."""
    return cells if is_number(cells.type) else _text(cells)


def _values(cells: pa.Array, decimal: str | None) -> Floats:
    """Return the numbers, NaN for every other cell; what is too large may be infinite."""
    if is_number(cells.type):
        # By arithmetic, 7.10 would become the double beside that of its text.
        exact = pc.cast(cells, pa.string()) if pa.types.is_decimal(cells.type) else cells
        converted = pc.cast(exact, pa.float64(), safe=False)
        return np.array(converted.fill_null(np.nan), dtype=np.float64)
    return text_values(cells, decimal)


def is_number(kind: pa.DataType) -> bool:
    """Return whether cells of this type are numbers, which a truth value is not."""
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def _text(cells: pa.Array) -> pa.Array:
    """Return the cells as text without blanks around it, empty where a cell is null."""
    return pc.utf8_trim_whitespace(pc.cast(cells, pa.string()).fill_null(""))


def _unknown(
    words: pa.Array, rows: NDArray[np.int64], missing: Collection[str]
) -> list[UnknownWord]:
    """Return the words that do not mean that there is no value; `rows` says where they stand."""
    encoded = words.dictionary_encode()
    # Each word of a dictionary has its code in some row, so these are as many as the words.
    _, first, counts = np.unique(encoded.indices, return_index=True, return_counts=True)
    trimmed = {word.strip() for word in missing}
    unknown = [
        UnknownWord(word, count, row)
        for word, count, row in zip(
            encoded.dictionary.to_pylist(), counts.tolist(), rows[first].tolist(), strict=True
        )
        if not means_no_value(word, trimmed)
    ]
    return sorted(unknown, key=lambda word: word.word)


def _missing_numbers(missing: Collection[str], decimal: str | None, kind: pa.DataType) -> Floats:
    """Return those of the words that are numbers, in `decimal` or else with a decimal point."""
    words = _text(pa.array(list(missing), pa.string()))
    values = text_values(words, decimal)
    values = np.where(np.isnan(values), text_values(words, "."), values)
    # A column of single precision holds -9999.9 as -9999.900390625.
    precision = kind.to_pandas_dtype() if pa.types.is_floating(kind) else np.float64
    with np.errstate(over="ignore"):
        return values[np.isfinite(values)].astype(precision).astype(np.float64)
