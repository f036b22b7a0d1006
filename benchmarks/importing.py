"""A file of ten million rows: how long its import takes, beside psql's COPY of the same file."""

import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from django.conf import settings
from django.db import connections

from benchmarks.day import seconds
from benchmarks.fresh import tidy
from common.databases import SOURCE
from common.days import days_between
from common.postgres.partitions import ensure_months, month_of, partition_of
from embedded import binaries
from sourcedata.importing import Form, import_table, look_at
from sourcedata.variables import VARIABLE_NAMES

FILE: Path = settings.VAR_DIR / "ten-million-rows.csv"
TURBINES, MINUTES = 100, 100_000
# The turbines are named by their ids, so that psql can load the file too.
FIRST_ID = 1_000_001
FIRST, LAST = date(2021, 1, 1), date(2021, 3, 11)
ALL_NEW, ALL_KNOWN, PSQL = "import, all rows new", "import, all rows known", "psql"
FORM = Form(["timestamp"], {name: name for name in VARIABLE_NAMES}, turbine_column="turbine_id")


def fill() -> None:
    """Make the turbines and the file."""
    with connections[SOURCE].cursor() as cursor:
        cursor.execute(
            "INSERT INTO turbine (id, name, sample_interval_s)"
            " SELECT n, n, 60 FROM generate_series(%s, %s) AS n ON CONFLICT DO NOTHING",
            [FIRST_ID, FIRST_ID + TURBINES - 1],
        )
    if not FILE.exists():
        chance = np.random.default_rng(1)
        with FILE.open("wb") as file:
            for turbine in range(FIRST_ID, FIRST_ID + TURBINES):
                has_header = pa_csv.WriteOptions(include_header=turbine == FIRST_ID)
                pa_csv.write_csv(_rows(turbine, chance), file, has_header)


def _rows(turbine: int, chance: np.random.Generator) -> pa.Table:
    times = np.datetime64(FIRST, "s") + np.arange(MINUTES) * np.timedelta64(60, "s")
    texts = np.char.add(np.datetime_as_string(times), "Z")
    values = {name: chance.random(MINUTES).round(4) for name in VARIABLE_NAMES}
    return pa.table({"turbine_id": np.full(MINUTES, turbine), "timestamp": texts, **values})


def measure(number: int) -> dict[str, float]:
    """Return how many seconds each way takes for the file."""
    took = {PSQL: _in_an_empty_table(psql), ALL_NEW: _in_an_empty_table(import_it)}
    took[ALL_KNOWN] = seconds(import_it)
    return took


def _in_an_empty_table(work: Callable[[], object]) -> float:
    with connections[SOURCE].cursor() as cursor:
        for month in {month_of(day) for day in days_between(FIRST, LAST)}:
            cursor.execute(f"DROP TABLE IF EXISTS {partition_of('data', month)}")
        cursor.execute("DELETE FROM source_day WHERE turbine_id >= %s", [FIRST_ID])
    ensure_months(SOURCE, "data", days_between(FIRST, LAST))
    tidy(SOURCE)
    return seconds(work)


def import_it() -> None:
    """Import the file as `import_measurements` does."""
    for understood in look_at(FILE, FORM):
        import_table(understood, "benchmark")


def psql() -> None:
    """Have psql copy the file into the same table."""
    server = connections[SOURCE].get_connection_params()
    columns = ", ".join(["turbine_id", "timestamp", *VARIABLE_NAMES])
    copy = f"\\copy data ({columns}) FROM '{FILE}' CSV HEADER"
    place = ["-h", server["host"], "-U", server["user"], "-d", server["dbname"]]
    subprocess.run([binaries.program("psql"), *place, "-c", copy], check=True, capture_output=True)
