"""`migrate` for a project with two databases."""

from typing import Any

from django.core.management import CommandError
from django.core.management.base import CommandParser
from django.core.management.commands.migrate import Command as MigrateCommand
from django.db import connections
from django.db.migrations.loader import MigrationLoader

import embedded
from common.databases import SOURCE
from common.postgres import lock_numbers
from common.wording import listed
from sourcedata.further_columns import make_missing_columns
from sourcedata.variables import FURTHER_NAMES


class Command(MigrateCommand):
    """Brings both databases up to date, or the one that `--database` names."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database=None)

    def get_check_kwargs(self, options: dict[str, Any]) -> Any:
        return {"databases": _aliases(options)}

    def handle(self, *args: Any, **options: Any) -> None:
        for alias in _aliases(options):
            if options["verbosity"] > 0:
                self.stdout.write(self.style.MIGRATE_HEADING(f"Database {alias}:"))
            self._migrate(alias, *args, **options)

    def _migrate(self, alias: str, *args: Any, **options: Any) -> None:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [lock_numbers.MIGRATE])
            try:
                _refuse_a_newer_database(alias)
                super().handle(*args, **{**options, "database": alias})
                if alias == SOURCE and not options["app_label"]:
                    self._make_columns(options["verbosity"])
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [lock_numbers.MIGRATE])

    def _make_columns(self, verbosity: int) -> None:
        """Make the columns of the deployment's own variables, which no migration knows."""
        made = make_missing_columns()
        if FURTHER_NAMES and verbosity > 0:
            what = f"were made: {listed(made)}" if made else "are all there"
            self.stdout.write(f"  Columns of VARIABLES_FILE {what}.")


def _aliases(options: dict[str, Any]) -> list[str]:
    return [options["database"]] if options["database"] else list(connections)


def _refuse_a_newer_database(alias: str) -> None:
    loader = MigrationLoader(connections[alias])
    unknown = set(loader.applied_migrations or ()) - set(loader.disk_migrations or ())
    ours = sorted(
        f"{app}.{name}"
        for app, name in unknown
        if app in loader.migrated_apps and not _is_replaced(loader, (app, name))
    )
    if ours:
        raise CommandError(
            f"The database {alias!r} was made by a version of this project that has "
            f"{', '.join(ours)}, which this one does not know: check that version out again, or "
            f"delete {_place(alias)} to start anew."
        )


def _is_replaced(loader: MigrationLoader, migration: tuple[str, str]) -> bool:
    return any(migration in other.replaces for other in loader.disk_migrations.values())


def _place(alias: str) -> str:
    settings = connections[alias].settings_dict
    if settings["ENGINE"] == embedded.__name__:
        return f"the folder {settings['OPTIONS']['directory']}"
    return f"the database {settings['NAME']} at {settings['HOST'] or 'the local server'}"
