"""The header is the first row that has all names, however it is written."""

import pytest

from tests.sourcedata.importing.files.builders import refusal, rows, tables, write

ROW = ("2024-01-01 00:00", "5")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_separator_is_seen(tmp_path, separator) -> None:
    lines = ["time,ws", "2024-01-01 00:00,5"]
    content = "\n".join(line.replace(",", separator) for line in lines)
    assert rows(write(tmp_path, content), "time", "ws") == [ROW]


def test_blanks_separate_where_nothing_else_does(tmp_path) -> None:
    path = write(tmp_path, ' day  hour   ws\n 2024-01-01 "00:00" 5 \n\n2024-01-01  00:10 6\n')
    assert rows(path, "day", "hour", "ws") == [
        ("2024-01-01", "00:00", "5"), ("2024-01-01", "00:10", "6"),
    ]  # fmt: skip
    assert tables(path, "day", "hour")[0].place(1) == "line 4"


def test_names_with_blanks_are_no_reason_to_separate_by_them(tmp_path) -> None:
    path = write(tmp_path, "it has time and ws\ntime\tws\n2024-01-01 00:00\t5\n")
    assert rows(path, "time", "ws") == [ROW]


def test_another_separator_may_stand_within_names_and_cells(tmp_path) -> None:
    path = write(tmp_path, "time;ws, mean;note\n2024-01-01 00:00;7,4;a,b,c\n")
    assert rows(path, "time", "ws, mean") == [("2024-01-01 00:00", "7,4")]


def test_blanks_and_quotes_around_names_do_not_matter(tmp_path) -> None:
    path = write(tmp_path, '"time" , "ws" \n2024-01-01 00:00,5\n')
    assert rows(path, "time", "ws") == [ROW]


def test_the_second_of_a_name_can_be_named(tmp_path) -> None:
    path = write(tmp_path, "time,ws,ws,ws\n2024-01-01 00:00,4,5,6\n")
    assert rows(path, "time", "ws#2") == [ROW]
    assert tables(path, "time")[0].columns == ["time", "ws", "ws#2", "ws#3"]


def test_a_name_may_have_two_lines(tmp_path) -> None:
    path = write(tmp_path, 'time,"ws\n(m/s)",p\n2024-01-01 00:00,4,5\n')
    assert rows(path, "time", "p") == [ROW]
    assert tables(path, "time", "p")[0].place(0) == "line 3"


def test_a_title_above_with_an_open_quote_does_not_matter(tmp_path) -> None:
    path = write(tmp_path, '"Pipe of 5 inches, north\n\ntime,ws\n2024-01-01 00:00,5\n')
    assert rows(path, "time", "ws") == [ROW]


def test_rows_of_units_are_left_out(tmp_path) -> None:
    path = write(tmp_path, "time,ws\n\nTS,m/s\n,Avg\n\n2024-01-01 00:00,5\n")
    assert rows(path, "time", "ws") == [ROW]
    assert tables(path, "time", "ws")[0].place(0) == "line 6"


def test_many_rows_without_a_time_are_no_units(tmp_path) -> None:
    path = write(tmp_path, "time,ws\n" + "x,y\n" * 5 + "2024-01-01 00:00,5\n")
    assert rows(path, "time", "ws") == [("x", "y"), ("x", "y"), ROW]


def test_where_no_time_is_named_no_row_says_units(tmp_path) -> None:
    path = write(tmp_path, "time,ws\nTS,m/s\n2024-01-01 00:00,5\n")
    assert rows(path, "time", "ws", time_columns=[]) == [("TS", "m/s"), ROW]


def test_the_row_that_lacks_the_fewest_is_shown(tmp_path) -> None:
    path = write(tmp_path, "Export, of a farm, by us, today\ntime;p;t\n2024-01-01 00:00;5;1\n")
    assert refusal(path, "time", "P_avg") == (
        "f.csv has no column 'P_avg'; it has 'time', 'p', 't'."
    )


def test_a_header_far_below_is_not_looked_for(tmp_path) -> None:
    path = write(tmp_path, "a,b\n" * 200 + "time,ws\n2024-01-01 00:00,5\n")
    assert "has no column 'time', 'ws'; it has 'a', 'b'." in refusal(path, "time", "ws")


def test_a_header_alone_is_a_table_without_rows(tmp_path) -> None:
    assert rows(write(tmp_path, "time,ws"), "time", "ws") == []


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \r\n\r\n"])
def test_an_empty_file_is_refused(tmp_path, content) -> None:
    assert refusal(write(tmp_path, content), "time").startswith("f.csv is empty;")


def test_the_row_of_names_is_no_row_of_the_table(tmp_path) -> None:
    path = write(tmp_path, "a title\ntime1,ws\n2024-01-01 00:00,5\n")
    assert rows(path, "time1", "ws") == [ROW]
    assert tables(path, "time1", "ws")[0].place(0) == "line 3"


@pytest.mark.parametrize("second", ["time;p;ws", "time;p;ws;note", '"time";"note";"ws";"p"'])
def test_two_headers_whose_columns_are_exchanged_are_refused(tmp_path, second) -> None:
    path = write(tmp_path, f"time;ws;p\n{second}\n2024-01-01 00:00;5;6\n")
    message = refusal(path, "time", "ws")
    assert message.startswith("f.csv has two rows of the columns' names, 'time', 'ws', 'p' and")


def test_a_header_that_stands_twice_is_one(tmp_path) -> None:
    path = write(tmp_path, "time;ws;p\ntime;ws;p\n2024-01-01 00:00;5;6\n")
    assert rows(path, "time", "ws") == [("2024-01-01 00:00", "5")]


@pytest.mark.parametrize(
    "above",
    [
        "2024-01-01 00:00;5;6\n",
        "a title\n\n01.01.24 00:00;North;6\n",
        "time;speed;power;state\n2024-01-01 00:00;5;6;1\n",
        "5;2024-01-01 00:00\n",
    ],
)
def test_rows_above_the_header_are_refused(tmp_path, above) -> None:
    path = write(tmp_path, f"{above}time;ws;p\n2024-01-01 00:10;5;6\n")
    line = above.count("\n")
    assert refusal(path, "time", "ws").startswith(f"f.csv, line {line}: what looks like a row, ")


@pytest.mark.parametrize(
    "above", ["from;2024-01-01;to;2024-02-01", "2024-01-01", "Serial 20240101;5;6", "12;5;6"]
)
def test_a_preamble_with_numbers_and_days_is_passed_over(tmp_path, above) -> None:
    path = write(tmp_path, f"{above}\ntime;ws;p\n2024-01-01 00:10;5;6\n")
    assert rows(path, "time", "ws") == [("2024-01-01 00:10", "5")]


def test_a_row_that_is_torn_below_the_header_says_no_units(tmp_path) -> None:
    path = write(tmp_path, "t;time;ws\nA;\n2024-01-01 00:00;x\nA;2024-01-01 00:10;5\n")
    assert "the row that starts with '2024-01-01 00:00' has 2" in refusal(path, "time", "ws")


def test_a_file_without_a_header_is_told_to_get_one(tmp_path) -> None:
    rows_alone = "2024-01-01 00:00;5,1;180\n2024-01-01 00:10;5,2;181\n"
    said = "That is a row of data: where no line of names stands above the rows, write one there"
    assert said in refusal(write(tmp_path, rows_alone), "time", "ws")
    assert said not in refusal(write(tmp_path, "time;speed;direction\n" + rows_alone), "time", "ws")
