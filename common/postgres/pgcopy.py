"""Whole columns to and from PostgreSQL by its binary COPY.

The only place that knows the wire format: a header, then per row the number of fields, and per
field its length and its bytes, big-endian; a length of -1 and no bytes is NULL. Integers are
`bigint`, floats `double precision`, times `timestamptz` in microseconds since 2000.
Source: PostgreSQL's documentation of COPY, section "Binary Format".
"""

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any, BinaryIO, cast

import numpy as np
from django.db import connections, transaction

from common import progress
from common.arrays import Array

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
EPOCH = np.datetime64("2000-01-01", "us")
INTEGER, FLOAT, TIME = "i", "f", "M"  # as in `numpy.dtype.kind`
# This many rows fit into a core's cache.
ROWS_AT_A_TIME = 8192


def copy_in(alias: str, table: str, columns: Mapping[str, Array]) -> int:
    """Append rows to `table`, one column of int64, float64 or datetime64[us] (UTC) a name.

    NaN becomes NULL. Runs in the caller's transaction. Returns how many rows the table took.

    Raises:
        django.db.DatabaseError: where the table refuses a row; then it took none.
    """
    return copy_blocks_in(alias, table, list(columns), iter([[*columns.values()]]))


def copy_blocks_in(
    alias: str, table: str, names: Sequence[str], blocks: Iterator[Sequence[Array]]
) -> int:
    """Append the rows of all blocks to `table` as one statement; otherwise as `copy_in`."""
    columns = ", ".join(f'"{name}"' for name in names)
    sent = cast(BinaryIO, _Stream(encode(blocks)))
    return _copy(alias, f"COPY {table} ({columns}) FROM STDIN (FORMAT binary)", sent)


def copy_out(alias: str, query: str, parameters: Sequence[Any], kinds: str) -> list[Array]:
    """Return the columns of `query` as int64, float64 or datetime64[us] (UTC) arrays.

    `kinds` has a letter per column, INTEGER, FLOAT or TIME. The query yields `bigint`,
    `double precision` and `timestamptz`, and no NULL. The tables are as nobody rewrites them
    meanwhile, also behind whoever did, unless an older snapshot is that of the caller's transaction
    (`locked_snapshot` has one that is no older than its locks).
    """
    received = BytesIO()
    # COPY takes its snapshot before it waits for a lock, and in one from before a rewrite the table
    # is empty. To plan a query takes the locks of all that it reads, until the transaction ends.
    with transaction.atomic(using=alias, savepoint=False), connections[alias].cursor() as cursor:
        select = cursor.cursor.mogrify(query, parameters).decode()
        cursor.execute(f"EXPLAIN {select}")
        _copy(alias, f"COPY ({select}) TO STDOUT (FORMAT binary)", received)
    progress.note()
    return decode(received.getvalue(), kinds)


class _Stream:
    """A file that is made piece by piece as it is read: meanwhile the server stores what came."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces = pieces

    def read(self, size: int) -> bytes:
        """Return the next piece, of whatever size: psycopg2 sends on what it gets."""
        progress.note()
        return next(self.pieces, b"")


def _copy(alias: str, statement: str, stream: BinaryIO) -> int:
    connection = connections[alias]
    # psycopg2's own cursor: Django's does not translate the errors of its copy methods.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.cursor.copy_expert(statement, stream)
        return int(cursor.cursor.rowcount)


def encode(blocks: Iterator[Sequence[Array]]) -> Iterator[bytes]:
    """Yield blocks of columns, those of a block of one length, as PostgreSQL reads them."""
    yield HEADER
    for columns in blocks:
        for start in range(0, len(columns[0]), ROWS_AT_A_TIME):
            yield _encode_rows([column[start : start + ROWS_AT_A_TIME] for column in columns])
    yield TRAILER


def _encode_rows(columns: Sequence[Array]) -> bytes:
    rows = np.empty(len(columns[0]), dtype=_row_type([column.dtype.kind for column in columns]))
    rows["fields"] = len(columns)
    kept = np.ones((len(rows), rows.itemsize), dtype=bool)
    for number, column in enumerate(columns):
        rows[f"length{number}"] = 8
        rows[f"value{number}"] = _to_wire(column)
        _drop_nulls(rows, kept, number, column)
    wire = rows.view(np.uint8).reshape(kept.shape)
    return wire.tobytes() if kept.all() else wire[kept].tobytes()


def _drop_nulls(rows: Array, kept: Array, number: int, column: Array) -> None:
    if column.dtype.kind != FLOAT:
        return
    null = np.isnan(column)
    rows[f"length{number}"][null] = -1
    assert rows.dtype.fields is not None
    start = rows.dtype.fields[f"value{number}"][1]
    kept[null, start : start + 8] = False


def decode(wire: bytes, kinds: str) -> list[Array]:
    """Return the columns of `wire`, which holds no NULL; the inverse of `encode`."""
    body = memoryview(wire)[len(HEADER) : -len(TRAILER)]
    rows = np.frombuffer(body, dtype=_row_type(kinds))
    return [_from_wire(rows[f"value{number}"], kind) for number, kind in enumerate(kinds)]


def _row_type(kinds: Sequence[str]) -> np.dtype[Any]:
    fields = [("fields", ">i2")]
    for number, kind in enumerate(kinds):
        value = ">f8" if kind == FLOAT else ">i8"
        fields += [(f"length{number}", ">i4"), (f"value{number}", value)]
    return np.dtype(fields)


def _to_wire(column: Array) -> Array:
    if column.dtype.kind == TIME:
        return (column.astype("datetime64[us]") - EPOCH).astype(np.int64)
    return column


def _from_wire(values: Array, kind: str) -> Array:
    if kind == TIME:
        return EPOCH + values.astype("timedelta64[us]")
    return values.astype(np.float64 if kind == FLOAT else np.int64)
