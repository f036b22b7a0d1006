"""Rows that may be another turbine's are asked about."""

import pytest

from tests.sourcedata.importing.commands import run, text

pytestmark = pytest.mark.django_db

OPTIONS = ["--time-column", "time", "--map", "wind_speed=ws"]
ROWS = "time,ws\n2024-06-01 00:00,5\n2024-06-01 00:10,6\n"


@pytest.mark.parametrize("new", ["wtg01", "WTG1", "WTG 1", "WTG_01", "WTG01.0"])
def test_a_new_turbine_that_is_named_nearly_as_another_is_asked_about(tmp_path, new) -> None:
    said = [run(text(tmp_path, ROWS), *OPTIONS, "--turbine", name) for name in ("WTG01", new, new)]
    assert f"New turbines are named nearly as others: '{new}' as 'WTG01'." in said[1]
    assert "named nearly" not in said[0] + said[2]


@pytest.mark.parametrize("new", ["WTG10", "WTG1-1", "A-WTG01", "WTG0.1", "WTG01b"])
def test_a_new_turbine_of_another_name_is_not(tmp_path, new) -> None:
    said = [run(text(tmp_path, ROWS), *OPTIONS, "--turbine", name) for name in ("WTG01", new)]
    assert "named nearly" not in said[1]


@pytest.mark.parametrize(
    ("file", "pattern", "is_asked"),
    [
        ("WTG_12_2024.csv", "WTG_([0-9])", True),
        ("WTG_12_2024.csv", "[0-9]_", True),
        ("WTG_12_2024.csv", "WTG_([0-9]+)", False),
        ("12.csv", "[0-9]+", False),
        ("2024_01.csv", "_([0-9][0-9])", False),
    ],
)
def test_a_number_that_a_files_name_has_more_of_is_asked_about(
    tmp_path, file, pattern, is_asked
) -> None:
    path = text(tmp_path, ROWS, file)
    said = run(path, *OPTIONS, "--turbine-from-filename", pattern, "--preview")
    assert ("out of a longer number in" in said) == is_asked
