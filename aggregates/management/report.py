"""Tables and sentences by which a command shows what became of the days it was asked for."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.core.management.base import OutputWrapper
from rich import box
from rich.table import Table

from aggregates.models import Outcome, Run
from aggregates.runs.pipeline import RequestedDay
from common.terminal import rendered

FIGURES = ("samples", "windows", "written", "removed", "unchanged")


def write_report(stdout: OutputWrapper, requested: Sequence[RequestedDay]) -> int:
    """Write a table of the days that ran and say what the others were; return how many failed."""
    runs = [day.run for day in requested if day.run and day.outcome != Outcome.ACTIVE]
    if runs:
        stdout.write(rendered(_table(runs)))
    for run in runs:
        if run.error:
            stdout.write(f"{run.day} {run.status}: {run.error}")
    _write_days_without_run(stdout, requested)
    return sum(1 for run in runs if not run.is_well)


def write_queued(
    stdout: OutputWrapper, stderr: OutputWrapper, requested: Sequence[RequestedDay], failure: str
) -> None:
    """Write what became of the days that were handed to the workers, and where to look on."""
    waiting = [day.day for day in requested if day.outcome.waits]
    _write_days_without_run(stdout, requested)
    if waiting:
        stdout.write(f"{_spelled(waiting)} queued; see Runs in the admin, or GET /api/runs.")
    if failure:
        stderr.write(failure)


def _write_days_without_run(stdout: OutputWrapper, requested: Sequence[RequestedDay]) -> None:
    current = [day.day for day in requested if day.outcome == Outcome.CURRENT]
    if not requested:
        stdout.write("Every day is current: nothing to do.")
    elif current:
        stdout.write(f"{_spelled(current)} current already: nothing written.")
    for day in requested:
        if day.outcome == Outcome.ACTIVE and day.run:
            stdout.write(f"{day.day} is being aggregated by {day.run.worker}.")


def _spelled(days: Sequence[date]) -> str:
    if len(days) == 1:
        return f"{days[0]} is"
    return f"{len(days)} days, {days[0]} to {days[-1]}, are"


def _table(runs: Sequence[Run]) -> Table:
    # The table is tight, so that the figures of a large farm fit on a terminal of 80 columns.
    table = Table(box=box.SIMPLE_HEAD, padding=0, show_edge=False, show_footer=len(runs) > 1)
    table.add_column("day", footer=f"{len(runs)} days")
    table.add_column("status")
    for name in FIGURES:
        total = sum(_figure(run, name) for run in runs)
        table.add_column(name, justify="right", footer=f"{total:,}")
    seconds = sum((run.duration or timedelta() for run in runs), timedelta())
    table.add_column("seconds", justify="right", footer=_seconds(seconds))
    for run in runs:
        figures = [f"{_figure(run, name):,}" for name in FIGURES]
        table.add_row(str(run.day), run.status, *figures, _seconds(run.duration))
    return table


def _figure(run: Run, name: str) -> int:
    return run.inserted + run.changed if name == "written" else int(getattr(run, name))


def _seconds(duration: timedelta | None) -> str:
    return "" if duration is None else f"{duration.total_seconds():.2f}"
