"""Who typed no format is told which ones read the cell, and every one of them does."""

import re
from datetime import datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcedata.importing.times.time_cells import parse
from sourcedata.importing.times.time_formats import time_format
from sourcedata.importing.times.time_suggestions import suggestion

strptime = datetime.strptime
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2068, 12, 31))
DAYS = [
    "%d{0}%m{0}%Y",
    "%m{0}%d{0}%Y",
    "%d{0}%m{0}%y",
    "%Y{0}%m{0}%d",
    "%d{0}%b{0}%y",
    "%Y{0}%B{0}%d",
]
OTHER_DAYS = ["%b %d, %Y", "%Y%m%d", "%d%m%Y"]
CLOCKS = ["%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S%p", "%H.%M", "%H%M", "%H%M%S"]
FORMATS = st.builds(
    lambda day, joint, clock: day + joint + clock,
    st.sampled_from([day.format(mark) for day in DAYS for mark in "/.- "] + OTHER_DAYS),
    st.sampled_from([" ", ", ", "T"]),
    st.sampled_from(CLOCKS),
)


def read(cell: str, text: str) -> datetime | None:
    time: datetime | None = parse(pa.array([cell]), time_format(text)).local.tolist()[0]
    return time


def proposals(cell: str) -> list[str]:
    return re.findall("'([^']*)'", suggestion(cell))


@given(MOMENTS, FORMATS)
def test_what_is_proposed_reads_the_cell_and_the_right_format_is_among_it(
    time: datetime, text: str
) -> None:
    cell = time.strftime(text)
    times = [read(cell, proposal) for proposal in proposals(cell)]
    assert strptime(cell, text) in times
    assert None not in times


@given(st.text("0123456789/.-: TAPMZJan,", max_size=24))
def test_whatever_is_proposed_reads_the_cell(cell: str) -> None:
    for text in proposals(cell):
        assert read(cell, text)


def test_where_day_and_month_could_change_places_both_are_named() -> None:
    assert suggestion("09/01/2016 15:30") == (
        "If the day stands first, add --time-format '%d/%m/%Y %H:%M', "
        "if the month does, '%m/%d/%Y %H:%M'."
    )


def test_where_they_cannot_the_format_is_named() -> None:
    expected = "Add --time-format '%d.%m.%Y %H:%M:%S'."
    assert suggestion("30.03.2024 00:00:00") == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("01-Mar-24 00:00:00", ["%d-%b-%y %H:%M:%S"]),
        ("20160109 1530", ["%Y%m%d %H%M"]),
        ("201601091530", ["%Y%m%d%H%M"]),
        ("160109153000", ["%d%m%y%H%M%S", "%y%m%d%H%M%S"]),
        ("1704067200", ["epoch"]),
        ("1704067200123.5", ["epoch"]),
        ("638396646000000000", ["epoch"]),
        ("133485414000000000", ["epoch"]),
        ("1/9/2016 3:30 PM", ["%d/%m/%Y %I:%M %p", "%m/%d/%Y %I:%M %p"]),
        ("24-06-03 10:00", ["%d-%m-%y %H:%M", "%y-%m-%d %H:%M"]),
        ("09-01-16", ["%d-%m-%y", "%m-%d-%y", "%y-%m-%d"]),
        ("03.04.2024 10.30", ["%d.%m.%Y %H.%M", "%m.%d.%Y %H.%M"]),
        ("2024-06-03", ["%Y-%m-%d"]),
        ("2024-123 10:00", ["%Y-%j %H:%M"]),
        ("15:30 30/01/2016", ["%H:%M %d/%m/%Y"]),
        ("9/30/2016 24:00 UTC", ["%m/%d/%Y %H:%M"]),
        (" 9/ 1/2016  3:30", ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"]),
        ("2024- 1- 2  3:04", ["%Y-%m-%d %H:%M"]),
        ("01-Mai-24 00:00", ["%d-%b-%y %H:%M"]),
        ("1 févr. 2024 10:00", ["%d %b %Y %H:%M"]),
        ("30.Out.2024 10:00", ["%d.%b.%Y %H:%M"]),
        ("31/02/2016 10:00", []),
        ("NaN", []),
        ("7.5", []),
        ("", []),
    ],
)
def test_a_cell_is_proposed_what_fits(cell: str, expected: list[str]) -> None:
    assert proposals(cell) == expected


@pytest.mark.parametrize("cell", ["45292", "45292.0069444444", "45292,5", "32874"])
def test_a_number_by_which_excel_counts_days_gets_advice(cell: str) -> None:
    assert "Format the column as date and time" in suggestion(cell)
    assert "Format the column as date and time" in suggestion(cell, "%d.%m.%Y %H:%M")


@pytest.mark.parametrize("cell", ["5", "32000", "80000", "nan", "45292 h", "1704067200"])
def test_other_numbers_are_none_of_excel(cell: str) -> None:
    assert "Format the column" not in suggestion(cell)
