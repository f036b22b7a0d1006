"""Which turbine-days there are values of, in parts that a download holds in memory at a time."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

import numpy as np

from aggregates.models import AggregatedDay
from aggregates.windows import starts_between
from windproject.days import day_start
from windproject.rows import all_rows

DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
EPOCH = date(1970, 1, 1)

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Part:
    """Windows of one turbine that follow each other; their starts, datetime64[us] in UTC.

    A part ends with a UTC day, so that each turbine-day is read at one moment.
    """

    turbine: str
    starts: Array


def parts(
    start: datetime,
    end: datetime,
    turbines: Collection[str],
    changed_since: datetime | None = None,
    *,
    days_per_part: int,
) -> list[Part]:
    """Return the windows of these turbines that start in [start, end) and may have values.

    By turbine and time. With `changed_since` only those of turbine-days whose statistics
    changed then or later. The parts of all turbines are cut at the same days.
    """
    days = AggregatedDay.objects.filter(
        turbine__in=turbines, day__gte=start.date(), day__lte=(end - TICK).date()
    )
    if changed_since:
        days = days.filter(changed_at__gte=changed_since)
    rows = all_rows(days.order_by("turbine", "day").values_list("turbine", "day"))
    found = (
        Part(turbine, starts_between(max(start, first), min(end, after)))
        for turbine, first, after in _periods(rows, days_per_part)
    )
    return [part for part in found if len(part.starts)]


def _periods(
    rows: Sequence[tuple[str, date]], most_days: int
) -> Iterator[tuple[str, datetime, datetime]]:
    """Yield the turbine, the start and the end of turbine-days that follow each other."""

    def period(numbered: tuple[int, tuple[str, date]]) -> tuple[Any, ...]:
        number, (turbine, day) = numbered
        # The same for all days in a row, within the steps of a part.
        return turbine, day.toordinal() - number, (day - EPOCH).days // most_days

    for (turbine, *_), group in groupby(enumerate(rows), period):
        days = [day for _, (_, day) in group]
        yield turbine, day_start(days[0]), day_start(days[-1]) + DAY
