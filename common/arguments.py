"""Days, as commands take them."""

from argparse import ArgumentTypeError
from datetime import date

from django.core.management.base import CommandError

from common.days import days_between, parse_day


def day_argument(text: str) -> date:
    """Return the day that a command-line argument names.

    Raises:
        ArgumentTypeError: saying what a day looks like.
    """
    try:
        return parse_day(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def range_of_days(first: date, last: date) -> list[date]:
    """Return the days from `first` to `last`, both included; raise CommandError if backwards."""
    if last < first:
        raise CommandError(f"--to {last} lies before --from {first}.")
    return list(days_between(first, last))
