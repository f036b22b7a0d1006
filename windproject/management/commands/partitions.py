"""`partitions`: the months on disk, letting go of old measurements, and tidying up."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, OperationalError, connections
from django.template.defaultfilters import filesizeformat
from rich import box
from rich.table import Table

from aggregates.errors import SourceUnavailable
from aggregates.lake import letting_go
from aggregates.lake.failures import LakeUnavailable
from aggregates.lake.letting_go import MonthMustStay, MonthOfStatistics
from aggregates.management.lake import writing_alone
from aggregates.retention import reason_to_keep
from common.arguments import day_argument
from common.checks import PROJECT_CHECKS
from common.databases import SOURCE, TARGET
from common.postgres.partitions import NoPartition, Partition, move_out_of_default, partitions
from common.terminal import rendered, track
from common.wording import first_line, listed
from sourcedata.dropped_months import KeptMonth, MonthChanged, drop, months_before
from sourcedata.management.guards import refuse_where_nobody_reads

HEADINGS = {SOURCE: ["measurements, about", "size"], TARGET: ["statistics, about", "size"]}


class Command(BaseCommand):
    requires_system_checks = [PROJECT_CHECKS]
    help = "Lists the months that both databases keep, and lets go of old measurements."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--drop-before",
            type=day_argument,
            metavar="DATE",
            help="tell which whole months of measurements lie before; their statistics stay",
        )
        parser.add_argument(
            "--statistics",
            action="store_true",
            help="with --drop-before: of statistics, which the lake has",
        )
        parser.add_argument("--yes", action="store_true", help="drop them")
        parser.add_argument(
            "--move-default",
            action="store_true",
            help="give months that lie in the default partition one of their own",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        day = options["drop_before"]
        for option in ("yes", "statistics"):
            if options[option] and not day:
                raise CommandError(f"--{option} belongs to --drop-before.")
        if day and options["statistics"]:
            self._drop_statistics(letting_go.months_before(day), options["yes"])
        elif day:
            refuse_where_nobody_reads()
            self._drop(months_before(day), options["yes"])
        elif options["move_default"]:
            self._move()
        else:
            self._list()

    def _list(self) -> None:
        kept = {
            alias: {_label(partition): partition for partition in _counted(alias)}
            for alias in HEADINGS
        }
        table = Table("month", *(name for names in HEADINGS.values() for name in names))
        table.box = box.SIMPLE_HEAD
        for label in sorted({*kept[SOURCE], *kept[TARGET]}):
            cells = (cell for alias in HEADINGS for cell in _cells(kept[alias].get(label)))
            table.add_row(label, *cells)
        self.stdout.write(rendered(table))

    def _drop(self, months: Sequence[KeptMonth], is_sure: bool) -> None:
        if not months:
            self.stdout.write("No whole month before that day has measurements.")
            return
        self.stdout.write(rendered(_table(months)))
        with _told_if_busy(), _keeping_the_lake_still(is_sure):
            if not is_sure:
                _refuse_what_must_stay(months)
                self.stdout.write("Nothing was dropped. With --yes, this is; the statistics stay.")
                return
            with letting_go.measurements_held([month.first for month in months]) as is_gone:
                _refuse_what_must_stay(months)
                for month in track(months, "Dropping"):
                    drop(month, letting_go.address_of_measurements())
                    is_gone(month.first)
        self.stdout.write("Dropped. The statistics stay, and their days are archived.")

    def _drop_statistics(self, months: Sequence[MonthOfStatistics], is_sure: bool) -> None:
        if not months:
            self.stdout.write("No whole month before that day has statistics.")
            return
        table = Table("month", "turbine-days", box=box.SIMPLE_HEAD)
        for month in months:
            table.add_row(f"{month.first:%Y-%m}", f"{month.turbine_days:,}")
        self.stdout.write(rendered(table))
        with _told_if_busy(), _keeping_the_lake_still(is_sure):
            reason = letting_go.reason_to_keep_statistics(months[0].first, months[-1].last)
            if reason:
                raise CommandError(reason)
            if not is_sure:
                self.stdout.write("Nothing was dropped. With --yes, this is; the lake has it.")
                return
            for month in track(months, "Dropping"):
                letting_go.drop_statistics(month)
        self.stdout.write("Dropped. manage.py lake restore --month puts a month back.")

    def _move(self) -> None:
        with _told_if_busy():
            moved = move_out_of_default(SOURCE, "data")
        self.stdout.write(f"Moved: {listed(f'{month:%Y-%m}' for month in moved)}.")


@contextmanager
def _keeping_the_lake_still(is_sure: bool) -> Iterator[None]:
    """Let nobody write the lake, or restore of it, between the comparison and the letting go."""
    with writing_alone() if is_sure and settings.LAKE_URL else nullcontext():
        yield


def _refuse_what_must_stay(months: Sequence[KeptMonth]) -> None:
    if reason := reason_to_keep(months[0].first, months[-1].last):
        raise CommandError(reason)


def _counted(alias: str) -> list[Partition]:
    with connections[alias].cursor() as cursor:
        for partition in partitions(cursor, "data"):
            if partition.rows < 0:  # never counted
                cursor.execute(f"ANALYZE {partition.name}")
        return partitions(cursor, "data")


def _label(partition: Partition) -> str:
    """Return the month; of one that was made by hand its name, which comes after the months."""
    if partition.is_default:
        return "default"
    return f"{partition.month:%Y-%m}" if partition.month else partition.name


def _cells(partition: Partition | None) -> tuple[str, str]:
    if not partition:
        return "", ""
    # filesizeformat writes spaces that do not break; a table on a terminal has plain ones.
    return f"{partition.rows:,}", filesizeformat(partition.size_bytes).replace("\xa0", " ")


def _table(months: Sequence[KeptMonth]) -> Table:
    table = Table("month", "turbine-days", "measurements", box=box.SIMPLE_HEAD)
    for month in months:
        table.add_row(f"{month.first:%Y-%m}", f"{month.turbine_days:,}", f"{month.measurements:,}")
    return table


@contextmanager
def _told_if_busy() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise CommandError(
            f"Others hold the measurements for long ({first_line(error)}): try again later. "
            "Months that were done stay done."
        ) from error
    except (MonthChanged, MonthMustStay, NoPartition) as error:
        raise CommandError(f"{error} Months that were done stay done.") from error
    except (LakeUnavailable, SourceUnavailable) as error:
        raise CommandError(str(error)) from error
    except DatabaseError as error:
        raise CommandError(
            f"The database refuses ({first_line(error)}). Months that were done stay done."
        ) from error
