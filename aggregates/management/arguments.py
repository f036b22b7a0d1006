"""Turbines, as commands take them."""

from collections.abc import Sequence

from django.core.management.base import CommandError, CommandParser

from aggregates.source import gateway
from common.wording import unknown


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
