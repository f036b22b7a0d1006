"""`manage.py import_measurements`: real exports into the source database."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from common.commands import MeasurementsCommand
from common.postgres.outages import lacks_tables
from common.refusals import Refusal
from common.terminal import progress_console, rendered
from common.wording import first_line
from sourcedata.importing import (
    Form,
    ImportRefused,
    ImportResult,
    Understood,
    look_at,
    records,
    saved_forms,
)
from sourcedata.importing import options as options_of_forms
from sourcedata.importing.refusal import NoSuchTable
from sourcedata.importing.tables_of_a_command import TablesOfACommand
from sourcedata.management.guards import refuse_where_nobody_reads
from sourcedata.management.understanding import understanding

LEAVE_OUT = (
    " Where the file has no column for a variable of the form, leave that out, as by --map power=,"
    " or name another one, as by --map power=COLUMN."
)
# Its table is that wide.
WIDTH = 130


class Command(MeasurementsCommand):
    help = (
        "Imports measurements from tables of any form: text, xlsx, Parquet or Arrow, packed or "
        "not. A table is imported as a whole or, where anything in it is wrong, not at all. What "
        "was imported before is updated where it differs; a file imported twice changes nothing."
    )

    def run_from_argv(self, argv: list[str]) -> None:
        super().run_from_argv(options_of_forms.joined(argv))

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument(
            "--preview", action="store_true", help="say how the files are understood, and no more"
        )
        parser.add_argument(
            "--form", metavar="NAME", help="that was saved, or comes with the project: see --save"
        )
        parser.add_argument(
            "--save", metavar="NAME", help="keep what is typed as a form of that name"
        )
        options_of_forms.add_to(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_where_nobody_reads()
        try:
            typed = self._typed(options)
            form = options_of_forms.form_of(typed)
            if options["save"]:
                saved_forms.save(options["save"], saved_forms.words(typed))
        except ImportRefused as error:
            raise CommandError(str(error)) from error
        advice = LEAVE_OUT if options["form"] else ""
        self._import(options["files"], form, options["preview"], advice)

    def _typed(self, options: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the options as they were typed, with what a form says beside them."""
        if not options["form"]:
            return options
        parser = self.create_parser("manage.py", "import_measurements")
        of_form = vars(parser.parse_args(["-", *saved_forms.typed(options["form"])]))
        return saved_forms.merged(options, of_form)

    def _import(self, files: list[Path], form: Form, is_preview: bool, advice: str) -> None:
        together = TablesOfACommand()
        for done, path in enumerate(files):
            tables = 0
            try:
                for understood, stored in _imported(path, form, together, is_preview=is_preview):
                    tables += stored is not None
                    self.stdout.write(rendered(understanding(understood, stored), WIDTH))
            except (Refusal, DatabaseError) as error:
                # That is of no file, and is said of any command.
                if lacks_tables(error):
                    raise
                sentence = _sentence(error, path)
                if isinstance(error, NoSuchTable):
                    sentence += advice
                if not is_preview:
                    _keep(path, form, sentence)
                raise CommandError(_failure(sentence, len(files), done, tables)) from error
        if not is_preview:
            self.stdout.write("Next: manage.py aggregate --pending")


def _imported(
    path: Path, form: Form, together: TablesOfACommand, *, is_preview: bool
) -> Iterator[tuple[Understood, ImportResult | None]]:
    """Import a file's tables, with a sign of life where somebody looks."""
    console = progress_console()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task(f"{escape(path.name)}: looking")
        for understood in look_at(path, form):
            progress.update(task, description=f"{escape(path.name)}: storing")
            if is_preview:
                yield together.previewed(understood), None
            else:
                yield understood, together.stored(understood, records.account())
            progress.update(task, description=f"{escape(path.name)}: looking")


def _keep(path: Path, form: Form, sentence: str) -> None:
    # A database that fails is no reason to hide why.
    with suppress(DatabaseError):
        origin = records.Import(str(path), records.account(), records.checksum(path))
        records.refused(origin, form, sentence)


def _sentence(error: Exception, path: Path) -> str:
    if isinstance(error, DatabaseError):
        return f"{path}: the source database does not take it: {first_line(error)}."
    return str(error)


def _failure(sentence: str, files: int, done: int, tables: int) -> str:
    """Return why a file was refused, and what of it, and of the other files, came in."""
    if tables:
        return f"{sentence} What is listed above was imported, and stays."
    if files == 1:
        return f"{sentence} Nothing was imported."
    return (
        f"{sentence} Nothing of this file was imported (files before it, which stay imported: "
        f"{done}; files after it, which were not opened: {files - done - 1})."
    )
