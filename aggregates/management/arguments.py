"""Days and turbines, as commands take them."""

from argparse import ArgumentTypeError
from collections.abc import Sequence
from datetime import date

from django.core.management.base import CommandError, CommandParser

from aggregates import extract
from windproject.days import days_between
from windproject.wording import unknown


def day_argument(text: str) -> date:
    """Return the day that a command-line argument names.

    Raises:
        ArgumentTypeError: saying what a day looks like.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a day such as 2025-08-31") from None


def add_turbines(parser: CommandParser) -> None:
    """Let the command take turbines."""
    parser.add_argument(
        "--turbine",
        action="append",
        default=[],
        dest="turbines",
        metavar="NAME",
        help="repeatable; default all",
    )


def refuse_unknown_turbines(turbines: Sequence[str]) -> None:
    """Raise CommandError where the source does not know one of the turbines."""
    wrong = unknown(turbines, extract.turbine_names() if turbines else [])
    if wrong:
        raise CommandError(f"--turbine: {wrong}")


def range_of_days(first: date, last: date) -> list[date]:
    """Return the days from `first` to `last`, both included; raise CommandError if backwards."""
    if last < first:
        raise CommandError(f"--to {last} lies before --from {first}.")
    return list(days_between(first, last))
