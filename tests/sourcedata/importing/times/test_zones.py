"""Zones are taken as people write them, and nothing else is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcedata.importing.times.zones import zone

SUMMER = datetime(2024, 7, 1, tzinfo=UTC)


def ahead(text: str) -> timedelta:
    """Return how far clocks of a zone are ahead of UTC in a summer."""
    offset = SUMMER.astimezone(zone(text)).utcoffset()
    assert offset is not None
    return offset


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("UTC", 0),
        ("Z", 0),
        ("utc", 0),
        ("+01:00", 1),
        ("-0330", -3.5),
        ("+01", 1),
        ("+1", 1),
        ("UTC-3", -3),
        ("UTC+01:00", 1),
        ("UTC +5:30", 5.5),
        ("GMT+1", 1),
        ("gmt-11", -11),
        ("UTC\N{MINUS SIGN}3", -3),
        ("+14:00", 14),
        ("Europe/Paris", 2),
        ("Asia/Kolkata", 5.5),
    ],
)
def test_a_zone_is_as_far_ahead_as_people_mean(text: str, hours: float) -> None:
    assert ahead(text) == timedelta(hours=hours)


def test_the_names_of_the_database_keep_their_sign() -> None:
    assert ahead("Etc/GMT+1") == -ahead("GMT+1") == timedelta(hours=-1)


@pytest.mark.parametrize(
    "text",
    [
        *["", "Paris", "europe/paris", "../../etc/passwd", "/etc/localtime", "+", "UTC+", "+1:0"],
        *["+15", "+130", "+01:60", "+01:00:00", "1", "UTC1", "+0x", "+\u0661", "UTC+1x"],
    ],
)
def test_what_is_no_zone_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no time zone; allowed are .*Europe/Paris.*UTC-3"):
        zone(text)


@pytest.mark.parametrize(
    ("text", "offset"), [("CET", "+01:00"), ("MET", "+01:00"), ("eet", "+02:00"), ("WET", "+00:00")]
)
def test_a_word_that_has_summer_time_to_some_alone_is_refused(text: str, offset: str) -> None:
    with pytest.raises(ValueError, match=rf"Europe/Berlin.*as \{offset}, where they are not"):
        zone(text)


@given(st.integers(-14 * 60, 14 * 60), st.sampled_from(["", "UTC", "GMT"]), st.booleans())
def test_every_offset_is_read_as_it_is_written(minutes: int, word: str, has_colon: bool) -> None:
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    text = f"{word}{sign}{hours:02}{':' if has_colon else ''}{rest:02}"
    assert ahead(text) == timedelta(minutes=minutes)
