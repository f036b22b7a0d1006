"""Figures for Prometheus."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db.models import Count, F, Sum
from django.http import HttpResponse
from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from rest_framework.request import Request
from rest_framework.views import APIView

from aggregates import states
from aggregates.freshness import look_back
from aggregates.models import Alert, Run, Tick
from aggregates.source.gateway import SourceUnavailable
from aggregates.source.last_known import LastKnown
from aggregates.states import SETTLED, State
from common.days import day_bounds, now


class MetricsView(APIView):
    """`GET /metrics`: figures in Prometheus' own text."""

    # The address is for monitoring, as /health is, and no part of the API.
    schema = None

    def get(self, request: Request) -> HttpResponse:
        registry = CollectorRegistry()
        registry.register(FarmCollector(now()))
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class FarmCollector(Collector):
    """Figures out of the database, which is right whichever process did the work."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def describe(self) -> Sequence[Metric]:
        """Nothing is known before the database is asked."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the figures of runs, turbine-days, alerts and the schedule."""
        yield from _of_runs()
        yield from _of_turbine_days(self.at)
        yield GaugeMetricFamily(
            "windproject_alerts_waiting",
            "Alerts that a channel has not taken.",
            value=Alert.objects.exclude(waiting=[]).count(),
        )
        tick = Tick.last()
        if tick:
            yield GaugeMetricFamily(
                "windproject_last_tick_timestamp_seconds",
                "When the schedule last looked for what is to be done.",
                value=tick.ticked_at.timestamp(),
            )


def _of_runs() -> Iterator[Metric]:
    runs = CounterMetricFamily("windproject_runs", "Runs.", labels=["status"])
    seconds = SummaryMetricFamily(
        "windproject_run_duration_seconds", "How long ended runs took.", labels=["status"]
    )
    took = Sum(F("finished_at") - F("started_at"))
    by_status = Run.objects.order_by("status").values("status")
    for row in by_status.annotate(number=Count("pk"), took=took):
        status, number = row["status"], row["number"]
        runs.add_metric([status], number)
        duration = row["took"] or timedelta()
        seconds.add_metric([status], count_value=number, sum_value=duration.total_seconds())
    yield from (runs, seconds, _of_values())


def _of_values() -> Metric:
    values = CounterMetricFamily("windproject_values", "Values of runs.", labels=["change"])
    sums = {name: Sum(name) for name in ("inserted", "changed", "removed", "unchanged")}
    for name, number in Run.objects.aggregate(**sums).items():
        values.add_metric([name], number or 0)
    return values


def _of_turbine_days(at: datetime) -> Iterator[Metric]:
    answers = GaugeMetricFamily("windproject_source_up", "1 while the source answers, else 0.")
    try:
        last_known = look_back(at)
    except SourceUnavailable:
        answers.add_metric([], 0)
        yield answers
        return
    answers.add_metric([], 0 if last_known.read_at else 1)
    read_at = GaugeMetricFamily(
        "windproject_source_read_timestamp_seconds",
        "When the source gave out what the turbine-days are counted from.",
        value=(last_known.read_at or at).timestamp(),
    )
    turbine_days = states.turbine_days_of(last_known, at)
    by_state = GaugeMetricFamily(
        "windproject_turbine_days", "Turbine-days of the schedule's look-back.", labels=["state"]
    )
    counts = Counter(turbine_day.state for turbine_day in turbine_days)
    for state in State:
        by_state.add_metric([state], counts[state])
    waiting = [day.day for day in turbine_days if day.state not in SETTLED]
    age = (at - day_bounds(min(waiting))[1]).total_seconds() if waiting else 0
    oldest = GaugeMetricFamily(
        "windproject_oldest_not_current_seconds",
        "Since the end of the oldest day of the look-back that is not current, else 0.",
        value=max(age, 0),
    )
    yield from (answers, read_at, by_state, oldest, _ages(last_known, at))


def _ages(last_known: LastKnown, at: datetime) -> Metric:
    ages = GaugeMetricFamily(
        "windproject_last_measurement_age_seconds",
        "Since the last measurement of the turbine that is not yet to come.",
        labels=["turbine"],
    )
    for name, entry in last_known.arrivals.roster.items():
        if entry.last_measurement:
            ages.add_metric([name], (at - entry.last_measurement).total_seconds())
    return ages
