"""A zone's clocks were as far ahead of UTC as Python says, one time after another."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcedata.importing.times.local_clocks import clock_changes, offsets
from sourcedata.importing.times.zones import zone

PLACES = ["America/Sao_Paulo", "Australia/Lord_Howe", "Europe/Paris", "Asia/Kolkata", "UTC"]
PLACES += ["Europe/Dublin", "Africa/Casablanca", "America/St_Johns", "Pacific/Apia"]
ZONES = st.sampled_from([*PLACES, *sorted(available_timezones())]).map(ZoneInfo)
TIMES = st.datetimes(datetime(1970, 1, 1), datetime(2099, 12, 31, 23, 59))
# Most times are far from any change of the clocks.
STEPS = st.integers(-8000, 8000).map(lambda seconds: timedelta(seconds=seconds))


def first_second(times: list[datetime], place: ZoneInfo) -> list[tuple]:
    """Return hours ahead of UTC on both passes, and whether a time was shown twice or never."""
    ahead = offsets(np.array(times, dtype="datetime64[us]"), place)
    hours = [array / np.timedelta64(1, "h") for array in (ahead.first, ahead.second)]
    flags = [ahead.is_ambiguous.tolist(), ahead.is_missing.tolist()]
    return list(zip(*(array.tolist() for array in hours), *flags, strict=True))


def of_python(time: datetime, place: ZoneInfo) -> tuple:
    """Return the same by `fold`, time for time."""
    both = [time.replace(tzinfo=place, fold=fold) for fold in (0, 1)]
    first, second = (moment.utcoffset() or timedelta() for moment in both)
    shown = both[0].astimezone(UTC).astimezone(place).replace(tzinfo=None)
    hours = (first / timedelta(hours=1), second / timedelta(hours=1))
    return (*hours, first > second, shown != time)


def assert_same(times: list[datetime], place: ZoneInfo) -> None:
    for time, ours in zip(times, first_second(times, place), strict=True):
        theirs = of_python(time, place)
        # What no clock showed has no offset.
        assert ours[2:] == theirs[2:], time
        assert ours == theirs or ours[3], time


@given(st.lists(TIMES, max_size=20), ZONES)
def test_any_time_of_any_zone_is_as_python_has_it(times: list[datetime], place: ZoneInfo) -> None:
    assert_same(times, place)


@given(ZONES, st.integers(0, 10_000), st.lists(STEPS, min_size=1, max_size=20))
def test_times_near_a_change_are_as_python_has_them(
    place: ZoneInfo, number: int, steps: list[timedelta]
) -> None:
    moments = clock_changes(place).moments.tolist()
    if moments:
        moment = moments[number % len(moments)].replace(tzinfo=UTC)
        change = moment.astimezone(place).replace(tzinfo=None)
        assert_same([change, *(change + step for step in steps)], place)


@pytest.mark.parametrize("place", PLACES)
def test_every_change_and_the_seconds_around_it_are_as_python_has_them(place: str) -> None:
    steps = [
        timedelta(seconds=seconds) for hour in (-3600, -1800, 0) for seconds in (hour - 1, hour)
    ]
    changes = clock_changes(ZoneInfo(place))
    ends = changes.moments + np.maximum(changes.offsets[:-1], changes.offsets[1:])
    last = datetime(2099, 12, 31)
    assert_same(
        [end + step for end in ends.tolist() for step in steps if end < last], ZoneInfo(place)
    )


@pytest.mark.parametrize(
    ("place", "text", "expected"),
    [
        ("Europe/Paris", "2024-10-27T01:59:59", (2, 2, False, False)),
        ("Europe/Paris", "2024-10-27T02:00", (2, 1, True, False)),
        ("Europe/Paris", "2024-10-27T03:00", (1, 1, False, False)),
        ("Europe/Paris", "2024-03-31T02:59", (2, 2, False, True)),
        ("Australia/Lord_Howe", "2024-04-07T01:30", (11, 10.5, True, False)),
        ("Australia/Lord_Howe", "2024-04-07T01:29", (11, 11, False, False)),
        ("America/Sao_Paulo", "2018-02-17T23:30", (-2, -3, True, False)),
        ("America/Sao_Paulo", "2018-11-04T00:30", (-2, -2, False, True)),
        ("America/Sao_Paulo", "2024-02-17T23:30", (-3, -3, False, False)),
        ("Asia/Kolkata", "2024-10-27T02:00", (5.5, 5.5, False, False)),
        ("Europe/Dublin", "2024-10-27T01:30", (1, 0, True, False)),
    ],
)
def test_clocks_show_twice_or_never_what_they_did(place: str, text: str, expected: tuple) -> None:
    assert first_second([datetime.fromisoformat(text)], ZoneInfo(place)) == [expected]


def test_a_fixed_offset_has_no_autumn() -> None:
    times = np.arange("2024-01-01", "2025-01-01", dtype="datetime64[h]").astype("datetime64[us]")
    ahead = offsets(times, zone("UTC-3"))
    assert (ahead.first == -np.timedelta64(3, "h")).all()
    assert not (ahead.is_ambiguous | ahead.is_missing).any()


def test_no_time_is_neither_twice_nor_never() -> None:
    ahead = offsets(np.array(["NaT"], dtype="datetime64[us]"), ZoneInfo("Europe/Paris"))
    assert not (ahead.is_ambiguous | ahead.is_missing).any()
