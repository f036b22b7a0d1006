"""Days. A day is [00:00, 24:00) UTC, everywhere in this project."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

DAY = timedelta(days=1)
# Measurements lie on these days: a file or an address that names another was misread.
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2099, 12, 31)
WRITTEN = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_day(text: str) -> date:
    """Return the day that is written as YYYY-MM-DD, the one way of all that ISO 8601 knows.

    Raises:
        ValueError: saying so.
    """
    try:
        if WRITTEN.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"{text!r} is not a day; allowed is YYYY-MM-DD, such as 2025-08-31")


def day_start(day: date) -> datetime:
    """Return the first moment of the UTC day."""
    return datetime.combine(day, time(), tzinfo=UTC)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the start of the UTC day and of the next one: [start, end)."""
    return day_start(day), day_start(day) + DAY


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield the days from `first` to `last`, both included."""
    for number in range((last - first).days + 1):
        yield first + number * DAY


def now() -> datetime:
    """Return the current time."""
    return datetime.now(UTC)


def today() -> date:
    """Return the current UTC day."""
    return now().date()
