"""The lake's tables as `deltalake` keeps them, and whose they are."""

import logging
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError
from django.conf import settings

from aggregates.lake.failures import LakeLacks, LakeUnavailable, address, telling_what_failed
from aggregates.lake.let_go_months import months_let_go
from aggregates.lake.shape import RETIRED, columns_of, refuse_other_shape, refuse_unknown_columns
from aggregates.lake.tables import DAY, LakeTable
from aggregates.models import LakeProgress, LetGoTurbineDay
from common import waits
from common.postgres.partitions import month_of
from common.wording import quoted

logger = logging.getLogger(__name__)

OWNER = "windproject.deployment"
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

_is_taken_over: ContextVar[bool] = ContextVar("is_taken_over", default=False)
_given_up: ContextVar[date | None] = ContextVar("given_up", default=None)


def open_table(table: LakeTable) -> DeltaTable:
    """Return the table to be written, which is made where there is none.

    Raises:
        LakeUnavailable: where it cannot be opened, belongs to another deployment, has a column of
            another type, or one that this program would leave empty.
    """
    delta = existing(table)
    with telling_what_failed(table):
        if delta is None:
            refuse_lost(table, LetGoTurbineDay.days_of(table.name), "it is not there")
            delta = _create(table)
            # Of a lake that was in step before, somebody took it away.
            level = logging.WARNING if LakeProgress.get().synced_until else logging.INFO
            logger.log(level, "The lake had no %s: it is made.", address(table))
    refuse_unknown_columns(delta, table)
    return delta


def existing(table: LakeTable) -> DeltaTable | None:
    """Return the table to be read, or None where there is none.

    Raises:
        LakeUnavailable: where it cannot be opened, belongs to another deployment, or has a column
            of another type, or otherwise another shape.
    """
    _refuse_other_place()
    with telling_what_failed(table):
        try:
            delta = DeltaTable(address(table), storage_options=STORAGE)
        except TableNotFoundError:
            return None
        _refuse_of_others(delta, table)
        refuse_other_shape(delta, table)
    return delta


def _refuse_other_place() -> None:
    place = settings.LAKE_URL
    if "://" not in place and os.path.lexists(place) and not os.path.isdir(place):
        raise LakeUnavailable(
            f"LAKE_URL names {place}, which is no folder: let it name one, in .env."
        )
    if os.path.isdir(f"{place}/_delta_log"):
        raise LakeUnavailable(
            f"LAKE_URL names {place}, which is a table itself: let it name the folder of the"
            f" tables, such as {os.path.dirname(place)}, in .env."
        )


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
    if _is_taken_over.get():
        return
    owner, deployment = delta.metadata().configuration.get(OWNER), LakeProgress.get().deployment
    if owner != str(deployment):
        whose = f"deployment {quoted(owner)}" if owner else "somebody else"
        raise LakeUnavailable(
            f"The lake's {address(table)} belongs to {whose}: let LAKE_URL name another place; or,"
            " where that deployment is gone for good, run: manage.py lake adopt"
        )


def columns(table: LakeTable) -> list[str]:
    """Return the names of the columns that the table has in the lake.

    Raises:
        LakeUnavailable: where it cannot be opened.
    """
    delta = existing(table)
    return [] if delta is None else columns_of(delta)


def require_known_columns(table: LakeTable) -> None:
    """Refuse a table with columns that this program does not know, whose values would be lost.

    Raises:
        LakeUnavailable: saying so; or where the table cannot be opened.
    """
    if (delta := existing(table)) is not None:
        refuse_unknown_columns(delta, table)


def retire(table: LakeTable, column: str) -> bool:
    """Let days be written without the column, of which others keep values; return if it is there.

    Raises:
        LakeUnavailable: where the table cannot be opened.
    """
    delta = existing(table)
    if delta is None or column not in columns_of(delta):
        return False
    before = delta.metadata().configuration.get(RETIRED)
    columns = {RETIRED: ",".join(filter(None, [before, column]))}
    with telling_what_failed(table):
        delta.alter.set_table_properties(columns, raise_if_not_exists=False)
    return True


@contextmanager
def taking_over() -> Iterator[None]:
    """Let this thread read tables within the block whose ever they are."""
    token = _is_taken_over.set(True)
    try:
        yield
    finally:
        _is_taken_over.reset(token)


def adopt(table: LakeTable) -> None:
    """Make the table one of this deployment, whose ever it was.

    Raises:
        LakeUnavailable: where it cannot be opened.
    """
    owner = {OWNER: str(LakeProgress.get().deployment)}
    with telling_what_failed(table), suppress(TableNotFoundError):
        delta = DeltaTable(address(table), storage_options=STORAGE)
        delta.alter.set_table_properties(owner, raise_if_not_exists=False)


@contextmanager
def giving_up(month: date) -> Iterator[None]:
    """Let this thread go on within the block without what the lake lost of the month."""
    token = _given_up.set(month)
    try:
        yield
    finally:
        _given_up.reset(token)


def refuse_lost(table: LakeTable, days: Collection[date], reason: str) -> None:
    """Refuse to go on without days of the table that the lake holds for the databases.

    Raises:
        LakeLacks: where there are any of `days`, which are those that are missing.
        SourceUnavailable: where the source does not answer, which knows what was let go.
    """
    months = {*months_let_go(table, min(days), max(days))} - {_given_up.get()} if days else ()
    # Of a month that stayed after all, notes tell nothing.
    if held := sorted(day for day in days if month_of(day) in months):
        raise LakeLacks(
            f"The lake's {address(table)} alone has what was let go of {len(held):,} days from"
            f" {held[0]} on, and {reason}. Put back what is missing. What nobody has any more is"
            f" given up by: manage.py lake restore --month {held[0]:%Y-%m} --as-it-is"
        )


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
    delta = existing(table)
    if delta is None:
        return Size(0, 0, 0)
    with telling_what_failed(table):
        files = pa.table(delta.get_add_actions(flatten=True))
    days, sizes = files[f"partition.{DAY}"], files["size_bytes"]
    return Size(len(days.unique()), len(files), (pc.sum(sizes).as_py() or 0) / BYTES_PER_MB)


def vacuum(table: LakeTable) -> int:
    """Remove files that no version of the last seven days has; return how many.

    Where somebody set a longer time by the table's property `deletedFileRetentionDuration`, it
    counts; a shorter one does not.

    Raises:
        LakeUnavailable: where the lake does not do its part.
    """
    delta = existing(table)
    if delta is None:
        return 0
    with telling_what_failed(table):
        try:
            return len(delta.vacuum(retention_hours=RETENTION_H, dry_run=False))
        except DeltaError:
            # The table asks for a longer time; whatever else is wrong fails once more.
            return len(delta.vacuum(dry_run=False))
