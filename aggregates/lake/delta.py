"""The lake's tables as `deltalake` keeps them: whose they are, and what they have."""

import logging
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, QueryBuilder
from deltalake.exceptions import DeltaError, TableNotFoundError
from django.conf import settings

from aggregates.lake.tables import DAY, TURBINE, LakeTable
from aggregates.models import LakeProgress, LetGoTurbineDay
from common import waits
from common.refusals import Refusal
from common.wording import first_line, listed, quoted

logger = logging.getLogger(__name__)

OWNER, RETIRED = "windproject.deployment", "windproject.retired"
# Who reads a version of the lake has so long until files of it may go.
RETENTION_H = 168
BYTES_PER_MB = 1_000_000
# The other settings of a store come from the environment, as AWS_ACCESS_KEY_ID.
STORAGE = {
    "connect_timeout": f"{waits.LAKE_CONNECT_S}s",
    "timeout": f"{waits.LAKE_PART_S}s",
    "retry_timeout": f"{waits.LAKE_RETRIED_S}s",
    "max_retries": "3",
}

COLOURS_AND_ARROWS = re.compile(r"\x1b\[[0-9;]*m|[\u21b3\u2570\u2500\u25b6]")
LONGEST_REASON = 400

# What is wrong with a file itself, and not with the way to it.
OF_PARQUET = "Parquet"
DAY_OF_FILE = re.compile(rf"{DAY}=(\d{{4}}-\d\d-\d\d)")

Key = tuple[date, str]
# How many rows a turbine-day has, and the version that they are of.
Content = tuple[Any, ...]


class LakeUnavailable(Refusal):
    """The lake cannot be read or written, for a reason that its sentence tells an operator."""


def address(table: LakeTable) -> str:
    """Return where the table lies: a folder, or a place in a store."""
    return f"{settings.LAKE_URL}/{table.name}"


@contextmanager
def telling_what_failed(table: LakeTable) -> Iterator[None]:
    """Have the block raise LakeUnavailable where the lake does not do its part."""
    try:
        yield
    except (DeltaError, OSError, pa.ArrowException) as error:
        sentence = f"The lake's {address(table)} fails: {_reason(error)}."
        raise LakeUnavailable(sentence) from error


def _reason(error: Exception) -> str:
    """Return what a library says, which has its causes in lines of their own, with arrows."""
    lines = COLOURS_AND_ARROWS.sub("", str(error)).splitlines()
    said = " ".join(" ".join(lines).split()).rstrip(".")
    return first_line(Exception(said[:LONGEST_REASON]))


def open_table(table: LakeTable) -> DeltaTable:
    """Return the table to be written, which is made where there is none.

    Raises:
        LakeUnavailable: where it cannot be opened, belongs to another deployment, has a column of
            another type, or one that this program would leave empty.
    """
    delta = _existing(table)
    with telling_what_failed(table):
        if delta is None:
            _refuse_lost(table, LetGoTurbineDay.objects.all(), "it is not there")
            logger.warning("The lake has no %s: it is made.", address(table))
            delta = _create(table)
    _refuse_unknown_columns(delta, table)
    return delta


def _existing(table: LakeTable) -> DeltaTable | None:
    """Return the table to be read, or None where there is none.

    Raises:
        LakeUnavailable: where it cannot be opened, belongs to another deployment, or has a column
            of another type.
    """
    with telling_what_failed(table):
        try:
            delta = DeltaTable(address(table), storage_options=STORAGE)
        except TableNotFoundError:
            return None
        _refuse_of_others(delta, table)
        _refuse_other_types(delta, table)
    return delta


def _create(table: LakeTable) -> DeltaTable:
    return DeltaTable.create(
        address(table),
        table.schema,
        partition_by=[DAY],
        description=table.description,
        configuration={OWNER: str(LakeProgress.get().deployment)},
        storage_options=STORAGE,
        raise_if_key_not_exists=False,
    )


def _refuse_of_others(delta: DeltaTable, table: LakeTable) -> None:
    owner, deployment = delta.metadata().configuration.get(OWNER), LakeProgress.get().deployment
    if owner != str(deployment):
        whose = f"deployment {quoted(owner)}" if owner else "somebody else"
        raise LakeUnavailable(
            f"The lake's {address(table)} belongs to {whose}: let LAKE_URL name another place; or,"
            " where that deployment is gone for good, run: manage.py lake adopt"
        )


def _refuse_other_types(delta: DeltaTable, table: LakeTable) -> None:
    """Refuse a column of another type: deltalake would cast what is written, texts too."""
    types = {field.name: field.type for field in pa.schema(delta.schema().to_arrow())}
    for field in table.schema:
        kind = types.get(field.name, field.type)
        if kind != field.type:
            raise LakeUnavailable(
                f"The lake's {address(table)} has a column {field.name} of type {kind}, not"
                f" {field.type}: move the table away, and the next tick makes it anew."
            )


def _refuse_unknown_columns(delta: DeltaTable, table: LakeTable) -> None:
    """Refuse columns of variables that others declare, whose values would be lost."""
    expected_names = {*table.schema.names, *_retired(delta)}
    unknown_names = [name for name in _columns(delta) if name not in expected_names]
    if unknown_names:
        raise LakeUnavailable(
            f"The lake's {address(table)} has columns that this program does not know:"
            f" {listed(unknown_names)}. Let VARIABLES_FILE in .env name the file that declares"
            " them; or, where they are removed for good, run: manage.py lake retire"
            f" --column {unknown_names[0]}"
        )


def columns(table: LakeTable) -> list[str]:
    """Return the names of the columns that the table has in the lake.

    Raises:
        LakeUnavailable: where it cannot be opened.
    """
    delta = _existing(table)
    return [] if delta is None else _columns(delta)


def _columns(delta: DeltaTable) -> list[str]:
    return list(pa.schema(delta.schema().to_arrow()).names)


def require_known_columns(table: LakeTable) -> None:
    """Refuse a table with columns that this program does not know, whose values would be lost.

    Raises:
        LakeUnavailable: saying so; or where the table cannot be opened.
    """
    if (delta := _existing(table)) is not None:
        _refuse_unknown_columns(delta, table)


def retire(table: LakeTable, column: str) -> bool:
    """Let days be written without the column, of which others keep values; return if it is there.

    Raises:
        LakeUnavailable: where the table cannot be opened.
    """
    delta = _existing(table)
    if delta is None or column not in _columns(delta):
        return False
    before = delta.metadata().configuration.get(RETIRED)
    columns = {RETIRED: ",".join(filter(None, [before, column]))}
    with telling_what_failed(table):
        delta.alter.set_table_properties(columns, raise_if_not_exists=False)
    return True


def adopt(table: LakeTable) -> None:
    """Make the table one of this deployment, whose ever it was.

    Raises:
        LakeUnavailable: where it cannot be opened.
    """
    owner = {OWNER: str(LakeProgress.get().deployment)}
    with telling_what_failed(table), suppress(TableNotFoundError):
        delta = DeltaTable(address(table), storage_options=STORAGE)
        delta.alter.set_table_properties(owner, raise_if_not_exists=False)


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
        f" WHERE {DAY} BETWEEN '{first}' AND '{last}' GROUP BY {DAY}, {TURBINE}, {version}",
    )
    by_key = defaultdict(list)
    columns = [] if counted is None else [column.to_pylist() for column in counted]
    for day, turbine, *content in zip(*columns, strict=True):
        by_key[day, turbine].append(tuple(content))
    return by_key


def rows_of_all(contents: Sequence[Content]) -> int:
    """Return how many rows of a turbine-day there are, of whatever versions."""
    return sum(rows for rows, *_ in contents)


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
    of_turbines = f" AND {TURBINE} IN ({names})" if turbines else ""
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
    """Return the day's values of variables that were removed, by the table's order; None if none.

    Raises:
        LakeUnavailable: where the lake does not do its part.
    """
    delta = _existing(table)
    names = [] if delta is None else _retired(delta)
    if not names:
        return None
    rows = whole_rows_of(table, day).select([*table.order, *names])
    # Somebody may have added rows once more.
    return (
        rows.group_by(table.order)
        .aggregate([(name, "max") for name in names])
        .rename_columns([*table.order, *names])
    )


def _retired(delta: DeltaTable) -> list[str]:
    retired = (delta.metadata().configuration.get(RETIRED) or "").split(",")
    return [name for name in _columns(delta) if name in retired]


def _literal(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _query(table: LakeTable, statement: str) -> Any:
    """Return the answer to a query of the table `lake`, an Arrow table; None where there is none.

    Files that are gone are struck off, so that what was in them is written anew.
    """
    delta = _existing(table)
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
                    f"Files of the lake cannot be read ({_reason(error)}). Delete them, and the"
                    f" next turn writes what the databases have of their days: {listed(damaged)}"
                ) from error
            raise


def _refuse_lost_files(table: LakeTable, files: Sequence[str], how: str) -> None:
    """Refuse to strike files off that have turbine-days which nobody else has."""
    days = [date.fromisoformat(day) for day in DAY_OF_FILE.findall(" ".join(files))]
    of_days = LetGoTurbineDay.objects.filter(day__in=days)
    _refuse_lost(table, of_days, f"these files {how}: {listed(files)}")


def _refuse_lost(table: LakeTable, of_days: Any, reason: str) -> None:
    if held := of_days.filter(lake_table=table.name).order_by("day"):
        raise LakeUnavailable(
            f"The lake's {address(table)} alone has {len(held):,} turbine-days from {held[0].day}"
            f" on, and {reason}. Put back what is missing. What nobody has any more is given up by:"
            f" manage.py lake restore --month {held[0].day:%Y-%m} --as-it-is"
        )


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


@dataclass(frozen=True)
class Size:
    """How much a table has: days, files that its last version is made of, and their megabytes."""

    days: int
    files: int
    megabytes: float


def size(table: LakeTable) -> Size:
    """Return how much the table has.

    Raises:
        LakeUnavailable: where the lake does not do its part.
    """
    delta = _existing(table)
    if delta is None:
        return Size(0, 0, 0)
    with telling_what_failed(table):
        files = pa.table(delta.get_add_actions(flatten=True))
    days, sizes = files[f"partition.{DAY}"], files["size_bytes"]
    return Size(len(days.unique()), len(files), (pc.sum(sizes).as_py() or 0) / BYTES_PER_MB)


def vacuum(table: LakeTable) -> int:
    """Remove files that no version of the last seven days has; return how many.

    Raises:
        LakeUnavailable: where the lake does not do its part.
    """
    delta = _existing(table)
    if delta is None:
        return 0
    with telling_what_failed(table):
        return len(delta.vacuum(retention_hours=RETENTION_H, dry_run=False))
