"""Columns of every type are read as times, block by block, and so are those of two columns."""

from datetime import date, datetime, time, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sourcedata.importing.times.time_cells import joined, parse
from sourcedata.importing.times.time_formats import EPOCH, time_format

NEW_YEAR = 1_704_067_200
UNITS = {"seconds": 1, "milliseconds": 10**3, "microseconds": 10**6, "nanoseconds": 10**9}
MICROSECOND = timedelta(microseconds=1)
EPOCH_START = datetime(1970, 1, 1)
# Of these, nanoseconds are the ticks of later years.
YEARS_OF_TICKS = {1973, 1974, 1989, 1990}


def local(cells: pa.Array, text: str = "") -> list[datetime | None]:
    times: list[datetime | None] = parse(cells, time_format(text) if text else None).local.tolist()
    return times


def test_many_cells_are_read_each_for_itself() -> None:
    times = ["2024-06-01T10:00:00", "x", None, "20240601T1010", "2024-06-01 24:00"]
    parsed = parse(pa.array([*times, "2024-06-31 00:00", "2024-06-01 10:30 +01:00"]))
    since = (parsed.local - np.datetime64("2024-06-01T10:00")) / np.timedelta64(1, "m")
    np.testing.assert_array_equal(since, [0, np.nan, np.nan, 10, 840, np.nan, 30])
    assert parsed.offset.tolist() == [None] * 6 + [timedelta(hours=1)]


def test_a_slice_of_a_column_is_read_from_its_start() -> None:
    cells = pa.array(["x", "2024-06-01 10:00", None, "2024-06-01 10:10"])
    assert local(cells[1:]) == [datetime(2024, 6, 1, 10), None, datetime(2024, 6, 1, 10, 10)]
    assert local(cells[4:]) == []


@pytest.mark.parametrize("kind", [pa.timestamp("ns"), pa.timestamp("s"), pa.date32(), pa.date64()])
@pytest.mark.parametrize("text", ["", "%d/%m/%Y", "epoch"])
def test_a_typed_column_needs_no_format(kind: pa.DataType, text: str) -> None:
    cells = pa.array([datetime(2024, 6, 1), None], pa.timestamp("s")).cast(kind)
    assert local(cells, text) == [datetime(2024, 6, 1), None]


def test_a_typed_column_with_a_zone_is_in_utc() -> None:
    cells = pa.array([datetime(2024, 6, 1, 10), None], pa.timestamp("ns", "Europe/Paris"))
    parsed = parse(cells)
    assert parsed.local.tolist() == [datetime(2024, 6, 1, 10), None]
    assert parsed.offset.tolist() == [timedelta(0), None]


def test_repeated_text_and_whole_numbers_are_text() -> None:
    cells = pa.array(["01/06/2024 10:00", "01/06/2024 10:00"])
    for column in (cells.dictionary_encode(), cells.cast(pa.large_string())):
        assert local(column, "%d/%m/%Y %H:%M") == [datetime(2024, 6, 1, 10)] * 2
    assert local(pa.array([202406011000]), "%Y%m%d%H%M") == [datetime(2024, 6, 1, 10)]


@given(st.sampled_from(sorted(UNITS)), st.integers(150_000_000_000_000, 4_102_444_800_000_000))
def test_an_epoch_is_told_by_its_magnitude(unit: str, microseconds: int) -> None:
    is_ticks = (EPOCH_START + microseconds * MICROSECOND).year in YEARS_OF_TICKS
    assume(unit != "nanoseconds" or not is_ticks)
    number, expected = microseconds * UNITS[unit] // 10**6, EPOCH_START
    expected += number * 10**6 // UNITS[unit] * MICROSECOND
    assert local(pa.array([number]), "epoch") == [expected]
    assert local(pa.array([f" {number} "]), "epoch") == [expected]


@pytest.mark.parametrize("start", [datetime(1, 1, 1), datetime(1601, 1, 1)])
@given(st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31)))
def test_the_ticks_of_net_and_of_windows_are_read(start: datetime, time: datetime) -> None:
    ticks = (time - start) // MICROSECOND * 10 + 9
    assert local(pa.array([ticks]), "epoch") == [time]
    assert local(pa.array([str(ticks)]), "epoch") == [time]


@given(st.integers(0, 4_102_444_800_000_000))
def test_the_fraction_of_an_epoch_counts(microseconds: int) -> None:
    expected = [datetime(1970, 1, 1) + microseconds * MICROSECOND]
    whole, rest = divmod(microseconds, 10**6)
    assert local(pa.array([f"{whole}.{rest:06}9"]), "epoch") == expected
    assert local(pa.array([f"{whole},{rest:06}"]), "epoch") == expected
    assert local(pa.array([microseconds / 10**6]), "epoch") == expected


def test_all_numbers_of_an_epoch_have_the_unit_of_the_largest() -> None:
    parsed = parse(
        pa.array([f"{NEW_YEAR}123", str(NEW_YEAR), "0", "x", "-1", "9" * 19, None]), EPOCH
    )
    assert parsed.local.tolist() == [datetime(2024, 1, 1, 0, 0, 0, 123_000)] + [None] * 6
    assert parsed.offset.tolist() == [timedelta(0)] + [None] * 6
    assert local(pa.array([float("nan"), 1e30, -1.0, None]), "epoch") == [None] * 4


@pytest.mark.parametrize(
    "days",
    [
        pa.array(["2024-06-03", None]),
        pa.array(["2024-06-03T00:00:00", None]),
        pa.array([" 2024-06-03 00:00:00.000 ", None]),
        pa.array([date(2024, 6, 3), None]),
        pa.array([datetime(2024, 6, 3), None]),
    ],
)
def test_a_day_and_a_time_apart_are_one_time(days: pa.Array) -> None:
    for times in (pa.array(["00:10:00", "00:20:00"]), pa.array([time(0, 10), time(0, 20)])):
        assert local(joined([days, times])) == [datetime(2024, 6, 3, 0, 10), None]


def test_one_column_stays_as_it_is() -> None:
    cells = pa.array([datetime(2024, 6, 3)])
    assert joined([cells]) is cells


@pytest.mark.parametrize(
    "day",
    [
        pa.array([date(2024, 6, 2)]),
        pa.array([datetime(2024, 6, 2)], pa.timestamp("ns", "UTC")),
        pa.array([datetime(2024, 6, 1, 22)], pa.timestamp("us", "Europe/Paris")),
    ],
)
@pytest.mark.parametrize(
    "clock",
    [
        pa.array([time(0, 10)]),
        pa.array([datetime(1970, 1, 1, 0, 10)]),
        pa.array(["1899-12-30T00:10:00"]),
    ],
)
def test_a_day_and_a_clock_are_joined_whatever_their_types(day, clock) -> None:
    parsed = parse(joined([day, clock]))
    assert parsed.local.tolist() == [datetime(2024, 6, 2, 0, 10)]


@pytest.mark.parametrize("columns", [["2024-06-02 00:00:00"], ["2024-06-02T00:00:00", "00:00:00"]])
@pytest.mark.parametrize("offset", ["+01:00", " +0100", "CET"])
def test_midnight_stays_where_an_offset_has_a_column_of_its_own(columns, offset) -> None:
    parsed = parse(joined([pa.array([cell]) for cell in [*columns, offset]]))
    assert parsed.local.tolist() == [datetime(2024, 6, 2)]
    assert parsed.offset.tolist() == [timedelta(hours=1)]


@pytest.mark.parametrize(
    ("word", "hours"),
    [("CET", 1), ("cest", 2), ("MESZ", 2), ("GMT", 0), ("EEST", 3), ("EST", None)],
)
@pytest.mark.parametrize("text", ["", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M %Z"])
def test_the_name_of_a_zone_is_its_offset(word, hours, text) -> None:
    day = "02.06.2024" if text else "2024-06-02"
    parsed = parse(pa.array([f"{day} 10:00 {word}"]), time_format(text) if text else None)
    assert parsed.offset.tolist() == [None if hours is None else timedelta(hours=hours)]
    assert parsed.zones == (set() if hours is None else {word.lower()})


@pytest.mark.parametrize(
    "behind", ["-00:01", "-0005", "-00:10", "+23:59", "+14:15", "-12:30", "-13", "+15:00"]
)
@pytest.mark.parametrize("text", ["", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M%z"])
def test_what_no_clock_is_ahead_of_utc_is_no_offset(behind: str, text: str) -> None:
    assert local(pa.array([f"2024-06-01 00:00{behind}"]), text) == [None]


@pytest.mark.parametrize(
    ("offset", "hours"), [("+14:00", 14), ("-12:00", -12), ("+05:45", 5.75), ("-0330", -3.5)]
)
def test_all_offsets_that_clocks_have_are_read(offset: str, hours: float) -> None:
    parsed = parse(pa.array([f"2024-06-01 00:00{offset}"]))
    assert parsed.offset.tolist() == [timedelta(hours=hours)]
