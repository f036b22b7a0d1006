"""A sheet of a workbook says what a CSV file with the same cells would."""

import io
import zipfile

import pytest

from sourcedata.importing.files import archives
from sourcedata.importing.files.workbook_formulas import NO_RESULT
from tests.sourcedata.importing.files.builders import refusal, rows, tables, write
from tests.sourcedata.importing.files.workbooks import Cell, workbook

# Excel counts days from the end of 1899; this is 1 January 2024.
MIDNIGHT = 45292
TABLE: list[list[Cell]] = [["time", "ws"], [("moment", MIDNIGHT), 5.0]]
ROW = ("2024-01-01T00:00:00", "5")


def test_a_sheet_is_read_whatever_the_name_of_the_file(tmp_path) -> None:
    path = write(tmp_path, workbook(farm=TABLE))
    assert rows(path, "time", "ws") == [ROW]
    assert tables(path, "time", "ws")[0].where("ws", 0) == f"{path}, row 2, column 'ws'"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (("moment", MIDNIGHT), "2024-01-01T00:00:00"),
        (("moment", MIDNIGHT + 1 / 144), "2024-01-01T00:10:00"),
        (("moment", MIDNIGHT + 0.5 / 86400), "2024-01-01T00:00:00.500000"),
        (("clock", 0.5), "12:00:00"),
        (("clock", 1.0), "24:00:00"),
        (("duration", 1.5), "36:00:00"),
        (("duration", 1.5 + 0.25 / 86400), "36:00:00.250"),
        (7.0, "7"),
        (-7.25, "-7.25"),
        (1e-7, "1e-07"),
        ("7,25", "7,25"),
        (True, "TRUE"),
        (None, ""),
    ],
)
def test_a_cell_is_told_as_text(tmp_path, cell, text) -> None:
    path = write(tmp_path, workbook(farm=[["time", "ws"], ["2024", cell]]))
    assert rows(path, "time", "ws") == [("2024", text)]


def test_titles_units_blank_rows_and_footers_are_no_rows(tmp_path) -> None:
    last: list[Cell] = [("moment", MIDNIGHT + 1), 6.5]
    sheet: list[list[Cell]] = [
        ["A farm"],
        [],
        *TABLE[:1],
        ["UTC", "m/s"],
        [],
        TABLE[1],
        [],
        last,
        [],
        ["by us", ""],
    ]
    path = write(tmp_path, workbook(farm=sheet))
    assert rows(path, "time", "ws") == [ROW, ("2024-01-02T00:00:00", "6.5")]
    (table,) = tables(path, "time", "ws")
    assert [table.place(row) for row in range(2)] == ["row 6", "row 8"]


def test_a_long_sheet_is_read_from_the_first_row_each_time(tmp_path) -> None:
    numbered: list[list[Cell]] = [[("moment", MIDNIGHT), float(row)] for row in range(25_000)]
    sheet = [TABLE[0], *numbered]
    (table,) = tables(write(tmp_path, workbook(farm=sheet)), "time", "ws")
    for _ in range(2):
        blocks = list(table.blocks(["ws"]))
        assert [block.first_row for block in blocks] == [0, 10_000, 20_000]
    assert blocks[-1].columns["ws"].to_pylist()[-1] == "24999"


def test_the_sheet_that_has_the_columns_is_read(tmp_path) -> None:
    path = write(tmp_path, workbook(notes=[["by us"]], empty=[], farm=TABLE))
    assert rows(path, "time", "ws") == [ROW]
    assert tables(path, "time", "ws")[0].name == f"{path}, sheet 'farm'"


def test_a_sheet_is_named_where_several_have_the_columns(tmp_path) -> None:
    other: list[list[Cell]] = [["time", "ws"], [("moment", MIDNIGHT + 1), 6.5]]
    path = write(tmp_path, workbook(north=TABLE, south=other))
    assert refusal(path, "time", "ws") == (
        "f.csv has these columns in several sheets, 'north', 'south'; say with --sheet which one"
        " is read."
    )
    assert rows(path, "time", "ws", sheet="south") == [("2024-01-02T00:00:00", "6.5")]


def test_a_sheet_that_is_not_there_is_refused(tmp_path) -> None:
    path = write(tmp_path, workbook(north=TABLE, south=TABLE))
    message = "f.csv has no sheet 'east'; it has 'north', 'south'."
    assert refusal(path, "time", "ws", sheet="east") == message


def test_columns_that_are_not_there_are_refused(tmp_path) -> None:
    path = write(tmp_path, workbook(notes=[["by us"]], farm=TABLE))
    assert refusal(path, "time", "p") == "f.csv has no column 'p'; it has 'time', 'ws'."
    path = write(tmp_path, workbook(farm=[]))
    assert refusal(path, "time") == "f.csv is empty; the columns' names are expected."


def test_a_damaged_workbook_is_refused(tmp_path) -> None:
    content = workbook(farm=TABLE).replace(b"xl/worksheets/farm.xml", b"xl/worksheets/none.xml")
    message = refusal(write(tmp_path, content), "time", "ws")
    assert message.startswith("f.csv is a damaged or incomplete xlsx file: ")


def test_a_workbook_that_is_too_large_for_the_memory_is_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(archives, "MOST_WORKBOOK_BYTES", 1000)
    assert refusal(write(tmp_path, workbook(farm=TABLE)), "time", "ws") == (
        "f.csv unpacks to more than 1,000 bytes, and a workbook is read at once; save its sheet as "
        "CSV."
    )


def test_a_sheet_that_reaches_too_far_is_refused_before_it_takes_the_memory(tmp_path) -> None:
    path = tmp_path / "far.xlsx"
    with (
        zipfile.ZipFile(io.BytesIO(workbook(farm=TABLE))) as near,
        zipfile.ZipFile(path, "w") as far,
    ):
        for name in near.namelist():
            far.writestr(name, near.read(name).replace(b'r="B2"', b'r="XFD1048576"'))
    assert "reaches to column 16,384 of row 1,048,576" in refusal(path, "time", "ws")


def computed(*results: str) -> list[list[Cell]]:
    times: list[Cell] = [("moment", MIDNIGHT + row / 144) for row in range(len(results))]
    cells = [[time, ("formula", result)] for time, result in zip(times, results, strict=True)]
    return [TABLE[0], *cells]


@pytest.mark.parametrize("result", ["", "<v></v>", "<v/>"])
def test_a_formula_without_its_result_is_no_empty_cell(tmp_path, result) -> None:
    path = write(tmp_path, workbook(notes=[["x"]], farm=computed("<v>5</v>", result)))
    assert [ws for _, ws in rows(path, "time", "ws")] == ["5", NO_RESULT]


def test_zeros_that_no_program_computed_are_no_results(tmp_path) -> None:
    for cells, kept in ((["<v>0</v>"] * 2, False), (["<v>0</v>", "<v>5</v>"], True)):
        path = write(tmp_path, workbook(is_computed=False, farm=computed(*cells)))
        assert ("0" if kept else NO_RESULT) in [ws for _, ws in rows(path, "time", "ws")]
    path = write(tmp_path, workbook(farm=computed("<v>0</v>")))
    assert [ws for _, ws in rows(path, "time", "ws")] == ["0"]


def test_a_table_that_begins_in_another_column_is_read_where_it_stands(tmp_path) -> None:
    sheet: list[list[Cell]] = [[], [], *(["", *row] for row in computed("<v>5</v>", ""))]
    path = write(tmp_path, workbook(farm=sheet))
    assert [ws for _, ws in rows(path, "time", "ws")] == ["5", NO_RESULT]


def test_a_time_without_its_result_is_refused(tmp_path) -> None:
    sheet: list[list[Cell]] = [TABLE[0], TABLE[1], [("formula", ""), 6.0]]
    assert "column 'time': a time is a formula without its result" in refusal(
        write(tmp_path, workbook(farm=sheet)), "time", "ws"
    )


def test_a_sheet_that_may_be_data_by_other_names_is_told(tmp_path) -> None:
    may: list[list[Cell]] = [["time", "kW"]]
    june: list[list[Cell]] = [["date", "kW"], TABLE[1]]
    content = workbook(farm=TABLE, may=may, june=june, notes=[["by us"]], empty=[])
    path = write(tmp_path, content)
    (table,) = tables(path, "time", "ws")
    assert [said.removeprefix(str(path)) for said in table.may_be_data] == [
        ", sheet 'may', has no column 'ws'; it has 'time', 'kW'.",
        ", sheet 'june', has no column 'time', 'ws'; it has 'date', 'kW'.",
    ]
    assert tables(path, "time", "ws", sheet="farm")[0].may_be_data == []
