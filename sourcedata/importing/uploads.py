"""Measurements that a program sends, in the form in which `GET /data` gives them.

They come in by the same door as files: looked at first, then stored, all or nothing.
"""

import gzip
import json
import math
import re
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.ipc as pa_ipc
import pyarrow.parquet as pa_parquet
from django.db import connections, transaction

from common import waits
from common.databases import SOURCE
from common.rest.parsing import repeated
from common.wording import first_line, listed, quoted, unknown
from sourcedata.importing import ImportResult, Understood, import_table, look_at, records
from sourcedata.importing.files.archives import unpacked
from sourcedata.importing.files.kinds import (
    ARROW,
    ARROW_STREAM,
    FIRST_BYTES,
    GZIP,
    PARQUET,
    TEXT,
    form_of,
)
from sourcedata.importing.files.opening import Opening, open_tables
from sourcedata.importing.files.source_files import CHUNK_BYTES, DAMAGES, SourceFile, on_disk
from sourcedata.importing.form import Form
from sourcedata.importing.refusal import ImportRefused
from sourcedata.variables import COLUMNS

# What the first bytes must tell of a body that says it is in this format.
FORMS = {"csv": TEXT, "parquet": PARQUET, "arrow": ARROW_STREAM, "json": TEXT}
# This is the other one of two formats that have one name.
FILE = ("arrow", ARROW)
KEYS = ["timestamp", "turbine"]
# What is packed with gzip holds so many bytes at most: its look must end before its sender leaves.
MOST_UNPACKED_BYTES = 512 * 1024 * 1024
# A packer makes one member, or one of each 64 KiB at least.
MOST_MEMBERS = 10_000
# What follows a member is copied for each one.
PACKED_BYTES = 64 * 1024
# zlib's name of gzip with its header and checksum.
GZIP_WBITS = 31
# Four years of one turbine's minutes, as many as LONGEST_UPLOAD bytes of CSV have of one variable.
MOST_ROWS = 2_500_000
# What the record of an import calls it.
NAME = "POST /data"
# A sentence, or what follows a semicolon, with an option; quotes may hold anything.
ADVICE = re.compile(r"[;.] (?:[^;.']|'[^']*')*? --[a-z]+(?:[^;.']|'[^']*')*")
MISSING = ", also those of --missing-value"
# JSON is read in memory, of which it takes some times as much.
MOST_JSON_BYTES = 16 * 1024 * 1024
# Names are written so in CSV that a spreadsheet would take for formulas.
ESCAPED = ("'=", "'+", "'@", "'-", "''")


def import_upload(path: Path, format: str, account: str) -> tuple[Understood, ImportResult]:
    """Import the table in a file, which says that it is in this format.

    Raises:
        ImportRefused: where anything in it is wrong; then nothing was imported.
        django.db.DatabaseError: where the source database does not take it.
    """
    checksum = records.checksum(path)
    try:
        return _imported(path, format, account)
    except ImportRefused as error:
        # Nobody knows the file that it was written to.
        sentence = _without_options(str(error).replace(str(path), "The body"))
        records.refused(records.Import(NAME, account, checksum), None, sentence)
        raise ImportRefused(sentence) from error


def _without_options(sentence: str) -> str:
    """Return what is wrong without advice to type an option, which a program cannot."""
    return ADVICE.sub("", sentence.replace(MISSING, ""))


def _imported(path: Path, format: str, account: str) -> tuple[Understood, ImportResult]:
    until = time.monotonic() + waits.STORED_S
    _refuse_much_that_is_packed(path)
    _refuse_other_format(path, format)
    _refuse_many_rows(path, format)
    if format == "json":
        _write_as_arrow(path)
    (understood,) = look_at(path, _form(_columns(path)))
    _refuse_escaped_names(understood, format)
    with transaction.atomic(using=SOURCE), connections[SOURCE].cursor() as cursor:
        # It takes longer than other answers may, and is as long as its size lets it be.
        cursor.execute(f"SET LOCAL statement_timeout = '{_left_s(path, until)}s'")
        return understood, import_table(understood, account, NAME)


def _left_s(path: Path, until: float) -> int:
    """Return how many seconds are left for what stores it.

    Raises:
        ImportRefused: where there are none.
    """
    left_s = math.ceil(until - time.monotonic())
    if left_s <= 0:
        raise ImportRefused(
            f"{path} took longer than {waits.STORED_S} seconds to be looked at; send it in parts."
        )
    return left_s


def _refuse_other_format(path: Path, format: str) -> None:
    form = form_of(str(path), _first_bytes(path))
    if form != FORMS[format]:
        of_file = "'s file format; allowed is its stream" if (format, form) == FILE else ""
        raise ImportRefused(f"{path} is said to be {format}, and is {form}{of_file}.")


def _first_bytes(path: Path) -> bytes:
    """Return the first bytes, unpacked where they are packed with gzip."""
    with path.open("rb") as file:
        first_bytes = file.read(FIRST_BYTES)
    if form_of(str(path), first_bytes) != GZIP:
        return first_bytes
    return _unpacked(path, FIRST_BYTES)


def _unpacked(path: Path, length: int) -> bytes:
    try:
        with gzip.open(path) as file:
            return file.read(length)
    except DAMAGES as error:
        raise ImportRefused(f"{path} is a damaged gzip: {first_line(error)}.") from error


def _refuse_much_that_is_packed(path: Path) -> None:
    if not _is_packed(path):
        return
    length = 0
    try:
        for chunk in _unpacked_chunks(path):
            length += len(chunk)
            if length > MOST_UNPACKED_BYTES:
                raise ImportRefused(f"{path} unpacks to more than {MOST_UNPACKED_BYTES:,} bytes.")
    except DAMAGES as error:
        raise ImportRefused(f"{path} is a damaged gzip: {first_line(error)}.") from error


def _is_packed(path: Path) -> bool:
    with path.open("rb") as file:
        return form_of(str(path), file.read(FIRST_BYTES)) == GZIP


def _unpacked_chunks(path: Path) -> Iterator[bytes]:
    """Yield what the members of a gzip unpack to; empty ones, too, take their time."""
    with path.open("rb") as file:
        packed = file.read(PACKED_BYTES)
        for _ in range(MOST_MEMBERS):
            member = zlib.decompressobj(wbits=GZIP_WBITS)
            while not member.eof:
                packed = packed or file.read(PACKED_BYTES)
                chunk = member.decompress(packed, CHUNK_BYTES)
                if not packed and not chunk:
                    raise EOFError("it ends within a member")
                yield chunk
                packed = member.unconsumed_tail
            packed = member.unused_data or file.read(PACKED_BYTES)
            # Nulls may follow, which no member begins with.
            while packed and not (packed := packed.lstrip(b"\0")):
                packed = file.read(PACKED_BYTES)
            if not packed:
                return
    raise ImportRefused(f"{path} is a gzip of more than {MOST_MEMBERS:,} members.")


def _refuse_many_rows(path: Path, format: str) -> None:
    """Refuse more rows than are looked at in time; a few bytes can hold very many."""
    source = on_disk(path)
    if _is_packed(path):
        source = unpacked(source, GZIP)
    try:
        rows = ROWS[format](source)
    except (pa.ArrowException, OSError, EOFError):
        # Whoever reads it says what is damaged.
        return
    _refuse_rows(path, rows)


def _refuse_rows(path: Path, rows: int) -> None:
    if rows > MOST_ROWS:
        raise ImportRefused(f"{path} has more than {MOST_ROWS:,} rows; send it in parts.")


def _lines(source: SourceFile) -> int:
    """Return how many lines a text has below its first one, as far as they are not too many."""
    feeds, returns = 0, 0
    with source.open() as stream:
        while max(feeds, returns) <= MOST_ROWS + 1 and (chunk := stream.read(CHUNK_BYTES)):
            feeds, returns = feeds + chunk.count(b"\n"), returns + chunk.count(b"\r")
    return max(feeds, returns) - 1


def _rows_of_parquet(source: SourceFile) -> int:
    with source.open_anywhere() as stream:
        metadata = pa_parquet.ParquetFile(stream).metadata
        return sum(metadata.row_group(n).num_rows for n in range(metadata.num_row_groups))


def _rows_of_arrow(source: SourceFile) -> int:
    """Return how many rows there are, as far as they are not too many."""
    first_column = pa_ipc.IpcReadOptions(included_fields=[0])
    rows = 0
    with source.open() as stream, pa_ipc.open_stream(stream, options=first_column) as batches:
        for batch in batches:
            rows += len(batch)
            if rows > MOST_ROWS:
                break
    return rows


# Of JSON it is known once it is read: an object may stand in no line of its own.
ROWS: dict[str, Callable[[SourceFile], int]] = {
    "csv": _lines,
    "parquet": _rows_of_parquet,
    "arrow": _rows_of_arrow,
    "json": lambda source: 0,
}


def _write_as_arrow(path: Path) -> None:
    """Put the table that stands in the file as JSON there in Arrow's format."""
    rows = _rows(path)
    # Where there are no rows, GET /data gives no names either.
    names = list(dict.fromkeys(name for row in rows for name in row)) or [*KEYS, *COLUMNS]
    columns = {name: [row.get(name) for row in rows] for name in names}
    for name, cells in columns.items():
        _refuse_other_types(path, name, cells)
    table = pa.table({name: _array(name, cells) for name, cells in columns.items()})
    with pa.ipc.new_stream(str(path), table.schema) as stream:
        stream.write_table(table)


def _array(name: str, cells: Sequence[Any]) -> pa.Array:
    if name in KEYS:
        return pa.array(cells, pa.string())
    # Arrow refuses whole numbers that are no double: they become the nearest one.
    return pa.array([None if cell is None else float(cell) for cell in cells], pa.float64())


def _rows(path: Path) -> Sequence[Mapping[str, Any]]:
    text = _unpacked(path, MOST_JSON_BYTES + 1) if _is_packed(path) else path.read_bytes()
    if len(text) > MOST_JSON_BYTES:
        raise ImportRefused(
            f"{path} has more than {MOST_JSON_BYTES:,} bytes of json; send it in parts, or as csv,"
            " parquet or arrow."
        )
    try:
        rows = orjson.loads(text)
    except json.JSONDecodeError as error:
        raise ImportRefused(f"{path} is no json: {first_line(error)}.") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ImportRefused(f"{path} is no list of objects, as GET /data gives it.")
    _refuse_rows(path, len(rows))
    _refuse_repeated_names(path, text)
    return rows


def _refuse_repeated_names(path: Path, text: bytes) -> None:
    """Refuse objects that name something twice: of two values nobody knows the right one."""

    def refuse(pairs: Sequence[tuple[str, Any]]) -> None:
        if (name := repeated(pairs)) is not None:
            raise ImportRefused(f"{path} names {quoted(name)} twice in an object; allowed is once.")

    try:
        json.loads(text, object_pairs_hook=refuse)
    except RecursionError:
        raise ImportRefused(f"{path} is nested too deeply.") from None


def _refuse_other_types(path: Path, name: str, cells: Sequence[Any]) -> None:
    kinds: tuple[type, ...] = (str,) if name in KEYS else (int, float)
    allowed = "a text" if name in KEYS else "a number or null"
    for number, cell in enumerate(cells, 1):
        is_null = cell is None and name not in KEYS
        if not is_null and (isinstance(cell, bool) or not isinstance(cell, kinds)):
            raise ImportRefused(f"{path}, object {number}: {name} is not {allowed}.")


def _columns(path: Path) -> Sequence[str]:
    """Return the columns of the table in the file.

    Raises:
        ImportRefused: where it has one that no measurement has, or no table.
    """

    def missing(names: Sequence[str]) -> Sequence[str]:
        return [key for key in KEYS if key not in names]

    tables = list(open_tables(path, missing, Opening(time_columns=KEYS[:1])))
    if len(tables) != 1:
        raise ImportRefused(f"{path} has {len(tables)} tables; allowed is one.")
    names = [name for name in tables[0].columns if name not in KEYS]
    if sentence := unknown(names, [*KEYS, *COLUMNS]):
        raise ImportRefused(f"{path} has columns that are {sentence}")
    if not names:
        raise ImportRefused(f"{path} has no variable; allowed are {listed(COLUMNS)}.")
    return names


def _form(columns: Sequence[str]) -> Form:
    return Form([KEYS[0]], {name: name for name in columns}, turbine_column=KEYS[1])


def _refuse_escaped_names(understood: Understood, format: str) -> None:
    """Refuse names as CSV writes them for spreadsheets: they would be those of other turbines."""
    escaped = [name for name in understood.look.turbines if name.startswith(ESCAPED)]
    if format == "csv" and escaped:
        raise ImportRefused(
            f"{quoted(escaped[0])} is how csv writes a name that a spreadsheet would run: send"
            " json, parquet or arrow."
        )
