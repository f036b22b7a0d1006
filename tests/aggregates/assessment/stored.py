"""Small builders of statistics in the target, for what is assessed of them."""

from datetime import UTC, date, datetime

import numpy as np

from aggregates.compute.windows import WINDOWS_PER_DAY, window_starts
from aggregates.models import AggregatedDay, Run, Signal
from common.databases import TARGET
from common.days import DAY, days_between
from common.postgres.partitions import ensure_months
from common.postgres.pgcopy import copy_in

TURBINES = ("T01", "T02", "T03", "T04")
SIGNALS = [("wind_speed", name) for name in ("mean", "max", "std", "count")]
SIGNALS += [("power", "mean"), ("power", "count")]
RATED_KW = 2000.0


def stored_farm(first: date, days: int, stopped: dict[str, date] | None = None) -> None:
    """Store the statistics of four turbines; those of `stopped` stand still on that day.

    They give 200 kW a m/s from 3 m/s on, in wind from 4 to 12 m/s.
    """
    last = first + (days - 1) * DAY
    ensure_months(TARGET, "data", list(days_between(first, last)))
    for turbine in TURBINES:
        ids = [signal_id(turbine, *signal) for signal in SIGNALS]
        for day in days_between(first, last):
            is_stopped = (stopped or {}).get(turbine) == day
            store(ids, day, day_of_values(turbine, day, is_stopped))
            note(turbine, day)


def signal_id(turbine: str, variable: str, statistic: str) -> int:
    signal, _ = Signal.objects.get_or_create(
        turbine=turbine, variable=variable, statistic=statistic
    )
    return int(signal.pk)


def day_of_values(turbine: str, day: date, is_stopped: bool) -> np.ndarray:
    """Return a row of windows for each of SIGNALS."""
    generator = np.random.default_rng([day.toordinal(), TURBINES.index(turbine)])
    wind = generator.uniform(4, 12, WINDOWS_PER_DAY)
    power = np.zeros(WINDOWS_PER_DAY) if is_stopped else np.minimum(200 * (wind - 3), RATED_KW)
    count = np.full(WINDOWS_PER_DAY, 10.0)
    return np.array([wind, wind + 1, np.full_like(wind, 0.5), count, power, count])


def store(ids: list[int], day: date, table: np.ndarray) -> None:
    columns = {
        "signal_id": np.repeat(np.array(ids), WINDOWS_PER_DAY),
        "timestamp": np.tile(window_starts(day), len(ids)),
        "value": table.ravel(),
    }
    copy_in(TARGET, "data", columns)


def note(turbine: str, day: date) -> None:
    """Store that the turbine-day was aggregated."""
    run, _ = Run.objects.get_or_create(
        day=day, requested_by="test", defaults={"status": Run.Status.SUCCEEDED}
    )
    now = datetime.now(UTC)
    fields = {"revision": 1, "rules": "", "windows": WINDOWS_PER_DAY, "run": run}
    fields |= {"aggregated_at": now, "changed_at": now, "rated_power_kw": RATED_KW}
    AggregatedDay.objects.create(turbine=turbine, day=day, sample_interval_s=60, **fields)
