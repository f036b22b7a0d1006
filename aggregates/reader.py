"""The questions that others may ask of the target database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from aggregates.models import Signal, Value
from aggregates.windows import WINDOW, WINDOWS_PER_DAY
from windproject.days import day_bounds, day_start

COUNT = "count"


@dataclass(frozen=True)
class WindowValue:
    """A signal's value in the window that starts at `start`, and of how many samples.

    `value` is None where the statistic does not exist there. `coverage` is the part of the samples
    expected, 0 to 1; None where it is not known how many are.
    """

    start: datetime
    value: float | None
    count: int
    coverage: float | None


def windows_of_day(
    signal: Signal, day: date, sample_interval_s: int | None
) -> Sequence[WindowValue]:
    """Return all windows of the UTC day, in order; two queries."""
    counted = Signal.objects.filter(
        turbine=signal.turbine, variable=signal.variable, statistic=COUNT
    ).first()
    values = _values(signal, day)
    counts = _values(counted, day) if counted else {}
    starts = [day_start(day) + number * WINDOW for number in range(WINDOWS_PER_DAY)]
    expected = WINDOW.total_seconds() / sample_interval_s if sample_interval_s else None
    return [
        WindowValue(start, values.get(start), int(count), count / expected if expected else None)
        for start in starts
        for count in [counts.get(start, 0.0)]
    ]


def last_day(signal: Signal) -> date | None:
    """Return the last day on which the signal has a value."""
    last = signal.values.order_by("-timestamp").values_list("timestamp", flat=True).first()
    return last.date() if last else None


def _values(signal: Signal, day: date) -> dict[datetime, float]:
    start, end = day_bounds(day)
    of_day = Value.objects.filter(signal=signal, timestamp__gte=start, timestamp__lt=end)
    return dict(of_day.values_list("timestamp", "value"))
