"""Writing into the lake: a day of a table at a time, in one commit."""

import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from queue import Full, Queue
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError

from aggregates.lake.delta import open_table
from aggregates.lake.failures import LakeUnavailable, address, telling_what_failed
from aggregates.lake.tables import DAY, LakeTable
from common.wording import first_line

logger = logging.getLogger(__name__)

# Another program may write the same day at the same moment; then its commit counts first.
ATTEMPTS = 5
WRITER = WriterProperties(compression="ZSTD", compression_level=3)


def together(table: LakeTable, *parts: pa.Table) -> Iterator[pa.RecordBatch]:
    """Yield the rows of all parts in the order of the lake, null in what a part lacks."""
    rows = pa.concat_tables(parts, promote_options="default")
    yield from rows.sort_by([(name, "ascending") for name in table.order]).to_batches()


def replace_day(table: LakeTable, day: date, batches: Callable[[], Iterable[Any]]) -> None:
    """Replace the table's rows of a UTC day by those of `batches`, in one commit.

    `batches` is called again where another program's commit came in between. What it needs of the
    lake it reads before it returns: where there is one processor, nothing can be read of the lake
    while a table is written.

    Raises:
        LakeUnavailable: where the lake does not do its part; then the day is as it was.
    """
    for attempt in range(1, ATTEMPTS + 1):
        delta = open_table(table)
        try:
            _replace_day(delta, table, day, batches())
            return
        except CommitFailedError as error:
            logger.warning("%s of %s: %s.", table.name, day, first_line(error))
            if attempt == ATTEMPTS:
                raise LakeUnavailable(
                    f"Another program writes {day} of the lake's {address(table)} all the time."
                ) from error


def _replace_day(delta: DeltaTable, table: LakeTable, day: date, batches: Iterable[Any]) -> None:
    def write(reader: Any) -> None:
        write_deltalake(
            delta,
            reader,
            mode="overwrite",
            predicate=f"{DAY} = '{day}'",
            schema_mode="merge",
            writer_properties=WRITER,
            commit_properties=CommitProperties(max_commit_retries=0),
        )

    of_lake = pa.schema(delta.schema().to_arrow()).remove_metadata()
    extra = [field for field in of_lake if field.name not in table.schema.names]
    schema = pa.schema([*table.schema, *extra])
    with _telling_all_but_conflicts(table):
        _hand_over(_with_all_columns(batches, schema), schema, write)


def _with_all_columns(batches: Iterable[Any], schema: Any) -> Iterator[Any]:
    """Yield the batches with null in the columns that they lack."""
    for batch in batches:
        columns = [
            batch.column(field.name)
            if field.name in batch.schema.names
            else pa.nulls(len(batch), field.type)
            for field in schema
        ]
        yield pa.record_batch(columns, schema=schema)


@contextmanager
def _telling_all_but_conflicts(table: LakeTable) -> Iterator[None]:
    try:
        with telling_what_failed(table):
            yield
    except LakeUnavailable as error:
        if isinstance(error.__cause__, CommitFailedError):
            raise error.__cause__ from None
        raise


def _hand_over(batches: Iterable[Any], schema: Any, write: Callable[[Any], None]) -> None:
    """Let `write` read the batches in a thread of its own, and make them in the caller's.

    deltalake reads in a thread that has none of the caller's database connections. What making them
    raises is raised here, and nothing is written.
    """
    queue: Queue[Any] = Queue(maxsize=1)

    def handed_over() -> Iterator[Any]:
        while (batch := queue.get()) is not None:
            if isinstance(batch, BaseException):
                raise batch
            yield batch

    reader = pa.RecordBatchReader.from_batches(schema, handed_over())
    with ThreadPoolExecutor(max_workers=1) as thread:
        writing = thread.submit(write, reader)
        try:
            for batch in batches:
                _put(queue, batch, writing)
        except BaseException as error:
            _put(queue, error, writing)
            raise
        _put(queue, None, writing)
        writing.result()


def _put(queue: Queue[Any], batch: Any, writing: Future[None]) -> None:
    """Wait until there is room, or nobody takes anything any more."""
    while not writing.done():
        try:
            queue.put(batch, timeout=0.1)
            return
        except Full:
            continue
