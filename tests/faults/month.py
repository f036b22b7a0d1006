"""The month of the day that fault tests measure, and the one before."""

from datetime import timedelta
from io import StringIO

from django.core.management import call_command

from aggregates import states
from aggregates.source.gateway import SourceUnavailable
from common.days import now
from common.postgres.partitions import month_after, month_of
from tests.faults.conftest import DAY

OTHER_MONTH = month_of(DAY) - timedelta(days=5)


def partition() -> str:
    return f"data_{DAY:%Y_%m}"


def state() -> str:
    try:
        return str(states.day_and_turbines(DAY, now())[0].state)
    except SourceUnavailable:
        return "unknown"


def repair() -> str:
    call_command("verify_source", "--repair", stdout=(told := StringIO()))
    return told.getvalue()


def written(statement: str) -> str:
    """Fill in the names of the day and its month."""
    bounds = f"FROM ('{month_of(DAY)} 00:00+00') TO ('{month_after(month_of(DAY))} 00:00+00')"
    return statement.format(partition=partition(), bounds=bounds, day=DAY, other=OTHER_MONTH)
