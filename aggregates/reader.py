"""The questions that others may ask of the target database."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, TypedDict

from django.db.models import Count, Max, Min, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import ExtractHour, TruncDate

from aggregates.compute.statistic_names import COUNT, MEAN
from aggregates.compute.windows import USUAL_SAMPLE_INTERVAL_S
from aggregates.models import AggregatedDay, LetGoMonth, Signal, Value, locks
from aggregates.source.gateway import Nameplate
from common.days import DAY, day_bounds, day_start
from common.let_go import MonthElsewhere
from common.postgres.partitions import month_of
from sourcedata.variables import VARIABLE_NAMES

HOURS_PER_DAY = 24
# The table of the lake whose address a month that was let go has.
LET_GO_TABLE = "statistics"


def turbine_names() -> list[str]:
    """Return the names of the turbines that have statistics."""
    names = Signal.objects.order_by("turbine").values_list("turbine", flat=True)
    return list(names.distinct())


def nameplate(turbine: str) -> Nameplate:
    """Return the turbine's nameplate as of the run of its newest day."""
    days = AggregatedDay.objects.filter(turbine=turbine).order_by("-day")
    newest = days.values_list("rated_power_kw", "sample_interval_s", "companions").first()
    rated_power_kw, interval_s, companions = newest or (None, None, None)
    interval_s = interval_s or USUAL_SAMPLE_INTERVAL_S
    return Nameplate(rated_power_kw, interval_s, tuple(sorted(companions or ())))


class AggregatedTurbines(Collection[str]):
    """The names of the turbines of which anything was aggregated, be there values or not."""

    def __init__(self) -> None:
        self.with_values = turbine_names()

    def __contains__(self, name: object) -> bool:
        if name in self.with_values:
            return True
        # A text with NUL cannot be asked for: PostgreSQL has no such texts.
        return str(name).isprintable() and AggregatedDay.objects.filter(turbine=name).exists()

    def __iter__(self) -> Iterator[str]:
        return iter(self.with_values)

    def __len__(self) -> int:
        return len(self.with_values)


class SignalHistory(TypedDict):
    """A signal, and the first and the last window that it has a value of; None without."""

    turbine: str
    variable: str
    statistic: str
    name: str
    unit: str
    first_time: datetime | None
    last_time: datetime | None


def signals(turbines: Collection[str] = ()) -> Sequence[SignalHistory]:
    """Return the turbines' signals; no `turbines` means all."""
    chosen = Signal.objects.filter(turbine__in=turbines) if turbines else Signal.objects.all()
    of_signal = Value.objects.filter(signal=OuterRef("pk"))
    first = of_signal.order_by("timestamp").values("timestamp")[:1]
    last = of_signal.order_by("-timestamp").values("timestamp")[:1]
    return [
        SignalHistory(
            turbine=signal.turbine,
            variable=signal.variable,
            statistic=signal.statistic,
            name=signal.name,
            unit=signal.unit,
            first_time=signal.first_time,
            last_time=signal.last_time,
        )
        for signal in chosen.annotate(first_time=Subquery(first), last_time=Subquery(last))
    ]


def signals_of_means(turbines: Collection[str]) -> Mapping[str, Sequence[Signal]]:
    """Return the signals of the turbines' means, by turbine and variable."""
    by_turbine = defaultdict(list)
    of_means = Signal.objects.filter(turbine__in=turbines, statistic=MEAN)
    for signal in of_means.order_by("variable"):
        by_turbine[signal.turbine].append(signal)
    return by_turbine


def changes_known_until() -> datetime:
    """Return a time such that whatever is stamped before it is seen by a query from now on.

    That is now, or the second in which the oldest transaction that has not ended announced its
    changes, of whatever account it is.
    """
    return locks.changes_known_until()


def samples_used(day: date) -> Mapping[str, Sequence[int]]:
    """Return how many samples of each variable the statistics of each hour of the UTC day are of.

    A variable without any is not there.
    """
    used = {name: [0] * HOURS_PER_DAY for name in VARIABLE_NAMES}
    signals = Signal.objects.filter(variable__in=VARIABLE_NAMES)
    for (_, variable), hour, samples in _samples_by_hour(day, signals):
        used[variable][hour] += samples
    return {name: by_hour for name, by_hour in used.items() if any(by_hour)}


def samples_of_turbines(day: date, turbines: Collection[str]) -> Mapping[str, Sequence[int]]:
    """Return how many samples of each turbine the statistics of each hour of the UTC day are of.

    Those of the variable that has the most in that hour.
    """
    most: dict[str, list[int]] = {name: [0] * HOURS_PER_DAY for name in turbines}
    signals = Signal.objects.filter(turbine__in=turbines)
    for (turbine, _), hour, samples in _samples_by_hour(day, signals):
        most[turbine][hour] = max(most[turbine][hour], samples)
    return most


def _samples_by_hour(
    day: date, signals: QuerySet[Signal]
) -> Iterator[tuple[tuple[str, str], int, int]]:
    """Yield turbine and variable, the hour of the day, and how many samples were used in it."""
    counts = signals.filter(statistic=COUNT).values_list("id", "turbine", "variable")
    names = {pk: (turbine, variable) for pk, turbine, variable in counts}
    start, end = day_bounds(day)
    of_day = Value.objects.filter(signal_id__in=[*names], timestamp__gte=start, timestamp__lt=end)
    by_hour = of_day.values_list("signal_id", ExtractHour("timestamp")).annotate(Sum("value"))
    for signal_id, hour, samples in by_hour:
        yield names[signal_id], hour, int(samples)


def sample_intervals(day: date) -> dict[str, int]:
    """Return the sample interval of each turbine in seconds, as of the run of that day."""
    intervals = AggregatedDay.objects.filter(day=day).values_list("turbine", "sample_interval_s")
    return {name: interval_s or USUAL_SAMPLE_INTERVAL_S for name, interval_s in intervals}


class DayOfMeans(NamedTuple):
    """All means of one variable on a UTC day: their sum and number, and of how many turbines."""

    total: float
    windows: int
    turbines: int


def means_by_day(variable: str, first: date, last: date) -> Mapping[date, DayOfMeans]:
    """Return the means of a variable from `first` to `last`, both included; unit as the variable.

    A day without any is not there.
    """
    signals = Signal.objects.filter(variable=variable, statistic=MEAN)
    # By their ids, values are found by the key; by a join, all of the months are read.
    means = Value.objects.filter(
        signal_id__in=list(signals.values_list("id", flat=True)),
        timestamp__gte=day_start(first),
        timestamp__lt=day_start(last + DAY),
    )
    of_day = means.order_by().annotate(day=TruncDate("timestamp", tzinfo=UTC))
    # By signal first: to count distinct ones takes PostgreSQL several times as long.
    of_signal = of_day.values("day", "signal").annotate(total=Sum("value"), windows=Count("value"))
    by_day: dict[date, DayOfMeans] = {}
    for row in of_signal:
        before = by_day.get(row["day"], DayOfMeans(0, 0, 0))
        by_day[row["day"]] = DayOfMeans(
            before.total + row["total"], before.windows + row["windows"], before.turbines + 1
        )
    return by_day


def day_range() -> tuple[date, date] | None:
    """Return the first and the last day of which anything was aggregated, or None."""
    days = AggregatedDay.objects.aggregate(first=Min("day"), last=Max("day"))
    return None if days["first"] is None else (days["first"], days["last"])


def let_go(start: datetime, end: datetime, lake_table: str = LET_GO_TABLE) -> list[MonthElsewhere]:
    """Return the months whose statistics were let go and have windows in [start, end), in order.

    Each has the address of the lake's table.
    """
    last = (end - timedelta.resolution).date()
    months = LetGoMonth.objects.filter(first__gte=month_of(start.date()), first__lte=last)
    return [
        MonthElsewhere(month.first, month.lake_address.removesuffix(LET_GO_TABLE) + lake_table)
        for month in months
    ]


def last_day_of_turbine(turbine: str) -> date | None:
    """Return the last day on which the turbine has statistics."""
    days = AggregatedDay.objects.filter(turbine=turbine, windows__gt=0).order_by("-day")
    return days.values_list("day", flat=True).first()


def last_day(signal: Signal) -> date | None:
    """Return the last day on which the signal has a value."""
    last = signal.values.order_by("-timestamp").values_list("timestamp", flat=True).first()
    return last.date() if last else None
