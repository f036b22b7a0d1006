"""`manage.py lake`: what the lake has, and what people do with it."""

from argparse import ArgumentTypeError
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from rich import box
from rich.table import Table

from aggregates import versions
from aggregates.errors import RunFailed
from aggregates.lake import (
    adopting,
    auditing,
    delta,
    held,
    letting_go,
    restorable,
    restoring,
    syncing,
    undeclared,
)
from aggregates.lake.auditing import LakeAudit
from aggregates.lake.failures import LakeUnavailable
from aggregates.lake.tables import TABLES
from aggregates.management.arguments import add_period
from aggregates.management.lake import require_lake, writing_alone
from aggregates.models import LakeProgress
from common.arguments import range_of_days
from common.commands import MeasurementsCommand
from common.days import DAY, FIRST_DAY, LAST_DAY, days_between, parse_day
from common.patience import keep_to
from common.postgres.partitions import month_after
from common.terminal import rendered, track
from common.waits import RUN
from common.wording import listed, quoted

MOST_ROWS = 20


class Command(MeasurementsCommand):
    help = "Shows the Delta lake that LAKE_URL names, brings it in step, and compares it."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        actions.add_parser("status", help="say what the lake has, and what it lacks")
        sync = actions.add_parser("sync", help="write what it lacks, of all days or of some")
        add_period(sync, required=False)
        audit = actions.add_parser(
            "audit", help="compare every value and version with both databases"
        )
        add_period(audit)
        audit.add_argument("--repair", action="store_true", help="write anew what differs")
        restore = actions.add_parser("restore", help="put back what was let go of a month")
        restore.add_argument(
            "--month", required=True, type=_month, metavar="YYYY-MM", help="as 2025-08"
        )
        restore.add_argument(
            "--as-it-is", action="store_true", help="also where the lake lost, or changed, some"
        )
        actions.add_parser("vacuum", help="remove files that no version of the last week has")
        retire = actions.add_parser("retire", help="let days be written without a removed variable")
        retire.add_argument("--column", required=True, metavar="NAME")
        actions.add_parser("adopt", help="take over the lake of a deployment that is gone for good")

    def run_from_argv(self, argv: list[str]) -> None:
        keep_to(RUN)
        super().run_from_argv(argv)

    def handle(self, *args: Any, **options: Any) -> None:
        require_lake()
        actions: Mapping[str, Callable[..., None]] = {
            "status": self._status,
            "sync": self._sync,
            "audit": self._audit,
            "restore": writing_alone()(self._restore),
            "vacuum": self._vacuum,
            "retire": self._retire,
            "adopt": writing_alone()(self._adopt),
        }
        try:
            actions[options["action"]](options)
        except (LakeUnavailable, RunFailed) as error:
            raise CommandError(str(error)) from error

    def _status(self, options: Mapping[str, Any]) -> None:
        if not any(delta.columns(lake_table) for lake_table in TABLES):
            self.stdout.write(_nothing_there())
        table = Table("table", "days", "files", "MB", box=box.SIMPLE_HEAD)
        for lake_table in TABLES:
            size = delta.size(lake_table)
            table.add_row(
                lake_table.name, f"{size.days:,}", f"{size.files:,}", f"{size.megabytes:,.1f}"
            )
        self.stdout.write(f"The lake at {settings.LAKE_URL}:")
        self.stdout.write(rendered(table))
        behind = _behind(options)
        days = sorted({day.day for day in behind})
        names = sorted({day.kept.table.name for day in behind})
        self.stdout.write(
            f"{len(days):,} days are not in step, {days[0]} to {days[-1]}, of {listed(names)}:"
            " manage.py lake sync"
            if days
            else "Every day is in step."
        )
        for month in letting_go.let_go_months():
            self.stdout.write(
                f"Of {month.first:%Y-%m} the lake alone has {month.what}:"
                f" {month.turbine_days:,} turbine-days."
                + (f" {month.lost:,} are not as they were let go." if month.lost else "")
            )
        progress = LakeProgress.get()
        if progress.failing_since:
            self.stdout.write(
                f"Since {progress.failing_since:%Y-%m-%d %H:%M} UTC: {progress.error}"
            )

    def _sync(self, options: Mapping[str, Any]) -> None:
        with writing_alone():
            held.hold_unnoted()
            behind = _behind(options)
            for day in track(behind, "Writing"):
                day.write()
        if not held.lost_in_words():
            LakeProgress.objects.update(failing_since=None, error="")
        self.stdout.write(f"{len(behind):,} commits written." if behind else "Nothing to write.")

    def _audit(self, options: Mapping[str, Any]) -> None:
        days = range_of_days(options["first"], options["last"])
        audits = [each for day in track(days, "Comparing") for each in auditing.audit_day(day)]
        self._report(audits)
        damaged = auditing.damaged_days(audits)
        if damaged and options["repair"]:
            with writing_alone():
                for day in track(damaged, "Writing"):
                    day.write()
            self.stdout.write(f"{len(damaged):,} commits written.")
        elif any(len(audit.differences) for audit in audits):
            period = f"--from {days[0]} --to {days[-1]}"
            raise CommandError(f"Write anew what differs: manage.py lake audit {period} --repair")

    def _report(self, audits: Sequence[LakeAudit]) -> None:
        differences = pd.concat([audit.differences for audit in audits])
        if len(differences):
            self.stdout.write(rendered(_table(differences.head(MOST_ROWS))))
        turbine_days, values, rounded = (
            sum(getattr(audit, name) for audit in audits)
            for name in ("turbine_days", "values", "rounded")
        )
        self.stdout.write(
            f"{turbine_days:,} turbine-days of three tables compared, {values:,} values:"
            f" {len(differences):,} differ, {rounded:,} in their last bits alone."
        )
        for name, meaning in [
            ("behind", "are not in step yet, or of another version: manage.py lake sync"),
            (
                "held",
                "stay in the lake as they were, while the databases have something else of them:"
                " manage.py lake restore --month YYYY-MM puts back what was let go, and manage.py"
                " aggregate --date DAY --force confirms that measurements were deleted",
            ),
            ("let_go", "are in the lake alone: manage.py lake status tells what was let go"),
        ]:
            if number := sum(len(getattr(audit, name)) for audit in audits):
                self.stdout.write(f"{number:,} turbine-days {meaning}.")
        if not any(audit.turbine_days or audit.let_go or audit.behind for audit in audits):
            self.stdout.write("Neither the databases nor the lake have anything of these days.")

    def _restore(self, options: Mapping[str, Any]) -> None:
        month = options["month"]
        restorable.require_whole_program()
        if options["as_it_is"]:
            # Where nobody has anything of it any more, that is what is given up.
            with delta.giving_up(month):
                self._put_back(month)
            return
        restorable.require_as_let_go(month, _last_of(month))
        restorable.require_any(month, _last_of(month))
        self._put_back(month)

    def _put_back(self, month: date) -> None:
        last = _last_of(month)
        days = track(list(days_between(month, last)), "Restoring")
        restored = [restoring.restore_day(day) for day in days]
        measurements, windows = (
            sum(getattr(day, name) for day in restored) for name in ("measurements", "windows")
        )
        waiting = len(versions.not_current(month, last))
        self.stdout.write(
            f"{measurements:,} measurements and {windows:,} windows are back; "
            + (
                f"{waiting:,} turbine-days wait to be computed again."
                if waiting
                else "all that the source has is current, and nothing need be computed again."
            )
        )
        if settings.SOURCE_API_URL:
            self.stdout.write("Measurements are put back by the deployment that they are of.")
        if columns := undeclared.columns_left(month, last):
            self.stdout.write(
                f"Values of {listed(columns)} stay in the lake alone: nothing declares them any"
                " more. Once something does, restore the month again before anything else is done."
            )
        left = restorable.left_in_lake(month, last)
        if named := restorable.left_in_words(left):
            self.stdout.write(
                "The lake has more of these, and keeps it, for there is something else in their"
                f" place, or their assessment is of another version: {named}."
            )
        restorable.forget(month, left)

    def _vacuum(self, options: Mapping[str, Any]) -> None:
        if lost := held.lost_in_words():
            raise CommandError(f"Old files may be all that is left. {lost}")
        files = sum(delta.vacuum(table) for table in track(TABLES, "Removing"))
        self.stdout.write(f"{files:,} files removed.")

    def _retire(self, options: Mapping[str, Any]) -> None:
        column = options["column"]
        if any(column in table.schema.names for table in TABLES):
            raise CommandError(f"{column} is a column that this program writes.")
        tables = [table for table in TABLES if delta.retire(table, column)]
        if not tables:
            raise CommandError(f"The lake has no column {quoted(column)}.")
        self.stdout.write(f"Days are written without {column} from now on; others keep it.")

    def _adopt(self, options: Mapping[str, Any]) -> None:
        months = adopting.adopt()
        self.stdout.write(f"The lake at {settings.LAKE_URL} is one of this deployment now.")
        if months:
            self.stdout.write(
                "It has what the databases lack, or have otherwise; that stays as it is until it is"
                f" restored: manage.py lake restore --month {months[0]:%Y-%m}, and so on, to"
                f" {months[-1]:%Y-%m}."
            )


def _month(text: str) -> date:
    """Return the first day of the month that a command-line argument names.

    Raises:
        ArgumentTypeError: saying what a month looks like, and which there are.
    """
    try:
        month = parse_day(f"{text}-01")
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a month; allowed is YYYY-MM") from None
    if not FIRST_DAY <= month <= LAST_DAY:
        raise ArgumentTypeError(f"{text} does not lie in {FIRST_DAY:%Y-%m} to {LAST_DAY:%Y-%m}")
    return month


def _nothing_there() -> str:
    makes_it = f"There is no lake at {settings.LAKE_URL} yet: manage.py lake sync makes it."
    if not LakeProgress.get().synced_until:
        return makes_it
    return f"{makes_it} This deployment had one before: does LAKE_URL in .env still name it?"


def _last_of(month: date) -> date:
    return month_after(month) - DAY


def _behind(options: Mapping[str, Any]) -> list[syncing.DayBehind]:
    kept = syncing.kept_days()
    if not kept:
        return []
    first, last = options.get("first") or kept[0], options.get("last") or kept[1]
    range_of_days(first, last)
    stretches = track(syncing.stretches(first, last), "Comparing")
    return [day for stretch in stretches for day in syncing.days_behind(*stretch)]


def _table(differences: pd.DataFrame) -> Table:
    table = Table(*differences.columns, box=box.SIMPLE_HEAD, padding=0, show_edge=False)
    for row in differences.itertuples(index=False):
        table.add_row(*(str(cell) for cell in row))
    return table
