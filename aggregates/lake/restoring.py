"""Putting back what was let go, so that nothing need be computed again.

A turbine-day's statistics are put back with the version that the lake has; its measurements get
another revision, as whatever is written does. Where they equal those of the lake to the bit, the
statistics are noted to be of that revision, for they are.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from aggregates.compute.windows import WINDOWS_PER_DAY, window_numbers
from aggregates.lake import reading
from aggregates.lake.contents import MEASURED, OF_ASSESSMENT, TEXTS_OF_JSON
from aggregates.lake.reading import Content
from aggregates.lake.tables import (
    ASSESSMENTS,
    MEASUREMENTS,
    STATISTICS,
    TIME,
    TURBINE,
    LakeTable,
)
from aggregates.lake.undeclared import signals_of
from aggregates.models import AggregatedDay, Assessment, Curve, Run, locks
from aggregates.runs import load
from aggregates.source import putting_back
from aggregates.source.gateway import Nameplate
from common.arrays import Array
from common.databases import TARGET
from common.postgres.partitions import ensure_months
from sourcedata.variables import COLUMNS

REQUESTED_BY = "lake restore"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class DayInLake:
    """All that the lake has of a UTC day."""

    day: date
    assessments: Collection[Row]
    statistics: pa.Table
    measurements: pa.Table


@dataclass(frozen=True)
class RestoredDay:
    """What came back of a UTC day."""

    measurements: int
    windows: int


def restore_day(day: date) -> RestoredDay:
    """Put back what the lake has of a UTC day and the databases have not.

    Samples that came since stay, beside those of the lake. Nobody asks for a run meanwhile.

    Raises:
        LakeUnavailable: where the lake does not do its part.
        RunFailed: where the source does not do its part.
    """
    # Whoever asks for a run of the day waits for no store.
    in_lake = _in_lake(day)
    ensure_months(TARGET, "data", [day])
    with transaction.atomic(using=TARGET):
        locks.take_turns_to_ask(day)
        windows = _put_back_statistics(in_lake)
        measurements = _put_back_measurements(in_lake)
        _note_revisions(in_lake)
    return RestoredDay(measurements, windows)


def _in_lake(day: date) -> DayInLake:
    return DayInLake(
        day,
        reading.rows_of(ASSESSMENTS, day).to_pylist(),
        reading.whole_rows_of(STATISTICS, day),
        reading.rows_of(MEASUREMENTS, day),
    )


def _put_back_measurements(in_lake: DayInLake) -> int:
    # Somebody may have added rows once more.
    rows = in_lake.measurements.to_pandas().drop_duplicates([TURBINE, TIME], keep="last")
    if settings.SOURCE_API_URL or not len(rows):
        return 0
    rows[TIME] = rows[TIME].dt.tz_localize(None)
    return putting_back.put_back(in_lake.day, rows, _nameplates(in_lake.assessments))


def _nameplates(assessments: Collection[Row]) -> Mapping[str, Nameplate]:
    return {
        row[TURBINE]: Nameplate(
            row["rated_power_kw"],
            row["sample_interval_s"] or Nameplate(None).sample_interval_s,
            tuple(sorted(json.loads(row["companions"] or "{}"))),
        )
        for row in assessments
    }


def _put_back_statistics(in_lake: DayInLake) -> int:
    day = in_lake.day
    there = {*AggregatedDay.objects.filter(day=day).values_list("turbine", flat=True)}
    versions = _versions(in_lake.statistics, STATISTICS)
    lost = {
        row[TURBINE]: row
        for row in in_lake.assessments
        if row[TURBINE] not in there and _are_of_it(versions[row[TURBINE]], row)
    }
    if not lost:
        return 0
    statistics = in_lake.statistics.filter(pc.field(TURBINE).isin([*lost]))
    load.put_back(_by_signal(statistics, day), day)
    _remember(day, list(lost.values()))
    return len(statistics)


def _versions(rows: pa.Table, table: LakeTable) -> Mapping[str, Sequence[Content]]:
    """Return the versions that each turbine's rows are of."""
    by_turbine = defaultdict(list)
    distinct = rows.group_by([TURBINE, *table.version]).aggregate([])
    for row in distinct.to_pylist():
        by_turbine[row[TURBINE]].append(tuple(row[name] for name in table.version))
    return by_turbine


def _are_of_it(versions: Sequence[Content], assessment: Row) -> bool:
    """Return whether the lake's statistics are of the version that the assessment is of."""
    wanted = tuple(assessment[name] for name in STATISTICS.version)
    return versions == ([wanted] if assessment["windows"] else [])


def _by_signal(statistics: pa.Table, day: date) -> pd.DataFrame:
    """Return a row per turbine, variable and statistic, a column per window."""
    frame = statistics.to_pandas()
    names, turbine = np.unique(frame[TURBINE], return_inverse=True)
    window = window_numbers(frame[TIME].dt.tz_localize(None).to_numpy(), day)
    rows: dict[tuple[str, str, str], Array] = {}
    for column, signal in signals_of(frame.columns).items():
        table = np.full((len(names), WINDOWS_PER_DAY), np.nan)
        table[turbine, window] = frame[column]
        rows |= {(name, *signal): row for name, row in zip(names, table, strict=True)}
    index = pd.MultiIndex.from_tuples(rows, names=["turbine", "variable", "statistic"])
    return pd.DataFrame(np.array([*rows.values()]), index=index)


def _remember(day: date, rows: Collection[Row]) -> None:
    """Note the versions and the assessments of turbine-days whose statistics are back."""
    run = Run.objects.create(
        day=day,
        turbines=sorted(row[TURBINE] for row in rows),
        requested_by=REQUESTED_BY,
        status=Run.Status.SUCCEEDED,
        started_at=Now(),
        finished_at=Now(),
        turbine_days=len(rows),
        windows=sum(row["windows"] for row in rows),
    )
    AggregatedDay.objects.bulk_create([_aggregated_day(row, run) for row in rows])
    curves = {(curve.turbine, curve.version): curve for curve in Curve.objects.all()}
    Assessment.objects.bulk_create(
        [_assessment(row, curves) for row in rows if _is_assessed(row, curves)]
    )


def _is_assessed(row: Row, curves: Mapping[tuple[str, str], Curve]) -> bool:
    """Return whether it was assessed, by a curve that is still there; else it is assessed again."""
    of_curve = row[TURBINE], row["curve_version"]
    is_there = row["curve_version"] is None or of_curve in curves
    return row["assessed_at"] is not None and is_there


def _aggregated_day(row: Row, run: Run) -> AggregatedDay:
    names = {field.name for field in AggregatedDay._meta.concrete_fields}
    values = {name: value for name, value in row.items() if name in names}
    texts = {name: row[name] and json.loads(row[name]) for name in TEXTS_OF_JSON}
    return AggregatedDay(**{**values, **texts}, run=run)


def _assessment(row: Row, curves: Mapping[tuple[str, str], Curve]) -> Assessment:
    values = {column: row[name] for name, column in OF_ASSESSMENT.items() if "__" not in column}
    curve = curves.get((row[TURBINE], row["curve_version"]))
    return Assessment(turbine=row[TURBINE], day=row["day"], curve=curve, **values)


def _note_revisions(in_lake: DayInLake) -> None:
    """Note the source's revision where its measurements are those of the lake."""
    day, versions = in_lake.day, _versions(in_lake.measurements, MEASUREMENTS)
    stored = AggregatedDay.objects.filter(day=day, turbine__in=versions)
    names = sorted(each.turbine for each in stored if versions[each.turbine] == [(each.revision,)])
    if not names:
        return
    measured = MEASURED.rows(day, names)
    turbines, revisions_now = (measured[name].to_pylist() for name in (TURBINE, "revision"))
    given_out = dict(zip(turbines, revisions_now, strict=True))
    for name in names:
        if _values(measured, name).equals(_values(in_lake.measurements, name)):
            # The next audit comes to it first: it finds what somebody did to the lake meanwhile.
            AggregatedDay.objects.filter(turbine=name, day=day).update(
                revision=given_out[name], audited_at=None
            )


def _values(rows: pa.Table, turbine: str) -> pa.Table:
    of_turbine = rows.filter(pc.field(TURBINE) == turbine)
    return of_turbine.select([TIME, *COLUMNS]).combine_chunks()
