"""Letting go of a month of the farm, and putting it back."""

from datetime import date
from io import StringIO
from pathlib import Path

import pandas as pd
import pyarrow as pa
from deltalake import DeltaTable, write_deltalake
from django.core.management import call_command

from aggregates.assessment.making import assess
from sourcedata.dropped_months import KeptMonth, MonthChanged
from tests.aggregates.lake.builders import rows

AUGUST, SEPTEMBER = date(2025, 8, 31), date(2025, 9, 1)
TABLES = ["measurements", "statistics", "assessments"]
BEFORE_SEPTEMBER = ["--drop-before", "2025-09-01", "--yes"]


def manage(*arguments: str) -> str:
    call_command(*arguments, stdout=(said := StringIO()))
    return said.getvalue()


def synced(lake: Path) -> None:
    assess(AUGUST, SEPTEMBER)
    manage("lake", "sync")


def let_go(lake: Path) -> None:
    """Have August in the lake alone."""
    synced(lake)
    manage("partitions", *BEFORE_SEPTEMBER)
    manage("partitions", "--statistics", *BEFORE_SEPTEMBER)


def in_august(lake: Path) -> list[pd.DataFrame]:
    """Return what each table has of the month."""
    frames = [rows(lake, table) for table in TABLES]
    return [frame[frame["day"] == AUGUST].reset_index(drop=True) for frame in frames]


def restore(*arguments: str) -> str:
    return manage("lake", "restore", "--month", "2025-08", *arguments)


def with_oil(lake: Path, table: str = "measurements", column: str = "oil_temperature") -> None:
    """Let the lake have a variable that this program does not declare."""
    delta = DeltaTable(str(lake / table))
    before = delta.to_pyarrow_table()
    more = before.append_column(column, pa.array([60.0] * len(before)))
    write_deltalake(delta, more, mode="overwrite", schema_mode="merge")


def stays(month: KeptMonth, lake_address: str) -> None:
    raise MonthChanged("Measurements changed: look again.")
