"""Time zones as people name them: by place, or by how far their clocks are ahead of UTC."""

import re
from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, available_timezones

from common.wording import quoted
from sourcedata.importing.times.time_formats import ZONES_H

# The names of places are case-sensitive, as their files are; these words are not.
OFFSET = re.compile(
    r"(?:UTC|GMT)? ?(?P<sign>[+-])(?P<hours>\d{1,2}(?=:|$)|\d\d)(?::?(?P<minutes>[0-5]\d))?",
    re.IGNORECASE | re.ASCII,
)
# No place on Earth is further away from UTC.
FURTHEST = timedelta(hours=14)
# The database of zones has some of these with summer time; behind a time each is one offset.
TWO_MEANINGS = {"met": 1} | {name: h for name, h in ZONES_H.items() if name not in ("utc", "gmt")}


def zone(text: str) -> tzinfo:
    """Return the zone of that name.

    An offset has the sign that people mean: `UTC-3` is three hours behind UTC. Names such as
    `Etc/GMT+3` keep the meaning that the time zone database gives them, which is the reverse.

    Raises:
        ValueError: where there is no such zone, or several, saying what is allowed.
    """
    if (hours := TWO_MEANINGS.get(text.lower())) is not None:
        raise ValueError(
            f"{quoted(text)} is one offset to some, and has summer time to others; allowed are"
            " places, as Europe/Berlin, Europe/Athens or Europe/Lisbon, where clocks are changed,"
            f" and offsets, as +{hours:02}:00, where they are not"
        )
    if text.upper() in ("UTC", "Z"):
        return UTC
    if text in available_timezones():
        return ZoneInfo(text)
    offset = _offset(text)
    if offset is None or abs(offset) > FURTHEST:
        raise ValueError(
            f"{quoted(text)} is no time zone; allowed are names such as Europe/Paris, UTC, and "
            "offsets up to 14 hours, such as +01:00 or UTC-3"
        )
    return timezone(offset)


def _offset(text: str) -> timedelta | None:
    """Return how far the clocks are ahead of UTC; None where the text is no offset."""
    # The minus of typesetters looks the same.
    match = OFFSET.fullmatch(text.replace("\N{MINUS SIGN}", "-"))
    if not match:
        return None
    ahead = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    return -ahead if match["sign"] == "-" else ahead
