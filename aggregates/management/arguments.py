"""Turbines, as commands take them."""

from collections.abc import Sequence

from django.core.management.base import CommandError, CommandParser

from aggregates.source import gateway
from common.arguments import day_argument
from common.wording import unknown


def add_period(parser: CommandParser, required: bool = True) -> None:
    """Let the command take the first and the last of some days."""
    for name, destination, explanation in [
        ("--from", "first", "first day, as 2025-08-31"),
        ("--to", "last", "last day, included"),
    ]:
        parser.add_argument(
            name,
            dest=destination,
            type=day_argument,
            required=required,
            metavar="DAY",
            help=explanation,
        )


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
    wrong = unknown(turbines, gateway.turbine_names() if turbines else [])
    if wrong:
        raise CommandError(f"--turbine: {wrong}")
