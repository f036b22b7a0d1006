"""Tables as streams of bytes, in the formats that people load: JSON, CSV, Parquet, Arrow.

Each function takes the schema and an iterator of Arrow record batches, and yields bytes; the memory
it takes does not grow with the number of batches.
"""

from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

Batch = Any  # pyarrow has no types
Container = Callable[[Any, Iterator[Batch]], Iterator[bytes]]

# What a spreadsheet takes for a formula; such a text is shown to it as a text.
FORMULA = "^[=+@\t\r-]"


def as_json(schema: Any, batches: Iterator[Batch]) -> Iterator[bytes]:
    """Yield a list of objects; what is no finite number is null."""
    opening = b"["
    for batch in batches:
        if batch.num_rows:
            yield opening + orjson.dumps(_with_texts(batch).to_pylist())[1:-1]
            opening = b","
    yield b"[]" if opening == b"[" else b"]"


def as_csv(schema: Any, batches: Iterator[Batch]) -> Iterator[bytes]:
    """Yield lines with a header first; a text that a spreadsheet would run has a ' before it."""
    yield ",".join(f'"{name}"' for name in schema.names).encode() + b"\n"
    options = pa.csv.WriteOptions(include_header=False)
    for batch in batches:
        sink = BytesIO()
        pa.csv.write_csv(_without_formulas(_with_texts(batch)), sink, options)
        yield sink.getvalue()


def as_parquet(schema: Any, batches: Iterator[Batch]) -> Iterator[bytes]:
    """Yield a Parquet file."""
    sink = _Drained()
    return _written(pa.parquet.ParquetWriter(sink, schema), sink, batches)


def as_arrow(schema: Any, batches: Iterator[Batch]) -> Iterator[bytes]:
    """Yield Arrow's streaming format."""
    sink = _Drained()
    return _written(pa.ipc.new_stream(sink, schema), sink, batches)


def _written(writer: Any, sink: "_Drained", batches: Iterator[Batch]) -> Iterator[bytes]:
    with writer:
        for batch in batches:
            writer.write_batch(batch)
            yield sink.drain()
    yield sink.drain()


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
        found = self.getvalue()
        self.drained += len(found)
        self.seek(0)
        self.truncate()
        return found

    def close(self) -> None:
        """Stay open: what the writer adds at its end is drained after it."""


def _with_texts(batch: Batch) -> Batch:
    """Return the batch with its times as ISO 8601, with their offset."""
    return _changed(batch, pa.types.is_timestamp, _time_text)


def _without_formulas(batch: Batch) -> Batch:
    return _changed(batch, pa.types.is_string, _harmless)


def _changed(batch: Batch, is_meant: Callable[[Any], bool], change: Callable[[Any], Any]) -> Batch:
    """Return the batch with some columns changed, each distinct value of them once."""
    columns = []
    for column in batch.columns:
        if is_meant(column.type):
            encoded = column.dictionary_encode()
            column = pc.take(change(encoded.dictionary), encoded.indices)
        columns.append(column)
    return pa.record_batch(columns, names=batch.schema.names)


def _time_text(times: Any) -> Any:
    text = pc.strftime(times, format="%Y-%m-%dT%H:%M:%S%z")
    whole = pc.replace_substring_regex(text, r"\.0+([+-])", r"\1")
    utc = pc.replace_substring_regex(whole, r"\+0000$", "Z")
    return pc.replace_substring_regex(utc, r"([+-]\d\d)(\d\d)$", r"\1:\2")


def _harmless(texts: Any) -> Any:
    return pc.replace_substring_regex(texts, FORMULA, r"'\0")
