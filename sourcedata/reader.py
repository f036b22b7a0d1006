"""The questions that others may ask of the source database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from django.db.backends.utils import CursorWrapper
from django.db.models import Exists, Max, Min, OuterRef, QuerySet

from common.arrays import Array
from common.databases import SOURCE
from common.days import day_bounds
from common.let_go import MonthElsewhere
from common.postgres.pgcopy import FLOAT, INTEGER, TIME, copy_out
from common.wording import quoted
from sourcedata import verification
from sourcedata.counting import refuse_uncounted, settled_functions, uncounted
from sourcedata.dropped_months import dropped
from sourcedata.limits import END_OF_TIME, FIRST_TIME
from sourcedata.models import Measurement, SourceDay, Turbine
from sourcedata.nameplate import Nameplate
from sourcedata.numbers import readable_numbers
from sourcedata.snapshot import UnreadableSource, limited_waits, locked_snapshot
from sourcedata.storage import (
    StoredPartition,
    partitions_of,
    refuse_newer_partitions,
    states_of,
    stored_partitions,
)
from sourcedata.turbine_rows import ALL_COLUMNS, TurbineRow, turbine_ids, turbine_rows
from sourcedata.variables import VARIABLE_NAMES, columns_of


# A tuple, which is made in half the time of a dataclass: there may be very many.
class TurbineDay(NamedTuple):
    """One turbine on one UTC day: the revision of its measurements, and how many rows it has.

    All days of a turbine share its nameplate.
    """

    turbine: str
    day: date
    revision: int
    samples: int
    nameplate: Nameplate

    def without(self, lacking: tuple[str, ...]) -> "TurbineDay":
        """Return the turbine-day of a source that lacks these variables."""
        return self._replace(nameplate=self.nameplate._replace(lacking=lacking))


def turbine_names() -> list[str]:
    """Return the names of all turbines, in order."""
    with limited_waits() as cursor:
        return [row["name"] for row in turbine_rows(cursor)]


@dataclass(frozen=True)
class RosterEntry:
    """A turbine's nameplate, since when and until when it is in service, and what it sent.

    It is in service on the days in [commissioned_on, retired_on), None where nobody said so. The
    times are those that `TurbineQuerySet.with_measured_times` adds.
    """

    rated_power_kw: float | None
    sample_interval_s: int
    companions: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    commissioned_on: date | None = None
    retired_on: date | None = None
    first_measurement: datetime | None = None
    last_measurement: datetime | None = None
    future_measurement: datetime | None = None

    @property
    def nameplate(self) -> Nameplate:
        """What of the turbine its statistics depend on."""
        return Nameplate(self.rated_power_kw, self.sample_interval_s, self.companions, self.lacking)


MEASURED_TIMES = ["first_measurement", "last_measurement", "future_measurement"]
HISTORY = ["first_day", "last_day", "days_measured", "samples"]


def roster() -> Mapping[str, RosterEntry]:
    """Return every turbine's entry, by name, in order."""
    columns = [field.name for field in fields(RosterEntry) if field.name != "lacking"]
    with limited_waits() as cursor:
        rows = turbine_rows(cursor, ALL_COLUMNS)
        complete = _with(Turbine.objects.with_measured_times().values("id", *MEASURED_TIMES), rows)
    return {
        row["name"]: RosterEntry(**{column: row[column] for column in columns}) for row in complete
    }


def _with(
    times: "QuerySet[Turbine, dict[str, Any]]", rows: Sequence[TurbineRow]
) -> list[Mapping[str, Any]]:
    """Add what the query has of each turbine, but for those that came or went meanwhile."""
    by_id = {turbine["id"]: turbine for turbine in times}
    return [{**row, **by_id[row["id"]]} for row in rows if row["id"] in by_id]


def turbines(names: Collection[str] = ()) -> Sequence[Mapping[str, Any]]:
    """Return what is known of each turbine, by name; no `names` means all.

    The fields of `Turbine` but its id, and those of `TurbineQuerySet.with_history` and
    `with_measured_times`.
    """
    with limited_waits() as cursor:
        rows = turbine_rows(cursor, ALL_COLUMNS)
        ids = [row["id"] for row in rows if not names or row["name"] in names]
        wanted = Turbine.objects.filter(pk__in=ids).with_history().with_measured_times()
        complete = _with(wanted.values("id", *HISTORY, *MEASURED_TIMES), rows)
    return [{name: row[name] for name in row if name != "id"} for row in complete]


def columns(turbines: Collection[str] = ()) -> list[str]:
    """Return the variables, and the companions that any of the turbines has; none means all."""
    names = {*turbines}
    with limited_waits() as cursor:
        rows = [row for row in turbine_rows(cursor) if not names or row["name"] in names]
    return columns_of(VARIABLE_NAMES, {name for row in rows for name in row["companions"]})


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


@limited_waits()
def months_let_go(first: date, last: date) -> list[MonthElsewhere]:
    """Return the months with days from `first` to `last` that were let go, in order."""
    return dropped(day_bounds(first)[0], day_bounds(last)[1])


def turbine_days(first: date, last: date, turbines: Collection[str] = ()) -> list[TurbineDay]:
    """Return the turbine-days from `first` to `last`, both included, by day and turbine.

    No `turbines` means all. A turbine-day whose measurements were all deleted is there, with 0
    samples; one that never had any is not.
    """
    # The state of the partitions comes before the revisions: what changes in between is another
    # version, never the same.
    with limited_waits() as cursor:
        partitions = stored_partitions(cursor)
        return _turbine_days(cursor, partitions, first, last, turbines)


def _turbine_days(
    cursor: CursorWrapper,
    partitions: Sequence[StoredPartition],
    first: date,
    last: date,
    turbines: Collection[str],
) -> list[TurbineDay]:
    # There may be very many: whole columns take a third of the time of rows.
    nameplates = _nameplates(cursor, turbines)
    place, day, stored, samples = _source_days(nameplates[:, 0].tolist(), first, last)
    days, day_number = np.unique(day, return_inverse=True)
    states = states_of(days.tolist(), partitions)
    # A revision of 0 would be none.
    revision = 1 + (stored ^ np.array([*states.values()], dtype=np.int64)[day_number])
    _, name, nameplate = nameplates[place].T
    columns = (name, days.astype(object)[day_number], revision, samples, nameplate)
    return [*map(TurbineDay._make, zip(*(column.tolist() for column in columns), strict=True))]


def _nameplates(cursor: CursorWrapper, turbines: Collection[str]) -> Array:
    """Return a row per turbine, by name: its id, its name, and its nameplate."""
    names = {*turbines}
    rows = [row for row in turbine_rows(cursor) if not names or row["name"] in names]
    rows.sort(key=itemgetter("name"))
    table = np.empty((len(rows), 3), dtype=object)
    for number, (pk, name, *nameplate) in enumerate(row.values() for row in rows):
        table[number, 0], table[number, 1] = pk, name
        # NumPy would take the fields of a tuple for cells of their own.
        table[number, 2] = Nameplate(*nameplate)
    return table


SOURCE_DAYS = """
    SELECT turbine_id, (day - DATE '1970-01-01')::bigint,
        coalesce(revision::bigint, 0), coalesce(samples::bigint, 0)
    FROM source_day WHERE turbine_id = ANY(%s::bigint[]) AND day BETWEEN %s AND %s
"""


def _source_days(ids: Sequence[int], first: date, last: date) -> Sequence[Array]:
    """Return the turbine's place in `ids`, the day, the stored revision, and the samples.

    One of each per turbine-day, by day and place; the days are datetime64[D].

    Raises:
        UnreadableSource: where a turbine-day comes twice: nobody knows which revision it has.
    """
    turbine_id, day, *others = copy_out(SOURCE, SOURCE_DAYS, [ids, first, last], INTEGER * 4)
    by_id = np.argsort(ids)
    place = by_id[np.searchsorted(ids, turbine_id, sorter=by_id)]
    order = np.lexsort((place, day))
    _refuse_twice(turbine_id[order], day[order].astype("datetime64[D]"))
    return [column[order] for column in (place, day.astype("datetime64[D]"), *others)]


def _refuse_twice(turbine_ids: Array, days: Array) -> None:
    is_twice = (turbine_ids[1:] == turbine_ids[:-1]) & (days[1:] == days[:-1])
    if is_twice.any():
        number = is_twice.argmax()
        key = f"turbine_id = {turbine_ids[number]} AND day = '{days[number]}'"
        raise UnreadableSource(
            "source_day has a turbine-day twice. With its trigger refuse_forgetting disabled,"
            f" write: DELETE FROM source_day WHERE {key}; give the table its primary key"
            " (turbine_id, day) back, and run: manage.py verify_source --repair"
        )


@dataclass(frozen=True)
class Snapshot:
    """The measurements of some turbines on one UTC day, and the turbine-days of the same moment.

    `measurements` is by turbine and time. Columns: `turbine` (categorical), `timestamp`
    (datetime64[us], UTC without a zone), and a float column per variable in its unit, and per
    companion that any of the turbines has; NaN where the value is missing.
    """

    turbine_days: Sequence[TurbineDay]
    measurements: pd.DataFrame


def snapshot(
    day: date, turbines: Sequence[str], variables: Sequence[str] = VARIABLE_NAMES
) -> Snapshot:
    """Return what there is of some turbines, one at least, on one UTC day, of these variables.

    Of those turbines that the source does not know on that day there is nothing.

    Raises:
        UnreadableSource: where changes of the day are not counted, or were not.
    """
    functions = settled_functions()
    with locked_snapshot() as cursor:
        partitions = stored_partitions(cursor)
        refuse_uncounted(cursor, partitions_of(day, partitions), functions)
        days = _turbine_days(cursor, partitions, day, day, turbines)
        companions = {column for of_day in days for column in of_day.nameplate.companions}
        with_any = {turbine_day.turbine for turbine_day in days}
        names = turbine_ids(cursor, turbines).items()
        ids = {number: name for number, name in names if name in with_any}
        frame = _measurements(day, ids, columns_of(variables, companions))
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


def _measurements(day: date, ids: Mapping[int, str], columns: Sequence[str]) -> pd.DataFrame:
    bounds = day_bounds(day)
    with readable_numbers(columns, list(ids), *bounds):
        turbine_id, timestamp, *values = copy_out(
            SOURCE,
            f"SELECT turbine_id, timestamp, {cells(columns)} FROM data"
            " WHERE turbine_id = ANY(%s::bigint[]) AND timestamp >= %s AND timestamp < %s"
            " ORDER BY turbine_id, timestamp",
            [list(ids), *bounds],
            INTEGER + TIME + FLOAT * len(columns),
        )
    codes = np.searchsorted(list(ids), turbine_id)
    turbine = pd.Categorical.from_codes(codes, categories=pd.Index(list(ids.values())))
    keys = {"turbine": turbine, "timestamp": timestamp}
    return pd.DataFrame({**keys, **dict(zip(columns, values, strict=True))})


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
        ids = [n for n, name in turbine_ids(cursor, turbines).items() if name not in but]
        # By turbine, for the key begins with it.
        measured = Measurement.objects.filter(turbine=OuterRef("pk"), **_within(day))
        others = Turbine.objects.filter(Exists(measured), pk__in=ids)
        for turbine in others.only("name").order_by("name")[:1]:
            rows = Measurement.objects.filter(turbine=turbine, **_within(day)).count()
            require_all(turbine.name, day, rows, 0)


def _within(day: date) -> dict[str, datetime]:
    start, end = day_bounds(day)
    return {"timestamp__gte": start, "timestamp__lt": end}
