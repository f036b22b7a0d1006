"""The words of a column that are no numbers, and how they are refused all at once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from common.wording import listed, quoted
from sourcedata.importing.cells.text_numbers import text_values

OTHER_DECIMAL = {".": ",", ",": "."}


@dataclass(frozen=True)
class UnknownWord:
    """A word that is no number and no word for nothing: in how many cells, and the first row."""

    word: str
    count: int
    first: int


def gathered(words: Iterable[UnknownWord]) -> list[UnknownWord]:
    """Return the unknown words of several blocks as those of a whole, sorted.

    Their `first` must count from the same row.
    """
    whole: dict[str, UnknownWord] = {}
    for word in words:
        before = whole.get(word.word, UnknownWord(word.word, 0, word.first))
        first = min(before.first, word.first)
        whole[word.word] = UnknownWord(word.word, before.count + word.count, first)
    return [whole[word] for word in sorted(whole)]


def complaint(unknown: Collection[UnknownWord], decimal: str | None) -> str:
    """Return what is wrong with a column, as it follows one of its unknown words in a sentence.

    It tells all of them, the most frequent ones first.
    """
    often = sorted(unknown, key=lambda word: (-word.count, word.word))
    words = listed(f"{quoted(word.word)} ({word.count:,})" for word in often)
    return (
        f"is no number; the column's cells that are none: {words}; allowed are numbers with a "
        f"decimal {'comma' if decimal == ',' else 'point'}, empty cells, and words for a missing "
        f"value, also those of --missing-value{_proposal(unknown, decimal)}"
    )


def _proposal(unknown: Collection[UnknownWord], decimal: str | None) -> str:
    """Return the words that propose a decimal mark by which all words with the other are read."""
    other = OTHER_DECIMAL[decimal or "."]
    words = pa.array([word.word for word in unknown if other in word.word], pa.string())
    meanings = {other: "is the decimal mark"} | ({} if decimal else {".": "separates thousands"})
    readable = [
        f"; say --decimal {mark} where {quoted(other)} {meaning}"
        for mark, meaning in meanings.items()
        if len(words) and not np.isnan(text_values(words, mark)).any()
    ]
    return "".join(readable)
