"""A farm to look at, and the pages that show it."""

from datetime import date, timedelta
from typing import NamedTuple

from aggregates.models import Alert, Curve, Finding, Run, Signal
from aggregates.pages.addresses import (
    of_curve,
    of_farm,
    of_finding,
    of_findings,
    of_turbine,
    of_turbine_day,
)
from common.days import today
from sourcedata.models import Turbine
from tests.assessed import assessment, curve, finding
from tests.builders import aggregated, measurements, turbine

DAY = today() - timedelta(days=3)
NEXT_DAY = DAY + timedelta(days=1)


class Place(NamedTuple):
    """Where a page is, and whether it names the turbine."""

    path: str
    names_turbine: bool = False


def fill(name: str = "T01", day: date = DAY) -> None:
    """Make a turbine: of one day there are statistics, of the next one measurements alone."""
    of = turbine(name, rated_power_kw=2050)
    speeds = [7.0, None, 51.0, 8.0, 9.0, 7.5, 8.5, 9.5, 6.0, 7.0] * 12
    for measured in (day, day + timedelta(days=1)):
        measurements(of, f"{measured}T10:00", wind_speed=speeds, wind_direction=[350.0, 10.0] * 60)
    aggregated(day)
    conditions = "p" * 60 + "SSSSSSDDDDDDNNNNNNoooccc???" + "p" * 57
    judged = {"conditions": conditions, "lost_stopped_kwh": 12_000.0, "curve": curve(name)}
    assessment(name, day, **judged)
    finding(name, start=f"{day}T10:00")
    Alert.objects.create(day=day, event="failing", message="The source does not answer.")


def places() -> dict[str, Place]:
    """Return every page of the farm by what it shows."""
    signal = Signal.objects.get(name="wind_speed_mean")
    run, of = Run.objects.get(), Turbine.objects.get()
    run_days, signals = "/admin/aggregates/run/run-days/", "/admin/aggregates/signal/"
    return {
        "front page": Place("/admin/", names_turbine=True),
        "days": Place("/admin/aggregates/day/", names_turbine=True),
        "a day": Place(f"/admin/aggregates/day/{DAY}/", names_turbine=True),
        "a day without measurements": Place("/admin/aggregates/day/2001-01-01/"),
        "runs": Place("/admin/aggregates/run/"),
        "a run": Place(f"/admin/aggregates/run/{run.pk}/change/", names_turbine=True),
        "days to run": Place(run_days, names_turbine=True),
        "preview": Place(f"{run_days}?first={DAY}&last={NEXT_DAY}", names_turbine=True),
        "signals": Place(signals, names_turbine=True),
        "a signal": Place(f"{signals}{signal.pk}/change/", names_turbine=True),
        "a value": Place(f"{signals}{signal.pk}/explain/?from={DAY}T10:00", names_turbine=True),
        "performance": Place("/admin/aggregates/performance/", names_turbine=True),
        "a turbine's performance": Place(of_turbine(of.name), names_turbine=True),
        "a month of a signal": Place(
            f"{signals}{signal.pk}/change/?first={DAY}&last={NEXT_DAY}", names_turbine=True
        ),
        "turbines": Place("/admin/sourcedata/turbine/", names_turbine=True),
        "a turbine": Place(f"/admin/sourcedata/turbine/{of.pk}/change/", names_turbine=True),
        "the farm": Place(of_farm(DAY, NEXT_DAY), names_turbine=True),
        "a turbine's day": Place(of_turbine_day(of.name, DAY), names_turbine=True),
        "findings": Place(of_findings(), names_turbine=True),
        "a finding": Place(of_finding(Finding.objects.get().pk), names_turbine=True),
        "a curve": Place(of_curve(Curve.objects.get().pk), names_turbine=True),
        "a curve to give": Place("/admin/aggregates/curve/add/"),
        "alerts": Place("/admin/aggregates/alert/"),
    }
