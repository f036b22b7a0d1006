"""A point that may separate thousands is asked about; one that cannot is a decimal mark."""

from pathlib import Path

import pytest

from tests.sourcedata.importing.commands import refusal, run, stored, text

pytestmark = pytest.mark.django_db

OPTIONS = ["--turbine", "T01", "--time-column", "time", "--map", "power=p"]


def export(folder: Path, *powers: str, header: str = "time;p") -> Path:
    rows = (f"2024-01-01 00:{minute:02};{power}" for minute, power in enumerate(powers))
    return text(folder, "\n".join([header, *rows, ""]))


def powers() -> list[float | None]:
    return [power for (power,) in stored("power").values()]


@pytest.mark.parametrize("words", [("998", "1.004"), ("1.004", "998"), ("-12", "", "-1.250")])
def test_a_point_that_may_separate_thousands_is_asked_about(tmp_path, words) -> None:
    message = refusal(export(tmp_path, *words), *OPTIONS)
    word = next(word for word in words if "." in word)
    assert f"column 'p': '{word}' is {word} or {word.replace('.', '')}: no number has" in message
    assert "say --decimal . where '.' is the decimal mark" in message
    assert "say --decimal , where '.' separates thousands" in message


@pytest.mark.parametrize(("decimal", "power"), [(".", 1.004), (",", 1004)])
def test_what_is_said_of_the_point_counts(tmp_path, decimal, power) -> None:
    run(export(tmp_path, "998", "1.004"), *OPTIONS, "--decimal", decimal)
    assert powers() == [998, power]


def test_far_below_a_point_is_asked_about_too(tmp_path) -> None:
    rows = [f"2024-01-0{day} {hour:02}:{minute:02};{minute}"
            for day in range(1, 10) for hour in range(24) for minute in range(60)]  # fmt: skip
    file = text(tmp_path, "\n".join(["time;p", *rows * 8, "2024-01-10 00:00;1.004\n"]))
    assert "line 103682, column 'p': '1.004' is 1.004 or 1004" in refusal(file, *OPTIONS)


@pytest.mark.parametrize(
    "words",
    [
        ("7.123", "12.250", "1.004"),
        ("7", "1.004", "7.25"),
        ("0.998", "1.004", "998"),
        ("998", "1.004", "1004"),
        ("-999", "7.123", "12.250"),
        ("998", "1004", "12"),
    ],
)
def test_a_point_that_is_a_decimal_mark_is_taken_so(tmp_path, words) -> None:
    run(export(tmp_path, *words), *OPTIONS)
    assert powers() == [float(word) for word in words]


def test_a_decimal_point_in_another_column_tells_of_all(tmp_path) -> None:
    file = export(tmp_path, "7;1.5", "1.004;2", header="time;p;ws")
    run(file, *OPTIONS, "--map", "wind_speed=ws")
    assert powers() == [7, 1.004]


def test_a_whole_number_in_another_column_leaves_points_in_doubt(tmp_path) -> None:
    file = export(tmp_path, "1.250;8", "1.873;9", "2.003;9", header="time;p;ws")
    message = refusal(file, *OPTIONS, "--map", "wind_speed=ws")
    assert "column 'p': '1.250' is 1.250 or 1250: no number has" in message
    assert "others, as '8', have none" in message
