"""The turbine-days that have values, in parts that a download holds in memory at a time."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

import numpy as np

from aggregates.compute.windows import expected_samples, starts_between
from aggregates.models import AggregatedDay
from common.arrays import Array
from common.days import DAY, day_start, days_between
from common.postgres.rows import all_rows

TICK = timedelta(microseconds=1)
EPOCH = date(1970, 1, 1)

# A turbine, a day, and the sample interval of that day in seconds.
AggregatedDayRow = tuple[str, date, int | None]


@dataclass(frozen=True)
class Part:
    """Windows of one turbine that follow each other; their starts, datetime64[us] in UTC.

    `expected_samples` is how many samples each should hold. A part ends with a UTC day, so that
    each turbine-day is read at one moment.
    """

    turbine: str
    starts: Array
    expected_samples: Array


def parts(
    start: datetime,
    end: datetime,
    turbines: Collection[str],
    changed_since: datetime | None = None,
    *,
    days_per_part: int,
    is_full: bool = False,
) -> list[Part]:
    """Return the windows of these turbines that start in [start, end) and may have values.

    By turbine and time. With `changed_since` only those of turbine-days whose statistics
    changed then or later; else, with `is_full`, every window there is. The parts of all turbines
    are cut at the same days.
    """
    days = AggregatedDay.objects.filter(
        turbine__in=turbines, day__gte=start.date(), day__lte=(end - TICK).date()
    )
    if changed_since:
        days = days.filter(changed_at__gte=changed_since)
    columns = ("turbine", "day", "sample_interval_s")
    rows = all_rows(days.order_by("turbine", "day").values_list(*columns))
    if is_full and not changed_since:
        rows = _every_day(rows, turbines, start.date(), (end - TICK).date())
    in_order = (_part(period, start, end) for period in _periods(rows, days_per_part))
    return [part for part in in_order if len(part.starts)]


def _part(days: Sequence[AggregatedDayRow], start: datetime, end: datetime) -> Part:
    """Return the windows of turbine-days that follow each other, as far as [start, end) goes."""
    (turbine, first, _), (_, last, _) = days[0], days[-1]
    starts = starts_between(max(start, day_start(first)), min(end, day_start(last) + DAY))
    expected = np.array([expected_samples(interval_s) for _, _, interval_s in days])
    numbers = (starts - np.datetime64(first, "us")) // np.timedelta64(DAY)
    return Part(turbine, starts, expected[numbers.astype(int)])


def _every_day(
    rows: Sequence[AggregatedDayRow], turbines: Collection[str], first: date, last: date
) -> list[AggregatedDayRow]:
    intervals_s = {(turbine, day): interval_s for turbine, day, interval_s in rows}
    return [
        (turbine, day, intervals_s.get((turbine, day)))
        for turbine in sorted(turbines)
        for day in days_between(first, last)
    ]


def _periods(
    rows: Sequence[AggregatedDayRow], most_days: int
) -> Iterator[Sequence[AggregatedDayRow]]:
    """Yield turbine-days that follow each other."""

    def period(numbered: tuple[int, AggregatedDayRow]) -> tuple[Any, ...]:
        number, (turbine, day, _) = numbered
        # The key is the same for all days in a row, within the steps of a part.
        return turbine, day.toordinal() - number, (day - EPOCH).days // most_days

    for _, group in groupby(enumerate(rows), period):
        yield [turbine_day for _, turbine_day in group]
