"""Loggers label ends by the clock at the end, or by that at the start plus the interval."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.sourcedata.importing.commands import refusal, run, stored, text

pytestmark = pytest.mark.django_db

OPTIONS = ["--time-column", "time", "--map", "wind_speed=ws", "--turbine", "T01"]
OPTIONS += ["--timezone", "Europe/Paris", "--label", "end"]
PARIS = ZoneInfo("Europe/Paris")
SPRING, AUTUMN = datetime(2024, 3, 31, tzinfo=UTC), datetime(2024, 10, 27, tzinfo=UTC)

Label = Callable[[datetime, timedelta], datetime]


def by_the_end(start: datetime, interval: timedelta) -> datetime:
    return (start + interval).astimezone(PARIS)


def by_the_start(start: datetime, interval: timedelta) -> datetime:
    # On one clock, a time of a zone goes on as if nobody ever changed it.
    return start.astimezone(PARIS) + interval


def starts_of(day: datetime, interval: timedelta) -> list[datetime]:
    return [day - timedelta(hours=2) + interval * number for number in range(6 * 3600 // 60)]


def export(labels: Sequence[datetime], sign: int = 1) -> str:
    rows = [f"{label:%Y-%m-%d %H:%M},{1 + row / 100:g}" for row, label in enumerate(labels)]
    return "\n".join(["time,ws", *rows[::sign]]) + "\n"


@pytest.mark.parametrize("label", [by_the_end, by_the_start])
@pytest.mark.parametrize("day", [SPRING, AUTUMN])
@pytest.mark.parametrize(("minutes", "sign"), [(10, 1), (10, -1), (1, 1)])
def test_no_sample_of_a_changeover_is_lost_or_moved(
    tmp_path: Path, label: Label, day: datetime, minutes: int, sign: int
) -> None:
    interval = timedelta(minutes=minutes)
    starts = starts_of(day, interval)
    file = export([label(start, interval) for start in starts], sign)
    said = run(text(tmp_path, file), *OPTIONS)
    names = [f"T01 {start:%m-%d %H:%M}" for start in starts]
    values = [[pytest.approx(1 + row / 100)] for row in range(len(starts))]
    assert stored("wind_speed") == dict(zip(names, values, strict=True))
    assert ("changed between: 1." in said) == (label is by_the_start)


def test_of_both_ways_the_same_number_of_times_was_told_apart(tmp_path: Path) -> None:
    interval = timedelta(minutes=10)
    for label in (by_the_end, by_the_start):
        file = export([label(start, interval) for start in starts_of(AUTUMN, interval)])
        assert "12 times that clocks showed twice" in run(text(tmp_path, file), *OPTIONS)


def test_a_file_that_begins_where_clocks_were_put_back_takes_its_label_by_the_end(
    tmp_path: Path,
) -> None:
    labels = [AUTUMN + timedelta(hours=3, minutes=minutes) for minutes in (0, 10, 20)]
    said = run(text(tmp_path, export(labels)), *OPTIONS)
    assert list(stored("wind_speed")) == ["T01 10-27 01:50", "T01 10-27 02:00", "T01 10-27 02:10"]
    assert "clocks" not in said


def test_a_label_of_which_not_even_the_start_was_shown_is_refused(tmp_path: Path) -> None:
    labels = [SPRING + timedelta(hours=1, minutes=minutes) for minutes in range(40, 90, 10)]
    said = refusal(text(tmp_path, export(labels)), *OPTIONS)
    assert "'2024-03-31 02:10' happens never in Europe/Paris" in said
