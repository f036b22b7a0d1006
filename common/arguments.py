"""Days, as commands take them."""

from argparse import ArgumentTypeError
from datetime import date

from django.core.management.base import CommandError

from common.days import FIRST_DAY, LAST_DAY, days_between, parse_day


def day_argument(text: str) -> date:
    """Return the day that a command-line argument names.

    Raises:
        ArgumentTypeError: saying what a day looks like, and which there are.
    """
    try:
        day = parse_day(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ArgumentTypeError(f"{text}: allowed are days from {FIRST_DAY} to {LAST_DAY}")
    return day


def range_of_days(first: date, last: date) -> list[date]:
    """Return the days from `first` to `last`, both included; raise CommandError if backwards."""
    if last < first:
        raise CommandError(f"--to {last} lies before --from {first}.")
    return list(days_between(first, last))
