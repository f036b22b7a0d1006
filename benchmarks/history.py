"""A day after a year of history, beside the same day of a farm that begins with it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import date

from django.conf import settings
from django.core.management import call_command

from benchmarks import next_day, old_farm, year
from benchmarks.fresh import forget, measured

NEW_FOLDER = "benchmarks-new"


def begin() -> None:
    """Make the databases of BENCHMARK_FOLDER such that none of the days is aggregated."""
    call_command("migrate", verbosity=0)
    measured(year.TURBINES, year.DAYS_AFTER[0], year.DAYS_AFTER[-1])
    forget(year.DAYS_AFTER[0], year.DAYS_AFTER[-1])


def fill() -> None:
    """Make both farms ready for the first of the days."""
    if not is_there():
        raise SystemExit("There is no year of history yet; make it by: make bench-year")
    for folder in (NEW_FOLDER, year.FOLDER):
        ask(folder, "-c", f"from {__name__} import begin; begin()")


def is_there() -> bool:
    """Return whether the year was made, to its end."""
    return (settings.BASE_DIR / "var" / year.FOLDER / "made").exists()


def measure(number: int) -> dict[str, float]:
    """Return what a day costs in the new farm and in the old, and what the old costs else."""
    day = year.DAYS_AFTER[number]
    of_the_day: dict[str, float] = {}
    for folder in (NEW_FOLDER, year.FOLDER):
        costs = figures(folder, next_day.__name__, day)
        of_the_day |= {f"{folder}, {name}": value for name, value in costs.items()}
    return {**of_the_day, **figures(year.FOLDER, old_farm.__name__)}


def figures(folder: str, program: str, *days: date) -> Mapping[str, float]:
    """Return what a program says of the databases in a folder."""
    said: Mapping[str, float] = json.loads(ask(folder, "-m", program, *map(str, days)))
    return said


def ask(folder: str, *arguments: str) -> str:
    """Run a program of this Python on the databases in a folder; return its last line."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | {"BENCHMARK_FOLDER": folder},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout.strip().rpartition("\n")[2]
