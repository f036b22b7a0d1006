"""A text is read in pieces as if it was read at once, and no row is lost in silence."""

import pytest

from sourcedata.importing.files import lines
from tests.sourcedata.importing.files.builders import refusal, rows, rows_of_table, tables, write

HEADER, GOOD = "time,ws\n", "2024-01-01 00:00,5\n"
ROW = ("2024-01-01 00:00", "5")


def long_text(count: int) -> str:
    """Return rows that are numbered, of several chunks."""
    return HEADER + "".join(f"2024-01-01 00:00,{number}\n" for number in range(count))


def test_a_long_text_is_read_from_the_first_row_each_time(tmp_path) -> None:
    (table,) = tables(write(tmp_path, long_text(150_000)), "time", "ws")
    for _ in range(2):
        assert [cell for _, cell in rows_of_table(table, "time", "ws")] == [
            str(number) for number in range(150_000)
        ]
    assert len(list(table.blocks(["ws"]))) > 2


def test_only_the_columns_that_are_wanted_are_read(tmp_path) -> None:
    (table,) = tables(write(tmp_path, "time,a,b\n2024-01-01 00:00,1,2\n"), "time", "b")
    (block,) = table.blocks(["b"])
    assert {name: cells.to_pylist() for name, cells in block.columns.items()} == {"b": ["2"]}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_an_editor_shows_them(tmp_path, end) -> None:
    text = 'a title\n\ntime,ws,t\n\n2024,5,"a\nb"\n2024,5,c\n \n2024,7,d\n'.replace("\n", end)
    (table,) = tables(write(tmp_path, text.encode()), "time", "ws", "t")
    assert [table.place(row) for row in range(3)] == ["line 5", "line 7", "line 9"]
    assert rows_of_table(table, "t") == [(f"a{end}b",), ("c",), ("d",)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_far_below_has_its_number(tmp_path, end) -> None:
    path = write(tmp_path, long_text(150_000).replace("\n", end))
    (table,) = tables(path, "time", "ws")
    assert table.place(149_999) == "line 150001"


def test_rows_of_another_width_are_lines_too(tmp_path) -> None:
    (table,) = tables(write(tmp_path, HEADER + GOOD + "x\n" + GOOD), "time", "ws")
    assert table.place(1) == "line 4"


def test_quoted_cells_may_hold_separators_quotes_and_line_ends(tmp_path) -> None:
    cell = "a, ''b''" + "\nc" * 50
    row = f'"2024-01-01 00:00","{cell}"\n'.replace("'", '"')
    expected = [("2024-01-01 00:00", cell.replace("''", '"'))] * 20_000
    assert rows(write(tmp_path, HEADER + row * 20_000), "time", "ws") == expected


def test_cells_stay_as_they_are(tmp_path) -> None:
    path = write(tmp_path, "time,ws\n 2024 ,NaN\n2024,\n2024,NULL\n")
    assert rows(path, "time", "ws") == [(" 2024 ", "NaN"), ("2024", ""), ("2024", "NULL")]


@pytest.mark.parametrize("rows_above", [1, 100_000])
def test_a_quote_that_is_never_closed_is_refused(tmp_path, rows_above) -> None:
    text = HEADER + GOOD * rows_above + '2024-01-01 00:00,"5\n' + GOOD * 100_000
    assert refusal(write(tmp_path, text), "time", "ws") == (
        f'f.csv, line {rows_above + 2}: a quote (") is never closed, or text follows the one that '
        "closes a cell."
    )


def test_text_below_a_quote_that_closes_is_refused(tmp_path) -> None:
    path = write(tmp_path, HEADER + GOOD + '2024-01-01 00:00,"5"x\n' + GOOD)
    assert refusal(path, "time", "ws").startswith('f.csv, line 3: a quote (")')


@pytest.mark.parametrize("above", [0, 3])
def test_a_line_that_is_too_long_is_refused(tmp_path, monkeypatch, above) -> None:
    path = write(tmp_path, (HEADER + GOOD * 2 if above else "") + "5" * 3_000_000 + "\n" + GOOD)
    assert refusal(path, "time", "ws") == (
        f"f.csv, line {above + 1} has more than {lines.MOST_LINE_BYTES:,} bytes; it is damaged, "
        "or no table."
    )


@pytest.mark.parametrize(
    "below",
    [
        '2024-01-01 00:00,5,"\n2024-01-01 00:10,6,ok\n2024-01-01 00:20,7,"\n',
        '2024-01-01 00:00,"a,5\n2024-01-01 00:10,b",6\n',
    ],
)
def test_a_lone_quote_does_not_take_in_rows(tmp_path, below) -> None:
    message = refusal(write(tmp_path, "time,ws,note\n" + below), "time", "ws")
    assert "line 2: a quoted cell takes in what looks like a row, '2024-01-01 00:10," in message


@pytest.mark.parametrize(
    ("header", "below"),
    [
        ("ws;note;time", '5;";24-01-01 00:00\n6;x;24-01-01 00:10\n7;";24-01-01 00:20\n'),
        ("ws;note;time", '5;";24-01-01 00:00\n7;";24-01-01 00:20\n'),
        ("note;ws;time", '";5;24-01-01 00:00\n";6;24-01-01 00:10\n'),
        ("ws;time;note", '5;24-01-01 00:00;"\n6;24-01-01 00:10;x\n7;24-01-01 00:20;"\n'),
        ("clock;ws;time;note", '0:10;5;1/2/24;"\n0:20;5;1/2/24;""\n0:30;5;1/2/24;"\n'),
        ('ws;time;"', '5;24-01-01 00:00;\n6;24-01-01 00:10;"\n7;24-01-01 00:20;\n'),
    ],
)
def test_two_stray_quotes_take_in_no_row_wherever_its_time_stands(tmp_path, header, below) -> None:
    message = refusal(write(tmp_path, f"{header}\n{below}"), "time", "ws")
    assert "a quoted cell takes in what looks like a row, " in message


@pytest.mark.parametrize(
    "row",
    [
        '5;2024-01-01 00:00;"ice; blade 2;\nrotor; done 20240101\n"',
        '5;2024-01-01 00:00;"\n\nseen; at 10:30"',
        '"5";"2024-01-01 00:00";"1. ice\n2. frost"',
    ],
)
def test_a_note_of_several_lines_takes_in_no_row(tmp_path, row) -> None:
    path = write(tmp_path, f"ws;time;note\n{row}\n6;2024-01-01 00:10;x\n")
    assert rows(path, "time", "ws") == [("2024-01-01 00:00", "5"), ("2024-01-01 00:10", "6")]


def test_a_comment_of_several_lines_is_a_cell(tmp_path) -> None:
    below = '2024-01-01 00:00,5,"ice, seen at 10:30,\nrotor, blade 2, order 4711"\n'
    path = write(tmp_path, "time,ws,note\n" + below + "2024-01-01 00:10,6,\n")
    assert rows(path, "time", "ws") == [("2024-01-01 00:00", "5"), ("2024-01-01 00:10", "6")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("header", ["time,ws", "# time,ws", '"time","ws"', "time\tws", "time ws"])
@pytest.mark.parametrize("again", ["", "\ufeff"])
def test_a_header_that_stands_again_is_passed_over_and_told(tmp_path, end, header, again) -> None:
    sign = "," if "," in header else header[4]
    row = f"2024-01-01T00:00{sign}5{end}"
    content = header + end + row * 2 + again + header + end + row + header
    (table,) = tables(write(tmp_path, content), "time", "ws")
    assert rows_of_table(table, "time", "ws") == [("2024-01-01T00:00", "5")] * 3
    assert table.repeated_at == [4, 6]
    assert table.place(2) == "line 5"


def test_a_row_that_merely_ends_as_the_header_does_stays(tmp_path) -> None:
    path = write(tmp_path, "time,ws\n2024-01-01,5\nx time,ws\ntime,ws,\n2024-01-02,5\n")
    assert "line 4: the row that starts with 'time' has 3 cells" in refusal(path, "time", "ws")


@pytest.mark.parametrize("count", [10, 120_000])
@pytest.mark.parametrize(("end", "cut"), [("7.1", ["line {}, '7.1'"]), ("7.125", []), ("7\n", [])])
def test_a_file_that_ends_within_a_number_is_told(tmp_path, count, end, cut) -> None:
    row = "2024-01-01 00:00,7."
    path = write(tmp_path, HEADER + f"{row}25\n" * count + row.removesuffix("7.") + end)
    (table,) = tables(path, "time", "ws")
    assert len(rows_of_table(table, "time", "ws")) == count + 1
    assert table.cut == [each.format(count + 2) for each in cut]


@pytest.mark.parametrize("rest", ["Total,5", "2024-01-01 00:10,5"])
def test_a_short_end_of_a_few_rows_or_of_a_footer_tells_nothing(tmp_path, rest) -> None:
    count = 20 if "Total" in rest else 9
    (table,) = tables(write(tmp_path, HEADER + "2024-01-01 00:00,7.25\n" * count + rest), "time")
    rows_of_table(table, "time", "ws")
    assert table.cut == []


@pytest.mark.parametrize("count", [1, 120_000])
def test_a_cell_beyond_the_last_column_is_refused(tmp_path, count) -> None:
    path = write(tmp_path, HEADER + "2024-01-01 00:00,5,\n" * count + "2024-01-01 00:10,5,7\n")
    assert refusal(path, "time", "ws") == (
        f"f.csv, line {count + 2}: '7' stands beyond the last column of the header."
    )


def test_a_footer_may_reach_beyond_the_last_column(tmp_path) -> None:
    path = write(tmp_path, HEADER + "2024-01-01 00:00,5, \nby us,of,all\n")
    assert rows(path, "time", "ws") == [ROW]


def test_a_file_that_ends_before_a_time_is_told(tmp_path) -> None:
    (table,) = tables(write(tmp_path, "ws,time\n" + "5,2024-01-01 00:00\n" * 10 + "6,"), "time")
    rows_of_table(table, "time", "ws")
    assert table.cut == ["line 12, ''"]


def test_a_stray_quote_in_the_units_takes_in_no_row(tmp_path) -> None:
    rows_below = "5;24-01-01 00:00;1\n6;24-01-01 00:10;1\n"
    path = write(tmp_path, 'ws;time;snow\nm/s;;"\n' + rows_below)
    assert refusal(path, "time", "ws").startswith('f.csv, line 2: a quote (") is never closed')


def test_numbers_in_a_column_without_a_name_are_refused(tmp_path) -> None:
    path = write(tmp_path, "time,ws,\n2024-06-01 00:00,5,31\n2024-06-01 00:10,6,02\n")
    said = "line 2: '31' stands in a column without a name: do decimal commas stand between"
    assert said in refusal(path, "time", "ws")


def test_a_first_column_without_a_name_numbers_the_rows(tmp_path) -> None:
    (table,) = tables(write(tmp_path, ",time,ws\n0,2024-06-01 00:00,5\n"), "time", "ws")
    assert rows_of_table(table, "time", "ws") == [("2024-06-01 00:00", "5")]
