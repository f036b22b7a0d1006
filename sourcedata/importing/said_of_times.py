"""What a file says of its times beside them, and nobody typed: for a person to judge."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC
from itertools import islice
from zoneinfo import available_timezones

from common.wording import quoted
from sourcedata.importing.survey import Survey

# So many places tell enough.
MOST_SAID = 3
# Names are of several words: TimeStamp_EndFormat.
JOINT = re.compile(r"_|(?<=[a-z])(?=[A-Z])")
# Words in capitals alone: "cet" is French. WEST, MET and UTC alone say nothing, or nothing else.
ZONE_WORDS = (
    "CET|CEST|MEZ|MESZ|EET|EEST|WET|EST|EDT|CST|CDT|MST|MDT|PST|PDT|BST|IST|JST|SAST|AEST|AEDT|BRT"
)
ZONE = re.compile(
    # An offset that is not zero.
    r"(?:(?i:UTC|GMT) ?[+-] ?|(?<![\w:.])[+-](?=\d\d:))(?!0?0(?::?00)?(?!\d))"
    r"[01]?\d(?::?\d\d)?(?!\d)"
    rf"|\b(?:{ZONE_WORDS})\b"
    r"|(?i:\blocal (?:date ?)?time\b|\btime ?\W? ?local\b|\bortszeit\b|\blokalzeit\b)"
)
PLACE = re.compile(r"\b[A-Z][A-Za-z]+/[A-Z]\w+(?:/\w+)?")
END = re.compile(r"(?i)\b(?:end|ende|ending|endzeit)\b")
# A line above a header may have the end of all times.
END_OF_SAMPLE = re.compile(
    r"(?i)\bend(?:e|ing)? (?:of|des|der) (?:the |each |a )?(?:time|interval|period|sample|averag"
    r"|record|zeit|mittel)|\b(?:time ?stamps?|labels?|zeitstempel)\b.{0,40}\bend(?:e|ing)?\b"
)


def warnings_of_what_is_said(look: Survey) -> Iterator[str]:
    """Yield what the file says of its times' zone, or of the end that they label, where untyped."""
    form, above = look.reading.form, look.reading.table.lines_above
    names = _of_columns(look)
    if look.without_offset and form.timezone == UTC:
        for text in islice(filter(_has_zone, [*names, *above]), MOST_SAID):
            yield (
                f"The file says {quoted(text)} of its times, and those without an offset were taken"
                " as UTC: say their zone with --timezone."
            )
    if not form.label_is_end:
        said = [*filter(_has_end, names), *filter(END_OF_SAMPLE.search, above)]
        for text in said[:MOST_SAID]:
            yield (
                f"The file says {quoted(text)} of its times, and they were taken for the starts of"
                " samples: is --label end meant?"
            )


def _of_columns(look: Survey) -> Sequence[str]:
    """Return the names of the columns of times, and what rows of units say of these."""
    units, names = look.reading.table.units, look.reading.form.time_columns
    return [*names, *(units[name] for name in names if name in units)]


def _has_zone(text: str) -> bool:
    is_place = any(name in available_timezones() for name in PLACE.findall(text))
    return is_place or bool(ZONE.search(JOINT.sub(" ", text).replace("\N{MINUS SIGN}", "-")))


def _has_end(name: str) -> bool:
    return bool(END.search(JOINT.sub(" ", name)))
