"""The questions that others may ask of the source database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
from django.db.models import Exists, Max, Min, OuterRef
from django.db.models.functions import Collate

from common.databases import SOURCE
from common.days import day_bounds
from common.postgres.pgcopy import FLOAT, INTEGER, TIME, copy_out
from common.postgres.rows import all_rows
from common.wording import quoted
from sourcedata import verification
from sourcedata.counting import refuse_uncounted, settled_functions, uncounted
from sourcedata.limits import END_OF_TIME, FIRST_TIME
from sourcedata.models import Measurement, SourceDay, Turbine
from sourcedata.snapshot import UnreadableSource, limited_waits, locked_snapshot
from sourcedata.storage import (
    StoredPartition,
    partitions_of,
    refuse_newer_partitions,
    states_of,
    stored_partitions,
)
from sourcedata.variables import VARIABLE_NAMES


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


@limited_waits()
def turbine_names() -> list[str]:
    """Return the names of all turbines, in order."""
    return list(Turbine.objects.order_by("name").values_list("name", flat=True))


@dataclass(frozen=True)
class Nameplate:
    """What a turbine's statistics are judged by."""

    rated_power_kw: float | None
    sample_interval_s: int


@dataclass(frozen=True)
class RosterEntry(Nameplate):
    """A turbine's nameplate, since when and until when it is in service, and what it sent.

    It is in service on the days in [commissioned_on, retired_on), None where nobody said so. The
    times are those that `TurbineQuerySet.with_measured_times` adds.
    """

    commissioned_on: date | None = None
    retired_on: date | None = None
    first_measurement: datetime | None = None
    last_measurement: datetime | None = None
    future_measurement: datetime | None = None


@limited_waits()
def roster() -> Mapping[str, RosterEntry]:
    """Return every turbine's entry, by name, in order."""
    columns = [field.name for field in fields(RosterEntry)]
    rows = Turbine.objects.with_measured_times().order_by("name").values_list("name", *columns)
    return {name: RosterEntry(*entry) for name, *entry in rows}


@limited_waits()
def turbines(names: Collection[str] = ()) -> Sequence[Mapping[str, Any]]:
    """Return what is known of each turbine, by name; no `names` means all.

    The fields of `Turbine` but its id, and those of `TurbineQuerySet.with_history` and
    `with_measured_times`.
    """
    columns = [field.name for field in Turbine._meta.concrete_fields if field.name != "id"]
    columns += ["first_day", "last_day", "days_measured", "samples"]
    columns += ["first_measurement", "last_measurement", "future_measurement"]
    wanted = Turbine.objects.named(names).order_by("name")
    return list(wanted.with_history().with_measured_times().values(*columns))


@limited_waits()
def measured_days(first: date, last: date) -> list[date]:
    """Return the days from `first` to `last` that have measurements of any turbine, in order."""
    days = SourceDay.objects.filter(samples__gt=0, day__range=(first, last))
    return list(days.order_by("day").values_list("day", flat=True).distinct())


@limited_waits()
def day_range() -> tuple[date, date] | None:
    """Return the first and the last day that has measurements, or None where there are none."""
    # Whoever dropped the check of the times may have stored some that Python has no day for.
    days = SourceDay.objects.filter(samples__gt=0, day__range=(FIRST_TIME, END_OF_TIME))
    ends = days.aggregate(first=Min("day"), last=Max("day"))
    return None if ends["first"] is None else (ends["first"], ends["last"])


def turbine_days(first: date, last: date, turbines: Collection[str] = ()) -> list[TurbineDay]:
    """Return the turbine-days from `first` to `last`, both included, by day and turbine.

    No `turbines` means all. A turbine-day whose measurements were all deleted is there, with 0
    samples; one that never had any is not.
    """
    # The state of the partitions comes before the revisions: what changes in between is another
    # version, never the same.
    with limited_waits() as cursor:
        partitions = stored_partitions(cursor)
        return _turbine_days(partitions, first, last, turbines)


def _turbine_days(
    partitions: Sequence[StoredPartition], first: date, last: date, turbines: Collection[str]
) -> list[TurbineDay]:
    wanted = Turbine.objects.named(turbines).order_by(Collate("name", "C"))
    columns = ["pk", "name", "rated_power_kw", "sample_interval_s"]
    turbine_days = {
        pk: (name, None if power is None else float(power), interval_s)
        for pk, name, power, interval_s in wanted.values_list(*columns)
    }
    place = {pk: number for number, pk in enumerate(turbine_days)}
    days = SourceDay.objects.filter(day__range=(first, last), turbine__in=turbine_days)
    rows = all_rows(days.values_list("turbine_id", "day", "revision", "samples"))
    # Numbers sort faster here than names in the database.
    rows.sort(key=lambda row: (row[1], place[row[0]]))
    states = states_of({row[1] for row in rows}, partitions)
    return [
        # A revision of 0 would be none.
        TurbineDay(name, day, 1 + (int(stored) ^ states[day]), samples, rated_power_kw, interval_s)
        for pk, day, stored, samples in rows
        for name, rated_power_kw, interval_s in (turbine_days[pk],)
    ]


@dataclass(frozen=True)
class Snapshot:
    """The measurements of some turbines on one UTC day, and the turbine-days of the same moment.

    `measurements` is by turbine and time. Columns: `turbine` (categorical), `timestamp`
    (datetime64[us], UTC without a zone), and a float column per variable in its unit, NaN where the
    value is missing.
    """

    turbine_days: Sequence[TurbineDay]
    measurements: pd.DataFrame


def snapshot(day: date, turbines: Sequence[str]) -> Snapshot:
    """Return what there is of some turbines, one at least, on one UTC day.

    Of those that the source does not know on that day there is nothing.

    Raises:
        UnreadableSource: where changes of the day are not counted, or were not.
    """
    functions = settled_functions()
    with locked_snapshot() as cursor:
        partitions = stored_partitions(cursor)
        refuse_uncounted(cursor, partitions_of(day, partitions), functions)
        days = _turbine_days(partitions, day, day, turbines)
        frame = _measurements(day, [turbine_day.turbine for turbine_day in days])
        refuse_newer_partitions(cursor)
    rows = frame["turbine"].value_counts()
    for turbine_day in days:
        require_all(turbine_day.turbine, day, rows[turbine_day.turbine], turbine_day.samples)
    return Snapshot(days, frame)


def require_all(turbine: str, day: date, rows: int, samples: int) -> None:
    """Refuse another number of rows than the turbine-day's samples.

    Raises:
        UnreadableSource: where they differ.
    """
    if rows != samples:
        raise UnreadableSource(
            f"The source has {rows:,} measurements of {quoted(turbine)} on {day}, and counted"
            f" {samples:,}: manage.py verify_source --repair counts them anew."
        )


def _measurements(day: date, turbines: Sequence[str]) -> pd.DataFrame:
    ids = dict(Turbine.objects.filter(name__in=turbines).order_by("id").values_list("id", "name"))
    turbine_id, timestamp, *values = copy_out(
        SOURCE,
        f"SELECT turbine_id, timestamp, {cells(VARIABLE_NAMES)} FROM data"
        " WHERE turbine_id = ANY(%s::bigint[]) AND timestamp >= %s AND timestamp < %s"
        " ORDER BY turbine_id, timestamp",
        [list(ids), *day_bounds(day)],
        INTEGER + TIME + FLOAT * len(VARIABLE_NAMES),
    )
    codes = np.searchsorted(list(ids), turbine_id)
    turbine = pd.Categorical.from_codes(codes, categories=pd.Index(list(ids.values())))
    columns = {"turbine": turbine, "timestamp": timestamp}
    return pd.DataFrame({**columns, **dict(zip(VARIABLE_NAMES, values, strict=True))})


def cells(variables: Sequence[str]) -> str:
    """Return the SQL that reads the variables as floats, NaN where a value is missing."""
    # The binary COPY is read where it has no NULL.
    return ", ".join(f"coalesce({name}::float8, 'NaN')" for name in variables)


def faults() -> list[str]:
    """Return what keeps changes of measurements from being counted, a sentence's end each."""
    with limited_waits() as cursor:
        return uncounted(cursor, stored_partitions(cursor))


def transactions() -> int | None:
    """Return how many transactions the server has begun, this one included; None of a replica.

    Asking counts as one, so that the answer is a larger one each time. (Within the transaction of a
    test there is no next one, and so no answer.)
    """
    with limited_waits() as cursor:
        cursor.execute(
            "SELECT CASE WHEN NOT pg_is_in_recovery() THEN pg_current_xact_id()::text::bigint END"
        )
        (begun,) = cursor.fetchone()
        return None if begun is None or cursor.db.savepoint_ids else int(begun)


def recount(first: date, last: date) -> list[tuple[date, str]]:
    """Count again the samples of turbine-days from `first` to `last` where they are not right.

    Returns the turbine-days.
    """
    wrong = [counted for counted in verification.count(first, last) if counted.is_wrong]
    of_turbines = [counted for counted in wrong if counted.turbine is not None]
    verification.recount(of_turbines)
    return [(counted.day, str(counted.turbine)) for counted in of_turbines]


def require_empty(day: date, turbines: Collection[str], but: Collection[str]) -> None:
    """Refuse a UTC day of which others of these turbines than `but` have measurements.

    No `turbines` means all.

    Raises:
        UnreadableSource: where one has, or where changes of the day are not counted.
    """
    functions = settled_functions()
    with locked_snapshot() as cursor:
        refuse_uncounted(cursor, partitions_of(day, stored_partitions(cursor)), functions)
        # By turbine, for the key begins with it.
        measured = Measurement.objects.filter(turbine=OuterRef("pk"), **_within(day))
        others = Turbine.objects.named(turbines).exclude(name__in=but).filter(Exists(measured))
        for turbine in others.order_by("name")[:1]:
            rows = Measurement.objects.filter(turbine=turbine, **_within(day)).count()
            require_all(turbine.name, day, rows, 0)


def _within(day: date) -> dict[str, datetime]:
    start, end = day_bounds(day)
    return {"timestamp__gte": start, "timestamp__lt": end}
