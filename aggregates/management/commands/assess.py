"""`manage.py assess`: judge what turbines did on days, and what it cost."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import Count, Sum
from rich import box
from rich.table import Table

from aggregates.assessment.making import assess
from aggregates.management.arguments import add_period
from aggregates.models import Assessment
from common.arguments import range_of_days
from common.commands import MeasurementsCommand
from common.patience import keep_to
from common.terminal import rendered, track
from common.waits import RUN

KWH_PER_MWH = 1000


class Command(MeasurementsCommand):
    help = (
        "Judges what each turbine did in each window of some days, and what it lost. The schedule "
        "does so by itself wherever statistics or curves have changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_period(parser)

    def run_from_argv(self, argv: list[str]) -> None:
        keep_to(RUN)
        super().run_from_argv(argv)

    def handle(self, *args: Any, **options: Any) -> None:
        days = range_of_days(options["first"], options["last"])
        turbine_days = sum(assess(day, day) for day in track(days, "Assessing"))
        if turbine_days:
            self.stdout.write(rendered(_table(_figures(days))))
        self.stdout.write(
            f"{turbine_days:,} turbine-days assessed."
            if turbine_days
            else "No turbine has statistics on these days: aggregate them first."
        )


def _figures(days: Sequence[date]) -> Sequence[Mapping[str, Any]]:
    assessments = Assessment.objects.filter(day__range=(days[0], days[-1]))
    return list(
        assessments.values("turbine")
        .annotate(
            days=Count("day"),
            energy=Sum("energy_kwh"),
            expected=Sum("expected_kwh"),
            stopped=Sum("lost_stopped_kwh"),
            by_neighbours=Sum("lost_stopped_by_neighbours_kwh"),
            derated=Sum("lost_derated_kwh"),
        )
        .order_by("turbine")
    )


def _table(figures: Sequence[Mapping[str, Any]]) -> Table:
    columns = ("energy", "expected", "stopped", "by_neighbours", "derated")
    table = Table(box=box.SIMPLE_HEAD, padding=0, show_edge=False, title="MWh", title_style="")
    table.add_column("turbine")
    table.add_column("days", justify="right")
    for name in columns:
        table.add_column(name.replace("_", " "), justify="right")
    for row in figures:
        table.add_row(row["turbine"], f"{row['days']:,}", *(_mwh(row[name]) for name in columns))
    return table


def _mwh(kwh: float | None) -> str:
    return "none" if kwh is None else f"{kwh / KWH_PER_MWH:,.2f}"
