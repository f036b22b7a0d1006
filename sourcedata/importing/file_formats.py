"""Columns as they stand in a file: CSV or Parquet, either of them gzipped or not."""

import csv
import gzip
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from common.wording import first_line, listed, quoted
from sourcedata.importing.refusal import ImportRefused

GZIP_MAGIC, PARQUET_MAGIC, BYTE_ORDER_MARK = b"\x1f\x8b", b"PAR1", b"\xef\xbb\xbf"
# A row must fit into one block of the CSV reader.
BLOCK_BYTES = 16 * 1024 * 1024

# The standard library's limit would hide which quote was never closed behind a huge cell.
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True)
class Sheet:
    """Some columns of a file by name, all of one length; those of a CSV file hold text.

    `place` says where in the file a row, counted from 0, stands.
    """

    path: Path
    columns: Mapping[str, pa.ChunkedArray]
    place: Callable[[int], str]

    def where(self, column: str, row: int) -> str:
        """Return the words that say where a cell is."""
        return f"{self.path}, {self.place(row)}, column {quoted(column)}"

    def refusal(self, column: str, row: int, complaint: str) -> ImportRefused:
        """Return the error that says where a cell is, what it holds, and `complaint`."""
        return ImportRefused(
            f"{self.where(column, row)}: {_shown(self.columns[column][row])} {complaint}."
        )


def _shown(cell: pa.Scalar) -> str:
    try:
        value = cell.as_py()
    except (OverflowError, ValueError):
        return "a time that no calendar has"
    return "an empty cell" if value in (None, "") else quoted(str(value))


def open_sheet(path: Path, wanted: Sequence[str]) -> Sheet:
    """Return the wanted columns of a file.

    Raises:
        ImportRefused: where the file cannot be read to its end, or has not all of the columns.
    """
    content = _contents(path)
    if content.startswith(PARQUET_MAGIC):
        return _parquet_sheet(path, content, wanted)
    return _csv_sheet(path, content.removeprefix(BYTE_ORDER_MARK), wanted)


def _contents(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        if content.startswith(GZIP_MAGIC):
            content = gzip.decompress(content)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ImportRefused(f"{path} is a damaged or incomplete gzip file: {error}.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ImportRefused(f"{path} cannot be read: {reason}.") from error
    if not content.removeprefix(BYTE_ORDER_MARK).strip():
        raise ImportRefused(f"{path} is empty; a first line with the columns' names is expected.")
    return content


def _parquet_sheet(path: Path, content: bytes, wanted: Sequence[str]) -> Sheet:
    try:
        file = pa_parquet.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
        _refuse_missing_columns(path, file.schema_arrow.names, wanted)
        table = file.read(columns=list(wanted))
        table.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        raise ImportRefused(
            f"{path} is a damaged or incomplete Parquet file: {first_line(error)}."
        ) from error
    return Sheet(path, {name: table[name] for name in wanted}, lambda row: f"row {row + 1}")


def _csv_sheet(path: Path, content: bytes, wanted: Sequence[str]) -> Sheet:
    _refuse_other_encodings(path, content)
    names = next(_records(path, content))[1]
    _refuse_missing_columns(path, names, wanted)
    _refuse_open_quotes(path, content)
    numbers = {name: f"f{names.index(name)}" for name in wanted}
    table = _parsed(path, content, [*numbers.values()])
    columns = {name: table[number].slice(1) for name, number in numbers.items()}
    return Sheet(path, columns, lambda row: f"line {_line(path, content, row)}")


def _refuse_other_encodings(path: Path, content: bytes) -> None:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        line = len((content[: error.start] + b"?").splitlines())
        undecodable = content[error.start : error.start + 10]
        raise ImportRefused(
            f"{path}, line {line}: {undecodable!r} is not UTF-8, the only encoding that is allowed."
        ) from error


def _refuse_missing_columns(path: Path, names: Sequence[str], wanted: Sequence[str]) -> None:
    times = Counter(names)
    if missing := [name for name in wanted if name not in times]:
        if sum(name.count(";") for name in names) >= len(names):
            raise ImportRefused(f"{path} is separated by semicolons; commas are expected.")
        raise ImportRefused(
            f"{path} has no column {listed(map(quoted, missing))}; "
            f"it has {listed(map(quoted, names))}."
        )
    if repeated := [name for name in wanted if times[name] > 1]:
        raise ImportRefused(f"{path} has more than one column {listed(map(quoted, repeated))}.")


def _refuse_open_quotes(path: Path, content: bytes) -> None:
    # Arrow takes whatever follows a quote that nobody closed for one cell, rows and all.
    if b'"' in content:
        for _ in _records(path, content):
            pass


def _parsed(path: Path, content: bytes, numbers: Sequence[str]) -> pa.Table:
    """Return columns of text named f0, f1, ...; the first row is the header."""
    if not content.endswith((b"\n", b"\r")):
        content += b"\n"
    try:
        return pa_csv.read_csv(
            pa.BufferReader(content),
            pa_csv.ReadOptions(autogenerate_column_names=True, block_size=BLOCK_BYTES),
            pa_csv.ParseOptions(newlines_in_values=True),
            pa_csv.ConvertOptions(
                include_columns=numbers, column_types=dict.fromkeys(numbers, pa.string())
            ),
        )
    except pa.ArrowInvalid as error:
        _refuse_uneven_rows(path, content)
        raise ImportRefused(f"{path} cannot be read as CSV: {first_line(error)}.") from error


def _refuse_uneven_rows(path: Path, content: bytes) -> None:
    records = _records(path, content)
    expected = len(next(records)[1])
    for line, cells in records:
        if len(cells) != expected:
            raise ImportRefused(
                f"{path}, line {line}: the row that starts with {quoted(cells[0])} has "
                f"{len(cells)} cells; allowed are {expected}, as many as the header has."
            )


def _records(path: Path, content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the line that each record starts on, and its cells; a blank line is no record."""
    reader = csv.reader(TextIOWrapper(BytesIO(content), "utf-8", newline=""), strict=True)
    try:
        line = 1
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise ImportRefused(
            f'{path}, line {line}: a quote (") is never closed, or text follows the one that '
            "closes a cell."
        ) from error


def _line(path: Path, content: bytes, row: int) -> int:
    """Return the line that a row starts on, counted from the first one below the header."""
    return next(islice(_records(path, content), row + 1, None))[0]
