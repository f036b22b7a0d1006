"""Days as they are before they are aggregated for the first time."""

import os
from datetime import date

from django.core.management import call_command
from django.db import connections

from aggregates.models import AggregatedDay
from common.databases import SOURCE, TARGET
from common.days import days_between
from common.postgres.partitions import month_of, partition_of
from sourcedata import reader


def measured(turbines: int, first: date, last: date) -> None:
    """Make the measurements of a range of days, where they are not there yet."""
    if reader.turbine_days(first, last):
        return
    days = (last - first).days + 1
    call_command("seed_source", turbines=turbines, days=days, end=last, verbosity=0)
    tidy(SOURCE)


def forget(first: date, last: date) -> None:
    """Drop the statistics of the months that the days lie in."""
    AggregatedDay.objects.filter(day__range=(first, last)).delete()
    with connections[TARGET].cursor() as cursor:
        for month in {month_of(day) for day in days_between(first, last)}:
            cursor.execute(f"DROP TABLE IF EXISTS {partition_of('data', month)}")
    tidy(TARGET)


def settle() -> None:
    """Have all that was written before lie on disk, and nothing left for the autovacuum to do."""
    for alias in (SOURCE, TARGET):
        tidy(alias)
    os.sync()


def tidy(alias: str) -> None:
    """Have the server do now what it would else do while something is measured."""
    with connections[alias].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
