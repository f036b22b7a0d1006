"""The READMEs say the same in both languages."""

import re
from itertools import zip_longest

from django.conf import settings

ENGLISH, PORTUGUESE = (
    (settings.BASE_DIR / name).read_text() for name in ("README.md", "README.pt-BR.md")
)
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)


def sections(text: str) -> list[str]:
    return re.split(r"^(?=#+ [^#\n]*$)", BLOCK.sub("", text), flags=re.M)[1:]


def commands(text: str) -> list[str]:
    """Return the lines of the blocks of shell and Python, without their comments."""
    blocks = (body for language, body in BLOCK.findall(text) if language)
    return [re.sub(r"\s+# .*", "", line) for body in blocks for line in body.splitlines()]


def test_both_readmes_have_the_same_headings_in_order() -> None:
    levels = [
        [section.partition(" ")[0] for section in sections(text)] for text in (ENGLISH, PORTUGUESE)
    ]
    assert levels[0] == levels[1]


def test_both_readmes_give_the_same_commands() -> None:
    assert commands(ENGLISH) == commands(PORTUGUESE)


def test_both_readmes_name_the_same_things_in_each_section() -> None:
    for english, portuguese in zip_longest(sections(ENGLISH), sections(PORTUGUESE), fillvalue=""):
        spans = [sorted(re.findall(r"`[^`]+`", text)) for text in (english, portuguese)]
        assert spans[0] == spans[1], english.splitlines()[0]
