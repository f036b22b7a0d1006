"""Findings as they are kept: made again, a finding keeps its row, and what people said of it."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import numpy as np
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models.functions import Now

from aggregates.assessment.checks.all_checks import ALL, DAYS_BEFORE
from aggregates.assessment.conditions import judge_by_day
from aggregates.assessment.farm import Farm
from aggregates.assessment.findings import Kind, Seen
from aggregates.assessment.kept_curves import CurvesOfDays, keep_fitted
from aggregates.assessment.reading import OF_CHECKS, farm
from aggregates.assessment.recurring import Hours, ToldApart, findings_beside, told_apart
from aggregates.compute.arrival import Expectation
from aggregates.compute.windows import WINDOW, WINDOWS_PER_DAY
from aggregates.expectations import expectation
from aggregates.models import AggregatedDay, Finding, Recurrence
from aggregates.source.last_known import last_known_arrivals
from common.arrays import Array, utc_datetime64
from common.databases import TARGET
from common.days import day_bounds, day_start
from common.wording import first_line, listed
from sourcedata.variables import COUNTED_NAMES

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Look:
    """What was found, the dearest first, and the checks that raised an exception."""

    findings: Sequence[Finding]
    errored: Mapping[Kind, Exception] = field(default_factory=dict)

    @property
    def error(self) -> str:
        """Which checks errored, and why; empty where none did."""
        if not self.errored:
            return ""
        checks = [
            f"{kind.label} ({type(error).__name__}: {first_line(error)})"
            for kind, error in self.errored.items()
        ]
        return (
            f"Checks that errored: {listed(checks)}. Their findings stay as they were; the log has"
            " the tracebacks."
        )


def find(first: date, last: date, at: datetime) -> Look:
    """Look for findings from `first` to `last`, both included, and keep them.

    `at` is the time as of which turbines are expected to have sent. A check that errors keeps none
    of the others back: its findings stay as they are, neither made nor withdrawn.
    """
    start = first - timedelta(days=DAYS_BEFORE)
    keep_fitted(start, last)
    windows = _farm(start, last, at)
    if not windows.turbines:
        return Look(_keep([], first, last))
    curves = CurvesOfDays(start, last).curves(windows.turbines)
    judgement = judge_by_day(windows, curves, 0, len(windows.days))
    recurrences = {_hours(recurrence): recurrence for recurrence in Recurrence.objects.all()}
    apart = told_apart(windows, judgement, list(recurrences))
    seen, errored = _checked(windows, apart, first, last)
    recurring = [(each, recurrences.get(hours) if hours else None) for each, hours in seen]
    return Look(_keep(recurring, first, last, errored), errored)


def _checked(
    windows: Farm, judgement: ToldApart, first: date, last: date
) -> tuple[Sequence[tuple[Seen, Hours | None]], Mapping[Kind, Exception]]:
    """Return what the checks saw, the dearest first, and those that errored."""
    seen, errored = [], {}
    for kind in ALL:
        try:
            seen += list(findings_beside(windows, judgement, first, last, kind))
        except SoftTimeLimitExceeded:
            # It is the task that takes too long, and not this check that errs.
            raise
        except Exception as error:
            logger.exception("The check of %s errored.", kind.label)
            errored[kind] = error
    return sorted(seen, key=lambda each: -(each[0].lost_kwh or 0)), errored


def _hours(recurrence: Recurrence) -> Hours:
    return Hours(recurrence.turbine, Kind(recurrence.kind), recurrence.start, recurrence.end)


def _farm(first: date, last: date, at: datetime) -> Farm:
    """Return the farm with what is expected of it, and what was rejected."""
    expected = expectation(last_known_arrivals(first, last).arrivals, at)
    with_values = AggregatedDay.objects.filter(day__range=(first, last), windows__gt=0)
    names = {*with_values.values_list("turbine", flat=True).distinct(), *expected.services}
    windows = farm(first, last, OF_CHECKS, names)
    return replace(
        windows, is_expected=_is_expected(windows, expected), rejected=_rejected(windows, first)
    )


def _is_expected(windows: Farm, expected: Expectation) -> Array:
    """Return the windows that should have arrived as a whole."""
    quiet_days = np.array(sorted(expected.quiet), dtype="datetime64[D]")
    is_live = ~np.isin(windows.starts.astype("datetime64[D]"), quiet_days)
    table = np.zeros(windows.shape, dtype=bool)
    for row, turbine in zip(table, windows.turbines, strict=True):
        if service := expected.services.get(turbine):
            begin, end = utc_datetime64(service.start), utc_datetime64(service.end)
            ends = windows.starts + np.timedelta64(WINDOW)
            row[:] = (windows.starts >= begin) & (ends <= end)
    return table & is_live


def _rejected(windows: Farm, first: date) -> Mapping[str, Array]:
    tables = {name: np.zeros(windows.shape) for name in COUNTED_NAMES}
    numbers = {turbine: number for number, turbine in enumerate(windows.turbines)}
    last = windows.days[-1].item()
    days = AggregatedDay.objects.filter(day__range=(first, last)).exclude(rejected_samples={})
    for turbine, day, rejected in days.values_list("turbine", "day", "rejected_samples"):
        for variable, of_windows in (rejected or {}).items():
            for window, samples in of_windows.items():
                column = (day - first).days * WINDOWS_PER_DAY + int(window)
                if turbine in numbers and variable in tables:
                    tables[variable][numbers[turbine], column] = samples
    return {name: table for name, table in tables.items() if table.any()}


Recurring = tuple[Seen, Recurrence | None]


@transaction.atomic(using=TARGET)
def _keep(
    seen: Sequence[Recurring], first: date, last: date, errored: Collection[Kind] = ()
) -> Sequence[Finding]:
    """Keep what was seen; what is no longer seen in these days is withdrawn.

    Of the kinds that errored nobody can say whether it is seen, so they are left alone.
    """
    start, end = day_start(first), day_bounds(last)[1]
    of_days = Finding.objects.filter(start__lt=end, end__gt=start).exclude(kind__in=errored)
    earlier = list(of_days.select_for_update())
    kept = []
    for each, recurrence in seen:
        finding = _same(each, earlier)
        if finding:
            earlier.remove(finding)
        kept.append(_update(finding or Finding(), each, recurrence, start))
    gone = [finding.pk for finding in earlier if finding.start >= start]
    Finding.objects.standing().filter(pk__in=gone).update(withdrawn_at=Now(), is_open=False)
    return kept


def _same(seen: Seen, earlier: Sequence[Finding]) -> Finding | None:
    """Return the finding that it is: of the same turbine, kind and variable, overlapping most."""
    overlaps = {
        finding: min(finding.end, seen.end) - max(finding.start, seen.start)
        for finding in earlier
        if (finding.turbine, finding.kind, finding.variable)
        == (seen.turbine, seen.kind, seen.variable)
    }
    longest = max(overlaps, key=lambda finding: overlaps[finding], default=None)
    return longest if longest and overlaps[longest] > timedelta() else None


def _update(
    finding: Finding, seen: Seen, recurrence: Recurrence | None, start: datetime
) -> Finding:
    """Save what was seen; what began before the days that were looked at keeps its beginning."""
    is_older = finding.pk is not None and finding.start < start
    lost_before_kwh = (is_older and finding.lost_kwh) or 0.0
    finding.turbine, finding.kind, finding.variable = seen.turbine, seen.kind, seen.variable
    finding.start, finding.end = finding.start if is_older else seen.start, seen.end
    finding.is_open, finding.sentence, finding.withdrawn_at = seen.is_open, seen.sentence, None
    finding.lost_kwh = None if seen.lost_kwh is None else max(seen.lost_kwh, lost_before_kwh)
    if recurrence and not finding.acknowledged_by:
        finding.reason, finding.note = recurrence.reason, recurrence.note
        finding.acknowledged_by, finding.acknowledged_at = recurrence.made_by, Now()
    finding.save()
    return finding
