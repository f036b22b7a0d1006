"""What the lake has, as any engine reads it."""

from pathlib import Path
from typing import Any

import pandas as pd
from deltalake import DeltaTable

from aggregates.lake.syncing import days_behind
from tests.aggregates.lake.conftest import DAYS


def rows(lake: Path, table: str) -> pd.DataFrame:
    """Return all rows of a table, as pandas gets them."""
    frame: pd.DataFrame = DeltaTable(str(lake / table)).to_pandas()
    return frame


def sync() -> list[str]:
    """Write what is behind of DAYS; return it, as `measurements 2025-08-31`."""
    behind = days_behind(*DAYS)
    for day in behind:
        day.write()
    return sorted(f"{day.kept.table.name} {day.day}" for day in behind)


def commits(lake: Path, table: str) -> list[Any]:
    """Return what was done to the table, the newest first."""
    return DeltaTable(str(lake / table)).history()
