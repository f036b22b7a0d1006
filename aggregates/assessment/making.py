"""Making the assessments that are missing or no longer true, and keeping them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from aggregates.assessment.conditions import judge_by_day
from aggregates.assessment.kept_curves import CurvesOfDays, keep_fitted
from aggregates.assessment.reading import OF_CONDITIONS, farm
from aggregates.assessment.turbine_days import assessed_turbine_days
from aggregates.assessment.versions import versions
from aggregates.models import Assessment
from common.databases import TARGET
from common.days import DAY


def assess(first: date, last: date) -> int:
    """Assess all turbines on the days from `first` to `last`; return how many turbine-days.

    What determines them is read before what they are made of: a change in between leaves them
    outdated, never wrongly current.
    """
    keep_fitted(first, last)
    should_be = versions(first, last)
    curves = CurvesOfDays(first - DAY, last + DAY)
    windows = farm(first - DAY, last + DAY, OF_CONDITIONS)
    if not windows.turbines:
        _keep(first, last, [])
        return 0
    days = (last - first).days + 1
    judgement = judge_by_day(windows, curves.curves(windows.turbines), 1, days + 1)
    assessments = [
        Assessment(
            **asdict(turbine_day),
            version=should_be[turbine_day.day, turbine_day.turbine],
            curve=curves.used(turbine_day.turbine, turbine_day.day),
            assessed_at=Now(),
        )
        for turbine_day in assessed_turbine_days(windows.of_days(1, days + 1), judgement)
        if (turbine_day.day, turbine_day.turbine) in should_be
    ]
    _keep(first, last, assessments)
    return len(assessments)


def _keep(first: date, last: date, assessments: Sequence[Assessment]) -> None:
    """Replace the assessments of these days."""
    with transaction.atomic(using=TARGET):
        Assessment.objects.filter(Q(day__gte=first), Q(day__lte=last)).delete()
        Assessment.objects.bulk_create(assessments, batch_size=1000)
