"""`manage.py audit`: recompute days in another way, and compare."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas as pd
from django.core.management.base import CommandError, CommandParser
from rich import box
from rich.table import Table

from aggregates.audit import auditing
from aggregates.audit.auditing import Audit
from aggregates.errors import RunFailed
from aggregates.management.arguments import add_period, add_turbines, refuse_unknown_turbines
from aggregates.management.report import write_queued
from aggregates.pages.sentences import counted
from aggregates.runs import queueing
from aggregates.states import State
from common.arguments import range_of_days
from common.commands import MeasurementsCommand
from common.patience import keep_to
from common.terminal import rendered, track
from common.waits import RUN
from common.wording import listed

MOST_ROWS = 20


class Command(MeasurementsCommand):
    help = (
        "Recomputes statistics by SQL in the source database and compares them with those that are "
        "stored. Exits with 1 where they differ."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_period(parser)
        add_turbines(parser)
        parser.add_argument(
            "--repair", action="store_true", help="have the workers compute again what differs"
        )

    def run_from_argv(self, argv: list[str]) -> None:
        keep_to(RUN)
        super().run_from_argv(argv)

    def handle(self, *args: Any, **options: Any) -> None:
        turbines = options["turbines"]
        try:
            refuse_unknown_turbines(turbines)
            days = range_of_days(options["first"], options["last"])
            audits = [auditing.audit_day(day, turbines) for day in track(days, "Auditing")]
            damaged = [audit for audit in audits if audit.damaged]
            self._report(audits)
            if damaged and options["repair"]:
                self._repair(damaged)
        except RunFailed as error:
            raise CommandError(str(error)) from error
        if failed := [audit for audit in audits if audit.failed]:
            raise CommandError(_of_failed(failed))
        if damaged:
            raise CommandError(
                f"{len(damaged)} of {len(days)} days differ from their measurements."
            )

    def _report(self, audits: list[Audit]) -> None:
        differences = pd.concat([audit.differences for audit in audits])
        number = len(differences)
        if number:
            self.stdout.write(rendered(_table(differences.head(MOST_ROWS))))
        if number > MOST_ROWS:
            self.stdout.write(f"... and {number - MOST_ROWS:,} more.")
        compared = sum(len(audit.audited) for audit in audits)
        values = sum(audit.values for audit in audits)
        self.stdout.write(
            f"{compared:,} turbine-days audited, {values:,} values: {number:,} differ."
        )
        if left_out := [audit for audit in audits if audit.not_current]:
            self.stdout.write(_of_left_out(left_out))

    def _repair(self, damaged: list[Audit]) -> None:
        for audit in damaged:
            auditing.make_damaged_stale(audit)
            requested, failure = queueing.submit([audit.day], audit.damaged, requested_by="audit")
            write_queued(self.stdout, self.stderr, requested, failure)


def _of_left_out(audits: Sequence[Audit]) -> str:
    """Say how much was not audited, why, and what to type first; of days, at least one."""
    states = Counter(state for audit in audits for state in audit.not_current.values())
    by_state = listed(f"{states[state]:,} {state}" for state in State if state in states)
    period = f"--from {audits[0].day} --to {audits[-1].day}"
    return (
        f"Left out of {counted(len(audits), 'day')}: {counted(states.total(), 'turbine-day')}"
        f" ({by_state}). Their statistics are not there yet, or older than their measurements or"
        f" rules, so nothing is said of them. Type: manage.py aggregate {period}"
    )


def _of_failed(audits: Sequence[Audit]) -> str:
    """Say which turbine-days could not be audited; of days, at least one."""
    number = sum(len(audit.failed) for audit in audits)
    turbine, reason = next(iter(audits[0].failed.items()))
    return (
        f"{counted(number, 'turbine-day')} could not be audited. The first is {audits[0].day} of"
        f" {turbine}: {reason}."
    )


def _table(differences: pd.DataFrame) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=0, show_edge=False)
    for name in ("turbine", "window", "variable", "statistic"):
        table.add_column(name)
    for name in ("expected", "stored"):
        table.add_column(name, justify="right")
    for turbine, variable, statistic, start, expected, stored in differences.itertuples(
        index=False
    ):
        window = f"{start:%Y-%m-%d %H:%M}"
        table.add_row(turbine, window, variable, statistic, _number(expected), _number(stored))
    return table


def _number(value: float) -> str:
    return "none" if pd.isna(value) else f"{value:.9g}"
