"""Days. A day is [00:00, 24:00) UTC, everywhere in this project."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta


def day_start(day: date) -> datetime:
    """Return the first moment of the UTC day."""
    return datetime.combine(day, time(), tzinfo=UTC)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the start of the UTC day and of the next one: [start, end)."""
    return day_start(day), day_start(day) + timedelta(days=1)


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield the days from `first` to `last`, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def now() -> datetime:
    """Return the current time."""
    return datetime.now(UTC)


def today() -> date:
    """Return the current UTC day."""
    return now().date()
