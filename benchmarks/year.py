"""A farm with a year of history: 100 turbines, every measurement and every statistic of them.

make bench-year. It takes a quarter of an hour and 23 GB; what was interrupted goes on.
"""

from datetime import date, timedelta

from django.conf import settings
from django.core.management import call_command
from rich.progress import track

from aggregates.runs.pipeline import aggregate_now, pending_days
from benchmarks.fresh import measured, tidy
from common.databases import SOURCE, TARGET
from common.days import days_between
from common.postgres.partitions import month_after

FOLDER = "benchmarks-year"
TURBINES = 100
FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
# Measured one after the other, as if it were their day.
DAYS_AFTER = [LAST + timedelta(days=number) for number in range(1, 6)]


def main() -> None:
    """Make what is not there yet."""
    call_command("migrate", verbosity=0)
    months = [day for day in days_between(FIRST, LAST) if day.day == 1]
    for month in track(months, "Measurements"):
        measured(TURBINES, month, month_after(month) - timedelta(days=1))
    for day in track(pending_days(FIRST, LAST), "Statistics"):
        aggregate_now(day, [], requested_by="benchmark")
    for alias in (SOURCE, TARGET):
        tidy(alias)
    (settings.VAR_DIR / "made").touch()


if __name__ == "__main__":
    main()
