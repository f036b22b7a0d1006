"""What the lake's tables have: counted by turbine-day, and row by row."""

import logging
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, QueryBuilder

from aggregates.lake.delta import existing, refuse_lost
from aggregates.lake.failures import LakeUnavailable, address, reason, telling_what_failed
from aggregates.lake.shape import retired
from aggregates.lake.tables import DAY, TURBINE, LakeTable
from aggregates.models import HeldMonth, LetGoTurbineDay
from common.postgres.partitions import month_of
from common.wording import listed

logger = logging.getLogger(__name__)

# What is wrong with a file itself, and not with the way to it.
OF_PARQUET = "Parquet"
DAY_OF_FILE = re.compile(rf"{DAY}=(\d{{4}}-\d\d-\d\d)")

Key = tuple[date, str]
# How many rows a turbine-day has, and the version that they are of.
Content = tuple[Any, ...]


def contents(table: LakeTable, first: date, last: date) -> Mapping[Key, Sequence[Content]]:
    """Return what the lake has of each turbine-day from `first` to `last`, both included.

    That is how many rows are of which version, as `(rows, *version)`; more than one where somebody
    else wrote there.

    Raises:
        LakeUnavailable: where the lake does not do its part.
    """
    version = ", ".join(table.version)
    counted = _query(
        table,
        f"SELECT {DAY}, {TURBINE}, count(*), {version} FROM lake"
        f" WHERE {DAY} BETWEEN '{first}' AND '{last}' AND {TURBINE} IS NOT NULL"
        f" GROUP BY {DAY}, {TURBINE}, {version}",
    )
    by_key = defaultdict(list)
    columns = [] if counted is None else [column.to_pylist() for column in counted]
    for day, turbine, *content in zip(*columns, strict=True):
        by_key[day, turbine].append(tuple(content))
    return by_key


def days_of_strays(table: LakeTable, first: date, last: date) -> set[date]:
    """Return the days from `first` to `last` with rows of no turbine, which somebody else wrote.

    Raises:
        LakeUnavailable: where the lake does not do its part.
    """
    strays = _query(
        table,
        f"SELECT DISTINCT {DAY} FROM lake"
        f" WHERE {DAY} BETWEEN '{first}' AND '{last}' AND {TURBINE} IS NULL",
    )
    return set() if strays is None else {*strays[DAY].to_pylist()}


def rows_of_all(contents: Sequence[Content]) -> int:
    """Return how many rows of a turbine-day there are, of whatever versions."""
    return sum(rows for rows, *_ in contents)


def revisions(contents: Sequence[Content]) -> set[int]:
    """Return the revisions of the measurements that the rows are of, or are."""
    return {revision for _, revision, *_ in contents}


def rows_of(table: LakeTable, day: date, turbines: Collection[str] = ()) -> Any:
    """Return the rows of turbines on a UTC day, an Arrow table in the order of the lake.

    No `turbines` means all. It has the columns of this deployment; what the lake lacks is null.

    Raises:
        LakeUnavailable: where the lake does not do its part.
    """
    rows = whole_rows_of(table, day, turbines)
    columns = {field.name: pa.nulls(len(rows), field.type) for field in table.schema}
    columns |= {name: rows[name] for name in columns if name in rows.column_names}
    return pa.table(columns).cast(table.schema)


def whole_rows_of(table: LakeTable, day: date, turbines: Collection[str] = ()) -> Any:
    """Return the same with all columns of the lake, also of variables that were removed."""
    names = ", ".join(map(_literal, turbines))
    of_turbines = f" AND {TURBINE} " + (f"IN ({names})" if turbines else "IS NOT NULL")
    order = ", ".join(table.order)
    rows = _query(table, f"SELECT * FROM lake WHERE {DAY} = '{day}'{of_turbines} ORDER BY {order}")
    if rows is None:
        return table.schema.empty_table()
    types = {
        field.name: pa.string() if field.type == pa.string_view() else field.type
        for field in rows.schema
    }
    return rows.cast(pa.schema(types))


def retired_values(table: LakeTable, day: date) -> Any:
    """Return the day's rows with values of variables that were removed, and these; None if none.

    Raises:
        LakeUnavailable: where the lake does not do its part.
    """
    delta = existing(table)
    names = [] if delta is None else retired(delta, table)
    if not names:
        return None
    rows = whole_rows_of(table, day).select([*table.order, *names])
    has_value = reduce(or_, (pc.field(name).is_valid() for name in names))
    # Somebody may have added rows once more.
    return (
        rows.filter(has_value)
        .group_by(table.order)
        .aggregate([(name, "max") for name in names])
        .rename_columns([*table.order, *names])
    )


def retired_columns(table: LakeTable, first: date, last: date) -> list[str]:
    """Return the columns of variables that were removed, with values from `first` to `last`.

    Raises:
        LakeUnavailable: where the lake does not do its part.
    """
    delta = existing(table)
    names = [] if delta is None else retired(delta, table)
    if not names:
        return []
    counts = ", ".join(f"count({_identifier(name)})" for name in names)
    days = f"{DAY} BETWEEN '{first}' AND '{last}'"
    (counted,) = zip(*_query(table, f"SELECT {counts} FROM lake WHERE {days}"), strict=True)
    return [name for name, values in zip(names, counted, strict=True) if values.as_py()]


def _identifier(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _literal(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _query(table: LakeTable, statement: str) -> Any:
    """Return the answer to a query of the table `lake`, an Arrow table; None where there is none.

    Files that are gone are struck off, so that what was in them is written anew.
    """
    delta = existing(table)
    if delta is None:
        return None
    with telling_what_failed(table):
        try:
            return _answer(delta, statement)
        except pa.ArrowInvalid as error:
            if gone := delta.repair(dry_run=True)["files_removed"]:
                _refuse_lost_files(table, gone, "are gone")
                logger.warning("Files of the lake's %s are gone: %s.", address(table), listed(gone))
                delta.repair()
                return _answer(delta, statement)
            if damaged := _damaged_files(delta):
                _refuse_lost_files(table, damaged, "cannot be read")
                raise LakeUnavailable(
                    f"Files of the lake cannot be read ({reason(error)}). Delete them, and the"
                    f" next turn writes what the databases have of their days: {listed(damaged)}"
                ) from error
            raise


def _refuse_lost_files(table: LakeTable, files: Sequence[str], how: str) -> None:
    """Refuse to strike files off that have turbine-days which nobody else has.

    Of a month that has no notes yet, that is all: another deployment may have let go of it, or this
    one since the target's backup.
    """
    noted = LetGoTurbineDay.days_of(table.name)
    months = {month_of(day) for day in noted} | HeldMonth.months_of(table.name)
    days = {date.fromisoformat(day) for day in DAY_OF_FILE.findall(" ".join(files))}
    lost = [day for day in days if day in noted or month_of(day) not in months]
    refuse_lost(table, lost, f"these files {how}: {listed(files)}")


def _damaged_files(delta: DeltaTable) -> list[str]:
    """Return the files that cannot be parsed, of days one after the other."""
    files = pa.table(delta.get_add_actions(flatten=True))
    damaged = []
    for day in sorted({*files[f"partition.{DAY}"].to_pylist()}):
        try:
            _answer(delta, f"SELECT * FROM lake WHERE {DAY} = '{day}'")
        except pa.ArrowInvalid as error:
            if OF_PARQUET in str(error):
                of_day = [(DAY, "=", str(day))]
                damaged += delta.file_uris(file_pruning_predicate=of_day)
    return damaged


def _answer(delta: DeltaTable, statement: str) -> Any:
    return pa.table(QueryBuilder().register("lake", delta).execute(statement))
