"""Numbers, as the commands that simulate a farm take them.

They are checked in `handle`, which also sees what `call_command` passes without parsing.
"""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError, CommandParser

MOST_TURBINES = 1000


def add_turbines(parser: CommandParser, default: int) -> None:
    """Let the command take how many turbines the farm has."""
    explanation = f"T01 to TN (default: {default})"
    parser.add_argument("--turbines", default=default, metavar="N", help=explanation)


def number_of_turbines(options: Mapping[str, Any]) -> int:
    """Return how many turbines the farm has; raise CommandError where it cannot have so many."""
    return whole_number(options, "turbines", 1, MOST_TURBINES)


def whole_number(options: Mapping[str, Any], name: str, least: int, most: int) -> int:
    """Return the option as a number; raise CommandError where it is none from `least` to `most`."""
    try:
        number = int(str(options[name]))
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise refusal(options, name, f"a whole number from {least} to {most}")
    return number


def refusal(options: Mapping[str, Any], name: str, allowed: str) -> CommandError:
    """Return the error which says what the option is, and what is allowed."""
    return CommandError(f"--{name} is {str(options[name])!r}; it must be {allowed}.")
