"""Which formats a time could have that was not read: only people know which of them it has."""

import re
from collections.abc import Iterator
from datetime import date

import numpy as np
import pyarrow as pa

from common.days import DAY, FIRST_DAY, LAST_DAY
from common.wording import quoted
from sourcedata.importing.times.time_cells import parse
from sourcedata.importing.times.time_formats import EPOCH_WORD, MONTH_NAME, OFFSET, time_format

# By what stands first; of the formats in a row, the first that reads the cell is proposed.
ORDERS = {
    "day": ["dmY", "dmy", "dbY", "dby"],
    "month": ["mdY", "mdy", "bdY", "bdy"],
    "year": ["Ymd", "ymd", "Ybd", "Yj"],
}
SEPARATOR = r"[/.-]|,?\s+"
WORD = rf"(?:\d{{1,4}}|{MONTH_NAME})"
# The dot of a word that is cut short, before what separates it from the next one.
DOT_OF_A_WORD = re.compile(r"(?<=[^\W\d_])\.(?=[/.\s-])")
# A blank in the place of a zero.
PAD = re.compile(r"(?<=[/.:-]) (?=\d(?!\d))|(?<=\s) (?=\d[:.])")
DAY_TEXT = rf"(?P<day>{WORD}(?:(?:{SEPARATOR}){WORD}){{1,2}}|\d{{6,8}})"
CLOCK = (
    r"(?P<clock>(?P<hour>\d\d?)(?P<colon>[:.])\d\d(?P<second>(?P=colon)\d\d(?:[.,]\d+)?)?"
    r"(?P<half>\s*[AP]M)?(?P<word>\s*Uhr)?|\d{4}|\d{6})"
)
JOINT = r"(?P<joint>T|,?\s+)"
SHAPES = [
    rf"{DAY_TEXT}{JOINT}{CLOCK}",
    rf"{CLOCK}{JOINT}{DAY_TEXT}",
    r"(?P<day>\d{8})(?P<joint>)(?P<clock>\d{4}|\d{6})",
    r"(?P<day>\d{6})(?P<joint>)(?P<clock>\d{4}|\d{6})",
    DAY_TEXT,
]
# An earlier day is a number of another kind: no export counts so little.
FIRST_EPOCH_DAY = date(1990, 1, 1)
# Excel counts days from here on, with their times as fractions.
EXCEL_START = date(1899, 12, 30)
OF_EXCEL = (
    "Is it a number by which Excel counts days? Format the column as date and time there, and save"
    " the file again."
)
# Of several zones, or of none that is known.
ZONE_NAME = re.compile(r"(?P<time>.*\d)\s*(?P<name>[^\W\d_]{2,5})")
# Behind a clock, the end of a range looks like an offset.
BEHIND_CLOCK = re.compile(r".*\d:\d\d(?::\d\d)?\s?(?P<behind>[+-]\d\d(?::?\d\d)?)(?::\d\d)?")
OF_ZONE = (
    "If {name} is the name of a zone, say with --timezone which one, and write it at the end of the"
    " format. {of_time}"
)


def suggestion(cell: str, written: str | None = None) -> str:
    """Return the sentence that names the formats which read a cell, or says what it may be.

    Where day and month could change places it names both. The one that was `written` is not named.
    It is empty where nothing is known.
    """
    formats = {first: text for first, text in _formats(_plain(cell)).items() if text != written}
    if not formats and _may_be_of_excel(cell):
        return OF_EXCEL
    if not formats and (match := ZONE_NAME.fullmatch(cell.strip())):
        of_time = suggestion(match["time"])
        return of_time and OF_ZONE.format(name=quoted(match["name"]), of_time=of_time)
    if len(formats) < 2:
        return "".join(f"Add --time-format '{text}'." for text in formats.values())
    (first, text), *others = formats.items()
    choices = [f"If the {first} stands first, add --time-format '{text}'"]
    choices += [f"if {_condition(first)}, '{text}'" for first, text in others]
    return f"{', '.join(choices)}."


def has_format_of_all(cell: str, cells: pa.Array) -> bool:
    """Return whether one of the formats that a cell could have reads all of some cells."""
    texts = cells.cast(pa.string())
    formats = _formats(_plain(cell)).values()
    return any(not np.isnat(parse(texts, time_format(text)).local).any() for text in formats)


def has_strange_offset(cell: str) -> bool:
    """Return whether a cell ends as with an offset, which no clock has."""
    match = BEHIND_CLOCK.fullmatch(cell.strip())
    return match is not None and not re.fullmatch(OFFSET, match["behind"])


def _plain(cell: str) -> str:
    return PAD.sub("", cell.strip())


def _may_be_of_excel(cell: str) -> bool:
    try:
        days = float(cell.strip().replace(",", "."))
    except ValueError:
        return False
    first, last = ((day - EXCEL_START).days for day in (FIRST_EPOCH_DAY, LAST_DAY))
    return first <= days <= last


def _condition(first: str) -> str:
    return "it counts from 1970 on" if first == EPOCH_WORD else f"the {first} does"


def _formats(cell: str) -> dict[str, str]:
    """Return the formats that read a cell by what stands first, and `epoch` by its own word."""
    formats: dict[str, str] = {}
    for first, text in _candidates(cell):
        if first not in formats and _reads(text, cell, FIRST_DAY):
            formats[first] = text
    if _reads(EPOCH_WORD, cell, FIRST_EPOCH_DAY):
        formats[EPOCH_WORD] = EPOCH_WORD
    return formats


def _reads(text: str, cell: str, first_day: date) -> bool:
    """Return whether a format makes a cell a time of the days from `first_day` on."""
    local = parse(pa.array([cell]), time_format(text)).local[0]
    return bool(np.datetime64(first_day) <= local < np.datetime64(LAST_DAY + DAY))


def _candidates(cell: str) -> Iterator[tuple[str, str]]:
    """Yield what stands first, and a format of the shape that the cell has."""
    for shape in SHAPES:
        whole = rf"{shape}(?:\s?(?:{OFFSET}))?"
        if match := re.fullmatch(whole, cell, re.IGNORECASE | re.ASCII):
            for first, day in _day_formats(match["day"]):
                yield first, _in_order(match, day)


def _in_order(match: re.Match[str], day: str) -> str:
    """Return the format of the whole cell, with that of its day."""
    parts = match.groupdict()
    if "clock" not in parts:
        return day
    clock = _clock_format(parts)
    joint = re.sub(r"\s+", " ", parts["joint"])
    is_day_first = match.start("day") < match.start("clock")
    return day + joint + clock if is_day_first else clock + joint + day


def _day_formats(day: str) -> Iterator[tuple[str, str]]:
    day = DOT_OF_A_WORD.sub("", day)
    separators = [re.sub(r"\s+", " ", text) for text in re.findall(SEPARATOR, day)]
    for first, orders in ORDERS.items():
        for order in orders:
            if len(separators) in (0, len(order) - 1):
                between = separators or [""] * (len(order) - 1)
                pairs = zip(order, [*between, ""], strict=True)
                yield first, "".join(f"%{letter}{separator}" for letter, separator in pairs)


def _clock_format(parts: dict[str, str | None]) -> str:
    colon, half = parts.get("colon"), parts.get("half")
    if not colon:
        return "%H%M%S"[: len(parts["clock"] or "")]
    seconds = f"{colon}%S" if parts["second"] else ""
    blank = " " if half and half[0].isspace() else ""
    half = f"{blank}%p" if half else ""
    return f"{'%I' if half else '%H'}{colon}%M{seconds}{half}{parts['word'] or ''}"
