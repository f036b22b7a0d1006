"""How long it takes to tell the states of a year of 100 turbines: python -m benchmarks.states

The goal is 300 ms. The databases are made by the first run and kept.
"""

from collections.abc import Callable
from datetime import date, timedelta
from statistics import median
from time import perf_counter
from typing import Any

from django.core.management import call_command
from django.db import connections
from rich import box
from rich.table import Table

from aggregates import states, versions
from aggregates.transform import rules
from windproject.terminal import rendered

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
REPEATS = 9
RATED_POWER_KW = 2000.0
FILLS = {
    "source": [
        "INSERT INTO turbine (name, rated_power_kw, sample_interval_s)"
        " SELECT 'T' || n, %(power)s, 60 FROM generate_series(1, 100) AS n",
        "INSERT INTO source_day (turbine_id, day, revision, samples)"
        " SELECT id, day, 7, 1440"
        " FROM turbine, generate_series(%(first)s, %(last)s, '1 day') AS day",
    ],
    "default": [
        "INSERT INTO run (day, turbines, force, requested_by, status, attempt, worker, fingerprint,"
        " samples, missing, rejected, windows, inserted, changed, removed, unchanged, error,"
        " traceback) SELECT day, '{}', false, 'schedule', 'succeeded', 1, '', '',"
        " 0, 0, 0, 0, 0, 0, 0, 0, '', ''"
        " FROM generate_series(%(first)s, %(last)s, '1 day') AS day, generate_series(1, 10)",
        "INSERT INTO aggregated_day"
        " (turbine, day, revision, rules, run_id, aggregated_at, changed_at, windows)"
        " SELECT 'T' || n, day, 7, %(rules)s, (SELECT min(id) FROM run), now(), now(), 144"
        " FROM generate_series(1, 100) AS n, generate_series(%(first)s, %(last)s, '1 day') AS day",
    ],
}


def fill() -> None:
    """Make a year of 100 turbines, ten runs a day, all current."""
    call_command("migrate", verbosity=0)
    if versions.aggregated(FIRST, FIRST):
        return
    values: dict[str, Any] = {
        "first": FIRST,
        "last": LAST,
        "power": RATED_POWER_KW,
        "rules": rules(RATED_POWER_KW),
    }
    for alias, statements in FILLS.items():
        with connections[alias].cursor() as cursor:
            for statement in statements:
                cursor.execute(statement, values)
            cursor.execute("ANALYZE")


def seconds(question: Callable[[], object]) -> list[float]:
    """Return how long each of some askings took, the first left out."""
    took = []
    for _ in range(REPEATS + 1):
        started = perf_counter()
        question()
        took.append(perf_counter() - started)
    return took[1:]


def main() -> None:
    """Fill, measure and print."""
    fill()
    questions = {
        "turbine-days of a year": lambda: states.turbine_days(FIRST, LAST),
        "days of a year": lambda: states.days(FIRST, LAST),
        "days of a month": lambda: states.days(LAST - timedelta(days=30), LAST),
    }
    table = Table("100 turbines", "median ms", "least", "most", box=box.SIMPLE_HEAD)
    for name, question in questions.items():
        took = [1000 * one for one in seconds(question)]
        table.add_row(name, *(f"{one:.0f}" for one in (median(took), min(took), max(took))))
    assert {found.state for found in states.days(FIRST, LAST)} == {states.State.CURRENT}
    print(rendered(table))


if __name__ == "__main__":
    main()
