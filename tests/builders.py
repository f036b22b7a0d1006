"""Small builders of test data."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from aggregates.compute.arrival import completeness
from aggregates.models import Run, Value
from aggregates.runs.pipeline import execute
from aggregates.states import DayState, State, TurbineDayState
from sourcedata.models import Measurement, Turbine
from sourcedata.nameplate import Nameplate
from sourcedata.variables import VARIABLE_NAMES

MINUTE = timedelta(minutes=1)


def at(text: str) -> datetime:
    """Return the UTC time that `text` (ISO 8601, without an offset) names."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def turbine(name: str = "T01", **fields: Any) -> Turbine:
    """Return the turbine of that name, made where it does not exist."""
    return Turbine.objects.get_or_create(name=name, defaults=fields)[0]


def measurements(
    of: Turbine, start: str, step: timedelta = MINUTE, **columns: list[float | None]
) -> list[Measurement]:
    """Store a row per list item, `step` apart from `start` on; a variable per keyword."""
    rows: list[Mapping[str, float | None]] = [
        dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)
    ]
    return Measurement.objects.bulk_create(
        Measurement(turbine=of, timestamp=at(start) + number * step, **row)
        for number, row in enumerate(rows)
    )


def frame(of: str, start: str, step: timedelta = MINUTE, **columns: list[float]) -> pd.DataFrame:
    """Return measurements as the reader does: a row per list item, NaN for other variables."""
    length = max(map(len, columns.values()))
    times = np.datetime64(at(start).replace(tzinfo=None), "us") + np.arange(
        length
    ) * np.timedelta64(step)
    cells = {name: np.array(columns.get(name, [np.nan] * length)) for name in VARIABLE_NAMES}
    return pd.DataFrame({"turbine": pd.Categorical([of] * length), "timestamp": times, **cells})


def nameplates(**rated_powers_kw: float | None) -> dict[str, Nameplate]:
    """Return nameplates by turbine, of these rated powers and 1-minute samples."""
    return {name: Nameplate(power_kw) for name, power_kw in rated_powers_kw.items()}


def day_state(day: str, **fields: Any) -> DayState:
    """Return a day that is current and has nothing, but for what `fields` say."""
    usual: dict[str, Any] = {"turbines": {}, "samples": 0, "expected_samples": 0, "windows": 0}
    usual |= {"state": State.CURRENT, "complete": 0, "incomplete": [], "last_run": None}
    return DayState(date.fromisoformat(day), **usual | fields)


def turbine_day_state(name: str, samples: int, expected_samples: int, day: str) -> TurbineDayState:
    """Return a turbine-day that is current, of which so many samples arrived."""
    arrived = completeness(samples, expected_samples)
    return TurbineDayState(
        name,
        date.fromisoformat(day),
        State.CURRENT,
        1,
        1,
        samples,
        expected_samples,
        arrived,
        1,
        None,
        True,
    )


def aggregated(day: date, force: bool = False) -> Run:
    """Aggregate the day in this process, and return the run as it ended."""
    run, _ = Run.objects.request(day, [], requested_by="test", force=force)
    execute(run)
    return run


def values(name: str, of: str = "T01") -> dict[str, float]:
    """Return the stored values of a signal by the start of their window, as `31 00:10`."""
    rows = Value.objects.filter(signal__turbine=of, signal__name=name).order_by("timestamp")
    return {f"{row.timestamp:%d %H:%M}": row.value for row in rows}
