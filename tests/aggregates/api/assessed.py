"""Small builders of what the statistics are worth."""

from datetime import UTC, date, datetime
from typing import Any

from aggregates.assessment.conditions import LETTERS, Condition
from aggregates.assessment.findings import Kind
from aggregates.compute.windows import WINDOWS_PER_DAY
from aggregates.models import AggregatedDay, Assessment, Curve, Finding, Run


def letters(**windows: int) -> str:
    """Return the conditions of a day: so many windows of each, in order, and unknown ones after."""
    text = "".join(LETTERS[Condition(name)] * number for name, number in windows.items())
    return text.ljust(WINDOWS_PER_DAY, LETTERS[Condition.UNKNOWN])


def turbine_day(day: date, turbine: str = "T01", **fields: Any) -> AggregatedDay:
    """Store that a turbine-day was aggregated; it has 144 windows unless `fields` say otherwise."""
    run = Run.objects.create(day=day, requested_by="test", status=Run.Status.SUCCEEDED)
    now = datetime.now(UTC)
    usual = {"revision": 1, "rules": "", "windows": WINDOWS_PER_DAY, "run": run}
    usual |= {"aggregated_at": now, "changed_at": now}
    return AggregatedDay.objects.create(turbine=turbine, day=day, **usual | fields)


def assessment(day: date, turbine: str = "T01", **fields: Any) -> Assessment:
    """Store an assessment of a turbine-day on which nothing happened, but for what `fields` say."""
    usual: dict[str, Any] = {
        "version": "v1",
        "conditions": letters(),
        "producing_kwh": 0,
        "producing_expected_kwh": 0,
        "lost_stopped_kwh": 0,
        "lost_stopped_by_neighbours_kwh": 0,
        "lost_derated_kwh": 0,
        "windows_at_rest": 0,
        "windows_seen_by_neighbours": 0,
        "windows_to_run": 0,
    }
    return Assessment.objects.create(turbine=turbine, day=day, **usual | fields)


def curve(turbine: str = "T01", **fields: Any) -> Curve:
    """Store a curve that was fitted to the windows of 2025-05-03 to 2025-07-31."""
    usual: dict[str, Any] = {"first": "2025-08-01", "points": [[5.0, 300.0, 20.0, 9]]}
    usual |= {"fitted_from": "2025-05-03", "fitted_to": "2025-07-31", "fitted_days": 88}
    return Curve.objects.create(turbine=turbine, version="c1", **usual | fields)


def finding(kind: Kind, start: datetime, end: datetime, **fields: Any) -> Finding:
    """Store a finding of T01 that has ended and stands, but for what `fields` say."""
    usual = {"turbine": "T01", "is_open": False, "sentence": "It stood still."}
    return Finding.objects.create(kind=kind, start=start, end=end, **usual | fields)
