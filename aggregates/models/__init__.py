"""The target database: signals, their values, the version of every turbine-day, and the runs."""

from aggregates.models.runs import ACTIVE, MOST_ATTEMPTS, Outcome, Run, RunQuerySet
from aggregates.models.statistics import AggregatedDay, Day, Signal, Value

__all__ = [
    "ACTIVE",
    "MOST_ATTEMPTS",
    "AggregatedDay",
    "Day",
    "Outcome",
    "Run",
    "RunQuerySet",
    "Signal",
    "Value",
]
