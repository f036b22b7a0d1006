"""`verify_source`: whether the source counts its measurements right, and mending that."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import OperationalError, ProgrammingError
from psycopg2 import errorcodes
from rich import box
from rich.table import Table

from common.arguments import day_argument, range_of_days
from common.commands import MeasurementsCommand
from common.terminal import rendered, track
from common.wording import first_line
from sourcedata import reader, verification
from sourcedata.management.guards import refuse_where_nobody_reads
from sourcedata.snapshot import UnreadableSource
from sourcedata.verification import Counted

MOST_ROWS = 100


class Command(MeasurementsCommand):
    help = (
        "Counts the measurements of every turbine-day and compares them with the samples that the "
        "source is said to have. Exits with 1 where they differ, or where triggers are lacking."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--from",
            type=day_argument,
            dest="first",
            metavar="DAY",
            help="first day (default: all)",
        )
        parser.add_argument(
            "--to", type=day_argument, dest="last", metavar="DAY", help="last day, included"
        )
        parser.add_argument(
            "--repair",
            action="store_true",
            help="count anew what is wrong, and put triggers back (as the owner of the tables)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_where_nobody_reads()
        try:
            are_counted = self._triggers(options["repair"])
            stretches = _stretches(options["first"], options["last"])
            are_right = self._counts(stretches, options["repair"])
        except UnreadableSource as error:
            raise CommandError(str(error)) from error
        except (OperationalError, ProgrammingError) as error:
            done = "mended" if options["repair"] else "counted"
            raise CommandError(
                f"The source could not be {done}: {first_line(error)}.{_advice(error)}"
            ) from error
        if not (are_counted and are_right):
            advice = (
                "What is left stands above"
                if options["repair"]
                else "To mend what can be: manage.py verify_source --repair"
            )
            raise CommandError(f"The source does not count all of its measurements. {advice}")

    def _triggers(self, repair: bool) -> bool:
        """Tell what keeps changes from being counted, mended or not; return whether all is well."""
        if repair:
            for fault in verification.mend_triggers():
                self.stdout.write(f"Mended: {fault}.")
        faults = reader.faults()
        for reason in faults:
            self.stdout.write(f"Changes are not counted: {reason}.")
        return not faults

    def _counts(self, stretches: Sequence[tuple[date, date]], repair: bool) -> bool:
        """Tell which turbine-days are miscounted; return whether none is, or none any more."""
        counted = [
            turbine_day
            for first, last in track(stretches, "Counting")
            for turbine_day in verification.count(first, last)
        ]
        wrong = [turbine_day for turbine_day in counted if turbine_day.is_wrong]
        homeless = [turbine_day for turbine_day in wrong if turbine_day.turbine is None]
        if wrong:
            self.stdout.write(rendered(_table(wrong[:MOST_ROWS])))
        if len(wrong) > MOST_ROWS:
            self.stdout.write(f"... and {len(wrong) - MOST_ROWS:,} more.")
        self.stdout.write(f"{len(counted):,} turbine-days counted: {len(wrong):,} are wrong.")
        if homeless:
            self.stdout.write(
                f"{len(homeless):,} of them have measurements of no turbine: add it to the table"
                " turbine under that number, or delete them from data."
            )
        if repair and wrong:
            self._recount([turbine_day for turbine_day in wrong if turbine_day.turbine is not None])
        return not homeless if repair else not wrong

    def _recount(self, wrong: Sequence[Counted]) -> None:
        for turbine_day in track(wrong, "Counting anew"):
            verification.recount([turbine_day])
        self.stdout.write(
            f"{len(wrong):,} counted anew. They are stale now, and computed again at the next tick"
            " of the schedule; those that lost most of their samples wait for --force."
        )


def _advice(error: Exception) -> str:
    if getattr(error.__cause__, "pgcode", None) == errorcodes.DEADLOCK_DETECTED:
        return " Somebody changed the tables at the same time. Nothing is half done: run it again."
    return ""


def _stretches(first: date | None, last: date | None) -> list[tuple[date, date]]:
    """Return the months to count at a time, cut to what is asked for."""
    months = verification.months()
    if not months:
        return []
    first, last = first or months[0][0], last or months[-1][1]
    range_of_days(first, last)
    cut = [(max(first, start), min(last, end)) for start, end in months]
    return [(start, end) for start, end in cut if start <= end]


def _table(wrong: Sequence[Counted]) -> Table:
    table = Table("turbine", "day", box=box.SIMPLE_HEAD)
    for name in ("measurements", "said to be"):
        table.add_column(name, justify="right")
    for turbine_day in wrong:
        turbine = turbine_day.turbine or f"none (number {turbine_day.turbine_id})"
        numbers = (f"{turbine_day.measurements:,}", f"{turbine_day.samples:,}")
        table.add_row(turbine, str(turbine_day.day), *numbers)
    return table
