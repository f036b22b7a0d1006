"""Days, as commands take them."""

from argparse import ArgumentTypeError
from datetime import date

from django.core.management.base import CommandError

from common.days import days_between


def day_argument(text: str) -> date:
    """Return the day that a command-line argument names.

    Raises:
        ArgumentTypeError: saying what a day looks like.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a day such as 2025-08-31") from None


def range_of_days(first: date, last: date) -> list[date]:
    """Return the days from `first` to `last`, both included; raise CommandError if backwards."""
    if last < first:
        raise CommandError(f"--to {last} lies before --from {first}.")
    return list(days_between(first, last))
