"""A unit behind a number is passed over where it is the right one, and else refused."""

from pathlib import Path

import pytest

from tests.sourcedata.importing.commands import refusal, run, stored, text

pytestmark = pytest.mark.django_db

OPTIONS = ["--time-column", "time", "--turbine", "T01"]


def export(folder: Path, *cells: str) -> Path:
    rows = "".join(f'2024-06-01 00:0{row},"{cell}"\n' for row, cell in enumerate(cells))
    return text(folder, f"time,x\n{rows}")


@pytest.mark.parametrize(
    ("mapped", "cells", "values"),
    [
        (
            "wind_speed=x",
            ["5.3 m/s", "1e1m/s", "7 M/S", "8", "n/a", "9 ms-1"],
            [5.3, 10, 7, 8, None, 9],
        ),
        ("wind_speed=x[km/h]", ["36 km/h", "18.0kmh"], [10, 5]),
        ("power=x", ["1,200.5 kW", "-3 KW"], [1200.5, -3]),
        ("power=x[W]", ["1500 W"], [1.5]),
        ("ambient_temperature=x", ["-4.5 °C", "7 °C"], [-4.5, 7]),
        ("wind_direction=x", ["350°", "5 deg"], [350, 5]),
    ],
)
def test_the_unit_of_the_numbers_is_passed_over(tmp_path, mapped, cells, values) -> None:
    run(export(tmp_path, *cells), *OPTIONS, "--map", mapped)
    assert list(stored(mapped.split("=")[0]).values()) == [[value] for value in values]


@pytest.mark.parametrize(
    ("mapped", "cell", "said"),
    [
        ("wind_speed=x", "18 km/h", '--map "wind_speed=x[km/h]"'),
        ("power=x", "2.1 MW", '--map "power=x[MW]"'),
        ("power=x", "12%", "if '%' is a unit, write the numbers in kW without it"),
        ("power=x * 1000", "12 kW", 'if kW is the unit of its numbers, type --map "power=x[kW]"'),
        ("power=x[MW]", "500 kW", 'if kW is the unit of its numbers, type --map "power=x[kW]"'),
        ("ambient_temperature=x", "14 ° C", "; replace '° C' by nothing in the file"),
        ("wind_speed=x", "5 m/s gust", "5 m/s gust' is no number"),
    ],
)
def test_another_unit_is_refused_with_what_to_type(tmp_path, mapped, cell, said) -> None:
    assert said in refusal(export(tmp_path, "1", cell), *OPTIONS, "--map", mapped)


@pytest.mark.parametrize("cell", ["12:30", "5/3", "1e400", "1_000", "5.3-"])
def test_what_is_behind_a_number_and_no_unit_gets_no_advice(tmp_path, cell) -> None:
    said = refusal(export(tmp_path, "1", cell), *OPTIONS, "--map", "wind_speed=x")
    assert "no number" in said
    assert "unit" not in said


def test_a_number_that_means_nothing_may_have_a_unit(tmp_path) -> None:
    missing = ["--missing-value", "-999 m/s", "--missing-value", "ERR"]
    options = [*OPTIONS, "--map", "wind_speed=x", *missing]
    run(export(tmp_path, "5 m/s", "-999 m/s", "ERR"), *options)
    assert list(stored("wind_speed").values()) == [[5], [None], [None]]
