"""`manage.py find`: look for what is wrong with turbines on days."""

from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError, CommandParser
from rich import box
from rich.table import Table

from aggregates.assessment.kept_findings import find
from aggregates.management.arguments import add_period
from aggregates.models import Finding
from aggregates.pages.sentences import counted
from common.arguments import range_of_days
from common.commands import MeasurementsCommand
from common.days import now
from common.patience import keep_to
from common.terminal import rendered
from common.waits import RUN


class Command(MeasurementsCommand):
    help = (
        "Looks for findings on some days: turbines that stood still in wind, frozen sensors, vanes "
        "that are off, and more (docs/findings.md). The schedule does so by itself for the last 60 "
        "days."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_period(parser)

    def run_from_argv(self, argv: list[str]) -> None:
        keep_to(RUN)
        super().run_from_argv(argv)

    def handle(self, *args: Any, **options: Any) -> None:
        days = range_of_days(options["first"], options["last"])
        look = find(days[0], days[-1], now())
        if look.findings:
            self.stdout.write(rendered(_table(look.findings)))
        number = counted(len(look.findings), "finding") if look.findings else "No findings"
        self.stdout.write(f"{number} from {days[0]} to {days[-1]}.")
        if look.error:
            raise CommandError(look.error)


def _table(findings: Sequence[Finding]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=0, show_edge=False)
    for name in ("turbine", "kind", "from (UTC)"):
        table.add_column(name, no_wrap=True)
    table.add_column("kWh", justify="right")
    table.add_column("what was seen")
    for finding in findings:
        lost = "" if finding.lost_kwh is None else f"{finding.lost_kwh:,.0f}"
        start = f"{finding.start:%Y-%m-%d %H:%M}"
        table.add_row(finding.about, finding.get_kind_display(), start, lost, finding.sentence)
    return table
