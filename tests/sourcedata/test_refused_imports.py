"""A file with a fault is refused, and nothing of it arrives."""

import gzip
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest

from sourcedata.importing import ImportRefused
from tests.sourcedata.exports import (
    MORNING,
    PARIS,
    imported,
    query,
    write,
    write_bytes,
    write_parquet,
)

pytestmark = pytest.mark.django_db

GOOD = f"{MORNING},1"
GOOD_LINES = f"time,kw\n{GOOD}\n".encode()
LONG = b"x" * 200_000


def zipped(content: bytes) -> bytes:
    """Return the content compressed, the same at any time: it names the test."""
    return gzip.compress(content, mtime=0)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (GOOD_LINES + b"2025-08-31,2\n", "line 3, column 'time': '2025-08-31' is no time"),
        (GOOD_LINES + b"2025-08-31T10:00.5,2\n", "line 3, column 'time'"),
        (GOOD_LINES + b"2025-02-29T10:00,2\n", "'2025-02-29T10:00' is no time"),
        (GOOD_LINES + b"2025-08-31T10:00+24:00,2\n", "+24:00' is no time"),
        (GOOD_LINES + b",2\n" + GOOD_LINES[8:], "line 3, column 'time': an empty cell is no time"),
        (GOOD_LINES + b"1756634400,2\n", "'1756634400' is no time"),
        (GOOD_LINES + b"1969-12-31T23:59:59,2\n", "from 1970-01-01 to before 2100-01-01"),
        (GOOD_LINES + b"2100-01-01T00:00,2\n", "line 3, column 'time'"),
        (GOOD_LINES + b"9999-12-31T23:59-12:00,2\n", "line 3, column 'time'"),
        (GOOD_LINES + b"0000-01-01T00:00+12:00,2\n", "line 3, column 'time'"),
        (GOOD_LINES + b"2025-08-31T10:01,1_000\n", "line 3, column 'kw': '1_000' is no number"),
        (GOOD_LINES + b'2025-08-31T10:01,"1,5"\n', "with a decimal point"),
        (GOOD_LINES + b"2025-08-31T10:01,1\x00\n", "line 3 has NUL bytes"),
        (GOOD_LINES + b"2025-08-31T10:01," + LONG, f"line 3, column 'kw': '{'x' * 50}...' is"),
        (GOOD_LINES + b"2025-08-31T10:01\n" + GOOD_LINES[8:], "has 1 cells; allowed are 2"),
        (GOOD_LINES + b"2025-08-31T10:01,1,2\n" + GOOD_LINES[8:], "has 3 cells; allowed are 2"),
        (b'time,kw\n\n2025-08-31T10:00,"\n"\n\r\n2025-08-31T10:00,x\n', "line 6, column 'kw': 'x'"),
        (b"\r\rtime,kw\r2025-08-31T10:00,x\r", "line 4, column 'kw': 'x'"),
        (b'time,kw,n\n2025-08-31T10:00,1,"\n2025-08-31T10:01,1,\n', "line 2: a quote"),
        (b'time,kw\n2025-08-31T10:00,"1"2\n', "line 2: a quote"),
        (b"time,KW,\n2025-08-31T10:00,1,\n", "has no column 'kw'; it has 'time', 'KW', ''."),
        (b"time," * 30, "has no column 'kw'; it has 'time', 'time#2', 'time#3'"),
        (b"", "is empty"),
        (b"\r\n \n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (zipped(b""), "is empty"),
        (zipped(GOOD_LINES)[:-9], "is a damaged or incomplete gzip file"),
        (zipped(GOOD_LINES)[:-4] + b"\0\0\0\0", "is a damaged or incomplete gzip file"),
        (zipped(GOOD_LINES)[:10] + b"\xff" * 20, "is a damaged or incomplete gzip file"),
        (b"PAR1" + bytes(100), "is a damaged or incomplete Parquet file"),
    ],
)
def test_a_csv_file_with_a_fault_is_refused(tmp_path, data, sentence) -> None:
    assert sentence in refusal(write_bytes(tmp_path, data))


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"kw": ["1", "x"]}, "row 2, column 'kw': 'x' is no number"),
        ({"kw": [True, False]}, "row 1, column 'kw': 'true' is no number"),
        ({"kw": [[1.0], [2.0]]}, "column 'kw': its type is list<element: double>; allowed are"),
        ({"time": [MORNING, None]}, "row 2, column 'time': an empty cell is no time"),
        ({"time": [1, 2]}, "row 1, column 'time': '1' is no time"),
        ({"time": pa.array([0, None], pa.timestamp("ms"))}, "row 2, column 'time'"),
        ({"time": pa.array([0, 2**63 - 1], pa.timestamp("us"))}, "row 2, column 'time'"),
        ({"time": pa.array([0, 2**63 - 1], pa.timestamp("ms", "UTC"))}, "column 'time'"),
        ({"time": pa.array([0, -(2**63)], pa.timestamp("us", "UTC"))}, "a time that no calendar"),
        ({"kw": pa.array([1, 2]), "other": [1, 2], "time": None}, "has no column 'time'; it has"),
    ],
)
def test_a_parquet_file_with_a_fault_is_refused(tmp_path, columns, sentence) -> None:
    columns = {"time": [MORNING, MORNING], "kw": [1, 2], **columns}
    given = {name: cells for name, cells in columns.items() if cells is not None}
    assert sentence in refusal(write_parquet(tmp_path, **given))


def test_a_parquet_file_with_undecodable_text_is_refused(tmp_path) -> None:
    names = pa.array([b"T\xff"]).view(pa.string())
    path = write_parquet(tmp_path, time=[MORNING], kw=[1], t=names)
    assert "damaged or incomplete Parquet file" in refusal(path, turbine_column="t")


def test_a_parquet_file_that_fails_its_checksum_is_refused(tmp_path) -> None:
    path, table = tmp_path / "a.parquet", pa.table({"time": [MORNING] * 2, "kw": [1.5, 2.5]})
    pa_parquet.write_table(
        table, path, write_page_checksum=True, write_statistics=False, use_dictionary=False
    )
    found, changed = np.float64(2.5).tobytes(), np.float64(3.5).tobytes()
    path.write_bytes(path.read_bytes().replace(found, changed))
    assert changed in path.read_bytes()
    assert "damaged or incomplete Parquet file" in refusal(path)


def test_a_truncated_parquet_file_is_refused(tmp_path) -> None:
    path = write_parquet(tmp_path, time=[MORNING], kw=[1])
    path.write_bytes(path.read_bytes()[:-20])
    assert "is a damaged or incomplete Parquet file" in refusal(path)


@pytest.mark.parametrize("name", ["", "T\n01", "T" * 101, '"T,01"'])
def test_a_name_that_no_turbine_can_have_is_refused(tmp_path, name) -> None:
    quoted = f'"{name}"' if "\n" in name else name
    path = write(tmp_path, f"T01,{MORNING},1", f"{quoted},{MORNING},1", header="t,time,kw")
    assert "line 3, column 't': The turbine name" in refusal(path, turbine_column="t")


@pytest.mark.parametrize("time", ["2025-10-26T02:30", "2025-03-30T02:30"])
def test_a_time_that_clocks_show_twice_or_never_is_refused(tmp_path, time) -> None:
    path = write(tmp_path, "2025-10-26T01:30,1", "2025-03-30T02:30Z,1", f"{time},1")
    message = refusal(path, timezone=PARIS)
    assert f"line 4, column 'time': '{time}' happens" in message
    assert "in Europe/Paris" in message


def test_a_year_of_which_no_clock_is_known_is_refused(tmp_path) -> None:
    path = write(tmp_path, "9999-12-31T23:59,1")
    assert "labels a sample outside" in refusal(path, timezone=ZoneInfo("America/Denver"))


def test_an_end_label_whose_sample_began_before_1970_is_refused(tmp_path) -> None:
    path = write(tmp_path, "1970-01-01T00:00:59Z,1")
    assert "'1970-01-01T00:00:59Z' labels a sample outside" in refusal(path, label_is_end=True)


def test_an_absent_file_and_a_folder_are_refused(tmp_path) -> None:
    assert "none.csv cannot be read: No such file or directory." in refusal(tmp_path / "none.csv")
    assert "cannot be read: Is a directory." in refusal(tmp_path)


def test_a_fault_in_the_last_of_many_rows_is_found(tmp_path) -> None:
    lines = [f"2025-08-31T{hour:02}:{minute:02},1" for hour in range(24) for minute in range(60)]
    assert "line 1442, column 'kw': '?'" in refusal(write(tmp_path, *lines, "2025-09-01T00:00,?"))


def refusal(path: Path, **fields) -> str:
    """Return why a file is refused, having checked that nothing was imported."""
    with pytest.raises(ImportRefused) as refused:
        imported(path, **fields)
    message = str(refused.value)
    assert query("SELECT (SELECT count(*) FROM data), (SELECT count(*) FROM turbine)") == [(0, 0)]
    assert message.startswith(str(path))
    assert len(message) < 1000
    return message
