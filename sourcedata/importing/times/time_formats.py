"""The formats of times, as `strptime` writes them, made into regular expressions.

Each part of a time is a group of its own, whose name says what it holds, as `month_name`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from common.wording import quoted

# A dot is any letter, so a percent sign at the end stays alone and is refused.
TOKEN = re.compile(r"%S[.,]%f|%.|\s+|.", re.DOTALL)
# In English, German, French, Spanish, Portuguese, Italian and Dutch: no two of these mean different
# months by one word. Short ones may end in a dot.
MONTHS = (
    "jan january januar jän jänner janv janvier ene enero janeiro gen gennaio januari",
    "feb february februar févr fév fevr fev février fevrier febrero fevereiro febbraio februari",
    "mar march mär mrz märz maerz mars marzo março marco mrt maart",
    "apr april avr avril abr abril aprile",
    "may mai mayo maio mag maggio mei",
    "jun june juni juin junio junho giu giugno",
    "jul july juli juil juillet julio julho lug luglio",
    "aug august août aout ago agosto augustus",
    "sep sept september septembre septiembre set setembro sett settembre",
    "oct october okt oktober octobre octubre out outubro ott ottobre",
    "nov november novembre noviembre novembro",
    "dec december dez dezember déc décembre decembre dic diciembre dezembro dicembre",
)
MONTH_NUMBERS = {word: number for number, words in enumerate(MONTHS, 1) for word in words.split()}
MONTH_NAME = rf"(?:{'|'.join(sorted(MONTH_NUMBERS, key=len, reverse=True))})\.?"
# The hours by which the clocks of these are ahead of UTC; no other zone has the name, as EST has.
ZONES_H = {"utc": 0, "gmt": 0, "wet": 0, "west": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3}
ZONES_H |= {"mez": 1, "mesz": 2}
# Clocks are whole quarters of an hour from UTC, -12:00 to +14:00: -00:01 is the end of a range.
QUARTERS = r"(?::?(?:00|15|30|45))?"
HOURS = rf"\+(?:0\d|1[0-3]){QUARTERS}|-(?:0\d|1[01]){QUARTERS}|(?:\+14|-12)(?::?00)?"
OFFSET = rf"Z|{'|'.join(ZONES_H)}|{HOURS}"
FRACTION = r"(?:[.,](?P<fraction>\d+))?"
# What may follow a time of any format that has no offset of its own.
TRAILING_OFFSET = rf"(?:\s?(?P<offset>{OFFSET}))?"
# The word of the option for numbers that count from 1970 on.
EPOCH_WORD = "epoch"

# By directive: what it tells, the name of its group, and what stands there. Digits are as many as
# the braces say, and all of them where another number follows without anything between.
DIRECTIVES = {
    "%Y": ("year", "year", r"\d{4}"),
    "%y": ("year", "short_year", r"\d{2}"),
    "%m": ("month", "month", r"\d{1,2}"),
    "%b": ("month", "month_name", MONTH_NAME),
    "%B": ("month", "month_name", MONTH_NAME),
    "%d": ("day", "day", r"\d{1,2}"),
    "%j": ("day of the year", "day_of_year", r"\d{1,3}"),
    "%H": ("hour", "hour", r"\d{1,2}"),
    "%I": ("hour", "hour_of_half", r"\d{1,2}"),
    "%p": ("half of the day", "half", "[AP]M"),
    "%M": ("minute", "minute", r"\d{1,2}"),
    "%S": ("second", "second", r"\d{1,2}"),
    "%f": ("fraction", "fraction", r"\d+"),
    "%z": ("offset", "offset", OFFSET),
    "%Z": ("offset", "offset", "|".join(ZONES_H)),
}
DATES = [{"year", "month", "day"}, {"year", "day of the year"}]
DAY = set.union(*DATES)
CLOCK = ["hour", "minute", "second", "fraction"]


@dataclass(frozen=True)
class TimeFormat:
    """How times are written: `text` as the operator typed it, and what matches such a time.

    `patterns` are tried one after another; there is none where times are numbers. `day_alone`
    matches such a day without a time of it, and is empty where the format has no such thing.
    """

    text: str
    patterns: tuple[str, ...]
    day_alone: str


EPOCH = TimeFormat(EPOCH_WORD, (), "")
ISO_8601 = TimeFormat(
    "ISO 8601",
    (
        r"(?i)^(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?:T|\s+)(?P<hour>\d\d):(?P<minute>\d\d)"
        rf"(?::(?P<second>\d\d){FRACTION})?{TRAILING_OFFSET}$",
        r"(?i)^(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)T(?P<hour>\d\d)(?P<minute>\d\d)"
        rf"(?:(?P<second>\d\d){FRACTION})?{TRAILING_OFFSET}$",
    ),
    r"^(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)$",
)


def time_format(text: str) -> TimeFormat:
    """Return the format that consists of directives of `strptime`, or is the word `epoch`.

    Behind `%S` a fraction may stand, and an offset such as `Z` at the end, though the format does
    not say so.

    Raises:
        ValueError: where the format is not known, or does not tell a time; it says why.
    """
    if text == EPOCH_WORD:
        return EPOCH
    tokens = ["%S" if token.startswith("%S") else token for token in TOKEN.findall(text.strip())]
    _refuse_unknown(text, tokens)
    _refuse_incomplete(text, [DIRECTIVES[token][0] for token in tokens if token in DIRECTIVES])
    if ("%I" in tokens) > ("%p" in tokens):
        raise ValueError(f"{quoted(text)} has %I without %p; hours up to 24 are %H")
    return TimeFormat(text, (_pattern(tokens),), _pattern_of_day_alone(tokens))


def _refuse_unknown(text: str, tokens: Sequence[str]) -> None:
    for token in tokens:
        if token.startswith("%") and token not in DIRECTIVES and token != "%%":
            raise ValueError(
                f"{quoted(token)} in {quoted(text)} is no directive; allowed are "
                f"{' '.join(DIRECTIVES)} %%, or the word {EPOCH_WORD}"
            )


def _refuse_incomplete(text: str, told: Sequence[str]) -> None:
    """Raise ValueError unless `told`, what the directives tell, is a day and a time of it."""
    clock = [kind for kind in CLOCK if kind in told]
    if twice := sorted({kind for kind in told if told.count(kind) > 1}):
        raise ValueError(f"{quoted(text)} tells the {twice[0]} twice")
    if set(told) - {*CLOCK, "half of the day", "offset"} not in DATES:
        raise ValueError(f"{quoted(text)} tells no day: allowed are %Y %m %d, or %Y %j")
    if clock != CLOCK[: len(clock)] or ("half of the day" in told and not clock):
        raise ValueError(f"{quoted(text)} tells no time: allowed are %H, %H %M and %H %M %S")


def _pattern(tokens: Sequence[str]) -> str:
    """Return the regular expression of the times of a format."""
    has_offset = "%z" in tokens or "%Z" in tokens or not {"%H", "%I"} & set(tokens)
    return f"(?i)^{_parts(tokens)}{'' if has_offset else TRAILING_OFFSET}$"


def _pattern_of_day_alone(tokens: Sequence[str]) -> str:
    """Return the expression of the days of a format, whose clock stands before or after them."""
    is_of_day = [DIRECTIVES[token][0] in DAY if token in DIRECTIVES else None for token in tokens]
    places = [place for place, kind in enumerate(is_of_day) if kind]
    day = slice(places[0], places[-1] + 1)
    is_split = False in is_of_day[day]
    return "" if is_split or False not in is_of_day else f"(?i)^{_parts(tokens[day])}$"


def _parts(tokens: Sequence[str]) -> str:
    texts = ["", *tokens, ""]
    return "".join(
        _part(texts[place - 1], token, texts[place + 1], has_fraction="%f" in tokens)
        for place, token in enumerate(tokens, start=1)
    )


def _part(before: str, token: str, after: str, *, has_fraction: bool) -> str:
    """Return what matches a token that stands between two others."""
    if token not in DIRECTIVES:
        return r"[\s\p{Z}]+" if token.isspace() else re.escape(token.replace("%%", "%"))
    _, group, pattern = DIRECTIVES[token]
    if _is_number(before) or _is_number(after):
        pattern = pattern.replace("{1,", "{")
    # Some programs write a blank where others write a zero.
    pad = " ?" if "{1," in pattern and before.strip() else ""
    part = f"{pad}(?P<{group}>{pattern})"
    return part + FRACTION if token == "%S" and not has_fraction else part


def _is_number(token: str) -> bool:
    return token in DIRECTIVES and DIRECTIVES[token][2].startswith(r"\d")
