"""Headers that stand again in a text, for files were put together, with what is beside them."""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sourcedata.importing.files.headers import DAY, WORD, may_be_time
from sourcedata.importing.files.lines import Piece, count_lines
from sourcedata.importing.files.text_headers import TextHeader

# So many lines that differ tell enough.
MOST_DIFFERING = 5
# Each file says when it was written; what follows a sign is an offset.
UNTIMED = re.compile(rf"(?:{DAY.pattern})|(?<![\d+-])\d{{1,2}}:\d{{2}}(?::\d{{2}})?")
NOT_LINE_ENDS = re.compile(rb"[^\r\n]+")


def with_repeated_headers_blank(
    pieces: Iterable[Piece],
    header: TextHeader,
    repeated_at: list[int],
    differing_above: list[tuple[str, str]],
) -> Iterator[Piece]:
    """Yield the same lines, those blank that are the header's once more, as are its rows of units.

    So are the lines above it that begin as those above the first one do. The numbers of the lines
    in which a header stands are added to `repeated_at`, and to `differing_above` some of the lines
    above the first one with another that stands in its place, and differs in more than its times.
    """
    again = _Again(header, differing_above)
    above, below = len(header.lines_above), len(header.lines) - 1
    rest: Piece | None = None
    for piece in pieces:
        whole = piece if rest is None else Piece(rest.line, rest.text + piece.text)
        end = _start_of_last(whole.text, below)
        text = again.blanked(whole, end, repeated_at)
        # What goes on in the next piece is looked at together with it.
        end = _start_of_last(text, above + below)
        rest = Piece(whole.line + count_lines(text[:end]), text[end:])
        if end:
            yield Piece(whole.line, text[:end])
    if rest is not None and rest.text:
        yield Piece(rest.line, again.blanked(rest, len(rest.text), repeated_at))


@dataclass(frozen=True)
class _Again:
    """What tells a header from the lines of a table."""

    header: TextHeader
    differing_above: list[tuple[str, str]]

    def blanked(self, piece: Piece, end: int, repeated_at: list[int]) -> bytes:
        """Return the lines of a piece, those of headers blank that begin before `end`."""
        text, done = piece.text, 0
        # To look for the whole line is fast, and seldom finds one.
        if self.header.lines[0] not in text:
            return text
        parts = []
        line, counted = piece.line, 0
        for match in self._pattern.finditer(text):
            if match.start() < end:
                # A header may stand above each row: lines are counted once.
                line, counted = line + count_lines(text[counted : match.start()]), match.start()
                repeated_at.append(line)
                start = self._start(text, done, match.start())
                parts += [text[done:start], NOT_LINE_ENDS.sub(b"", text[start : match.end()])]
                done = match.end()
        return b"".join([*parts, text[done:]])

    @property
    def _pattern(self) -> re.Pattern[bytes]:
        # The file that was put behind another one may have had a mark of its own.
        mark = re.escape(codecs.BOM_UTF8)
        first, *others = map(re.escape, self.header.lines)
        units = rb"(?:" + b"".join(rb"[\r\n]+" + line for line in others) + rb")?"
        return re.compile(rb"(?<![^\r\n])(?:" + mark + rb")?" + first + units + rb"(?=[\r\n])")

    def _start(self, text: bytes, least: int, start: int) -> int:
        """Return where the lines above the header in `start` begin that belong to it."""
        for line in reversed(self.header.lines_above):
            start_above = _start_of_last(text[least:start], 1) + least
            if not self._is_like(text[start_above:start], line):
                break
            self._note_difference(line, text[start_above:start])
            start = start_above
        return start

    def _note_difference(self, first: bytes, line: bytes) -> None:
        said, other = (each.decode().replace("\ufeff", "").strip() for each in (first, line))
        is_other = UNTIMED.sub("", said) != UNTIMED.sub("", other)
        differing = self.differing_above
        if is_other and (said, other) not in differing and len(differing) < MOST_DIFFERING:
            differing.append((said, other))

    def _is_like(self, line: bytes, first: bytes) -> bool:
        """Return whether a line stands above a header as the one above the `first` header does."""
        if line.strip() == first.strip():
            return True
        words, first_words = (WORD.search(each.decode()) for each in (line, first))
        is_alike = bool(words and first_words and words[0] == first_words[0])
        shape = self.header.shape
        return is_alike and not may_be_time(line.decode().split(shape.separator), shape.time_places)


def _start_of_last(text: bytes, count: int) -> int:
    """Return where the last lines of a text begin, so many of them; each has its end."""
    end = len(text)
    for _ in range(count):
        end -= 2 if text.endswith(b"\r\n", 0, end) else 1
        end = max(text.rfind(b"\n", 0, max(end, 0)), text.rfind(b"\r", 0, max(end, 0))) + 1
    return end
