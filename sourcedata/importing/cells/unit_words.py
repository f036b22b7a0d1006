"""The units that the head of a column names, where they are not those of its variable."""

import re
from collections.abc import Sequence
from itertools import pairwise
from unicodedata import normalize

from sourcedata.importing.cells.units import CONVERSIONS, OTHER_SPELLINGS
from sourcedata.variables import UNITS

BRACKETED = re.compile(r"[\[(]([^\[\]()]*)[\])]")
# A name of a turbine or a channel has digits, and a remark has blanks.
LIKE_A_UNIT = re.compile(r"[^\W\d_]{1,6}(/[^\W\d_]{1,6})?")
# These say what was made of the readings within a sample.
STATISTICS = {"avg", "average", "mean", "min", "max", "std", "sd", "stddev", "sdev", "stdev"}
BETWEEN = re.compile(r"[\s.*^·]")
# Words of a name begin behind these, or with a capital letter that is none of kW or degC.
JOINTS = re.compile(r"[\s_.,:;-]+|(?<!k)(?<!deg)(?<=[a-z])(?=[A-Z])")
# Units in which no variable comes, and which are no words of a name.
OF_NO_VARIABLE = {"wh", "kwh", "mwh", "gwh", "kvar", "mvar", "kva", "mva", "hz", "hpa", "mbar"}


def _plain(word: str) -> str:
    """Return a unit without what people write in different ways."""
    # The sign of Spanish ordinals looks like that of degrees.
    composed = normalize("NFKC", word.replace("º", "°")).replace("\N{MINUS SIGN}", "-")
    return BETWEEN.sub("", composed).casefold()


NAMED = [*CONVERSIONS, *(unit for others in CONVERSIONS.values() for unit in others)]
SPELLED = {_plain(unit): unit for unit in NAMED} | {
    _plain(spelling): unit for spelling, unit in OTHER_SPELLINGS.items()
}


KNOWN = {*SPELLED.values()}


def unit_words(name: str) -> list[str]:
    """Return the words outside of brackets in a column's name that may be units.

    Those of one letter are units at its end alone, before what says which statistic it is. Names
    that have no slash write km/h as km_h.
    """
    words = [word for word in JOINTS.split(BRACKETED.sub(" ", name)) if word]
    while words and (words[-1].casefold() in STATISTICS or words[-1].isdigit()):
        words.pop()
    pairs = ["/".join(pair) for pair in pairwise(words)]
    divided = [pair for pair in pairs if _plain(pair) in SPELLED]
    return [*divided, *(word for word in words if len(word) > 1 or word == words[-1])]


def has_unit(texts: Sequence[str]) -> bool:
    """Return whether one of some texts is a unit in which any variable comes."""
    return any(_unit(text) in KNOWN for text in texts)


def unit_of(variable: str, text: str) -> str:
    """Return the unit that a text is, however it is spelled; empty where it is none of it."""
    own = UNITS[variable]
    unit = _unit(text)
    return unit if unit in {own, *CONVERSIONS.get(own, {})} else ""


def other_unit(variable: str, texts: Sequence[str]) -> str:
    """Return the first unit in some texts that the variable may come in, and is not its own.

    It is empty where there is none, or where one of them is its own.
    """
    if _is_own(variable, texts):
        return ""
    convertible = CONVERSIONS.get(UNITS[variable], {})
    return next((unit for unit in map(_unit, texts) if unit in convertible), "")


def strange_unit(variable: str, texts: Sequence[str]) -> str:
    """Return the first of some texts that looks like a unit in which no such variable comes."""
    if _is_own(variable, texts) or other_unit(variable, texts):
        return ""
    return next(filter(_looks_like_a_unit, texts), "")


def strange_word(variable: str, words: Sequence[str]) -> str:
    """Return the first word of a column's name that is a unit, in which no such variable comes."""
    if _is_own(variable, words) or other_unit(variable, words):
        return ""
    return next((word for word in words if _plain(word) in OF_NO_VARIABLE), "")


def _is_own(variable: str, texts: Sequence[str]) -> bool:
    return _unit(UNITS[variable]) in map(_unit, texts)


def _unit(text: str) -> str:
    """Return the unit that a text, or else its first word, is; in plain letters where unknown."""
    first_word = next(iter(text.split()), "")
    whole = _plain(text)
    return SPELLED.get(whole) or SPELLED.get(_plain(first_word)) or whole


def _looks_like_a_unit(text: str) -> bool:
    word = text.strip()
    return len(word) > 1 and bool(LIKE_A_UNIT.fullmatch(word)) and word.casefold() not in STATISTICS
