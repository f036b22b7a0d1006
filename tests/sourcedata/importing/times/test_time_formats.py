"""Times are read as their format says, and none that no calendar has."""

import re
from datetime import datetime, timedelta, timezone

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcedata.importing.times.time_cells import parse
from sourcedata.importing.times.time_formats import time_format

# Python's own way, which knows no whole columns.
strptime = datetime.strptime
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2068, 12, 31))
DAYS = ["%d{0}%m{0}%Y", "%m{0}%d{0}%y", "%Y{0}%m{0}%d", "%d{0}%b{0}%Y", "%B{0}%d{0}%Y", "%Y{0}%j"]
CLOCKS = ["%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M:%S %p", "%I:%M%p", "%H%M%S", "%H.%M.%S", "%H"]
FORMATS = st.builds(
    lambda day, separator, joint, clock: day.format(separator) + joint + clock,
    st.sampled_from(DAYS),
    st.sampled_from(["/", ".", "-", " ", "%%", "|"]),
    st.sampled_from([" ", "T", ", ", "  ", "(", "^"]),
    st.sampled_from(CLOCKS),
)


def read(cell: str | None, text: str = "") -> tuple[datetime | None, timedelta | None]:
    """Return what clocks showed, and how far they were ahead of UTC."""
    parsed = parse(pa.array([cell], pa.string()), time_format(text) if text else None)
    return parsed.local.tolist()[0], parsed.offset.tolist()[0]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


# As CLDR, which most programs ask, shortens them.
CLDR = {
    "de": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "es": "ene feb mar abr may jun jul ago sept oct nov dic",
    "pt": "jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.",
    "it": "gen feb mar apr mag giu lug ago set ott nov dic",
    "nl": "jan. feb. mrt. apr. mei jun. jul. aug. sep. okt. nov. dec.",
    "excel": "Jan Feb Mrz Apr MAI Jun Jul Aug Sep Okt Nov DEZ",
}


@pytest.mark.parametrize("language", CLDR)
def test_months_are_read_by_the_names_of_other_languages(language: str) -> None:
    names = CLDR[language].split()
    months = [read(f"07-{name}-24 10:00", "%d-%b-%y %H:%M")[0] for name in names]
    assert months == [datetime(2024, number, 7, 10) for number in range(1, 13)]


def test_a_blank_may_stand_for_a_zero_but_nowhere_else() -> None:
    assert read(" 9/ 1/2016  5: 3", "%d/%m/%Y %H:%M")[0] == datetime(2016, 1, 9, 5, 3)
    assert read("9 /1/2016 5:03", "%d/%m/%Y %H:%M")[0] is None
    assert read("2016 1 9", "%Y%m%d")[0] is None


@given(MOMENTS, FORMATS)
def test_a_time_is_what_strptime_reads(time: datetime, text: str) -> None:
    cell = time.strftime(text)
    assert read(cell, text) == (strptime(cell, text), None)


@given(st.tuples(st.integers(1, 2100), *[st.integers(0, top) for top in (13, 32, 23, 60, 60)]))
def test_what_no_calendar_has_is_no_time(numbers: tuple[int, ...]) -> None:
    cell = "{:04}-{:02}-{:02} {:02}:{:02}:{:02}".format(*numbers)
    try:
        expected = moment(cell)
    except ValueError:
        expected = None
    assert read(cell, "%Y-%m-%d %H:%M:%S")[0] == read(cell)[0] == expected


@pytest.mark.parametrize(
    ("cell", "text", "expected"),
    [
        ("2016-01-03 00:10:00", "", "2016-01-03 00:10"),
        ("09/01/2016 15:30:00", "%d/%m/%Y %H:%M:%S", "2016-01-09 15:30"),
        ("9/1/2016 5:30", "%d/%m/%Y %H:%M", "2016-01-09 05:30"),
        ("30.03.2024 00:10:00", "%d.%m.%Y %H:%M:%S", "2024-03-30 00:10"),
        ("01-Mar-24 00:03:00", "%d-%b-%y %H:%M:%S", "2024-03-01 00:03"),
        ("01-mar-68 00:03:00", "%d-%b-%y %H:%M:%S", "2068-03-01 00:03"),
        ("01-MARCH-69 00:03:00", "%d-%b-%y %H:%M:%S", "1969-03-01 00:03"),
        ("2024-06-01 24:00:00", "", "2024-06-02 00:00"),
        ("31.12.2024 24:00", "%d.%m.%Y %H:%M", "2025-01-01 00:00"),
        ("1/9/2016 12:05 am", "%m/%d/%Y %I:%M %p", "2016-01-09 00:05"),
        ("1/9/2016 12:05\u202fPM", "%m/%d/%Y %I:%M %p", "2016-01-09 12:05"),
        ("13:05 PM 9.1.2016", "%H:%M %p %d.%m.%Y", "2016-01-09 13:05"),
        ("09/01/2016 15:30:00,1234567", "%d/%m/%Y %H:%M:%S", "2016-01-09 15:30:00.123456"),
        ("2024 366", "%Y %j", "2024-12-31"),
        ("2023 366", "%Y %j", None),
        ("29/02/2023 00:00", "%d/%m/%Y %H:%M", None),
        ("31/02/2016 00:00", "%d/%m/%Y %H:%M", None),
        ("1/9/2016 13:05 PM", "%m/%d/%Y %I:%M %p", None),
        ("1/9/2016 0:05 PM", "%m/%d/%Y %I:%M %p", None),
        ("1/9/2016 3:05 PM", "%m/%d/%Y %H:%M %p", None),
        ("1122016", "%d%m%Y", None),
        ("2024-06-01 24:00:01", "", None),
        ("2024-06-01 24:00:00.5", "", None),
        ("2024-06-01 23:59:60", "", None),
        ("2024-06-01 25:00", "", None),
        ("09/01/2016 15:30", "", None),
        ("2024-06-01 10:00 x", "", None),
        ("٢٠٢٤-06-01 10:00", "", None),
        ("", "", None),
        (None, "", None),
    ],
)
def test_a_cell_is_the_time_that_it_shows(cell: str, text: str, expected: str | None) -> None:
    assert read(cell, text)[0] == (moment(expected) if expected else None)


@pytest.mark.parametrize(
    ("ending", "hours"),
    [
        ("", None),
        ("Z", 0),
        (" UTC", 0),
        ("+00:00", 0),
        (" +00:00", 0),
        ("+0100", 1),
        ("+01", 1),
        ("-03:30", -3.5),
    ],
)
def test_an_offset_may_follow_every_format(ending: str, hours: float | None) -> None:
    ahead = None if hours is None else timedelta(hours=hours)
    times = [("2024-06-01T10:00:00.25", ""), ("20240601T100000", ""), ("2024-06-01 10:00", "")]
    times += [("1/6/2024 10:00:00", "%d/%m/%Y %H:%M:%S"), ("6/1/24 10 AM", "%m/%d/%y %I %p")]
    assert [read(cell + ending, text)[1] for cell, text in times] == [ahead] * 5


@given(MOMENTS, st.integers(-12 * 4, 14 * 4))
def test_a_time_with_its_offset_is_that_moment(time: datetime, quarters: int) -> None:
    zoned = time.replace(tzinfo=timezone(timedelta(minutes=15 * quarters)))
    local, ahead = read(zoned.isoformat())
    assert (local, ahead) == (time, zoned.utcoffset())
    assert read(f"{zoned:%d/%m/%Y %H:%M:%S.%f %z}", "%d/%m/%Y %H:%M:%S.%f %z") == (local, ahead)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("%Q", "'%Q' in '%Q' is no directive"),
        ("%Y-%m-%d %", "'%' in"),
        ("%Y-%m-%d %-H", "'%-' in"),
        ("%H:%M", "tells no day"),
        ("%Y-%m %H:%M", "tells no day"),
        ("%Y-%m-%d %j", "tells no day"),
        ("%Y-%m-%d %M", "tells no time"),
        ("%Y-%m-%d %p", "tells no time"),
        ("%Y-%m-%d %I:%M", "%I without %p"),
        ("%d/%b/%m/%Y", "tells the month twice"),
        ("%Y-%y-%m-%d", "tells the year twice"),
        ("", "tells no day"),
    ],
)
def test_a_format_that_tells_no_time_is_refused_with_why(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        time_format(text)
