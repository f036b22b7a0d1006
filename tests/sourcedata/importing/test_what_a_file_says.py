"""No silent loss and no wrong number: what comes in is what the file says."""

from pathlib import Path

import pytest
from django.db import connections

from tests.builders import measurements, turbine
from tests.sourcedata.importing.commands import refusal, run, stored, text

pytestmark = pytest.mark.django_db

COLUMNS = ["--time-column", "time", "--map", "wind_speed=ws"]
OPTIONS = [*COLUMNS, "--turbine", "T01"]
PARIS = ["--timezone", "Europe/Paris"]


def lines(*rows: str, header: str = "time,ws") -> str:
    return "\n".join([header, *rows]) + "\n"


def test_rows_of_one_time_are_joined_cell_by_cell(tmp_path: Path) -> None:
    rows = ["2024-09-01 00:00,7.5,", "2024-09-01 00:00,,1200", "2024-09-01 00:01,7.7,"]
    file = text(tmp_path, lines(*rows, header="time,ws,p"))
    said = run(file, *OPTIONS, "--map", "power=p")
    assert stored("wind_speed", "power")["T01 09-01 00:00"] == [7.5, 1200]
    assert "1 joined with others of their time" in said


def test_rows_of_one_time_that_disagree_are_told_and_the_last_one_wins(tmp_path: Path) -> None:
    file = text(tmp_path, lines("2024-09-01 00:00,7", "2024-09-01 00:00,8", "2024-09-01 00:01,9"))
    assert "1 of these times disagree" in run(file, *OPTIONS)
    assert stored("wind_speed")["T01 09-01 00:00"] == [8]


@pytest.mark.parametrize(("repeated", "is_asked"), [(1, False), (2, True), (10, True)])
def test_many_times_at_which_rows_disagree_are_asked_about(tmp_path, repeated, is_asked) -> None:
    times = [f"2024-09-01 00:{7 * row % 10:02}" for row in range(10)]
    rows = [f"{time},{row}" for row, time in enumerate([*times, *times[:repeated]])]
    said = run(text(tmp_path, lines(*rows)), *OPTIONS)
    assert (f"Look: At {repeated} of 10 times several rows disagree" in said) == is_asked


def test_an_empty_cell_of_a_later_file_keeps_what_is_known(tmp_path: Path) -> None:
    measurements(turbine(), "2024-09-02T00:00", wind_speed=[7.5, 7.6])
    file = text(tmp_path, lines("2024-09-02 00:01,", "2024-09-02 00:02,7.7"))
    run(file, *OPTIONS)
    assert list(stored("wind_speed").values()) == [[7.5], [7.6], [7.7]]


def test_with_replace_the_file_stands_for_its_time(tmp_path: Path) -> None:
    measurements(turbine(), "2024-09-02T00:00", wind_speed=[1.0, 2.0, 3.0, 4.0])
    file = text(tmp_path, lines("2024-09-02 00:01,", "2024-09-02 00:03,9"))
    assert "1 deleted" in run(file, *OPTIONS, "--replace")
    assert list(stored("wind_speed").values()) == [[1.0], [None], [9.0]]


AUTUMN = [f"2024-10-27 0{hour}:{minute}0,{value}" for hour, minute, value in [
    (1, 5, 1), (2, 0, 2), (2, 3, 3), (2, 0, 4), (2, 3, 5), (3, 0, 6)]]  # fmt: skip


def test_the_hour_that_clocks_show_twice_is_told_apart_by_the_order(tmp_path: Path) -> None:
    said = run(text(tmp_path, lines(*AUTUMN)), *OPTIONS, *PARIS)
    assert stored("wind_speed") == {
        "T01 10-26 23:50": [1], "T01 10-27 00:00": [2], "T01 10-27 00:30": [3],
        "T01 10-27 01:00": [4], "T01 10-27 01:30": [5], "T01 10-27 02:00": [6],
    }  # fmt: skip
    assert "4 times that clocks showed twice" in said


def test_newest_first_it_is_told_apart_as_well(tmp_path: Path) -> None:
    run(text(tmp_path, lines(*AUTUMN[::-1])), *OPTIONS, *PARIS)
    assert stored("wind_speed")["T01 10-27 01:00"] == [4]


def test_where_the_order_does_not_tell_the_file_is_refused_with_the_row(tmp_path: Path) -> None:
    said = refusal(text(tmp_path, lines(*AUTUMN[:3], AUTUMN[5])), *OPTIONS, *PARIS)
    assert "line 3, column 'time': '2024-10-27 02:00' happens twice in Europe/Paris" in said


@pytest.mark.parametrize("day", ["2024-02-30", "2023-02-29", "2024-02-31"])
def test_a_day_that_no_calendar_has_is_refused(tmp_path: Path, day: str) -> None:
    assert "is no time" in refusal(text(tmp_path, lines(f"{day} 00:00,1")), *OPTIONS)


def test_where_day_and_month_could_be_exchanged_both_formats_are_named(tmp_path: Path) -> None:
    said = refusal(text(tmp_path, lines("09/01/2016 15:30,1", "13/01/2016 15:30,1")), *OPTIONS)
    assert "%d/%m/%Y %H:%M" in said
    assert "%m/%d/%Y %H:%M" in said


def test_all_unknown_words_of_a_column_are_told_at_once(tmp_path: Path) -> None:
    rows = ["2024-09-01 00:00,low", "2024-09-01 00:01,low", "2024-09-01 00:02,high"]
    said = refusal(text(tmp_path, lines(*rows)), *OPTIONS)
    assert "'low' (2)" in said
    assert "'high' (1)" in said


def test_a_new_turbine_gets_the_median_step_of_the_file(tmp_path: Path) -> None:
    file = text(tmp_path, lines("2024-09-03 00:10,5", "2024-09-03 00:20,6", "2024-09-03 00:30,7"))
    assert "with samples every 600 s" in run(file, *OPTIONS, "--label", "end")
    assert list(stored("sample_interval_s").values()) == [[600]] * 3
    assert next(iter(stored("wind_speed"))) == "T01 09-03 00:00"


def test_blanks_around_names_are_left_out_and_said(tmp_path: Path) -> None:
    file = text(tmp_path, lines("WEA 01  ,2024-06-03 00:00,5", header="t,time,ws"))
    assert "The name 'WEA 01  ' was taken without" in run(file, *COLUMNS, "--turbine-column", "t")
    assert list(stored("wind_speed")) == ["WEA 01 06-03 00:00"]


def test_many_new_turbines_are_a_wrong_column_unless_somebody_says_so(tmp_path: Path) -> None:
    file = text(
        tmp_path, lines(*(f"{n},2024-06-03 00:00,5" for n in range(101)), header="t,time,ws")
    )
    said = refusal(file, *COLUMNS, "--turbine-column", "t")
    assert "has 101 turbines that are not known" in said
    run(file, *COLUMNS, "--turbine-column", "t", "--new-turbines", 101)
    assert len(stored("wind_speed")) == 101


def test_many_new_turbines_are_refused_before_their_values_are_looked_at(tmp_path) -> None:
    rows = (f"{n},2024-06-03 00:00,x" for n in range(3))
    file = text(tmp_path, lines(*rows, header="t,time,ws"))
    said = refusal(file, *COLUMNS, "--turbine-column", "t", "--new-turbines", 1)
    assert "has 3 turbines that are not known, as '0', '1', '2'; allowed are 1." in said


def test_seconds_among_milliseconds_are_refused_without_the_advice_that_was_taken(tmp_path) -> None:
    file = text(tmp_path, lines("1717372800000,5", "1717372800,6"))
    said = refusal(file, *OPTIONS, "--time-format", "epoch")
    assert "'1717372800' is no time of the format 'epoch', in the unit (s, ms, µs or ns)" in said
    assert "--time-format" not in said


def test_tenths_of_a_second_are_not_moved_onto_each_other(tmp_path: Path) -> None:
    rows = [f"2024-06-03 00:00:00.{tenth},{tenth}" for tenth in range(10)]
    run(text(tmp_path, lines(*rows)), *OPTIONS)
    with connections["source"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM data")
        assert cursor.fetchone() == (10,)


JITTER = ["00:00:00.4", "00:09:59.6", "00:20:00.4", "00:29:59.6", "00:40:00.4"]


@pytest.mark.parametrize("label", ["start", "end"])
def test_times_early_and_late_in_turn_are_moved_to_what_is_between(tmp_path, label) -> None:
    file = text(tmp_path, lines(*(f"2024-06-03 {time},5" for time in JITTER)))
    assert "samples every 600 s, as the file tells" in run(file, *OPTIONS, "--label", label)
    first = "06-03 00:00" if label == "start" else "06-02 23:50"
    assert next(iter(stored("wind_speed"))) == f"T01 {first}"
    assert all(time.endswith("0") for time in stored("wind_speed"))


@pytest.mark.parametrize("rows", [2, 3, 4])
def test_a_few_times_that_are_early_or_late_have_a_whole_interval(tmp_path, rows) -> None:
    file = text(tmp_path, lines(*(f"2024-06-03 {time},5" for time in JITTER[:rows])))
    said = run(file, *OPTIONS)
    assert "samples every 600 s, as the file tells" in said
    assert f"{rows} times were moved to a regular one, by 0.4 s at most." in said


def test_times_that_drift_keep_their_step(tmp_path) -> None:
    rows = [f"2024-06-03 00:{n * 59 // 60:02}:{n * 59 % 60:02},{n}" for n in range(40)]
    assert "samples every 59 s, as the file tells" in run(text(tmp_path, lines(*rows)), *OPTIONS)


def nearly_regular(count: int, *further: str) -> str:
    rows = [f"2024-06-03 00:{n:02}:00.00{n % 2 + 1},{n}" for n in range(count)]
    return lines(*sorted([*rows, *further]))


def test_a_file_of_nothing_but_the_hour_that_came_twice_is_refused(tmp_path: Path) -> None:
    file = text(tmp_path, lines("2024-10-27 02:00,1", "2024-10-27 02:10,2"))
    assert "'2024-10-27 02:00' happens twice in Europe/Paris" in refusal(file, *OPTIONS, *PARIS)


def test_a_row_that_nearly_came_twice_does_not_keep_the_others_from_their_times(tmp_path) -> None:
    file = text(tmp_path, nearly_regular(30, "2024-06-03 00:20:00.004,9"))
    said = run(file, *OPTIONS)
    assert "31 times were moved to a regular one" in said
    assert "1 joined with others of their time" in said


def test_where_many_times_would_fall_together_it_is_said_that_none_is_moved(tmp_path) -> None:
    said = run(text(tmp_path, nearly_regular(3, "2024-06-03 00:02:00.004,9")), *OPTIONS)
    assert "The nearly regular times of 'T01' were left as they are, for 1 would fall" in said
    assert "were moved" not in said


def test_a_new_turbine_is_told_also_where_its_interval_is_given(tmp_path) -> None:
    said = run(text(tmp_path, lines("2024-06-03 00:00,5")), *OPTIONS, "--sample-interval", 60)
    assert "New turbines: 1 (T01), with samples every 60 s, as --sample-interval says." in said


def test_each_new_turbine_gets_its_own_step(tmp_path: Path) -> None:
    rows = [f"A,2024-06-03 00:0{n},{n}" for n in range(1, 9)]
    rows += [f"B,2024-06-03 00:{n}0,{n}" for n in range(1, 4)]
    file = text(tmp_path, lines(*rows, header="t,time,ws"))
    run(file, *COLUMNS, "--turbine-column", "t", "--label", "end")
    assert [time for time in stored("wind_speed") if time[0] == "B"] == [
        "B 06-03 00:00", "B 06-03 00:10", "B 06-03 00:20",
    ]  # fmt: skip


def test_where_no_step_tells_how_long_samples_are_their_ends_are_refused(tmp_path: Path) -> None:
    file = text(tmp_path, lines("2024-06-03 00:10,5"))
    assert "Add --sample-interval" in refusal(file, *OPTIONS, "--label", "end")


def test_a_row_out_of_order_in_autumn_decides_nothing(tmp_path: Path) -> None:
    minutes = ["01:50", "02:00", "02:10", "02:30", "02:20", "02:40", "02:50", "03:00"]
    file = text(tmp_path, lines(*(f"2024-10-27 {time},1" for time in minutes)))
    assert "happens twice in Europe/Paris" in refusal(file, *OPTIONS, *PARIS)


def test_a_last_row_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    file = text(tmp_path, lines("2024-06-03 00:00,5,6", "2024-06-03 00:0", header="time,ws,x"))
    assert "line 3: the row that starts with '2024-06-03 00:0' has 1 cells" in refusal(
        file, *OPTIONS
    )


def test_what_stands_below_a_table_is_left_out_and_said(tmp_path: Path) -> None:
    file = text(tmp_path, lines("2024-06-03 00:00,5", "Total rows: 1"))
    assert "Left out below the table: line 3: 'Total rows: 1'." in run(file, *OPTIONS)


def test_a_column_that_is_named_with_another_unit_is_asked_about(tmp_path: Path) -> None:
    file = text(tmp_path, lines("2024-06-03 00:00,1.2", header="time,P [MW]"))
    arguments = ["--time-column", "time", "--map", "power=P [MW]", "--turbine", "T01"]
    assert "write --map 'power=P [MW][MW]'" in run(file, *arguments)


def test_an_expression_that_is_none_says_why(tmp_path: Path) -> None:
    file = text(tmp_path, lines("2024-06-03 00:00,1,2", header="time,ws,wd"))
    said = refusal(file, "--time-column", "time", "--map", "wind_speed=ws+wd", "--turbine", "T01")
    assert "'ws+wd' is no column, and no expression" in said
