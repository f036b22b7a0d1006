"""What the two databases have, as the lake's tables have it.

The versions of turbine-days are read before their rows: what changes in between leaves the lake
behind, never wrongly in step.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa
from django.conf import settings
from django.db.models import OuterRef, Subquery

from aggregates.compute.windows import window_starts
from aggregates.lake.let_go_months import months_let_go
from aggregates.lake.reading import Content, Key
from aggregates.lake.tables import (
    ASSESSMENTS,
    DAY,
    MEASUREMENTS,
    STATISTICS,
    TIME,
    TURBINE,
    LakeTable,
)
from aggregates.lake.wide import wide_cells
from aggregates.models import AggregatedDay, Assessment, Signal
from aggregates.source import gateway
from aggregates.value_tables import value_tables
from common.postgres.rows import all_rows


@dataclass(frozen=True)
class Kept:
    """A table of the lake, and what the databases keep of it.

    `contents` returns, of the days from the first to the last, how many rows of which version each
    turbine-day is to have, as `(rows, *version)`; `rows` the rows of some turbines on a day, an
    Arrow table in the order of the lake.
    """

    table: LakeTable
    contents: Callable[[date, date], Mapping[Key, Content]]
    rows: Callable[[date, Sequence[str]], Any]

    def months_let_go(self, first: date, last: date) -> Collection[date]:
        """Return the first days of the months between that the database let go."""
        return months_let_go(self.table, first, last)


def _measured(first: date, last: date) -> Mapping[Key, Content]:
    turbine_days = gateway.turbine_days(first, last)
    return {(each.day, each.turbine): (each.samples, each.revision) for each in turbine_days}


def _measurements(day: date, turbines: Sequence[str]) -> Any:
    snapshot = gateway.snapshot(day, turbines)
    revisions = {each.turbine: each.revision for each in snapshot.turbine_days}
    frame = snapshot.measurements.astype({TURBINE: object})
    revision = frame[TURBINE].map(revisions).astype("int64")
    return _as_table(MEASUREMENTS, day, {**frame, "revision": revision})


def _aggregated(first: date, last: date) -> Mapping[Key, Content]:
    days = AggregatedDay.objects.filter(day__range=(first, last))
    columns = ("day", "turbine", "windows", *STATISTICS.version)
    return {row[:2]: row[2:] for row in all_rows(days.values_list(*columns))}


def _statistics(day: date, turbines: Sequence[str]) -> Any:
    stored = AggregatedDay.objects.filter(day=day, turbine__in=turbines).order_by("turbine")
    rows = all_rows(stored.values_list(TURBINE, *STATISTICS.version))
    versions = pd.DataFrame(rows, columns=[TURBINE, *STATISTICS.version])
    # Those of variables that are declared no more count as values, but have no place.
    signals = Signal.objects.filter(turbine__in=turbines).values_list("variable", "statistic")
    starts, names = window_starts(day), versions[TURBINE].tolist()
    tables = value_tables(names, starts, [*signals.order_by().distinct()])
    turbine, window, cells = wide_cells(tables)
    return _as_table(STATISTICS, day, {TIME: starts[window], **versions.iloc[turbine], **cells})


def _assessed(first: date, last: date) -> Mapping[Key, Content]:
    columns = ("day", "turbine", *ASSESSMENTS.version)
    rows = all_rows(_with_assessments(first, last).values_list(*columns))
    return {row[:2]: (1, *row[2:]) for row in rows}


OF_ASSESSMENT = {
    "assessment_version": "version",
    "curve_version": "curve__version",
} | {
    name: name
    for name in ASSESSMENTS.schema.names
    if name in {field.name for field in Assessment._meta.concrete_fields} - {"turbine", "day"}
}
TEXTS_OF_JSON = ("missing_samples", "rejected_samples", "companions")


def _with_assessments(first: date, last: date) -> Any:
    of_day = Assessment.objects.filter(turbine=OuterRef("turbine"), day=OuterRef("day"))
    days = AggregatedDay.objects.filter(day__range=(first, last))
    return days.annotate(
        **{name: Subquery(of_day.values(column)) for name, column in OF_ASSESSMENT.items()}
    )


def _assessments(day: date, turbines: Sequence[str]) -> Any:
    days = _with_assessments(day, day).filter(turbine__in=turbines).order_by("turbine")
    rows = [
        row | {name: _json(row[name]) for name in TEXTS_OF_JSON}
        for row in days.values(*ASSESSMENTS.schema.names)
    ]
    return pa.Table.from_pylist(rows, schema=ASSESSMENTS.schema)


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, sort_keys=True)


def _as_table(table: LakeTable, day: date, columns: Mapping[str, Any]) -> Any:
    """Return columns as the lake's table has them: null where they are not, or have no value."""
    rows = len(columns[TIME])
    arrays = {DAY: pa.repeat(pa.scalar(day), rows)} | {
        name: pa.array(columns[name], table.schema.field(name).type, from_pandas=True)
        for name in table.schema.names
        if name in columns
    }
    nulls = {field.name: pa.nulls(rows, field.type) for field in table.schema}
    return pa.table(nulls | arrays, schema=table.schema)


MEASURED = Kept(MEASUREMENTS, _measured, _measurements)
COMPUTED = Kept(STATISTICS, _aggregated, _statistics)
KEPT = (MEASURED, COMPUTED, Kept(ASSESSMENTS, _assessed, _assessments))


def own_tables() -> Sequence[Kept]:
    """Return the tables that are put back here: not measurements of another deployment."""
    return [kept for kept in KEPT if not (kept is MEASURED and settings.SOURCE_API_URL)]
