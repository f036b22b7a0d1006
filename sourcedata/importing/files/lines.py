"""Whole lines of a text, about a megabyte at a time."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sourcedata.importing.refusal import ImportRefused

# No line is longer, and no row.
MOST_LINE_BYTES = 1024 * 1024

WORD = re.compile(rb'"[^"\r\n]*"|[^ \t\r\n]+')


@dataclass(frozen=True)
class Piece:
    """Some lines of a text in UTF-8; `line` is the number of the first, as an editor shows it."""

    line: int
    text: bytes


def whole_lines(
    name: str, chunks: Iterable[bytes], line: int, unended: list[int]
) -> Iterator[Piece]:
    """Yield the lines in `chunks`, which begin with the line of that number, each of them ended.

    The number of the last line is added to `unended` where it was not.

    Raises:
        ImportRefused: where a line is too long, or is no text.
    """
    rest = b""
    for chunk in chunks:
        text = rest + chunk
        # The LF of a CR at the very end may be in the next chunk.
        end = max(text.rfind(b"\n"), text.rfind(b"\r", 0, -1)) + 1
        rest = text[end:]
        if end:
            yield _checked(name, Piece(line, text[:end]))
            line += count_lines(text[:end])
        if len(rest) > MOST_LINE_BYTES:
            raise too_long(name, line)
    if rest.endswith(b"\r"):
        yield _checked(name, Piece(line, rest))
    elif rest:
        unended.append(line)
        yield _checked(name, Piece(line, rest + b"\n"))


def count_lines(text: bytes) -> int:
    """Return how many lines end in a text, by LF, by CR LF or by CR alone."""
    if b"\r" not in text:
        return text.count(b"\n")
    return text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")


def with_tabs(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield the same lines with one tab where they have blanks between the cells."""
    for piece in pieces:
        lines = piece.text.splitlines()
        yield Piece(piece.line, b"".join(map(_with_tabs, lines)))


def with_empty_rows_blank(pieces: Iterable[Piece], separator: str) -> Iterator[Piece]:
    """Yield the same lines, those of nothing but separators blank: no row has nothing in it."""
    sign = re.escape(separator.encode())
    empty = re.compile(rb"(?<![^\r\n])" + sign + rb"[ \t" + sign + rb"]*(?=[\r\n])")
    starts = [end + separator.encode() for end in (b"\n", b"\r")]
    for piece in pieces:
        text = piece.text
        # In most tables no line starts with a separator, which is quickly told.
        if text.startswith(separator.encode()) or any(start in text for start in starts):
            text = empty.sub(b"", text)
        yield Piece(piece.line, text)


def too_long(name: str, line: int) -> ImportRefused:
    """Return the error that says which line is longer than any may be."""
    return ImportRefused(
        f"{name}, line {line} has more than {MOST_LINE_BYTES:,} bytes; it is damaged, or no table."
    )


def _checked(name: str, piece: Piece) -> Piece:
    if (start := piece.text.find(b"\0")) >= 0:
        line = piece.line + count_lines(piece.text[:start])
        raise ImportRefused(f"{name}, line {line} has NUL bytes: it is damaged, or no text.")
    return piece


def _with_tabs(line: bytes) -> bytes:
    words = WORD.findall(line) if b'"' in line else line.split()
    return b"\t".join(words) + b"\n"
