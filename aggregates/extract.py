"""What the pipeline asks of the source: which turbine-days exist, and their measurements.

A turbine-day's revision is to be read before its measurements, so that a change in between leaves
it stale, never wrongly current.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date

import pandas as pd
from django.db import InterfaceError, OperationalError

from aggregates.errors import RunFailed
from sourcedata import reader
from sourcedata.reader import TurbineDay
from windproject.wording import first_line

__all__ = [
    "SourceUnavailable",
    "TurbineDay",
    "day_range",
    "measurements",
    "turbine_days",
    "turbine_names",
]


class SourceUnavailable(RunFailed):
    """The source does not answer, or not with what was asked for."""


@contextmanager
def _asking_the_source() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        sentence = f"The source database fails: {first_line(error)}."
        raise SourceUnavailable(sentence) from error


@_asking_the_source()
def turbine_names() -> list[str]:
    """Return the names of the source's turbines."""
    return reader.turbine_names()


@_asking_the_source()
def day_range() -> tuple[date, date] | None:
    """Return the first and last day that has measurements, or None where there are none."""
    return reader.day_range()


@_asking_the_source()
def turbine_days(first: date, last: date, turbines: Collection[str] = ()) -> list[TurbineDay]:
    """Return the turbine-days from `first` to `last`, both included, by day and turbine."""
    return reader.turbine_days(first, last, turbines)


@_asking_the_source()
def measurements(day: date, turbines: Sequence[str]) -> pd.DataFrame:
    """Return the measurements of some turbines on one UTC day, as `reader.measurements` does."""
    return reader.measurements(day, turbines)
