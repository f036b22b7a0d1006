"""Tables as streams of bytes, in the formats that people load: JSON, CSV, Parquet, Arrow.

Each function takes the schema and an iterator of Arrow record batches, whose columns are times,
texts, numbers and truths, and yields bytes; the memory it takes does not grow with their number.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta, timezone
from io import BytesIO
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

TableSchema = Any  # pyarrow has no types
Batch = Any
Column = Any
Container = Callable[[TableSchema, Iterator[Batch]], Iterator[bytes]]

# A batch of fewer rows is encoded sooner than a thread has started.
WORTH_A_THREAD = 5_000
# A spreadsheet takes a text that begins so for a formula, or it looks as if it had been made one.
FORMULA = "^'*[=+@\t\r-]"


def as_json(schema: TableSchema, batches: Iterator[Batch]) -> Iterator[bytes]:
    """Yield a list of objects; what is no finite number is null."""
    opening = b"["
    for objects in _while_reading(_objects, (batch for batch in batches if batch.num_rows)):
        yield opening
        yield objects
        opening = b","
    yield b"[]" if opening == b"[" else b"]"


def _objects(batch: Batch) -> bytes:
    """Return an object per row; made by columns, which takes a tenth of the time of dicts."""
    parts: list[Any] = []
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        key = orjson.dumps(name).decode()
        parts += ["," if parts else "{", f"{key}:", _json_cells(column)]
    rows = pc.binary_join_element_wise(*parts, "}", "")
    ends = pa.array([0, len(rows)], pa.int32())
    (text,) = pc.binary_join(pa.ListArray.from_arrays(ends, rows), ",")
    return text.as_buffer().to_pybytes()


def _json_cells(column: Column) -> Column:
    if pa.types.is_timestamp(column.type):
        quoted = pc.binary_join_element_wise('"', _each_once(column, _time_text), '"', "")
        return pc.coalesce(quoted, "null")
    if pa.types.is_string(column.type):
        quoted = _each_once(column, lambda texts: pa.array(map(_json_text, texts), pa.string()))
        return pc.coalesce(quoted, "null")
    if pa.types.is_boolean(column.type):
        return pc.coalesce(column.cast(pa.string()), "null")
    digits = column.cast(pa.string())
    # Arrow's -0 would be read as an integer, which has no sign of its own.
    digits = pc.if_else(pc.equal(digits, "-0"), "-0.0", digits)
    return pc.coalesce(pc.if_else(pc.is_finite(column), digits, None), "null")


def _json_text(text: Any) -> str:
    return orjson.dumps(text.as_py()).decode()


def as_csv(schema: TableSchema, batches: Iterator[Batch]) -> Iterator[bytes]:
    """Yield lines with a header first; a text that a spreadsheet would run has a ' before it."""
    header = ",".join(f'"{name}"' for name in schema.names).encode() + b"\n"
    for lines in _while_reading(_lines, batches):
        yield header + lines
        header = b""
    yield header


def _lines(batch: Batch) -> bytes:
    sink = BytesIO()
    columns = [_csv_cells(column) for column in batch.columns]
    options = pa.csv.WriteOptions(include_header=False, batch_size=batch.num_rows or 1)
    pa.csv.write_csv(pa.record_batch(columns, names=batch.schema.names), sink, options)
    return sink.getvalue()


def _csv_cells(column: Column) -> Column:
    if pa.types.is_timestamp(column.type):
        return _each_once(column, _time_text)
    if pa.types.is_string(column.type):
        return _each_once(column, lambda texts: pc.replace_substring_regex(texts, FORMULA, r"'\0"))
    return column


def as_parquet(schema: TableSchema, batches: Iterator[Batch]) -> Iterator[bytes]:
    """Yield a Parquet file."""
    sink = _Drained()
    return _written(pa.parquet.ParquetWriter(sink, schema), sink, batches)


def as_arrow(schema: TableSchema, batches: Iterator[Batch]) -> Iterator[bytes]:
    """Yield Arrow's streaming format."""
    sink = _Drained()
    return _written(pa.ipc.new_stream(sink, schema), sink, batches)


def _written(writer: Any, sink: "_Drained", batches: Iterator[Batch]) -> Iterator[bytes]:
    def written(batch: Batch) -> bytes:
        writer.write_batch(batch)
        return sink.drain()

    with writer:
        yield from _while_reading(written, batches)
    yield sink.drain()


def _while_reading(encode: Callable[[Batch], bytes], batches: Iterator[Batch]) -> Iterator[bytes]:
    """Yield the batches encoded, the large ones by a thread beside this one, which reads on."""
    with ThreadPoolExecutor(max_workers=1) as encoder:
        coming: Future[bytes] | None = None
        for batch in batches:
            if batch.num_rows < WORTH_A_THREAD and not coming:
                yield encode(batch)
                continue
            following = encoder.submit(encode, batch)
            if coming:
                yield coming.result()
            coming = following
        if coming:
            yield coming.result()


CONTAINERS: Mapping[str, tuple[str, Container]] = {
    "json": ("application/json", as_json),
    "csv": ("text/csv", as_csv),
    "parquet": ("application/vnd.apache.parquet", as_parquet),
    "arrow": ("application/vnd.apache.arrow.stream", as_arrow),
}


class _Drained(BytesIO):
    """A file that is read while it is written; it can tell how much it has had."""

    def __init__(self) -> None:
        super().__init__()
        self.drained = 0

    def tell(self) -> int:
        return self.drained + super().tell()

    def drain(self) -> bytes:
        content = self.getvalue()
        self.drained += len(content)
        self.seek(0)
        self.truncate()
        return content

    def close(self) -> None:
        """Stay open: what the writer adds at its end is drained after it."""


def _each_once(column: Column, change: Callable[[Column], Column]) -> Column:
    """Return the column with each distinct value of it changed."""
    encoded = column.dictionary_encode()
    return pc.take(change(encoded.dictionary), encoded.indices)


def _time_text(times: Column) -> Column:
    """Return the times in ISO 8601, with their offset where they have a zone."""
    local = pc.local_timestamp(times) if times.type.tz else times
    text = pc.binary_replace_slice(_in_whole_seconds(local).cast(pa.string()), 10, 11, "T")
    if not times.type.tz:
        return text
    return pc.binary_join_element_wise(text, _offsets(times, local), "")


def _in_whole_seconds(times: Column) -> Column:
    """Return the times without a fraction, which would be shown, where none of them has any."""
    whole = times.cast(pa.timestamp("s"), safe=False)
    return whole if whole.cast(times.type).equals(times) else times


def _offsets(times: Column, local: Column) -> Column:
    offsets_us = pc.subtract(local.cast(pa.int64()), times.cast(pa.int64()))
    return _each_once(
        offsets_us, lambda distinct: pa.array(map(_offset, distinct.to_pylist()), pa.string())
    )


def _offset(offset_us: int) -> str:
    # Python writes the offset after the letters UTC.
    return str(timezone(timedelta(microseconds=offset_us)))[3:] or "Z"
