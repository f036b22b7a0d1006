"""`manage.py aggregate_lake`: statistics of the lake's measurements, computed by Spark."""

from contextlib import closing
from typing import Any

from django.core.management.base import CommandError, CommandParser

from aggregates.errors import RunFailed
from aggregates.lake.failures import LakeUnavailable
from aggregates.lake.spark import Spark, SparkFailed
from aggregates.lake.work import store, work_between
from aggregates.management.arguments import add_period, add_turbines, refuse_unknown_turbines
from aggregates.management.lake import require_lake, writing_alone
from common.arguments import range_of_days
from common.commands import MeasurementsCommand
from common.days import now
from common.patience import keep_to
from common.terminal import track
from common.waits import RUN
from common.wording import listed


class Command(MeasurementsCommand):
    help = (
        "Computes statistics of the lake's measurements on a Spark Connect server, into the lake. "
        "Turbine-days that are current are left alone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_period(parser)
        add_turbines(parser)
        parser.add_argument(
            "--spark", required=True, metavar="sc://HOST:PORT", help="the Spark Connect server"
        )

    def run_from_argv(self, argv: list[str]) -> None:
        keep_to(RUN)
        super().run_from_argv(argv)

    def handle(self, *args: Any, **options: Any) -> None:
        require_lake()
        if not options["spark"].startswith("sc://"):
            raise CommandError("--spark is no address such as sc://localhost:15002.")
        range_of_days(options["first"], options["last"])
        try:
            refuse_unknown_turbines(options["turbines"])
            self._aggregate(options)
        except (LakeUnavailable, RunFailed, SparkFailed) as error:
            raise CommandError(str(error)) from error

    def _aggregate(self, options: dict[str, Any]) -> None:
        with writing_alone():
            work = work_between(options["first"], options["last"], options["turbines"])
            if work.turbine_days:
                with closing(Spark(options["spark"])) as spark:
                    for part in track(work.parts(), "Computing"):
                        store(part, spark.compute(part), now())
        self.stdout.write(
            f"{len(work.turbine_days):,} turbine-days computed, {work.current:,} current already."
        )
        if not (work.turbine_days or work.current or work.held or work.strangers):
            self.stdout.write("The lake has no measurements of these days.")
        if work.held:
            self.stdout.write(
                f"Left alone, for they were let go: {work.held:,} turbine-days. To compute them,"
                " put them back first: manage.py lake restore --month"
            )
        if work.strangers:
            self.stdout.write(
                f"Left alone, for the source does not have them: {listed(work.strangers)}."
            )
