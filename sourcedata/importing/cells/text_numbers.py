"""Numbers that are written as text, in the ways that tables write them."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sourcedata.importing.cells.arithmetic import Floats

# Between the thousands: a blank, the no-break, the thin and the narrow one, apostrophes, and the
# mark that is not the decimal one.
SEPARATORS = {".": ", \u00a0\u2009\u202f'\u2019", ",": ". \u00a0\u2009\u202f'\u2019"}
# One comma before three digits may be either mark.
EITHER_MARK = r"\A[-+]?[0-9]{1,3},[0-9]{3}\z"
MINUS = "\u2212"


def text_values(words: pa.Array, decimal: str | None) -> Floats:
    """Return the numbers, NaN for every other word; what is too large may be infinite, as inf.

    `words` have no blanks around them, and `decimal` is . or the comma; where nobody said it, it is
    the point, and a comma that may be a decimal one as well makes a word that is no number.
    """
    values = _all_values(words) if decimal != "," else None
    return _each_value(words, decimal) if values is None else values


def _all_values(words: pa.Array) -> Floats | None:
    """Return the numbers where all words are plain ones, inf or nan, twice as fast, else None."""
    try:
        return np.array(pc.cast(words, pa.float64()))
    except pa.ArrowInvalid:
        return None


def _each_value(words: pa.Array, decimal: str | None) -> Floats:
    mark = decimal or "."
    values = _plain_values(words, mark)
    rest = np.flatnonzero(np.isnan(values))
    if len(rest):
        words = pc.replace_substring(words.take(pa.array(rest)), MINUS, "-")
        is_either = pc.match_substring_regex(words, EITHER_MARK)
        simplified = _simplified(words, mark)
        if decimal is None:
            simplified = pc.if_else(is_either, words, simplified)
        values[rest] = _plain_values(simplified, mark)
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
    """Return the words without the separators of well-formed thousands.

    A number has separators of one kind, and does not begin with 0: 0.123 is no 123.
    """
    separators = SEPARATORS[decimal]
    groups = "|".join(f"(?:[{separator}][0-9]{{3}})+" for separator in separators)
    grouped = rf"\A[-+]?[1-9][0-9]{{0,2}}(?:{groups})(?:[{decimal}][0-9]*)?\z"
    is_grouped = pc.match_substring_regex(words, grouped)
    with_groups = pc.if_else(is_grouped, words, pa.scalar(None, pa.string()))
    return pc.coalesce(pc.replace_substring_regex(with_groups, f"[{separators}]", ""), words)
