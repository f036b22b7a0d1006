"""`manage.py demo`: ten days of one turbine, from nothing to statistics."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections

import embedded
from common.databases import SOURCE
from common.days import today
from common.postgres import lock_numbers
from sourcedata import reader
from sourcedata.management.guards import refuse_where_nobody_reads
from sourcedata.models import Turbine

NEXT_STEPS = """
What to do next:
  see the measurements   .venv/bin/python manage.py dbshell --database source
                         SELECT * FROM data LIMIT 5;
  see the statistics     .venv/bin/python manage.py dbshell
                         SELECT name, timestamp, value FROM data JOIN signal
                         ON signal.id = signal_id WHERE name = 'wind_speed_mean' LIMIT 5;
{serving}
  make a day stale       UPDATE data SET power = 0 WHERE timestamp = '{day}T12:00Z';  (in source)
  and heal it            .venv/bin/python manage.py aggregate --pending
  let a farm be live     .venv/bin/python manage.py simulate --live --faults
  import your own        .venv/bin/python manage.py import_measurements --help
"""
# `serve` makes an account on the embedded server, and to read from the API takes none.
EMBEDDED = """
  see all of it run      make serve
  ask for them by HTTP   curl "http://localhost:{port}/data?start={day}&end={day}T01:00"
""".strip("\n")
SERVERS_OF_ONES_OWN = """
  make an account        .venv/bin/python manage.py createsuperuser
  see all of it run      make serve
  make a token           .venv/bin/python manage.py create_token USER
  ask for them by HTTP   curl -H "Authorization: Token TOKEN" \\
                         "http://localhost:{port}/data?start={day}&end={day}T01:00"
""".strip("\n")


class Command(BaseCommand):
    help = "Migrates both databases, seeds ten days of one turbine, and aggregates them."

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_where_nobody_reads()
        if settings.SETTINGS_MODULE == "windproject.production":
            raise CommandError("A demo is simulated, and this is a deployment: it stays as it is.")
        with one_demo_at_a_time():
            self._run()

    def _run(self) -> None:
        self.stdout.write("Migrating both databases ...")
        call_command("migrate", verbosity=0, skip_checks=False)
        if reader.day_range() is None:
            call_command("seed_source", turbines=1, days=10)
            # Nothing more comes of it, so nobody is to miss anything.
            Turbine.objects.update(retired_on=today())
        call_command("aggregate", pending=True)
        first_and_last = reader.day_range()
        assert first_and_last is not None
        self.stdout.write(next_steps(first_and_last[1]))


def next_steps(day: date) -> str:
    """Return what can be typed next, on the servers that there are."""
    is_embedded = connection.settings_dict["ENGINE"] == embedded.__name__
    serving = EMBEDDED if is_embedded else SERVERS_OF_ONES_OWN
    named = {"day": day, "port": settings.WEB_PORT}
    return NEXT_STEPS.format(serving=serving.format(**named), **named)


@contextmanager
def one_demo_at_a_time() -> Iterator[None]:
    """Wait for the demo that another process runs."""
    with connections[SOURCE].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [lock_numbers.DEMO])
        yield
        cursor.execute("SELECT pg_advisory_unlock(%s)", [lock_numbers.DEMO])
