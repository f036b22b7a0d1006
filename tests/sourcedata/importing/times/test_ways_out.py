"""Who cannot have times read as they are is told what to do instead."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.sourcedata.importing.commands import refusal, run, stored, text
from tests.sourcedata.importing.files.workbooks import Cell, workbook

pytestmark = pytest.mark.django_db

OPTIONS = ["--time-column", "time", "--map", "wind_speed=ws", "--turbine", "T01"]


def rows(*times: str) -> str:
    return "\n".join(["time,ws", *(f"{time},5" for time in times)]) + "\n"


@pytest.mark.parametrize(
    ("cell", "proposed"),
    [
        ("13.01.2024 00:10 Uhr", "%d.%m.%Y %H:%M Uhr"),
        ("13.01.2024  00:10:00Uhr", "%d.%m.%Y %H:%M:%SUhr"),
        ("2024-01-13 00:10 Uhr", "%Y-%m-%d %H:%M Uhr"),
    ],
)
def test_the_word_of_a_german_clock_is_in_the_format_that_is_proposed(
    tmp_path, cell, proposed
) -> None:
    file = text(tmp_path, rows(cell))
    assert f"Add --time-format '{proposed}'." in refusal(file, *OPTIONS)
    run(file, *OPTIONS, "--time-format", proposed)
    assert stored("wind_speed") == {"T01 01-13 00:10": [5]}


def test_the_name_of_many_zones_is_written_in_the_format_and_said_apart(tmp_path: Path) -> None:
    file = text(tmp_path, rows("2024-01-13 00:10 EST"))
    said = refusal(file, *OPTIONS)
    assert "If 'EST' is the name of a zone, say with --timezone which one" in said
    proposed = ["--time-format", "%Y-%m-%d %H:%M EST", "--timezone=-05:00"]
    run(file, *OPTIONS, *proposed)
    assert stored("wind_speed") == {"T01 01-13 05:10": [5]}


def test_the_names_of_zones_that_were_taken_for_offsets_are_told(tmp_path: Path) -> None:
    file = text(tmp_path, rows("2024-10-27 02:00 CEST", "2024-10-27 02:00 CET"))
    said = run(file, *OPTIONS)
    assert "were taken as offsets, all the year: CEST as +02:00, CET as +01:00." in said
    assert list(stored("wind_speed")) == ["T01 10-27 00:00", "T01 10-27 01:00"]


def test_ends_of_samples_that_are_too_long_are_refused_with_what_is_allowed(tmp_path) -> None:
    file = text(tmp_path, rows("2024-01-01 00:15", "2024-01-01 00:30", "2024-01-01 00:45"))
    said = refusal(file, *OPTIONS, "--label", "end")
    assert "its times are 900 s apart. Samples are of 600 s at most" in said


MIXED: list[list[Cell]] = [["time", "ws"], [("moment", 45292.0), 5.0], ["13.01.2024 00:10", 6.0]]


@pytest.mark.parametrize("options", [[], ["--time-format", "%d.%m.%Y %H:%M"]])
@pytest.mark.parametrize("order", [1, -1])
def test_days_beside_texts_are_refused_with_where_they_come_from(tmp_path, options, order) -> None:
    file = tmp_path / "f.xlsx"
    file.write_bytes(workbook(farm=[MIXED[0], *MIXED[1:][::order]]))
    assert "it may have exchanged the day and the month" in refusal(file, *OPTIONS, *options)


@pytest.mark.parametrize("ends", [("00:00-00:10", "00:10-00:20"), ("00:00", "00:10+23:59")])
def test_the_end_of_a_range_is_said_to_be_no_offset(tmp_path, ends) -> None:
    said = refusal(text(tmp_path, rows(*(f"2024-06-01 {end}" for end in ends))), *OPTIONS)
    assert "whole quarters of an hour from -12:00 to +14:00. Where it is the end of a range" in said


@pytest.mark.parametrize("minutes", [15, 30, 60])
def test_ranges_whose_ends_could_be_offsets_are_refused(tmp_path: Path, minutes: int) -> None:
    starts = [datetime(2024, 6, 1, 9) + timedelta(minutes=minutes) * row for row in range(3)]
    ends = [
        f"{start:%Y-%m-%d %H:%M}-{start + timedelta(minutes=minutes):%H:%M}" for start in starts
    ]
    said = refusal(text(tmp_path, rows(*ends)), *OPTIONS)
    assert f"line 2, column 'time': {ends[0]!r} ends as all others do with what is later" in said


def test_the_offsets_of_a_zone_are_no_ends_of_ranges(tmp_path: Path) -> None:
    file = text(
        tmp_path, rows("2024-11-03 01:30-02:30", "2024-11-03 02:30-03:30", "2024-11-03 09:00-03:30")
    )
    assert "3 rows" in run(file, *OPTIONS)
    assert "1 rows" in run(text(tmp_path, rows("2024-11-03 03:00-03:30")), *OPTIONS)


def test_a_form_that_has_day_and_month_exchanged_is_told_the_right_format(tmp_path: Path) -> None:
    file = text(tmp_path, rows("01/31/2024 23:50:00", "02/01/2024 00:00:00"))
    said = refusal(file, *OPTIONS, "--time-format", "%d/%m/%Y %H:%M:%S")
    assert "Add --time-format '%m/%d/%Y %H:%M:%S'." in said
    assert "several ways" not in said
