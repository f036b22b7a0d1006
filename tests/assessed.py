"""Small builders of what was assessed and found."""

from datetime import date, timedelta
from typing import Any

from aggregates.compute.windows import WINDOWS_PER_DAY
from aggregates.models import Assessment, Curve, Finding
from tests.builders import at

DAY = date(2025, 8, 31)
POINTS = [[speed, power, 20.0, 9] for speed, power in [(3, 0), (5, 200), (8, 900), (11, 1900)]]
POINTS += [[13.0, 2000.0, 20.0, 9]]


def assessment(turbine: str = "T01", day: date = DAY, **figures: Any) -> Assessment:
    """Store a turbine-day that produced 24 MWh as expected, but for what `figures` say."""
    usual: dict[str, Any] = {"version": "v", "conditions": "p" * WINDOWS_PER_DAY}
    usual |= {"energy_kwh": 24_000.0, "expected_kwh": 24_000.0, "wind_speed": 8.0}
    usual |= {"producing_kwh": 24_000.0, "producing_expected_kwh": 24_000.0}
    usual |= {"lost_stopped_kwh": 0.0, "lost_stopped_by_neighbours_kwh": 0.0}
    usual |= {"lost_derated_kwh": 0.0, "windows_at_rest": 0, "windows_seen_by_neighbours": 0}
    usual |= {"windows_to_run": WINDOWS_PER_DAY}
    return Assessment.objects.create(turbine=turbine, day=day, **usual | figures)


def curve(turbine: str = "T01", **fields: Any) -> Curve:
    """Store a curve of 2 MW that was fitted, but for what `fields` say."""
    usual: dict[str, Any] = {"first": DAY.replace(day=1), "points": POINTS, "version": "v"}
    usual |= {"fitted_from": date(2025, 5, 3), "fitted_to": date(2025, 7, 31), "fitted_days": 90}
    return Curve.objects.create(turbine=turbine, **usual | fields)


def finding(turbine: str = "T01", kind: str = "stopped", **fields: Any) -> Finding:
    """Store that a turbine stood still for six hours and lost 5 MWh, but for what `fields` say."""
    start = at(fields.pop("start", f"{DAY}T04:00"))
    usual: dict[str, Any] = {"end": start + timedelta(hours=6), "is_open": False}
    usual |= {"sentence": f"{turbine} stood still for 6 h.", "lost_kwh": 5000.0}
    return Finding.objects.create(turbine=turbine, kind=kind, start=start, **usual | fields)
