"""Assessed turbine-days as a table: what each turbine did on each UTC day, and by which curve."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import pyarrow as pa
from django.db.models import Count, QuerySet

from aggregates.assessment import versions
from aggregates.assessment.conditions import LETTERS
from aggregates.models import AggregatedDay, Assessment, Curve
from common.postgres.rows import all_rows
from common.rest.tables import Batch, TableSchema
from sourcedata.variables import VARIABLE_NAMES

# So many turbine-days at most are in memory at a time, or those of one day.
ROWS_PER_BATCH = 5_000

# These columns have the names that the assessment has for them.
FIGURES = {
    "energy_kwh": pa.float64(),
    "expected_kwh": pa.float64(),
    "lost_kwh": pa.float64(),
    "lost_stopped_kwh": pa.float64(),
    "lost_stopped_by_neighbours_kwh": pa.float64(),
    "lost_derated_kwh": pa.float64(),
    "producing_kwh": pa.float64(),
    "producing_expected_kwh": pa.float64(),
    "availability_by_time": pa.float64(),
    "availability_with_neighbours": pa.float64(),
    "availability_by_energy": pa.float64(),
    "wind_speed": pa.float64(),
    "windows_at_rest": pa.int64(),
    "windows_to_run": pa.int64(),
    "conditions": pa.string(),
    "version": pa.string(),
    "assessed_at": pa.timestamp("us", tz="UTC"),
}
OF_WINDOWS = {f"windows_{condition}": letter for condition, letter in LETTERS.items()}
OF_CURVE = {
    "curve": pa.int64(),
    "curve_valid_from": pa.string(),
    "curve_origin": pa.string(),
    "curve_fitted_from": pa.string(),
    "curve_fitted_to": pa.string(),
    "curve_fitted_days": pa.int64(),
}


class AssessmentState(StrEnum):
    """Whether an assessment is what the statistics and the curve of today say."""

    CURRENT = "current"
    STALE = "stale"
    MISSING = "missing"
    EMPTY = "empty"  # without statistics that could be assessed


def state(version: str | None, due: str | None) -> AssessmentState:
    """Return the state of an assessment of one version, where that of another is due.

    None is no assessment, and one that is not due.
    """
    if version is None:
        return AssessmentState.MISSING if due else AssessmentState.EMPTY
    return AssessmentState.CURRENT if version == due else AssessmentState.STALE


def states(first: date, last: date, turbines: Collection[str]) -> Counter[AssessmentState]:
    """Return how many turbine-days from `first` to `last`, both included, are in each state."""
    due = versions.versions(first, last)
    stored = dict(_stored_versions(first, last, turbines))
    keys = _aggregated(first, last, turbines).values_list("day", "turbine")
    return Counter(state(stored.get(key), due.get(key)) for key in all_rows(keys))


def schema() -> TableSchema:
    """Return the columns of a row per turbine and UTC day; days are YYYY-MM-DD."""
    names = {name: pa.string() for name in ("turbine", "day", "state")}
    counts = dict.fromkeys([*OF_WINDOWS, *_samples(AggregatedDay())], pa.int64())
    return pa.schema([*{**names, **FIGURES, **counts, **OF_CURVE}.items()])


@dataclass(frozen=True)
class Span:
    """Days, both included, that are read at a time, and how many turbine-days they have."""

    first: date
    last: date
    turbine_days: int


def spans(first: date, last: date, turbines: Collection[str]) -> list[Span]:
    """Return the days that have statistics, in such numbers as fit into memory."""
    by_day = _aggregated(first, last, turbines).order_by("day").values_list("day")
    spans: list[Span] = []
    for day, turbine_days in by_day.annotate(Count("turbine")):
        if spans and spans[-1].turbine_days + turbine_days <= ROWS_PER_BATCH:
            before = spans.pop()
            spans.append(Span(before.first, day, before.turbine_days + turbine_days))
        else:
            spans.append(Span(day, day, turbine_days))
    return spans


def batches(spans: Sequence[Span], turbines: Collection[str]) -> Iterator[Batch]:
    """Yield the rows by day and turbine; no `turbines` means all."""
    for span in spans:
        rows = list(_rows(span.first, span.last, turbines))
        yield pa.RecordBatch.from_pylist(rows, schema=schema())


def _rows(first: date, last: date, turbines: Collection[str]) -> Iterator[dict[str, Any]]:
    due = versions.versions(first, last)
    assessments = _assessments(first, last, turbines)
    for turbine_day in _aggregated(first, last, turbines).order_by("day", "turbine"):
        key = turbine_day.day, turbine_day.turbine
        assessment = assessments.get(key)
        version = assessment.version if assessment else None
        yield {
            "turbine": turbine_day.turbine,
            "day": turbine_day.day.isoformat(),
            "state": state(version, due.get(key)),
            **(_figures(assessment) if assessment else {}),
            **_samples(turbine_day),
        }


def _aggregated(
    first: date, last: date, turbines: Collection[str]
) -> QuerySet[AggregatedDay, AggregatedDay]:
    days = AggregatedDay.objects.filter(day__range=(first, last))
    return days.filter(turbine__in=turbines) if turbines else days


def _assessed(
    first: date, last: date, turbines: Collection[str]
) -> QuerySet[Assessment, Assessment]:
    days = Assessment.objects.filter(day__range=(first, last))
    return days.filter(turbine__in=turbines) if turbines else days


def _stored_versions(
    first: date, last: date, turbines: Collection[str]
) -> Iterator[tuple[tuple[date, str], str]]:
    columns = ("day", "turbine", "version")
    for day, turbine, version in all_rows(_assessed(first, last, turbines).values_list(*columns)):
        yield (day, turbine), version


def _assessments(
    first: date, last: date, turbines: Collection[str]
) -> dict[tuple[date, str], Assessment]:
    # The points of a curve are many, and none of them is in a row.
    rows = _assessed(first, last, turbines).select_related("curve").defer("curve__points")
    return {(assessment.day, assessment.turbine): assessment for assessment in rows}


def _figures(assessment: Assessment) -> dict[str, Any]:
    return {
        **{name: getattr(assessment, name) for name in FIGURES},
        **{name: assessment.conditions.count(letter) for name, letter in OF_WINDOWS.items()},
        **(_curve(assessment.curve) if assessment.curve else {}),
    }


def _samples(turbine_day: AggregatedDay) -> dict[str, int | None]:
    """Return the samples that came, and by variable those without a value and those rejected.

    None of days on which nobody counted.
    """
    missing, rejected = turbine_day.missing_samples, turbine_day.rejected_samples
    counts: dict[str, int | None] = {
        "windows": turbine_day.windows,
        "samples": turbine_day.samples,
        "sample_interval_s": turbine_day.sample_interval_s,
    }
    for name in VARIABLE_NAMES:
        counts[f"{name}_missing"] = None if missing is None else missing.get(name, 0)
        of_windows = None if rejected is None else rejected.get(name, {})
        counts[f"{name}_rejected"] = None if of_windows is None else sum(of_windows.values())
    return counts


def _curve(curve: Curve) -> dict[str, Any]:
    fitted_from, fitted_to = curve.fitted_from, curve.fitted_to
    return {
        "curve": curve.pk,
        "curve_valid_from": curve.first.isoformat(),
        "curve_origin": "given" if curve.is_given else "fitted",
        "curve_fitted_from": fitted_from and fitted_from.isoformat(),
        "curve_fitted_to": fitted_to and fitted_to.isoformat(),
        "curve_fitted_days": None if curve.is_given else curve.fitted_days,
    }
