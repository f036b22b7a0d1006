"""Parquet and Arrow files keep their types, and are read to their end or not at all."""

import gzip
from datetime import datetime

import pyarrow as pa
import pyarrow.ipc as pa_ipc
import pyarrow.parquet as pa_parquet
import pytest

from tests.sourcedata.importing.files.builders import refusal, rows, tables, write
from tests.sourcedata.importing.files.test_archives import zipped

NOON = datetime(2024, 1, 1, 12)
COLUMNS = {"time": pa.array([NOON] * 3, pa.timestamp("us")), "ws": pa.array([5.0, None, 7.0])}
ROWS = [(NOON, 5.0), (NOON, None), (NOON, 7.0)]


def parquet(columns: dict) -> bytes:
    stream = pa.BufferOutputStream()
    pa_parquet.write_table(pa.table(columns), stream, write_page_checksum=True)
    return stream.getvalue().to_pybytes()


def arrow(columns: dict, writer=pa_ipc.new_file) -> bytes:
    table, stream = pa.table(columns), pa.BufferOutputStream()
    with writer(stream, table.schema) as opened:
        opened.write_table(table)
    return stream.getvalue().to_pybytes()


def arrow_stream(columns: dict) -> bytes:
    return arrow(columns, pa_ipc.new_stream)


WRITERS = {"Parquet": parquet, "Arrow": arrow, "Arrow stream": arrow_stream}
each_form = pytest.mark.parametrize("form", WRITERS)


@each_form
@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda content: zipped(a=content)])
def test_a_file_with_types_is_read_whatever_its_name(tmp_path, form, pack) -> None:
    path = write(tmp_path, pack(WRITERS[form](COLUMNS)))
    assert rows(path, "time", "ws") == ROWS
    assert rows(path, "ws", "time") == [(ws, time) for time, ws in ROWS]
    assert tables(path, "time", "ws")[0].place(1) == "row 2"


@each_form
def test_types_are_kept_and_dictionaries_are_text(tmp_path, form) -> None:
    columns = COLUMNS | {
        "t": pa.array(["a", "b", "a"]).dictionary_encode(),
        "large": pa.array(["a", "b", "c"], pa.large_string()),
        "n": pa.array([1, 2, 3], pa.int16()),
    }
    (table,) = tables(write(tmp_path, WRITERS[form](columns)), "time")
    (block,) = table.blocks(["time", "t", "large", "n"])
    types = [str(cells.type) for cells in block.columns.values()]
    assert types == ["timestamp[us]", "string", "string", "int16"]
    assert block.columns["t"].to_pylist() == ["a", "b", "a"]


@each_form
def test_a_long_file_is_read_in_blocks_each_time(tmp_path, form) -> None:
    columns = {"time": pa.array(range(250_000)), "ws": pa.array(range(250_000))}
    (table,) = tables(write(tmp_path, WRITERS[form](columns)), "time", "ws")
    for _ in range(2):
        blocks = list(table.blocks(["ws"]))
        assert max(map(len, blocks)) <= 100_000
        cells = [cell for block in blocks for cell in block.columns["ws"].to_pylist()]
        assert cells == list(range(250_000))


@each_form
def test_the_second_of_a_name_can_be_named(tmp_path, form) -> None:
    table = pa.table([[1], [2], [3]], names=["ws", "time", "ws"])
    content = WRITERS[form](table)
    assert rows(write(tmp_path, content), "time", "ws#2", "ws") == [(2, 3, 1)]


@each_form
@pytest.mark.parametrize(("cells", "kind"), [([[1]], "list<"), ([{"a": 1}], "struct<a: int64>")])
def test_lists_and_the_like_are_refused(tmp_path, form, cells, kind) -> None:
    path = write(tmp_path, WRITERS[form]({"time": [1], "ws": cells, "p": [3]}))
    message = refusal(path, "time", "ws")
    assert message.startswith(f"f.csv, column 'ws': its type is {kind}")
    assert message.endswith("; allowed are numbers, times and text.")
    assert rows(path, "time", "p") == [(1, 3)]


@each_form
def test_columns_that_are_not_there_are_refused(tmp_path, form) -> None:
    path = write(tmp_path, WRITERS[form](COLUMNS))
    assert refusal(path, "time", "p") == "f.csv has no column 'p'; it has 'time', 'ws'."


@each_form
@pytest.mark.parametrize("cut", [9, 200])
def test_a_truncated_file_is_refused(tmp_path, form, cut) -> None:
    path = write(tmp_path, WRITERS[form](COLUMNS)[:-cut])
    message = refusal(path, "time", "ws")
    assert message.startswith(f"f.csv is a damaged or incomplete {form} file: ")


@each_form
def test_two_files_behind_each_other_are_refused(tmp_path, form) -> None:
    path = write(tmp_path, WRITERS[form](COLUMNS) * 2)
    words = "bytes follow the end" if form == "Arrow stream" else f"is several {form} files"
    assert words in refusal(path, "time", "ws")


@each_form
def test_a_duration_is_no_number(tmp_path, form) -> None:
    columns = COLUMNS | {"ws": pa.array([1, 2, 3], pa.duration("ms"))}
    path = write(tmp_path, WRITERS[form](columns))
    assert "column 'ws': its type is duration[ms]" in refusal(path, "time", "ws")


def test_a_page_that_changed_is_refused(tmp_path) -> None:
    content = bytearray(parquet({"time": pa.array(range(1000)), "ws": pa.array(range(1000))}))
    content[200] ^= 0xFF
    message = refusal(write(tmp_path, bytes(content)), "time", "ws")
    assert message.startswith("f.csv is a damaged or incomplete Parquet file: ")


@each_form
def test_a_name_that_is_no_text_is_refused(tmp_path, form) -> None:
    content = WRITERS[form]({"time": [1], "wxyz": [2]}).replace(b"wxyz", b"\xf5xyz")
    message = refusal(write(tmp_path, content), "time")
    assert message.startswith(f"f.csv is a damaged or incomplete {form} file: ")


@pytest.mark.parametrize("writer", [pa_ipc.new_file, pa_ipc.new_stream])
@pytest.mark.parametrize("empty_at", [0, 1])
def test_a_batch_without_rows_is_not_the_end(tmp_path, writer, empty_at) -> None:
    batch, stream = pa.record_batch(COLUMNS), pa.BufferOutputStream()
    batches = [batch, batch]
    batches.insert(empty_at, batch.slice(0, 0))
    with writer(stream, batch.schema) as opened:
        for each in batches:
            opened.write_batch(each)
    path = write(tmp_path, stream.getvalue().to_pybytes())
    assert rows(path, "time", "ws") == ROWS * 2
