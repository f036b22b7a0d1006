"""What was assessed, as pages and messages read it: a few queries, however large the farm."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import Max

from aggregates.analysis.turbine_totals import DayFigures
from aggregates.expectations import expectation_of
from aggregates.models import Assessment
from aggregates.source.last_known import LastKnown
from common.postgres.rows import all_rows


def day_figures(first: date, last: date) -> list[DayFigures]:
    """Return the figures of all turbine-days from `first` to `last`, both included."""
    days = Assessment.objects.filter(day__range=(first, last))
    return [DayFigures(*row) for row in all_rows(days.values_list(*DayFigures._fields))]


def last_day(turbine: str = "") -> date | None:
    """Return the last day of which anything is assessed, or anything of a turbine."""
    days = Assessment.objects.filter(turbine=turbine) if turbine else Assessment.objects.all()
    newest: date | None = days.aggregate(last=Max("day"))["last"]
    return newest


def completeness_percent(last_known: LastKnown, at: datetime) -> Mapping[str, int]:
    """Return, by turbine, the part of its expected samples that arrived, rounded down.

    One of which nothing was expected is not there.
    """
    answer = last_known.arrivals
    expected, of_turbine = expectation_of(last_known, at), Counter[str]()
    for day, turbine in expected.of_period(answer.first, answer.last):
        of_turbine[turbine] += expected.samples(turbine, day)
    arrived = Counter[str]()
    for turbine_day in answer.turbine_days:
        # A day of which nothing was expected makes up for no other.
        of_day = expected.samples(turbine_day.turbine, turbine_day.day)
        arrived[turbine_day.turbine] += min(turbine_day.samples, of_day)
    return {name: arrived[name] * 100 // samples for name, samples in of_turbine.items()}
