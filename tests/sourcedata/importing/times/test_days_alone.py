"""Midnight without its clock is taken where nothing else can be meant, and told."""

from pathlib import Path

import numpy as np
import pytest

from sourcedata.importing.times.days_alone import are_in_order
from tests.sourcedata.importing.commands import refusal, run, stored, text

pytestmark = pytest.mark.django_db

OPTIONS = ["--time-column", "time", "--map", "wind_speed=ws", "--turbine", "T01"]
TOLD = "1 times are a day alone, and were taken as its midnight."
AROUND = ["T01 01-01 23:50", "T01 01-02 00:00", "T01 01-02 00:10"]
FORMATS = {
    "%d.%m.%Y %H:%M": ["01.01.2016 23:50", "02.01.2016", "02.01.2016 00:10"],
    "%m/%d/%Y %I:%M:%S %p": ["1/1/2016 11:50:00 PM", "1/2/2016", "1/2/2016 12:10:00 AM"],
    "%H:%M %d %b %Y": ["23:50 01 Jan 2016", "02 Jan 2016", "00:10 02 Jan 2016"],
    "%Y%m%d%H%M": ["201601012350", "20160102", "201601020010"],
}


def lines(*times: str, header: str = "time,ws") -> str:
    return "\n".join([header, *(f"{time},{5 + row}" for row, time in enumerate(times))]) + "\n"


@pytest.mark.parametrize("sign", [1, -1])
def test_a_day_alone_among_times_is_its_midnight(tmp_path: Path, sign: int) -> None:
    file = lines(*["2016-01-01 23:50:00", "2016-01-02", "2016-01-02 00:10:00"][::sign])
    assert TOLD in run(text(tmp_path, file), *OPTIONS)
    assert list(stored("wind_speed").items()) == list(
        zip(AROUND, [[5], [6], [7]][::sign], strict=True)
    )


@pytest.mark.parametrize(("written", "times"), FORMATS.items())
def test_it_is_one_in_any_format(tmp_path: Path, written: str, times: list[str]) -> None:
    assert TOLD in run(text(tmp_path, lines(*times)), *OPTIONS, "--time-format", written)
    assert list(stored("wind_speed")) == AROUND


def test_an_empty_time_beside_a_day_is_midnight(tmp_path: Path) -> None:
    file = lines("2016-01-01,23:50", "2016-01-02,", "2016-01-02,00:10", header="day,time,ws")
    assert TOLD in run(text(tmp_path, file), "--time-column", "day", *OPTIONS)
    assert list(stored("wind_speed")) == AROUND


def test_a_table_of_days_is_refused_with_their_format(tmp_path: Path) -> None:
    said = refusal(text(tmp_path, lines("2016-01-02", "2016-01-03", "2016-01-04")), *OPTIONS)
    assert "'2016-01-02' is no time" in said
    assert "Add --time-format '%Y-%m-%d'" in said


def test_days_of_one_turbine_beside_times_of_another_are_refused(tmp_path: Path) -> None:
    rows = ["A,2016-01-02 00:00", "A,2016-01-02 00:10", "B,2016-01-02"]
    file = text(tmp_path, lines(*rows, header="t,time,ws"))
    said = refusal(file, *OPTIONS[:4], "--turbine-column", "t")
    assert "line 4, column 'time': '2016-01-02' is no time" in said


@pytest.mark.parametrize("after", [["2016-01-02 10:20"], []])
def test_a_time_that_lost_its_clock_is_no_midnight(tmp_path: Path, after: list[str]) -> None:
    times = ["2016-01-02 09:50", "2016-01-02 10:00", "2016-01-02", *after]
    said = refusal(text(tmp_path, lines(*times)), *OPTIONS)
    assert "line 4, column 'time': '2016-01-02' is a day without a time, and the rows" in said


def test_beside_times_with_an_offset_nobody_knows_which_midnight_is_meant(tmp_path: Path) -> None:
    file = lines("2016-01-01 23:50+01:00", "2016-01-02", "2016-01-02 00:10+01:00")
    assert "'2016-01-02' is no time" in refusal(text(tmp_path, file), *OPTIONS)


def test_the_order_is_that_of_each_turbine() -> None:
    times = np.array([10, 9, 20, 7, 30, 5, 5, 7], dtype="datetime64[us]")
    turbines = np.array([0, 1, 0, 1, 0, 1, 0, 2])
    assert np.flatnonzero(~are_in_order(turbines, times)).tolist() == [4, 6]
