"""A wind farm served by this project, for libraries that cannot share its environment.

python -m tests.interop.farm PORT, in the project's own environment: makes databases, fills them
with a month of three turbines, and becomes their web server.
"""

import os
import sys
from datetime import date

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
LAST_DAY = date(2025, 1, 31)


def fill() -> None:
    """Make a January of three turbines with their places, and its statistics."""
    from django.core.management import call_command

    from sourcedata.models import Turbine

    call_command("migrate", verbosity=0)
    call_command("seed_source", turbines=3, days=31, end=LAST_DAY, verbosity=0)
    for number, turbine in enumerate(Turbine.objects.order_by("name")):
        turbine.latitude, turbine.longitude = 48.4 + number / 10, 5.5
        turbine.save()
    call_command("aggregate", first=LAST_DAY.replace(day=1), last=LAST_DAY, verbosity=0)


def main() -> None:
    """Fill, and serve until the process is ended."""
    django.setup()
    fill()
    address = f"127.0.0.1:{sys.argv[1]}"
    arguments = ["windproject.wsgi", "--config", "python:windproject.gunicorn", "--bind", address]
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *arguments])


if __name__ == "__main__":
    main()
