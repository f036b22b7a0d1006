"""`manage.py import_measurements`: real exports into the source database."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DataError, IntegrityError, OperationalError
from rich import box
from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from common.checks import PROJECT_CHECKS
from common.terminal import progress_console, rendered
from common.wording import first_line, quoted
from sourcedata.importing import (
    STEPS_PER_FILE,
    Export,
    ImportRefused,
    ImportResult,
    import_file,
)
from sourcedata.importing.arguments import (
    missing_value,
    rated_power_kw,
    sample_interval_s,
    timezone,
    turbine_name,
    variable_and_column,
)
from sourcedata.management.guards import refuse_where_nobody_reads
from sourcedata.variables import VARIABLE_NAMES

REFUSALS_OF_THE_DATABASE = (DataError, IntegrityError, OperationalError)
FIGURES = [field.name for field in fields(ImportResult)]


class Command(BaseCommand):
    requires_system_checks = [PROJECT_CHECKS]
    help = (
        "Imports measurements from CSV and Parquet files, gzipped or not. A file is imported as a "
        "whole or, where anything in it is wrong, not at all. What was imported before is "
        "updated where it differs; a file imported twice changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        _add_columns(parser)
        parser.add_argument(
            "--timezone",
            type=timezone,
            default=ZoneInfo("UTC"),
            metavar="ZONE",
            help="of times without an offset, such as Europe/Paris (default: UTC)",
        )
        parser.add_argument(
            "--label",
            choices=["start", "end"],
            default="start",
            help="which end of its sample a time labels (default: start)",
        )
        parser.add_argument(
            "--missing-value",
            action="append",
            type=missing_value,
            default=[],
            metavar="X",
            help="stands for a value that is missing, as empty cells and NaN do; repeatable",
        )
        parser.add_argument(
            "--sample-interval",
            type=sample_interval_s,
            metavar="SECONDS",
            help="set on the turbines (default: what they have; 60 where they are new)",
        )
        parser.add_argument(
            "--rated-power-kw",
            type=rated_power_kw,
            metavar="KW",
            help="set on the turbines (default: what they have)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_where_nobody_reads()
        files, export = options["files"], _export(options)
        results: list[ImportResult] = []
        try:
            for imported in _imported(files, export):
                results.append(imported)  # noqa: PERF402, those before a failure are reported
        except (ImportRefused, *REFUSALS_OF_THE_DATABASE) as error:
            self._report(files, results)
            raise CommandError(_failure(error, files, len(results))) from error
        self._report(files, results)

    def _report(self, files: Sequence[Path], results: Sequence[ImportResult]) -> None:
        if results:
            self.stdout.write(rendered(_table(files, results)))
            self.stdout.write("Next: manage.py aggregate --pending")


def _add_columns(parser: CommandParser) -> None:
    parser.add_argument(
        "--time-column",
        required=True,
        metavar="COLUMN",
        help="which holds the times: ISO 8601, or a Parquet timestamp",
    )
    turbine = parser.add_mutually_exclusive_group(required=True)
    turbine.add_argument(
        "--turbine", type=turbine_name, metavar="NAME", help="that all rows are of"
    )
    turbine.add_argument(
        "--turbine-column", metavar="COLUMN", help="which names each row's turbine"
    )
    parser.add_argument(
        "--map",
        action="append",
        required=True,
        type=variable_and_column,
        metavar="VARIABLE=COLUMN",
        help=f"which column holds what; repeatable; the variables: {', '.join(VARIABLE_NAMES)}",
    )


def _export(options: Mapping[str, Any]) -> Export:
    _refuse_repeated("variable", [variable for variable, _ in options["map"]])
    export = Export(
        time_column=options["time_column"],
        columns=dict(options["map"]),
        turbine=options["turbine"],
        turbine_column=options["turbine_column"],
        timezone=options["timezone"],
        label_is_end=options["label"] == "end",
        missing=options["missing_value"],
        sample_interval_s=options["sample_interval"],
        rated_power_kw=options["rated_power_kw"],
    )
    _refuse_repeated("column", export.wanted_columns)
    return export


def _refuse_repeated(noun: str, names: Sequence[str]) -> None:
    if repeated := [name for name, times in Counter(names).items() if times > 1]:
        raise CommandError(
            f"The {noun} {quoted(repeated[0])} is named more than once; each {noun} may be named "
            "once."
        )


def _imported(files: Sequence[Path], export: Export) -> Iterator[ImportResult]:
    """Import one file after the other, with a progress bar where somebody looks."""
    console = progress_console()
    description = TextColumn("{task.description}")
    columns = (SpinnerColumn(), description, BarColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        # A step is done when the next one begins.
        task = progress.add_task("", total=len(files) * STEPS_PER_FILE, completed=-1)
        for path in files:
            yield import_file(path, export, partial(_show_step, progress, task, path))


def _show_step(progress: Progress, task: TaskID, path: Path, step: str) -> None:
    progress.update(task, advance=1, description=f"{escape(path.name)}: {step}")


def _failure(error: Exception, files: Sequence[Path], imported: int) -> str:
    if isinstance(error, REFUSALS_OF_THE_DATABASE):
        reason = first_line(error)
        sentence = f"{files[imported]}: the source database does not take it: {reason}."
    else:
        sentence = str(error)
    if len(files) == 1:
        return f"{sentence} Nothing was imported."
    return (
        f"{sentence} Nothing of this file was imported (files before it, which stay imported: "
        f"{imported}; files after it, which were not opened: {len(files) - imported - 1})."
    )


def _table(files: Sequence[Path], results: Sequence[ImportResult]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title="Imported rows", title_justify="left")
    table.add_column("file", overflow="fold")
    for name in FIGURES:
        table.add_column(name, justify="right")
    for path, imported in zip(files, results, strict=False):
        figures = [f"{getattr(imported, name):,}" for name in FIGURES]
        table.add_row(escape(str(path)), *figures)
    return table
