"""Sentences of pages: their words, which of them stand out, and where some of them lead.

A page makes them, a template shows them, and a test reads them without either.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Kind = Literal["plain", "strong", "code", "state"]
HTML: dict[Kind, str] = {
    "plain": "{}",
    "strong": "<strong>{}</strong>",
    "code": "<code>{}</code>",
    "state": '<span class="state of-{0}">{0}</span>',
}


@dataclass(frozen=True)
class Words:
    """Some words of a sentence, how they are shown, and the address that they lead to, if any."""

    text: str
    kind: Kind = "plain"
    address: str = ""

    def __str__(self) -> SafeString:
        """Return what a template shows."""
        shown = format_html(HTML[self.kind], self.text)
        return format_html('<a href="{}">{}</a>', self.address, shown) if self.address else shown


class Sentence(tuple[Words, ...]):
    """The words of a sentence, in order; one without words is not shown."""

    def __str__(self) -> SafeString:
        """Return what a template shows."""
        return format_html_join("", "{}", ((str(words),) for words in self))


def sentence(*parts: Words | str | Sentence) -> Sentence:
    """Return a sentence of words, of plain text, and of sentences that go into it."""
    words: list[Words] = []
    for part in parts:
        if isinstance(part, str):
            words.append(Words(part))
        else:
            words += [part] if isinstance(part, Words) else part
    return Sentence(word for word in words if word.text)


def strong(text: str) -> Words:
    """Return words that are seen first."""
    return Words(text, "strong")


def code(text: str) -> Words:
    """Return words that can be typed as they are."""
    return Words(text, "code")


def state(name: str) -> Words:
    """Return the name of a state, in its colour."""
    return Words(name, "state")


def link(words: Words | str, address: str) -> Words:
    """Return words that lead to an address."""
    return replace(Words(words) if isinstance(words, str) else words, address=address)


def joined(sentences: Sequence[Sentence], between: str = ", ") -> Sentence:
    """Return the sentences as one, with the text between each two."""
    words: list[Words | str | Sentence] = []
    for number, one_of_them in enumerate(sentences):
        words += [between, one_of_them] if number else [one_of_them]
    return sentence(*words)


def counted(number: int, noun: str) -> str:
    """Return the number with its noun: 1 day, 2 days."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def plain(words: Sentence) -> str:
    """Return what the sentence says."""
    return "".join(word.text for word in words)
