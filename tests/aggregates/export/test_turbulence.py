"""Turbulence intensity, which may be read where the std is that of the readings."""

from datetime import date

import numpy as np
import pytest

from aggregates.export.blocks import Block
from aggregates.export.turbulence import with_turbulence
from aggregates.models import AggregatedDay, Run, Signal, Value
from common.postgres.partitions import ensure_months
from tests.builders import at

pytestmark = pytest.mark.django_db

DAY = date(2025, 8, 31)


def stored(companions: dict[str, list[int]] | None) -> None:
    """Store a mean of 8 and a std of 2 m/s in the first three windows of a day."""
    ensure_months("default", "data", [DAY])
    for statistic, value in {"mean": 8.0, "std": 2.0}.items():
        signal = Signal.objects.create(turbine="T01", variable="wind_speed", statistic=statistic)
        for minute in (0, 10, 20):
            time = at(f"{DAY}T00:{minute:02}")
            Value.objects.create(signal=signal, timestamp=time, value=value)
    AggregatedDay.objects.create(
        turbine="T01",
        day=DAY,
        revision=1,
        run=Run.objects.create(day=DAY, requested_by="test"),
        aggregated_at=at(f"{DAY}T00:00"),
        changed_at=at(f"{DAY}T00:00"),
        windows=3,
        rules="of a test",
        companions=companions,
    )


def turbulence() -> list[float]:
    starts = np.datetime64(DAY, "us") + np.arange(3) * np.timedelta64(10, "m")
    nothing = np.full(3, np.nan)
    block = Block("T01", starts, [], np.empty((0, 3)), np.empty((0, 3)), nothing, nothing, nothing)
    shares: list[float] = with_turbulence(block).turbulence.tolist()
    return shares


def test_it_is_the_std_over_the_mean_of_windows_that_know_their_readings() -> None:
    stored({"wind_speed_std": [1]})
    assert turbulence() == pytest.approx([0.25, np.nan, 0.25], nan_ok=True)


@pytest.mark.parametrize("companions", [None, {}, {"wind_speed_max": []}])
def test_of_means_alone_there_is_none(companions: dict[str, list[int]] | None) -> None:
    stored(companions)
    assert np.isnan(turbulence()).all()
