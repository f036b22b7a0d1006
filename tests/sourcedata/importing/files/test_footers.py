"""What stands below a table is no part of it; what stands within is never dropped."""

import pytest

from tests.sourcedata.importing.files.builders import refusal, rows, rows_of_table, tables, write
from tests.sourcedata.importing.files.workbooks import Cell, workbook

HEADER, GOOD = "time,ws\n", "2024-01-01 00:00,5\n"
ROW = ("2024-01-01 00:00", "5")


@pytest.mark.parametrize(
    "footer",
    [
        "Total,5\n",
        ",\n,\n",
        "\nEnd of file\n",
        "a,b,c\nTotal,5\n",
        "Total,5\n2 rows\n\nby us, 1, 2",
        "Exported on 2016-01-05\n",
        "Exported on 2016-01-05 08:00,\n",
        "Exported on 2016-01-05 by us, the farm\n",
        "Exported on,2016-01-05,\n",
        "Exported on,2016-01-05,08:00\n",
        "\nReport created 05.01.2016 08:00 by us, with love, and 3 others\n",
    ],
)
@pytest.mark.parametrize("count", [1, 120_000])
def test_a_footer_is_no_row(tmp_path, footer, count) -> None:
    assert rows(write(tmp_path, HEADER + GOOD * count + footer), "time", "ws") == [ROW] * count


def test_rows_without_a_time_within_a_table_stay(tmp_path) -> None:
    path = write(tmp_path, HEADER + GOOD + ",6\nTotal,7\n" + GOOD)
    assert rows(path, "time", "ws") == [ROW, ("", "6"), ("Total", "7"), ROW]


@pytest.mark.parametrize("lost", [",5.5", " ,-6", ',"7,5"', ",1'000.5", ",1e3", ",5 %"])
def test_values_without_a_time_at_the_end_are_no_footer(tmp_path, lost) -> None:
    path = write(tmp_path, HEADER + GOOD + lost + "\n,\n")
    assert len(rows(path, "time", "ws")) == 2


def test_a_time_that_is_merged_over_several_turbines_is_not_theirs_alone(tmp_path) -> None:
    sheet: list[list[Cell]] = [
        ["time", "t", "ws"],
        ["2024-01-01 00:00", "T1", 5.0],
        ["", "T2", 6.0],
        ["", "T3", 7.0],
    ]
    path = write(tmp_path, workbook(farm=sheet), "f.xlsx")
    assert len(rows(path, "time", "t", "ws")) == 3


def test_many_rows_without_a_time_are_no_footer(tmp_path) -> None:
    path = write(tmp_path, HEADER + GOOD + ",6\n" * 101)
    assert len(rows(path, "time", "ws")) == 102


def test_a_footer_is_told_by_all_times_that_are_named(tmp_path) -> None:
    path = write(tmp_path, "day,hour,ws\n2024-01-01,00:00,5\n2024-01-01,,6\nend,,\n")
    expected = [("2024-01-01", "00:00", "5"), ("2024-01-01", "", "6")]
    assert rows(path, "day", "hour", "ws", time_columns=["day", "hour"]) == expected


def test_where_no_time_is_named_each_row_stays(tmp_path) -> None:
    path = write(tmp_path, HEADER + GOOD + "Total,5\n")
    assert rows(path, "time", "ws", time_columns=[]) == [ROW, ("Total", "5")]


@pytest.mark.parametrize("count", [1, 120_000])
@pytest.mark.parametrize("uneven", ["x,6,7", "2024-01-01 00:00"])
def test_a_row_of_another_width_within_a_table_is_refused(tmp_path, count, uneven) -> None:
    path = write(tmp_path, HEADER + "\n" + GOOD * count + uneven + "\n" + GOOD)
    first_cell, cells = uneven.split(",")[0], uneven.count(",") + 1
    assert refusal(path, "time", "ws") == (
        f"f.csv, line {count + 3}: the row that starts with {first_cell!r} has {cells} cells; "
        "allowed are 2, as many as the header has."
    )


def test_the_first_row_of_another_width_is_told(tmp_path) -> None:
    path = write(tmp_path, HEADER + GOOD + "a\n" + GOOD * 120_000 + "b\n" + GOOD)
    assert refusal(path, "time", "ws").startswith("f.csv, line 3: the row that starts with 'a' has")


def test_where_all_rows_have_another_width_they_are_no_footer(tmp_path) -> None:
    path = write(tmp_path, HEADER + "2024-01-01 00:00,5,6\n")
    assert "line 2: the row that starts with '2024-01-01 00:00' has 3" in refusal(path, "time")


@pytest.mark.parametrize("day", ["2024-01-01 00:10", "1/2/24 00:10", "01-Jan-24 00:10", "20240101"])
def test_a_row_of_another_width_whose_day_stands_elsewhere_is_no_footer(tmp_path, day) -> None:
    path = write(tmp_path, f"t,ws,time\nT01,5,2024-01-01 00:00\nT01,{day}\n")
    assert "line 3: the row that starts with 'T01' has 2 cells" in refusal(path, "time", "ws")


@pytest.mark.parametrize(
    "cut", ["5 Jan 2016 00:10", "5-Mai-16 00:10", "1/5/16 12:10 AM", "20160105"]
)
def test_a_time_with_words_of_its_own_is_no_sentence(tmp_path, cut) -> None:
    path = write(tmp_path, HEADER + GOOD + cut + "\n")
    assert "line 3: the row that starts with" in refusal(path, "time", "ws")


def test_a_sentence_in_a_row_that_was_cut_short_makes_it_no_footer(tmp_path) -> None:
    path = write(tmp_path, "t,state,time\nT01,5,2024-01-01 00:00\nT01,Since 2024-01-01 00:00\n")
    assert "line 3: the row that starts with 'T01' has 2" in refusal(path, "time", "state")


def test_a_sentence_with_a_day_within_a_table_is_refused(tmp_path) -> None:
    path = write(tmp_path, HEADER + GOOD + "Exported on 2016-01-05\n" + GOOD)
    assert "line 3: the row that starts with 'Exported on" in refusal(path, "time", "ws")


def test_a_row_of_values_is_no_footer_whatever_its_time_says(tmp_path) -> None:
    path = write(tmp_path, HEADER + GOOD + "about 2016-01-05 08:00,6\n")
    assert rows(path, "time", "ws") == [ROW, ("about 2016-01-05 08:00", "6")]


def test_a_footer_is_shown_whole(tmp_path) -> None:
    path = write(tmp_path, HEADER + GOOD + "mean,7.1234567890123,of all\n")
    (table,) = tables(path, "time", "ws")
    assert rows_of_table(table, "time", "ws") == [ROW]
    assert table.left_out == ["line 3: 'mean 7.1234567890123 of all'"]


def test_a_second_table_is_no_footer(tmp_path) -> None:
    path = write(tmp_path, HEADER + GOOD + "2024-01-01 00:00,5,6\n" * 101)
    assert "line 3: the row that starts with" in refusal(path, "time", "ws")


@pytest.mark.parametrize("cut", ["6", "7;8", "WEA 02;8;", "WEA 01;5;2024-0", ";8", "WEA"])
def test_a_row_that_is_cut_short_is_no_footer(tmp_path, cut) -> None:
    rows = "WEA 01;5;2024-01-01 00:00\nWEA 02;7;2024-01-01 00:00\n" * 3
    path = write(tmp_path, f"t;ws;time;note\n{rows}{cut}".replace("00\n", "00;\n"))
    assert "line 8: the row that starts with" in refusal(path, "time", "ws")


def test_a_row_that_is_cut_far_below_is_no_footer(tmp_path) -> None:
    path = write(tmp_path, "t;ws;time\n" + "WEA 01;5;2024-01-01 00:00\n" * 120_000 + "WEA 01;5")
    assert "line 120002: the row that starts with 'WEA 01' has 2" in refusal(path, "time", "ws")


@pytest.mark.parametrize(
    "misplaced", ["Exported on,2016-01-05,7", "2016-01-05,Exported on,7", "5,2016-01-05,"]
)
def test_a_day_beside_values_is_of_no_footer(tmp_path, misplaced) -> None:
    path = write(tmp_path, f"{HEADER}{GOOD}{misplaced}\n")
    assert "line 3: the row that starts with" in refusal(path, "time", "ws")


def test_a_long_row_of_another_width_is_no_footer(tmp_path) -> None:
    path = write(tmp_path, HEADER + GOOD + "so it is " * 120)
    assert "line 3: the row that starts with 'so it is" in refusal(path, "time", "ws")


def test_a_month_that_no_row_has_makes_no_footer(tmp_path) -> None:
    path = write(tmp_path, "ws;time\n5;31 Jan 2024 00:00\n6,1 Feb 2024 00:00\n")
    assert "line 3: the row that starts with '6,1 Feb" in refusal(path, "time", "ws")


def test_a_row_that_lost_its_day_and_has_a_clock_is_no_footer(tmp_path) -> None:
    path = write(tmp_path, "ws;day;time;note\n5;1.1.24;0:00;\n6;0:10;fine\n")
    message = refusal(path, "day", "time", "ws", time_columns=["day", "time"])
    assert "line 3: the row that starts with '6' has 3 cells" in message


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_row_within_quotes_is_no_footer(tmp_path, end) -> None:
    good = "WEA 01;2024-01-01 00:00;5\n"
    path = write(tmp_path, f'WEA;time;ws\n{good}"WEB 02;2024-01-01 00:10;6{end}"\n')
    assert "line 3: the row that starts with 'WEB 02;2024" in refusal(path, "time", "ws")
