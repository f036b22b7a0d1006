"""What variables of a farm's own cost: fifty beside the seven, and one more on what is computed.

Each figure is of programs of their own, for a program reads VARIABLES_FILE once.
"""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from time import perf_counter

from django.conf import settings
from django.db import connections

from benchmarks.fresh import forget, measured, settle, tidy
from benchmarks.report import publish, spread
from common.databases import SOURCE, TARGET
from common.days import DAY

TITLE = "Variables of a farm's own"
TURBINES, FIFTY = 100, 50
# The first of each kind counts for neither: it meets cold programs and new tables.
SEVEN_ALONE = [date(2023, 1, day) for day in range(1, 7)]
WITH_FIFTY = [date(2023, 2, day) for day in range(1, 7)]
ONE_MORE = [date(2023, 3, day) for day in range(1, 13)]
DECLARED = '[{name}]\nunit = "degC"\nminimum = -50\nmaximum = 150\nstatistics = ["mean"]\n'


def main() -> None:
    """Measure, and write it into docs/performance.md."""
    for days in (SEVEN_ALONE, WITH_FIFTY, ONE_MORE):
        measured(TURBINES, days[0], days[-1])
        forget(days[0], days[-1])
    settle()
    alone, alone_bytes = loads(SEVEN_ALONE)
    declare(FIFTY)
    fill(WITH_FIFTY)
    beside, beside_bytes = loads(WITH_FIFTY)
    aggregate_all(ONE_MORE)
    declare(FIFTY + 1)
    a_day = one_more()
    rows = [
        ["rows", f"{rows_of(SEVEN_ALONE[-1]):,}", f"{rows_of(WITH_FIFTY[-1]):,}"],
        ["first load, s", spread(alone), spread(beside)],
        ["disk of the target, MB", f"{alone_bytes / 1e6:.0f}", f"{beside_bytes / 1e6:.0f}"],
        ["one variable more on a day that is computed (of twelve), s", "", f"{a_day:.2f}"],
    ]
    publish(TITLE, ["100 turbines, a day", "the seven", "and fifty means"], rows)


def file() -> Path:
    """Return where the variables are declared."""
    path: Path = settings.VAR_DIR / "variables.toml"
    return path


def declare(number: int) -> None:
    """Declare so many variables, and make their columns."""
    file().write_text("".join(DECLARED.format(name=name_of(n)) for n in range(number)))
    run("manage.py", "migrate", "--verbosity=0")


def name_of(number: int) -> str:
    """Return what a variable is called."""
    return f"bearing_temperature_{number:02}"


def run(*arguments: str) -> str:
    """Run a program that has the variables which are declared."""
    declared = {"VARIABLES_FILE": str(file())} if file().exists() else {}
    environment = os.environ | declared
    if arguments[0] == "-m":
        # A benchmark sets itself up where nobody names its settings.
        del environment["DJANGO_SETTINGS_MODULE"]
    return subprocess.check_output([sys.executable, *arguments], env=environment, text=True)


def fill(days: list[date]) -> None:
    """Give each of the fifty variables a value in every row of the days."""
    values = ", ".join(f"{name_of(number)} = 40 + 20 * random()" for number in range(FIFTY))
    with connections[SOURCE].cursor() as cursor:
        cursor.execute(
            f"UPDATE data SET {values} WHERE timestamp >= %s AND timestamp < %s",
            [f"{days[0]}Z", f"{days[-1] + DAY}Z"],
        )
    tidy(SOURCE)


def loads(days: list[date]) -> tuple[list[float], float]:
    """Return how long each first load takes but the first, and the bytes of a day."""
    seconds = [float(run("-m", "benchmarks.first_load", str(day))) for day in days]
    with connections[TARGET].cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size(%s)", [f"data_{days[0]:%Y_%m}"])
        (size,) = cursor.fetchone()
    return seconds[1:], size / len(days)


def aggregate_all(days: list[date]) -> None:
    """Aggregate the days, as somebody does at a terminal."""
    run("manage.py", "aggregate", f"--from={days[0]}", f"--to={days[-1]}")


def one_more() -> float:
    """Return how long it takes to compute one variable more, by day."""
    started = perf_counter()
    aggregate_all(ONE_MORE)
    return (perf_counter() - started) / len(ONE_MORE)


def rows_of(day: date) -> int:
    """Return how many values the statistics of a day have."""
    with connections[TARGET].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM data WHERE timestamp >= %s AND timestamp < %s",
            [f"{day}Z", f"{day + DAY}Z"],
        )
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main()
