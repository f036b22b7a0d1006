"""Texts in the forms in which people get wind data come in by one command each."""

from pathlib import Path

import pytest

from tests.sourcedata.importing.commands import refusal, run, stored, text
from tests.sourcedata.importing.files.workbooks import Cell, workbook

pytestmark = pytest.mark.django_db

T01 = ["--turbine", "T01"]
WS, P = ["--map", "wind_speed=ws"], ["--map", "power=p"]


def test_a_header_below_comments(tmp_path: Path) -> None:
    file = text(
        tmp_path,
        "# Exported by somebody\n#\n"
        "# Date and time,Wind speed (m/s),Wind direction (°),Power (kW)\n"
        "2016-01-03 00:00:00,NaN,NaN,NaN\n2016-01-03 00:10:00,5.25,188.5,412.5\n",
    )
    run(file, "--form", "greenbyte", *T01)
    assert stored("wind_speed", "wind_direction", "power") == {
        "T01 01-03 00:00": [None, None, None],
        "T01 01-03 00:10": [5.25, 188.5, 412.5],
    }


def test_a_variable_of_a_form_that_a_file_lacks_is_left_out(tmp_path: Path) -> None:
    file = text(tmp_path, "Date and time,Wind speed (m/s)\n2016-01-03 00:10:00,5.25\n")
    said = refusal(file, "--form", "greenbyte", *T01)
    assert "has no column 'Wind direction (°)', 'Power (kW)'" in said
    assert "leave that out, as by --map power=, or" in said
    run(file, "--form", "greenbyte", *T01, "--map", "power=", "--map", "wind_direction=")
    assert stored("wind_speed", "power") == {"T01 01-03 00:10": [5.25, None]}


@pytest.mark.parametrize(
    "mapped", ["`Wind speed`[km/h]", "`Wind \nspeed` / 3.6", "`Wind speed`/3.6"]
)
def test_the_lines_of_a_name_are_typed_as_one(tmp_path: Path, mapped: str) -> None:
    header: list[list[Cell]] = [["Time\n(UTC)", "Wind\nspeed"], ["2016-01-03T00:10", 18.0]]
    of_text = '"Time\r\n(UTC)","Wind \nspeed"\n2016-01-03 00:10,18\n'
    for content in (workbook(farm=header), of_text):
        options = [*T01, "--time-column", "Time (UTC)", "--map", f"wind_speed={mapped}"]
        run(text(tmp_path, content), *options)
        assert stored("wind_speed") == {"T01 01-03 00:10": [5]}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("empty", [";", ";;", ";;;;", "; ;"])
def test_rows_of_nothing_but_separators_are_passed_over(
    tmp_path: Path, end: str, empty: str
) -> None:
    rows = ["time;ws;p", "2024-09-01 00:00;7;", empty, "2024-09-01 00:10;;9", empty]
    run(text(tmp_path, end.join(rows) + end), *T01, "--time-column", "time", *WS, *P)
    assert stored("wind_speed", "power") == {
        "T01 09-01 00:00": [7, None],
        "T01 09-01 00:10": [None, 9],
    }


def test_a_row_below_an_empty_one_keeps_its_line(tmp_path: Path) -> None:
    file = text(tmp_path, "time;ws;p\n2024-09-01 00:00;7;8\n;;\n2024-09-01 00:10;x;9\n")
    assert "line 4" in refusal(file, *T01, "--time-column", "time", *WS, *P)


def test_a_logger_with_rows_of_units_that_labels_ends(tmp_path: Path) -> None:
    file = text(
        tmp_path,
        '"TOA5","M","CR1000"\n"TIMESTAMP","RECORD","WS"\n"TS","RN","m/s"\n"","","Avg"\n'
        '"2016-01-09 23:50:00",143,6.5\n"2016-01-10 00:00:00",144,"NAN"\n',
    )
    run(file, "--form", "toa5", *T01, "--map", "wind_speed=WS")
    assert stored("wind_speed") == {"T01 01-09 23:40": [6.5], "T01 01-09 23:50": [None]}


def test_tabs_and_days_that_stand_first(tmp_path: Path) -> None:
    file = text(tmp_path, "Made by a program\n\nDate/Time\tSpd\n09/01/2016 15:30:00\t7.5\n")
    run(file, "--form", "windographer", *T01, "--map", "wind_speed=Spd")
    assert stored("wind_speed") == {"T01 01-09 15:30": [7.5]}


def test_a_local_text_with_decimal_commas_and_thousands(tmp_path: Path) -> None:
    content = (
        "Datum;Anlage;Wind Ø [m/s];Leistung Ø [kW]\n"
        "30.03.2024 00:00:00;WEA 01;7,4;1.012,5\n30.03.2024 00:10:00;WEA 01;-;-\n"
    )
    options = ["--decimal", ",", "--time-format", "%d.%m.%Y %H:%M:%S", "--timezone", "+01:00"]
    columns = ["--map", "wind_speed=Wind Ø [m/s]", "--map", "power=Leistung Ø [kW]"]
    file = text(tmp_path, content.encode("cp1252"))
    run(file, "--time-column", "Datum", "--turbine-column", "Anlage", *columns, *options)
    assert stored("wind_speed", "power") == {
        "WEA 01 03-29 23:00": [7.4, 1012.5],
        "WEA 01 03-29 23:10": [None, None],
    }


def test_status_words_and_names_of_months(tmp_path: Path) -> None:
    file = text(
        tmp_path,
        "Time,WTG01.WindSpeed,WTG01.Power\n01-Mar-24 00:00:00,7.4,1012.5\n"
        "01-Mar-24 00:01:00,Bad,[-11059] No Good Data For Calculation\n",
    )
    options = ["--time-format", "%d-%b-%y %H:%M:%S", "--wide", "{turbine}.{column}"]
    columns = ["--map", "wind_speed=WindSpeed", "--map", "power=Power"]
    run(file, "--time-column", "Time", *columns, *options)
    assert stored("wind_speed", "power") == {
        "WTG01 03-01 00:00": [7.4, 1012.5],
        "WTG01 03-01 00:01": [None, None],
    }


def test_utf16_with_tabs(tmp_path: Path) -> None:
    file = text(tmp_path, "time\tws\n2024-01-01 00:10\t7.4\n".encode("utf-16"))
    run(file, "--time-column", "time", *WS, *T01)
    assert stored("wind_speed") == {"T01 01-01 00:10": [7.4]}


# What is typed, the text, and the values of wind_speed by their times.
FORMS = {
    "semicolons": ([], "time;ws\n2023-05-06 07:10:00;7.5\n2023-05-06 07:20:00;\n",
                   {"05-06 07:10": 7.5, "05-06 07:20": None}),
    "date and time apart": (["--time-column", "t"], "time,t,ws\n2024-06-03,00:10:00,6\n",
                            {"06-03 00:10": 6}),
    "midnight as 24:00": ([], "time,ws\n2024-06-01 23:50:00,5\n2024-06-01 24:00:00,6\n",
                          {"06-01 23:50": 5, "06-02 00:00": 6}),
    "words for nothing": ([], "time,ws\n2024-06-01 00:00,5\n2024-06-01 00:01,-1.#IND\n"
                              "2024-06-01 00:02,#N/A\n2024-06-01 00:03,NULL\n",
                          {"06-01 00:00": 5, "06-01 00:01": None, "06-01 00:02": None,
                           "06-01 00:03": None}),
    "a trailing comma": ([], "time,ws\n2024-06-03 00:00,5,\n", {"06-03 00:00": 5}),
    "standard time all year": (["--timezone", "UTC+1"], "time,ws\n2024-10-27 02:00,1\n",
                               {"10-27 01:00": 1}),
    "jitter": ([], "time,ws\n2024-05-02 00:00:00.003,5\n2024-05-02 00:09:59.997,6\n"
                   "2024-05-02 00:20:00.003,7\n",
               {"05-02 00:00": 5, "05-02 00:10": 6, "05-02 00:20": 7}),
    "kilometres an hour": (["--map", "wind_speed=ws[km/h]"], "time,ws\n2024-05-02 00:00,36\n",
                           {"05-02 00:00": 10}),
}  # fmt: skip


@pytest.mark.parametrize(("options", "content", "values"), FORMS.values(), ids=FORMS)
def test_a_form_of_text_comes_in_as_it_is(
    tmp_path: Path, options: list[str], content: str, values: dict[str, float | None]
) -> None:
    columns = [] if "--map" in options else WS
    run(text(tmp_path, content), "--time-column", "time", *options, *columns, *T01)
    assert stored("wind_speed") == {f"T01 {time}": [value] for time, value in values.items()}
