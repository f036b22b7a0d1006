"""The questions that others may ask of the source database."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from django.db import connections
from django.db.models import Max, Min
from django.db.models.functions import Collate

from sourcedata.models import Measurement, SourceDay, Turbine
from sourcedata.variables import VARIABLE_NAMES
from windproject.days import day_bounds
from windproject.pgcopy import FLOAT, INTEGER, TIME, Column, copy_out
from windproject.routers import SOURCE
from windproject.rows import all_rows

# What a download holds in memory at a time; PostgreSQL tells times apart by a microsecond.
BATCH = timedelta(days=7)
TICK = timedelta(microseconds=1)


# Not frozen: that takes four times as long, and there may be very many.
@dataclass
class TurbineDay:
    """One turbine on one UTC day: the revision of its measurements, and how many rows it has."""

    turbine: str
    day: date
    revision: int
    samples: int
    rated_power_kw: float | None
    sample_interval_s: int


def turbine_names() -> list[str]:
    """Return the names of all turbines, in order."""
    return list(Turbine.objects.order_by("name").values_list("name", flat=True))


@dataclass(frozen=True)
class Nameplate:
    """What a turbine's statistics are judged by."""

    rated_power_kw: float | None
    sample_interval_s: int


def nameplates() -> Mapping[str, Nameplate]:
    """Return the nameplate of every turbine, by name."""
    rows = Turbine.objects.values_list("name", "rated_power_kw", "sample_interval_s")
    return {name: Nameplate(power, interval_s) for name, power, interval_s in rows}


def turbines(names: Collection[str] = ()) -> Sequence[Mapping[str, Any]]:
    """Return what is known of each turbine, by name; no `names` means all.

    The fields of `Turbine` but its id, and those of `TurbineQuerySet.with_history`.
    """
    fields = [field.name for field in Turbine._meta.concrete_fields if field.name != "id"]
    history = ["first_day", "last_day", "days_measured", "samples"]
    wanted = Turbine.objects.named(names).order_by("name")
    return wanted.with_history().values(*fields, *history)


def day_range() -> tuple[date, date] | None:
    """Return the first and the last day that has measurements, or None where there are none."""
    found = SourceDay.objects.filter(samples__gt=0).aggregate(first=Min("day"), last=Max("day"))
    return None if found["first"] is None else (found["first"], found["last"])


def turbine_days(first: date, last: date, turbines: Collection[str] = ()) -> list[TurbineDay]:
    """Return the turbine-days from `first` to `last`, both included, by day and turbine.

    No `turbines` means all. A turbine-day whose measurements were all deleted is there, with 0
    samples; one that never had any is not.
    """
    wanted = Turbine.objects.named(turbines).order_by(Collate("name", "C"))
    fields = ["pk", "name", "rated_power_kw", "sample_interval_s"]
    known = {pk: of for pk, *of in wanted.values_list(*fields)}
    place = {pk: number for number, pk in enumerate(known)}
    days = SourceDay.objects.filter(day__range=(first, last), turbine__in=known)
    rows = all_rows(days.values_list("turbine_id", "day", "revision", "samples"))
    # Numbers sort faster here than names in the database.
    rows.sort(key=lambda row: (row[1], place[row[0]]))
    return [
        TurbineDay(name, day, revision, samples, rated_power_kw, sample_interval_s)
        for pk, day, revision, samples in rows
        for name, rated_power_kw, sample_interval_s in (known[pk],)
    ]


def measurements(day: date, turbines: Sequence[str]) -> pd.DataFrame:
    """Return the measurements of some turbines on one UTC day, by turbine and time.

    Columns: `turbine` (categorical), `timestamp` (datetime64[us], UTC without a zone), and a
    float column per variable in its unit, NaN where the value is missing.
    """
    ids = dict(Turbine.objects.filter(name__in=turbines).order_by("id").values_list("id", "name"))
    turbine_id, timestamp, *values = copy_out(
        SOURCE,
        f"SELECT turbine_id, timestamp, {_cells(VARIABLE_NAMES)} FROM data"
        " WHERE turbine_id = ANY(%s) AND timestamp >= %s AND timestamp < %s"
        " ORDER BY turbine_id, timestamp",
        [list(ids), *day_bounds(day)],
        INTEGER + TIME + FLOAT * len(VARIABLE_NAMES),
    )
    codes = np.searchsorted(list(ids), turbine_id)
    turbine = pd.Categorical.from_codes(codes, categories=pd.Index(list(ids.values())))
    columns = {"turbine": turbine, "timestamp": timestamp}
    return pd.DataFrame({**columns, **dict(zip(VARIABLE_NAMES, values, strict=True))})


def _cells(variables: Sequence[str]) -> str:
    # The binary COPY is read where it has no NULL.
    return ", ".join(f"coalesce({name}, 'NaN')" for name in variables)


def number_of_samples(start: datetime, end: datetime, turbines: Collection[str] = ()) -> int:
    """Return how many measurements there are at most in [start, end): those of its whole days."""
    with connections[SOURCE].cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(samples), 0)"
            " FROM source_day JOIN turbine ON turbine.id = turbine_id"
            " WHERE day BETWEEN %s AND %s AND (%s OR name = ANY(%s))",
            [start.date(), end.date(), not turbines, [*turbines]],
        )
        (found,) = cursor.fetchone()
    return int(found)


def measurement_batches(
    start: datetime, end: datetime, variables: Sequence[str], turbines: Collection[str] = ()
) -> Iterator[tuple[str, list[Column]]]:
    """Yield the measurements in [start, end) in batches, by turbine and time.

    A batch is a turbine's name and columns of one length: the timestamps (datetime64[us], UTC), and
    of each of `variables` the floats, NaN where one is missing. No `turbines` means all. Memory
    does not grow with the range.
    """
    for turbine in list(Turbine.objects.named(turbines).order_by("name")):
        for part in _parts(turbine, start, end):
            yield turbine.name, _measured(turbine, *part, variables)


def _parts(turbine: Turbine, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the parts, [start, end), that hold what the turbine has in a period."""
    if end - start > BATCH:
        rows = Measurement.objects.filter(turbine=turbine, timestamp__gte=start, timestamp__lt=end)
        ends = rows.aggregate(first=Min("timestamp"), last=Max("timestamp"))
        if ends["first"] is None:
            return
        start, end = ends["first"], ends["last"] + TICK
    while start < end:
        yield start, min(start + BATCH, end)
        start += BATCH


def _measured(
    turbine: Turbine, start: datetime, end: datetime, variables: Sequence[str]
) -> list[Column]:
    columns = copy_out(
        SOURCE,
        f"SELECT timestamp, {_cells(variables)} FROM data"
        " WHERE turbine_id = %s AND timestamp >= %s AND timestamp < %s",
        [turbine.pk, start, end],
        TIME + FLOAT * len(variables),
    )
    # Sorted here, in a tenth of the time that the server takes: most come in order.
    by_time = np.argsort(columns[0], kind="stable")
    return [column[by_time] for column in columns]
