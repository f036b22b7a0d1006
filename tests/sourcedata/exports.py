"""Builders of small exports, and what became of them in the source."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pa_parquet
from django.db import connections

from sourcedata.importing import Form, ImportResult, import_table, look_at

PARIS = ZoneInfo("Europe/Paris")
MORNING = "2025-08-31T10:00Z"


def write(folder: Path, *lines: str, header: str = "time,kw", end: str = "\n") -> Path:
    """Write a CSV file of a header and these lines."""
    return write_bytes(folder, "".join(f"{line}{end}" for line in (header, *lines)).encode())


def write_bytes(folder: Path, data: bytes) -> Path:
    path = folder / "export.csv"
    path.write_bytes(data)
    return path


def write_parquet(folder: Path, **columns) -> Path:
    path = folder / "export.parquet"
    pa_parquet.write_table(pa.table(columns), path)
    return path


def imported(path: Path, **fields) -> ImportResult:
    """Import the column `time` and the power in `kw` of the turbine T01, or what `fields` say."""
    of_t01 = {} if "turbine_column" in fields else {"turbine": "T01"}
    defaults = {"time_columns": ["time"], "columns": {"power": "kw"}, **of_t01}
    (understood,) = look_at(path, Form(**{**defaults, **fields}))
    return import_table(understood, "test")


def query(sql: str) -> list[tuple]:
    with connections["source"].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def stored(variable: str = "power") -> list[tuple]:
    return query(
        "SELECT to_char(timestamp AT TIME ZONE 'UTC', 'MM-DD HH24:MI:SS.US'), "
        f"{variable} FROM data ORDER BY turbine_id, timestamp"
    )


def stored_times() -> list[str]:
    return [time.removesuffix(":00.000000") for time, _ in stored()]


def stored_powers() -> list[float | None]:
    return [power for _, power in stored()]


def revisions() -> list[tuple]:
    return query("SELECT * FROM source_day ORDER BY turbine_id, day")
