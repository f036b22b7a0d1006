"""Numbers that are written as text, in the ways that tables write them."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sourcedata.importing.cells.arithmetic import Floats

# Between the thousands: a blank, the no-break, the thin and the narrow one, and apostrophes.
SEPARATORS = {".": " \u00a0\u2009\u202f'\u2019", ",": ". \u00a0\u2009\u202f'\u2019"}
MINUS = "\u2212"


def text_values(words: pa.Array, decimal: str) -> Floats:
    """Return the numbers, NaN for every other word; what is too large may be infinite, as inf.

    `words` have no blanks around them, and `decimal` is . or the comma.
    """
    values = _all_values(words) if decimal == "." else None
    return _each_value(words, decimal) if values is None else values


def _all_values(words: pa.Array) -> Floats | None:
    """Return the numbers where all words are plain ones, inf or nan, twice as fast, else None."""
    try:
        return np.array(pc.cast(words, pa.float64()))
    except pa.ArrowInvalid:
        return None


def _each_value(words: pa.Array, decimal: str) -> Floats:
    values = _plain_values(words, decimal)
    rest = np.flatnonzero(np.isnan(values))
    if len(rest):
        values[rest] = _plain_values(_simplified(words.take(pa.array(rest)), decimal), decimal)
    return values


def _plain_values(words: pa.Array, decimal: str) -> Floats:
    """Return the numbers without anything between their digits, NaN for every other word."""
    mark = f"[{decimal}]"
    digits = f"(?:[0-9]+{mark}?[0-9]*|{mark}[0-9]+)"
    is_plain = pc.match_substring_regex(words, rf"\A[-+]?{digits}(?:[eE][-+]?[0-9]+)?\z")
    plain = pc.if_else(is_plain, words, pa.scalar(None, pa.string()))
    if decimal != ".":
        plain = pc.replace_substring(plain, decimal, ".")
    return np.array(pc.cast(plain, pa.float64()).fill_null(np.nan), dtype=np.float64)


def _simplified(words: pa.Array, decimal: str) -> pa.Array:
    """Return the words with a plain minus, and without the separators of well-formed thousands.

    A number has separators of one kind, and does not begin with 0: 0.123 is no 123.
    """
    words = pc.replace_substring(words, MINUS, "-")
    separators = SEPARATORS[decimal]
    groups = "|".join(f"(?:[{separator}][0-9]{{3}})+" for separator in separators)
    grouped = rf"\A[-+]?[1-9][0-9]{{0,2}}(?:{groups})(?:[{decimal}][0-9]*)?\z"
    is_grouped = pc.match_substring_regex(words, grouped)
    with_groups = pc.if_else(is_grouped, words, pa.scalar(None, pa.string()))
    return pc.coalesce(pc.replace_substring_regex(with_groups, f"[{separators}]", ""), words)
