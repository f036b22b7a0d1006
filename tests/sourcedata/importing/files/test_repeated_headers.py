"""Files that were put together are one table: what stands above each of them is none of it."""

import pytest

from sourcedata.importing.files import encodings
from tests.sourcedata.importing.files.builders import refusal, rows_of_table, tables, write

ABOVE = '"TOA5","mast","CR1000","12345"'
UNITS = '"TS","RN","m/s"\n"","","Avg"'
HEADER = '"time","RECORD","ws"'
START = f"{ABOVE}\n{HEADER}\n{UNITS}\n"
ROW = '"2016-01-09 23:50:00",143,6.5\n'


def put_together(*starts: str, count: int = 2) -> str:
    return "".join(start + ROW * count for start in starts)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("chunk_bytes", [7, 64, 1000])
@pytest.mark.parametrize(
    "again",
    [
        START,
        f"\ufeff{START}",
        START.replace("12345", "54321,7"),
        f"{HEADER}\n{UNITS}\n",
        f"{HEADER}\n",
    ],
)
def test_a_block_that_stands_again_is_passed_over(
    tmp_path, monkeypatch, end, chunk_bytes, again
) -> None:
    monkeypatch.setattr(encodings, "CHUNK_BYTES", chunk_bytes)
    content = put_together(START, again, again).replace("\n", end)
    (table,) = tables(write(tmp_path, content), "time", "ws")
    assert rows_of_table(table, "time", "ws") == [("2016-01-09 23:50:00", "6.5")] * 6
    lines = content.split(end)
    assert (
        table.repeated_at
        == [line for line, text in enumerate(lines, 1) if text.strip("\ufeff") == HEADER][1:]
    )
    assert table.place(5) == f"line {len(lines) - 1}"


@pytest.mark.parametrize(
    "again", ["WEA 01;5\n" + START, ROW.rstrip() + START, '"2016-01-09 23:50:00",143\n' + START]
)
def test_a_row_that_is_cut_above_a_block_is_refused(tmp_path, again) -> None:
    path = write(tmp_path, put_together(START, again))
    assert "the row that starts with" in refusal(path, "time", "ws")


def test_other_units_are_not_passed_over(tmp_path) -> None:
    path = write(tmp_path, put_together(START, START.replace("m/s", "km/h")))
    (table,) = tables(path, "time", "ws")
    assert ("TS", "km/h") in rows_of_table(table, "time", "ws")


@pytest.mark.parametrize(
    ("first", "other"),
    [
        ("Zone: UTC+01:00", "Zone: UTC+02:00"),
        ("Turbine: T1", "Turbine: T2"),
        ("Label (start)", "Label (end)"),
        ("Made 2024-06-01 for T1", "Made 2024-06-02 for T2"),
    ],
)
def test_lines_above_headers_that_differ_are_kept(tmp_path, first, other) -> None:
    starts = [f"Farm\n{line}\n{HEADER}\n" for line in (first, other, first)]
    (table,) = tables(write(tmp_path, put_together(*starts)), "time", "ws")
    assert len(rows_of_table(table, "time", "ws")) == 6
    assert table.differing_above == [(first, other)]


def test_when_files_that_were_put_together_were_made_is_no_difference(tmp_path) -> None:
    made = ["Made: 2024-06-01 08:00:01 by us", "Made: 2024-06-02 09:15:00 by us"]
    starts = [f"{line}\nZone: UTC+01:00\n{HEADER}\n" for line in made]
    (table,) = tables(write(tmp_path, put_together(*starts)), "time", "ws")
    assert len(rows_of_table(table, "time", "ws")) == 4
    assert table.differing_above == []
