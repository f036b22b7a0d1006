"""A frame of measurements into the source database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from django.db import IntegrityError, connections, transaction
from django.db.backends.utils import CursorWrapper

from common.arrays import Array
from common.databases import SOURCE
from common.postgres.partitions import ensure_months
from common.postgres.pgcopy import copy_in
from sourcedata.importing.export import Export
from sourcedata.models import Turbine
from sourcedata.snapshot import keep_to_the_schema_of_data

CREATE = "CREATE TEMPORARY TABLE imported AS SELECT {columns} FROM data WITH NO DATA"
# The bounds keep these, and their locks, away from the partitions of other months.
ANY_KNOWN = """
SELECT EXISTS (
    SELECT FROM data WHERE turbine_id = ANY(%s::bigint[]) AND timestamp BETWEEN %s AND %s
)
"""
COUNT_KNOWN = """
SELECT count(*) FROM imported JOIN data USING (turbine_id, timestamp)
WHERE data.timestamp BETWEEN %s AND %s
"""
# One statement, in the order of the key: whoever else writes these rows waits, and no deadlock.
UPSERT = """
INSERT INTO data AS known ({columns}) SELECT {columns} FROM imported
ORDER BY turbine_id, timestamp
ON CONFLICT (turbine_id, timestamp) DO UPDATE SET {assignments}
WHERE ({known}) IS DISTINCT FROM ({excluded})
"""


@dataclass(frozen=True)
class ImportResult:
    """How many rows of a file were new, changed what was known, or said what was known.

    `duplicates` are rows whose turbine and time a later row of the file has too, which won.
    """

    inserted: int
    updated: int
    unchanged: int
    duplicates: int


def sample_intervals(export: Export) -> Callable[[str], int]:
    """Return what tells the seconds between a turbine's samples by its name, known or new."""
    given = export.sample_interval_s
    if given is not None:
        return lambda name: given
    stored = dict(Turbine.objects.values_list("name", "sample_interval_s"))
    return lambda name: stored.get(name, Turbine().sample_interval_s)


def store(rows: pd.DataFrame, export: Export) -> ImportResult:
    """Write rows, as `read` returns them, in one transaction.

    Turbines are made where they do not exist. A row that exists gets the values that differ and
    keeps those of the variables that `rows` does not have; where none differs, nothing is
    written and no revision raised.

    Raises:
        django.db.DatabaseError: where the database does not take them; then it took none.
    """
    ensure_months(SOURCE, "data", _months(rows["timestamp"]))
    with transaction.atomic(using=SOURCE), connections[SOURCE].cursor() as cursor:
        keep_to_the_schema_of_data(cursor)
        ids = _turbine_ids(rows["turbine"].cat.categories.tolist(), export)
        columns = _latest(_columns(rows, ids))
        stored = len(columns["timestamp"])
        duplicates = len(rows) - stored
        if _are_new(cursor, columns) and _append(columns):
            return ImportResult(stored, 0, 0, duplicates)
        rows_known, written = _merge(cursor, columns)
    updated = written - (stored - rows_known)
    return ImportResult(stored - rows_known, updated, rows_known - updated, duplicates)


def _months(times: pd.Series) -> list[date]:
    months: list[date] = np.unique(times.to_numpy().astype("datetime64[M]")).tolist()
    return months


def _turbine_ids(names: list[str], export: Export) -> Mapping[str, int]:
    """Return the ids of the turbines by name; nobody else imports into them meanwhile."""
    Turbine.objects.bulk_create(
        (Turbine(name=name) for name in sorted(names)), ignore_conflicts=True
    )
    turbines = Turbine.objects.filter(name__in=names).order_by("id")
    ids = {turbine.name: turbine.pk for turbine in turbines.select_for_update(no_key=True)}
    fields = {
        "sample_interval_s": export.sample_interval_s,
        "rated_power_kw": export.rated_power_kw,
    }
    if given := {name: value for name, value in fields.items() if value is not None}:
        turbines.update(**given)
    return ids


def _columns(rows: pd.DataFrame, ids: Mapping[str, int]) -> dict[str, Array]:
    turbine_ids = np.array([ids[name] for name in rows["turbine"].cat.categories], dtype=np.int64)
    values = {name: rows[name].to_numpy() for name in rows.columns.drop("turbine")}
    return {"turbine_id": turbine_ids[rows["turbine"].cat.codes], **values}


def _latest(columns: Mapping[str, Array]) -> dict[str, Array]:
    """Return the rows in the order of the key; of those that share one, the last."""
    by_key = np.lexsort((columns["timestamp"], columns["turbine_id"]))
    turbine_id, timestamp = columns["turbine_id"][by_key], columns["timestamp"][by_key]
    is_last = np.ones(len(by_key), dtype=bool)
    is_last[:-1] = (turbine_id[1:] != turbine_id[:-1]) | (timestamp[1:] != timestamp[:-1])
    return {name: column[by_key[is_last]] for name, column in columns.items()}


def _are_new(cursor: CursorWrapper, columns: Mapping[str, Array]) -> bool:
    """Return whether the turbines have no measurements between the first time and the last."""
    turbines = np.unique(columns["turbine_id"]).tolist()
    cursor.execute(ANY_KNOWN, [turbines, *_bounds(columns["timestamp"])])
    return not cursor.fetchone()[0]


def _append(columns: Mapping[str, Array]) -> bool:
    """Write rows that are new; return False where somebody else wrote some of them meanwhile."""
    try:
        with transaction.atomic(using=SOURCE):
            copy_in(SOURCE, "data", columns)
    except IntegrityError:
        return False
    return True


def _merge(cursor: CursorWrapper, columns: Mapping[str, Array]) -> tuple[int, int]:
    """Return how many of the rows were known, and how many were inserted or updated."""
    variables = [name for name in columns if name not in ("turbine_id", "timestamp")]
    names = {
        "columns": ", ".join(columns),
        "assignments": ", ".join(f"{name} = excluded.{name}" for name in variables),
        "known": ", ".join(f"known.{name}" for name in variables),
        "excluded": ", ".join(f"excluded.{name}" for name in variables),
    }
    cursor.execute(CREATE.format(**names))
    copy_in(SOURCE, "imported", columns)
    cursor.execute("ANALYZE imported")
    cursor.execute(COUNT_KNOWN, _bounds(columns["timestamp"]))
    rows_known = int(cursor.fetchone()[0])
    cursor.execute(UPSERT.format(**names))
    written = cursor.rowcount
    cursor.execute("DROP TABLE imported")
    return rows_known, written


def _bounds(times: Array) -> list[str | None]:
    return [f"{time}+00" for time in (times.min(), times.max())] if len(times) else [None, None]
