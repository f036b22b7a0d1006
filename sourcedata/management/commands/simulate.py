"""`simulate --live`: a simulated farm sends its minutes as they pass."""

import time
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, connections

from common.checks import PROJECT_CHECKS
from common.databases import SOURCE
from common.days import day_start, now
from common.postgres import lock_numbers
from sourcedata.live_simulation import MINUTE, LiveFarm
from sourcedata.management.arguments import add_turbines, number_of_turbines
from sourcedata.management.guards import refuse_where_nobody_reads
from sourcedata.models import Turbine
from sourcedata.reader import roster
from sourcedata.simulated_faults import NAMES
from sourcedata.simulation import turbine_fields, turbine_name

SEED, MISSING = 42, 0.01
# A minute is written when it is over, and its last second too.
AFTER_MINUTE = timedelta(seconds=1)


class Command(BaseCommand):
    requires_system_checks = [PROJECT_CHECKS]
    help = (
        "Writes the minutes of a simulated wind farm into the source database as they pass, from"
        " the beginning of today on, until Ctrl-C."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--live",
            action="store_true",
            help="must be given; days that are over are for seed_source",
        )
        add_turbines(parser, default=10)
        parser.add_argument(
            "--faults",
            action="store_true",
            help="let T02 to T07 fall silent, come late, freeze, stop, lose power, turn their vane",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_where_nobody_reads()
        if not options["live"]:
            raise CommandError(
                "Days that are over are written by seed_source. For a farm that goes on, type:"
                " manage.py simulate --live"
            )
        with connections[SOURCE].cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock_numbers.SIMULATE])
            if cursor.fetchone() == (False,):
                raise CommandError("A simulation of this source is live already: end that first.")
        turbines = _turbines(number_of_turbines(options))
        farm = LiveFarm(turbines, SEED, MISSING, options["faults"])
        self._tell_what_is_wrong(turbines, options["faults"])
        try:
            self._go_on(farm)
        except KeyboardInterrupt:
            self.stdout.write("The simulated farm sends no more.")
        except IntegrityError as error:
            raise CommandError(
                "Somebody else writes measurements of T01 and so on: rename theirs, or choose"
                f" another source. {error}"
            ) from error

    def _tell_what_is_wrong(self, turbines: dict[int, Turbine], has_faults: bool) -> None:
        for number, fault in NAMES.items():
            if has_faults and number in turbines:
                self.stdout.write(f"{turbine_name(number)} {fault}.")

    def _go_on(self, farm: LiveFarm) -> None:
        begun = _first_minute(farm)
        ended = _last_full_minute()
        rows = farm.write(begun, ended)
        self.stdout.write(f"Wrote {rows:,} rows of today, from {begun:%H:%M} UTC; Ctrl-C ends it.")
        self.stdout.flush()
        while True:
            time.sleep((ended + MINUTE + AFTER_MINUTE - now()).total_seconds() % 60)
            before, ended = ended, _last_full_minute()
            farm.write(before, ended)


def _turbines(number: int) -> dict[int, Turbine]:
    """Return the turbines by number; those that were retired are in service again."""
    names = {turbine_name(place): place for place in range(1, number + 1)}
    made = [Turbine(name=name, **turbine_fields(place)) for name, place in names.items()]
    Turbine.objects.bulk_create(made, ignore_conflicts=True)
    stored = Turbine.objects.filter(name__in=names)
    stored.update(retired_on=None)
    return {names[turbine.name]: turbine for turbine in stored.order_by("id")}


def _first_minute(farm: LiveFarm) -> datetime:
    """Return the minute after the last one that any turbine has, or the first of today."""
    names = {turbine.name for turbine in farm.turbines.values()}
    times = [
        entry.last_measurement + MINUTE
        for name, entry in roster().items()
        if name in names and entry.last_measurement
    ]
    return max([day_start(now().date()), *times])


def _last_full_minute() -> datetime:
    """Return the end of the last minute that is over."""
    return (now() - AFTER_MINUTE).replace(second=0, microsecond=0)
