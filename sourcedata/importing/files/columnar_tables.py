"""A table in a file that knows its columns and their types: Parquet, or Arrow."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import IO, Any

import pyarrow as pa
import pyarrow.ipc as pa_ipc
import pyarrow.parquet as pa_parquet
from pyarrow import types

from common.wording import quoted
from sourcedata.importing.files.headers import Candidates, column_names
from sourcedata.importing.files.kinds import ARROW, ARROW_STREAM, PARQUET
from sourcedata.importing.files.source_files import (
    CHUNK_BYTES,
    SourceFile,
    damaged,
    several_files,
)
from sourcedata.importing.files.tables import Missing, RowBlock, Table
from sourcedata.importing.refusal import ImportRefused

BATCH_ROWS = 100_000
# What such a file begins and ends with.
MARKS = {PARQUET: b"PAR1", ARROW: b"ARROW1"}
PLAIN = [types.is_integer, types.is_floating, types.is_decimal, types.is_boolean, types.is_null]
PLAIN += [types.is_timestamp, types.is_date, types.is_time, types.is_string]
# Other types of text.
TEXTS = [types.is_large_string, types.is_string_view, types.is_binary, types.is_large_binary]


@dataclass(frozen=True)
class Columnar:
    """The columns of a file of one of these forms."""

    source: SourceFile
    form: str

    @cached_property
    def names(self) -> list[str]:
        """The names of its columns, as a table has them.

        Raises:
            ImportRefused: where the file is damaged.
        """
        with self.source.open_anywhere() as stream:
            return self._refusing(lambda: column_names(SCHEMAS[self.form](stream).names))

    def blocks(self, wanted: Sequence[str]) -> Iterator[RowBlock]:
        """Yield the wanted columns, each of the type that it has in the file, or text.

        Raises:
            ImportRefused: where the file is damaged, or a column holds lists or the like.
        """
        places = {name: self.names.index(name) for name in wanted}
        first_row = 0
        with self.source.open_anywhere() as stream:
            for batch in self._batches(stream, sorted(places.values())):
                order = sorted(places, key=places.__getitem__)
                columns = dict(zip(order, batch.columns, strict=True))
                plain = {name: self._plain(name, columns[name]) for name in wanted}
                yield RowBlock(plain, first_row)
                first_row += len(batch)

    def _batches(self, stream: IO[bytes], places: Sequence[int]) -> Iterator[pa.RecordBatch]:
        batches = self._refusing(lambda: BATCHES[self.form](stream, places))
        # A batch without rows is false, and no end.
        while (batch := self._refusing(lambda: _whole(next(batches, None)))) is not None:
            for start in range(0, len(batch), BATCH_ROWS):
                yield batch.slice(start, BATCH_ROWS)

    def _plain(self, name: str, cells: pa.Array) -> pa.Array:
        if types.is_dictionary(cells.type):
            cells = cells.dictionary_decode()
        if any(is_type(cells.type) for is_type in PLAIN):
            return cells
        if any(is_type(cells.type) for is_type in TEXTS):
            return self._refusing(lambda: cells.cast(pa.string()))
        raise ImportRefused(
            f"{self.source.name}, column {quoted(name)}: its type is {cells.type}; allowed are "
            "numbers, times and text."
        )

    def _refusing(self, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except (pa.ArrowException, OSError, EOFError, UnicodeError) as error:
            raise damaged(self.source.name, self.form, error) from error


def columnar_table(source: SourceFile, form: str, missing: Missing) -> Table:
    """Return the table of a Parquet or Arrow file.

    Raises:
        ImportRefused: where it is damaged, or has not all columns that are wanted.
    """
    _refuse_several_files(source, form)
    file = Columnar(source, form)
    candidates = Candidates(source.name, missing)
    if not candidates.is_header(file.names):
        raise candidates.refusal(is_table=True)
    return Table(source.name, file.names, file.blocks, lambda row: f"row {row + 1}")


def _refuse_several_files(source: SourceFile, form: str) -> None:
    """Refuse files behind each other: the last one's end tells where the first one's columns are.

    Raises:
        ImportRefused: where the mark that ends such a file is followed by one that begins it.
    """
    joint, rest = 2 * MARKS.get(form, b""), b""
    with source.open() as stream:
        while joint and (chunk := stream.read(CHUNK_BYTES)):
            if joint in rest + chunk:
                raise several_files(source.name, form)
            rest = chunk[-len(joint) :]


def _whole(batch: pa.RecordBatch | None) -> pa.RecordBatch | None:
    if batch is not None:
        batch.validate(full=True)
    return batch


def _parquet(stream: IO[bytes]) -> pa_parquet.ParquetFile:
    return pa_parquet.ParquetFile(stream, page_checksum_verification=True)


def _parquet_batches(stream: IO[bytes], places: Sequence[int]) -> Iterator[pa.RecordBatch]:
    """Yield the columns at some places of a schema, which may have one name several times."""
    file = _parquet(stream)
    names = file.schema_arrow.names
    columns = list(dict.fromkeys(names[place] for place in places))
    # Each name brings all columns that have it.
    read = [place for each in columns for place, name in enumerate(names) if name == each]
    for batch in file.iter_batches(BATCH_ROWS, columns=columns, use_threads=False):
        yield batch.select([read.index(place) for place in places])


def _arrow_batches(stream: IO[bytes], places: Sequence[int]) -> Iterator[pa.RecordBatch]:
    file = pa_ipc.open_file(stream, options=_only(places))
    return (file.get_batch(number) for number in range(file.num_record_batches))


def _stream_batches(stream: IO[bytes], places: Sequence[int]) -> Iterator[pa.RecordBatch]:
    yield from pa_ipc.open_stream(stream, options=_only(places))
    if stream.read(1):
        raise pa.ArrowInvalid("bytes follow the end of its stream")


def _only(places: Sequence[int]) -> pa_ipc.IpcReadOptions:
    return pa_ipc.IpcReadOptions(included_fields=list(places), use_threads=False)


SCHEMAS: dict[str, Callable[[IO[bytes]], pa.Schema]] = {
    PARQUET: lambda stream: _parquet(stream).schema_arrow,
    ARROW: lambda stream: pa_ipc.open_file(stream).schema,
    ARROW_STREAM: lambda stream: pa_ipc.open_stream(stream).schema,
}
BATCHES: dict[str, Callable[[IO[bytes], Sequence[int]], Iterator[pa.RecordBatch]]] = {
    PARQUET: _parquet_batches,
    ARROW: _arrow_batches,
    ARROW_STREAM: _stream_batches,
}
