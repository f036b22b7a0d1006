"""`manage.py delete_measurements`: measurements of a turbine that should not be there."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.checks import PROJECT_CHECKS
from common.wording import quoted
from sourcedata.importing.arguments import moment
from sourcedata.management.guards import refuse_where_nobody_reads
from sourcedata.models import Measurement, Turbine


class Command(BaseCommand):
    requires_system_checks = [PROJECT_CHECKS]
    help = (
        "Deletes the measurements of a turbine that start from a time on and before another one. "
        "Without --yes it says what would go. Their days are computed anew."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--turbine", required=True, metavar="NAME", help="whose they are")
        parser.add_argument(
            "--from",
            dest="start",
            required=True,
            type=moment,
            metavar="TIME",
            help="the first that goes: ISO 8601, in UTC where it has no offset",
        )
        parser.add_argument(
            "--to",
            dest="end",
            required=True,
            type=moment,
            metavar="TIME",
            help="the first that stays",
        )
        parser.add_argument("--yes", action="store_true", help="delete them")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_where_nobody_reads()
        start, end = options["start"], options["end"]
        if end <= start:
            raise CommandError("--to is not after --from: there is nothing between them.")
        turbine = Turbine.objects.filter(name=options["turbine"]).first()
        if turbine is None:
            raise CommandError(f"There is no turbine {quoted(options['turbine'])}.")
        gone = Measurement.objects.filter(turbine=turbine, timestamp__gte=start, timestamp__lt=end)
        if not options["yes"]:
            self.stdout.write(f"{_said(gone.count(), turbine, start, end)} With --yes, they go.")
            return
        deleted, _ = gone.delete()
        self.stdout.write(f"Deleted: {_said(deleted, turbine, start, end)}")
        self.stdout.write("Next: manage.py aggregate --pending")


def _said(number: int, turbine: Turbine, start: datetime, end: datetime) -> str:
    return (
        f"{number:,} measurements of {turbine.name} from {start:%Y-%m-%d %H:%M:%S} to before"
        f" {end:%Y-%m-%d %H:%M:%S} UTC."
    )
