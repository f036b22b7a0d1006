"""`manage.py aggregate`: aggregate days now, in this process."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser

from aggregates.errors import RunFailed
from aggregates.management.arguments import add_turbines, refuse_unknown_turbines
from aggregates.management.report import write_queued, write_report
from aggregates.models import Run
from aggregates.runs import pipeline, queueing
from aggregates.runs.pipeline import RequestedDay
from aggregates.runs.queueing import problem_of_period
from aggregates.source import gateway
from common import let_go
from common.arguments import day_argument, range_of_days
from common.commands import MeasurementsCommand
from common.days import today
from common.patience import keep_to
from common.postgres.partitions import month_of
from common.terminal import track
from common.waits import RUN


class Command(MeasurementsCommand):
    help = (
        "Turns measurements into 10-minute statistics, a UTC day at a time. Days that are current "
        "already cost nothing and change nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--date", type=day_argument, metavar="DAY", help="one day, as 2025-08-31"
        )
        parser.add_argument(
            "--from", type=day_argument, dest="first", metavar="DAY", help="first day"
        )
        parser.add_argument(
            "--to", type=day_argument, dest="last", metavar="DAY", help="last day, included"
        )
        parser.add_argument(
            "--pending", action="store_true", help="every day that is not current, since --from"
        )
        add_turbines(parser)
        parser.add_argument(
            "--force",
            action="store_true",
            help="also what is current, and even where most of the values would go",
        )

        parser.add_argument(
            "--queue", action="store_true", help="hand the days to the workers instead"
        )

    def run_from_argv(self, argv: list[str]) -> None:
        keep_to(RUN)
        super().run_from_argv(argv)

    def handle(self, *args: Any, **options: Any) -> None:
        how = {
            "turbines": options["turbines"],
            "requested_by": "command",
            "force": options["force"],
        }
        try:
            refuse_unknown_turbines(options["turbines"])
            days = chosen_days(options)
            if options["queue"]:
                write_queued(self.stdout, self.stderr, *queueing.submit(days, **how))
                return
            requested = [pipeline.aggregate_now(day, **how) for day in track(days, "Aggregating")]
            months_let_go = _months_let_go(requested)
        except RunFailed as error:
            raise CommandError(str(error)) from error
        failures = write_report(self.stdout, requested)
        if months_let_go:
            self.stdout.write(months_let_go)
        if failures:
            raise CommandError(f"{failures} of {len(requested)} days did not succeed.")


def chosen_days(options: dict[str, Any]) -> list[date]:
    """Return the days that the arguments choose.

    Raises:
        CommandError: where they choose none, or contradict each other.
    """
    day, first, last = options["date"], options["first"], options["last"]
    if options["pending"] and not (day or last or options["force"]):
        return pipeline.pending_days(first or date.min, date.max, options["turbines"])
    if day and not (first or last or options["pending"]):
        if day > today():
            raise CommandError(f"{day} lies in the future: in UTC today is {today()}.")
        return _possible([day])
    if first and last and not (day or options["pending"]):
        return _possible(range_of_days(first, last))
    raise CommandError(
        "Choose the days by --date DAY, by --from DAY --to DAY, or by --pending [--from DAY]."
    )


def _months_let_go(requested: Sequence[RequestedDay]) -> str:
    """Return a sentence that says where the measurements of empty days are; empty for none."""
    runs = [each.run for each in requested if each.run and each.run.status == Run.Status.EMPTY]
    empty = [run.day for run in runs]
    months = gateway.months_let_go(empty[0], empty[-1]) if empty else []
    return let_go.named([month for month in months if month.first in {*map(month_of, empty)}])


def _possible(days: list[date]) -> list[date]:
    """Return the days, of which a command may take any number; raise CommandError where none is."""
    wrong = problem_of_period(days[0], days[-1], most_days=len(days))
    if wrong:
        raise CommandError(wrong)
    return days
