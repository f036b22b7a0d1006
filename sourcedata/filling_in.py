"""Measurements into the gaps of those that are there: what is there stays, cell by cell."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from django.db import connections, transaction

from common.arrays import Array
from common.databases import SOURCE
from common.days import day_bounds
from common.postgres.partitions import ensure_months
from common.postgres.pgcopy import copy_in
from common.refusals import refuse_left_out
from sourcedata.loading import locked
from sourcedata.models import Turbine
from sourcedata.snapshot import keep_to_the_schema_of_data
from sourcedata.variables import COLUMNS, TELLS

KEY = ["turbine_id", "timestamp"]
CREATE = """
CREATE TEMPORARY TABLE put_back ON COMMIT DROP AS SELECT {columns} FROM data WITH NO DATA
"""
# In the order of the key: whoever else writes these rows waits, and no deadlock.
FILL_IN = """
INSERT INTO data AS known ({columns}) SELECT {columns} FROM pg_temp.put_back
ORDER BY turbine_id, timestamp
ON CONFLICT (turbine_id, timestamp) DO UPDATE SET {assignments}
WHERE ({known}) IS DISTINCT FROM ({wanted})
"""
COUNT = """
SELECT count(*), count(data.turbine_id)
FROM pg_temp.put_back LEFT JOIN data
    ON data.turbine_id = put_back.turbine_id AND data.timestamp = put_back.timestamp
    AND data.timestamp >= %s AND data.timestamp < %s
"""


def fill_in(rows: Sequence[tuple[Turbine, Mapping[str, Array]]], day: date) -> int:
    """Write rows of turbines on a UTC day, all or nothing; return how many were not there whole.

    Each turbine comes with `timestamp` (datetime64[us], UTC) and a float column per variable and
    companion, NaN where there is none. Turbines that do not exist are made, others keep their
    fields.

    Raises:
        NotTaken: where somebody's trigger leaves rows out.
    """
    ensure_months(SOURCE, "data", [day])
    columns = ", ".join([*KEY, *COLUMNS])
    with transaction.atomic(using=SOURCE), connections[SOURCE].cursor() as cursor:
        keep_to_the_schema_of_data(cursor)
        ids = {turbine.name: turbine.pk for turbine in locked([turbine for turbine, _ in rows])}
        cursor.execute(CREATE.format(columns=columns))
        for turbine, of_turbine in rows:
            turbine_id = np.full(len(of_turbine["timestamp"]), ids[turbine.name], dtype=np.int64)
            copy_in(SOURCE, "pg_temp.put_back", {"turbine_id": turbine_id, **of_turbine})
        cursor.execute(_fill_in(columns))
        filled = int(cursor.rowcount)
        cursor.execute(COUNT, day_bounds(day))
        sent, there = cursor.fetchone()
        refuse_left_out("data", there, sent)
        cursor.execute("DROP TABLE pg_temp.put_back")
        return filled


def _fill_in(columns: str) -> str:
    """Return the statement; beside another mean, a companion would tell of other readings."""
    wanted = {name: f"coalesce(known.{name}, excluded.{name})" for name in COLUMNS} | {
        column: f"CASE WHEN known.{of.name} <> excluded.{of.name} THEN known.{column}"
        f" ELSE coalesce(known.{column}, excluded.{column}) END"
        for column, (_, of) in TELLS.items()
    }
    return FILL_IN.format(
        columns=columns,
        assignments=", ".join(f"{name} = {value}" for name, value in wanted.items()),
        known=", ".join(f"known.{name}" for name in wanted),
        wanted=", ".join(wanted.values()),
    )
