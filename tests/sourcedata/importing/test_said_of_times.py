"""What a file says of the zone and of the label of its times is not passed over."""

from pathlib import Path

import pytest

from tests.sourcedata.importing.commands import run, text
from tests.sourcedata.importing.files.workbooks import Cell, workbook

pytestmark = pytest.mark.django_db

ROWS = "2024-06-01 00:00;5\n2024-06-01 00:10;6\n"


def preview(path: Path, column: str, *options: str) -> str:
    named = ["--time-column", column, "--map", "wind_speed=ws", "--turbine", "T01"]
    return run(path, *named, "--preview", *options)


@pytest.mark.parametrize(
    "name",
    [
        *["Time (UTC+1)", "Timestamp [CET]", "Zeit UTC+02:00", "time_MEZ", "Time GMT-3"],
        *["Time (+01:00)", "LocalTime", "UTC+1h", "Time Europe/Berlin", "t UTC\N{MINUS SIGN}03:30"],
    ],
)
def test_a_zone_in_the_name_of_the_times_is_asked_about(tmp_path, name) -> None:
    file = text(tmp_path, f"{name};ws\n{ROWS}")
    said = f"Look: The file says {name!r} of its times, and those without an offset were taken as"
    assert said in preview(file, name)
    assert said not in preview(file, name, "--timezone", "+01:00")


@pytest.mark.parametrize("name", ["Period end", "TimeStamp_EndFormat", "Zeit (Ende)", "EndTime"])
def test_an_end_in_the_name_of_the_times_is_asked_about(tmp_path, name) -> None:
    file = text(tmp_path, f"{name};ws\n{ROWS}")
    said = f"Look: The file says {name!r} of its times, and they were taken for the starts"
    assert said in preview(file, name)
    assert said not in preview(file, name, "--label", "end")


@pytest.mark.parametrize(
    "name", ["Time (UTC)", "UTC+00:00", "TimeStamp_StartFormat", "Calendar", "GMT+0", "time"]
)
def test_times_of_which_nothing_else_is_said_are_not_asked_about(tmp_path, name) -> None:
    above = "Park WEST, met mast\nPeriod: 2024-06-01 00:00 - 2024-06-30 24:00, end date excluded\n"
    said = preview(text(tmp_path, f"{above}{name};ws\n{ROWS}"), name)
    assert "The file says" not in said


def test_a_zone_in_a_row_of_units_is_asked_about(tmp_path) -> None:
    said = preview(text(tmp_path, f"time;ws\nMEZ;m/s\n{ROWS}"), "time")
    assert "Look: The file says 'MEZ' of its times" in said


@pytest.mark.parametrize("is_sheet", [False, True])
def test_what_stands_above_the_header_is_asked_about(tmp_path, is_sheet) -> None:
    above, file = ["Time zone: UTC+01:00", "Time stamps: end of the time step"], tmp_path / "f"
    rows: list[list[Cell]] = [[above[0]], [above[1]], ["time", "ws"], ["2024-06-01 00:00", 5.0]]
    lines = "\n".join([*above, "time;ws", ROWS])
    file.write_bytes(workbook(farm=rows) if is_sheet else lines.encode())
    said = preview(file, "time")
    assert "Look: The file says 'Time zone: UTC+01:00' of its times" in said
    assert "Look: The file says 'Time stamps: end of the time step' of its times" in said
