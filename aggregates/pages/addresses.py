"""Where the pages of the admin are."""

from datetime import date, datetime
from urllib.parse import urlencode

from django.contrib.admin.utils import quote
from django.urls import reverse

DAYS = "admin:aggregates_day_changelist"


def of_days() -> str:
    """Return the address of the calendar of days."""
    return reverse(DAYS)


def of_day(day: date) -> str:
    """Return the address of a day of the farm."""
    return reverse("admin:aggregates_day_change", args=[day])


def to_run(first: date | None, last: date | None) -> str:
    """Return where runs of days are asked for; empty where there are none."""
    return f"{reverse('admin:aggregates_run_days')}?first={first}&last={last}" if first else ""


def of_run(run: int) -> str:
    """Return the address of the run of that number."""
    return reverse("admin:aggregates_run_change", args=[run])


def of_signal(signal: int, first: date) -> str:
    """Return the address of a day of the signal of that number."""
    return f"{reverse('admin:aggregates_signal_change', args=[signal])}?first={first}"


def of_value(signal: int, start: datetime) -> str:
    """Return the address of why that signal has its value of the window."""
    page = reverse("admin:aggregates_signal_explain", args=[signal])
    return f"{page}?from={start:%Y-%m-%dT%H:%M}"


def of_turbine(turbine: str) -> str:
    """Return the address of what a turbine does; its name may have any character."""
    return reverse("admin:aggregates_performance_change", args=[quote(turbine)])


def of_farm(first: date | None = None, last: date | None = None) -> str:
    """Return the address of what the farm did on some days, or on the last ones that it has."""
    page = reverse("admin:aggregates_farm")
    return f"{page}?first={first}&last={last}" if first else page


def of_turbine_days(turbine: str) -> str:
    """Return the address of the last day of a turbine, below which its other days are."""
    return reverse("admin:aggregates_turbine_days", args=[quote(turbine)])


def of_turbine_day(turbine: str, day: date) -> str:
    """Return the address of what a turbine did on a day; its name may have any character."""
    return f"{of_turbine_days(turbine)}{day}/"


def of_findings(turbine: str = "") -> str:
    """Return the address of the findings, or of those of a turbine."""
    page = reverse("admin:aggregates_finding_changelist")
    return f"{page}?{urlencode({'turbine': turbine})}" if turbine else page


def of_finding(finding: int) -> str:
    """Return the address of the finding of that number."""
    return reverse("admin:aggregates_finding_change", args=[finding])


def of_curve(curve: int) -> str:
    """Return the address of the reference curve of that number."""
    return reverse("admin:aggregates_curve_change", args=[curve])
