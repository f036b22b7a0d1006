"""Measurements of a longer period, batch by batch, as downloads and other deployments take them."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta

import numpy as np
from django.db.models import Max, Min, Sum
from django.db.models.functions import Coalesce

from common.arrays import Array, utc_datetime64
from common.databases import SOURCE
from common.days import DAY, day_start
from common.let_go import MonthElsewhere
from common.postgres.pgcopy import FLOAT, TIME, copy_out
from sourcedata.counting import refuse_uncounted, settled_functions
from sourcedata.dropped_months import dropped
from sourcedata.limits import END_OF_TIME, FIRST_TIME
from sourcedata.models import Measurement, SourceDay, Turbine
from sourcedata.numbers import readable_numbers
from sourcedata.reader import cells, require_all
from sourcedata.snapshot import UnreadableSource, limited_waits, locked_snapshot
from sourcedata.storage import stored_partitions
from sourcedata.turbine_rows import turbine_ids

# What a download holds in memory at a time; PostgreSQL tells times apart by a microsecond.
BATCH_DAYS = 7
TICK = timedelta(microseconds=1)


def number_of_samples(start: datetime, end: datetime, turbines: Collection[str] = ()) -> int:
    """Return how many measurements there are at most in [start, end): those of its whole days."""
    with limited_waits() as cursor:
        ids = turbine_ids(cursor, turbines)
        whole_days = (start.date(), (end - TICK).date())
        days = SourceDay.objects.filter(turbine__in=ids, day__range=whole_days)
        return int(days.aggregate(samples=Coalesce(Sum("samples"), 0))["samples"])


def measurement_batches(
    start: datetime,
    end: datetime,
    variables: Sequence[str],
    turbines: Collection[str] = (),
    gone: Sequence[MonthElsewhere] = (),
) -> Iterator[tuple[str, list[Array]]]:
    """Yield the measurements in [start, end) in batches, by turbine and time.

    A batch is a turbine's name and columns of one length: the timestamps (datetime64[us], UTC), and
    of each of `variables` the floats, NaN where one is missing. No `turbines` means all. Memory
    does not grow with the range. Each batch is of one moment, and nobody waits for all of them.
    `gone` are the months of the period that were let go, as `dropped_months.dropped` names them.

    Raises:
        UnreadableSource: where changes of the measurements are not counted, or were not, or where
            other months than `gone` are let go before all is read.
    """
    functions = settled_functions()
    with limited_waits() as cursor:
        partitions = stored_partitions(cursor)
        read = [part for part in partitions if part.start < end and start < part.end]
        refuse_uncounted(cursor, read, functions)
        ids = turbine_ids(cursor, turbines)
        wanted = list(Turbine.objects.filter(pk__in=ids).only("name").order_by("name"))
    for turbine in wanted:
        for first, last in _batches(turbine, start, end):
            with locked_snapshot():
                _refuse_others_let_go(start, end, gone)
                columns = _measured(turbine, first, last, variables)
            within = (columns[0] >= utc_datetime64(start)) & (columns[0] < utc_datetime64(end))
            yield turbine.name, [column[within] for column in columns]
    # Of turbines that had no other months nothing was read, and nothing refused.
    with limited_waits():
        _refuse_others_let_go(start, end, gone)


def _refuse_others_let_go(start: datetime, end: datetime, gone: Sequence[MonthElsewhere]) -> None:
    if dropped(start, end) != [*gone]:
        raise UnreadableSource("Months were let go, or put back, while they were read: ask again.")


def _batches(turbine: Turbine, start: datetime, end: datetime) -> Iterator[tuple[date, date]]:
    """Yield the first and the last day of the batches that hold what the turbine has in a period.

    Whole days, whose rows can be counted.
    """
    start, end = max(start, FIRST_TIME), min(end, END_OF_TIME)
    if end - start > BATCH_DAYS * DAY:
        rows = Measurement.objects.filter(turbine=turbine, timestamp__gte=start, timestamp__lt=end)
        ends = rows.aggregate(first=Min("timestamp"), last=Max("timestamp"))
        counted = SourceDay.objects.filter(turbine=turbine, samples__gt=0)
        counted = counted.filter(day__range=(start.date(), (end - TICK).date()))
        days = [time.date() for time in ends.values() if time]
        days += [day for day in counted.aggregate(Min("day"), Max("day")).values() if day]
        if not days:
            return
        first, last = min(days), max(days)
    else:
        first, last = start.date(), (end - TICK).date()
    while first <= last:
        yield first, min(first + (BATCH_DAYS - 1) * DAY, last)
        first += BATCH_DAYS * DAY


def _measured(turbine: Turbine, first: date, last: date, variables: Sequence[str]) -> list[Array]:
    bounds = day_start(first), day_start(last + DAY)
    with readable_numbers(variables, [turbine.pk], *bounds):
        columns = copy_out(
            SOURCE,
            f"SELECT timestamp, {cells(variables)} FROM data"
            " WHERE turbine_id = %s AND timestamp >= %s AND timestamp < %s",
            [turbine.pk, *bounds],
            TIME + FLOAT * len(variables),
        )
    days = SourceDay.objects.filter(turbine=turbine, day__range=(first, last))
    samples = dict(days.values_list("day", "samples"))
    numbers, counts = np.unique(columns[0].astype("datetime64[D]"), return_counts=True)
    rows = dict(zip(numbers.tolist(), counts.tolist(), strict=True))
    for day in {*samples, *rows}:
        require_all(turbine.name, day, rows.get(day, 0), samples.get(day, 0))
    # Sorted here, in a tenth of the time that the server takes: most come in order.
    by_time = np.argsort(columns[0], kind="stable")
    return [column[by_time] for column in columns]
