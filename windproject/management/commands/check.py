"""`check` for a project whose databases are part of what is to be right."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands.check import Command as CheckCommand
from django.db import OperationalError, connections


class Command(CheckCommand):
    """Also looks into both databases, where they answer, or those that `--database` names."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(databases=None)

    def handle(self, *app_labels: Any, **options: Any) -> None:
        databases = options["databases"] or [alias for alias in connections if self._answers(alias)]
        super().handle(*app_labels, **{**options, "databases": databases})

    def _answers(self, alias: str) -> bool:
        try:
            connections[alias].ensure_connection()
        except OperationalError:
            self.stdout.write(f"The database {alias!r} does not answer, and was not looked at.")
            return False
        return True
