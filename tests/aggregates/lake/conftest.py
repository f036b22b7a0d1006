"""A lake in a folder of its own, and two days of a farm of two turbines."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.builders import aggregated, measurements, turbine

DAYS = date(2025, 8, 31), date(2025, 9, 1)


@pytest.fixture
def lake(settings: Any, tmp_path: Path) -> Path:
    """The folder that LAKE_URL names, which is not there yet."""
    settings.LAKE_URL = str(tmp_path / "lake")
    return tmp_path / "lake"


@pytest.fixture
def farm(db: None) -> None:
    """T01 and T02, measured for twenty minutes on each of DAYS, and aggregated."""
    for name, wind in [("T02", 7.0), ("T01", 5.0)]:
        for day in DAYS:
            speeds: list[float | None] = [wind + minute / 10 for minute in range(19)] + [None]
            measurements(turbine(name), f"{day}T12:00", wind_speed=speeds, power=[100.0] * 20)
    for day in DAYS:
        aggregated(day)
