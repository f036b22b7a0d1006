"""Files of any shape: a column per turbine, a file per turbine, several in an archive."""

import zipfile
from pathlib import Path

import pytest

from sourcedata.models import ImportRecord
from tests.builders import measurements, turbine
from tests.sourcedata.importing.commands import refusal, run, stored, text

pytestmark = pytest.mark.django_db

COLUMNS = ["--time-column", "time", "--map", "wind_speed=ws"]


def test_a_column_per_turbine_and_variable(tmp_path: Path) -> None:
    file = text(tmp_path, "time,A_ws,A_p,B_ws\n2024-05-02 00:00,5,1000,6\n")
    run(file, *COLUMNS, "--map", "power=p[W]", "--wide", "{turbine}_{column}")
    assert stored("wind_speed", "power") == {"A 05-02 00:00": [5, 1], "B 05-02 00:00": [6, None]}


def test_a_turbine_without_a_column_of_a_variable_is_not_replaced(tmp_path: Path) -> None:
    file = text(tmp_path, "time,A_ws,A_p,B_ws\n2024-05-02 00:00,5,1000,6\n")
    options = ["--map", "power=p", "--wide", "{turbine}_{column}", "--replace"]
    assert "'B' has none of power" in refusal(file, *COLUMNS, *options)


def test_a_file_per_turbine_that_its_name_tells(tmp_path: Path) -> None:
    files = [
        text(tmp_path, f"time,ws\n2024-05-02 00:00,{value}\n", f"june_{name}_10min.csv")
        for name, value in (("WT01", 5), ("WT02", 6))
    ]
    run(*files, *COLUMNS, "--turbine-from-filename", "_(WT[0-9]+)_")
    assert stored("wind_speed") == {"WT01 05-02 00:00": [5], "WT02 05-02 00:00": [6]}
    assert "tells no turbine" in refusal(files[0], *COLUMNS, "--turbine-from-filename", "(X[0-9]+)")


@pytest.mark.parametrize(
    ("name", "turbines"), [("WT01-WT02.zip", ["WT01", "WT02"]), ("june_WT07.zip", ["WT07"])]
)
def test_a_file_in_an_archive_tells_its_turbine_before_the_archive(
    tmp_path, name, turbines
) -> None:
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        for number, turbine in enumerate(turbines):
            inner = f"{turbine}.csv" if len(turbines) > 1 else "export.csv"
            archive.writestr(inner, f"time,ws\n2024-05-02 00:00,{number}\n")
    run(tmp_path / name, *COLUMNS, "--turbine-from-filename", "(WT[0-9]+)")
    assert stored("wind_speed") == {
        f"{turbine} 05-02 00:00": [number] for number, turbine in enumerate(turbines)
    }


@pytest.mark.parametrize("pattern", ["WT[0-9]+", "^(WT[0-9]+)/", "/?(?P<turbine>WT..)/2024"])
@pytest.mark.parametrize("folder", ["", "june/"])
def test_a_folder_in_an_archive_tells_the_turbine_before_the_archive(
    tmp_path, pattern, folder
) -> None:
    with zipfile.ZipFile(tmp_path / "WT99.zip", "w") as archive:
        for number in (1, 2):
            archive.writestr(
                f"{folder}WT0{number}/2024.csv", f"time,ws\n2024-05-02 00:00,{number}\n"
            )
    run(tmp_path / "WT99.zip", *COLUMNS, "--turbine-from-filename", pattern)
    assert stored("wind_speed") == {"WT01 05-02 00:00": [1], "WT02 05-02 00:00": [2]}


def test_each_file_in_an_archive_is_one_of_its_own(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("one.csv", "time,ws\n2024-05-02 00:00,5\n")
        archive.writestr("two.csv", "time;ws\n2024-05-02 00:01;6\n")
    said = run(tmp_path / "a.zip", *COLUMNS, "--turbine", "T01")
    assert list(stored("wind_speed").values()) == [[5], [6]]
    assert "two.csv" in said


def days(folder: Path, name: str, *values: int) -> Path:
    rows = [f"2024-05-0{day} 00:00,{value}" for day, value in enumerate(values, start=2)]
    return text(folder, "\n".join(["time,ws", *rows]), name)


OVERWRITTEN = "Look: 2 rows that an earlier file of this command wrote were changed or deleted"


@pytest.mark.parametrize("options", [[], ["--replace"]])
def test_a_file_that_changes_what_an_earlier_one_of_the_command_wrote_is_asked_about(
    tmp_path, options
) -> None:
    files = [days(tmp_path, "a.csv", 5, 6, 7), days(tmp_path, "b.csv", 5, 8, 9)]
    said = run(*files, *COLUMNS, "--turbine", "T01", *options)
    assert said.count(OVERWRITTEN) == 1
    assert OVERWRITTEN.removeprefix("Look: ") in ImportRecord.objects.latest("id").warnings[-1]


def test_a_file_that_deletes_what_an_earlier_one_of_the_command_wrote_is_asked_about(
    tmp_path,
) -> None:
    ends = text(tmp_path, "time,ws\n2024-05-02 00:00,5\n2024-05-05 00:00,8\n", "b.csv")
    said = run(days(tmp_path, "a.csv", 5, 6, 7, 8), ends, *COLUMNS, "--turbine", "T01", "--replace")
    assert OVERWRITTEN in said


@pytest.mark.django_db(databases=["default", "source"], transaction=True)
def test_files_that_agree_or_correct_an_earlier_command_are_not_asked_about(tmp_path) -> None:
    run(days(tmp_path, "old.csv", 1, 2, 3), *COLUMNS, "--turbine", "T01")
    files = [days(tmp_path, "a.csv", 5, 6, 7), days(tmp_path, "b.csv", 5, 6, 7)]
    assert "an earlier file" not in run(*files, *COLUMNS, "--turbine", "T01")


def test_a_preview_names_the_earlier_file_that_has_the_same_times(tmp_path: Path) -> None:
    files = [days(tmp_path, "a.csv", 5, 6, 7), days(tmp_path, "b.csv", 5, 8, 9)]
    said = run(*files, *COLUMNS, "--turbine", "T01", "--preview")
    assert said.count(f"Look: The times of 'T01' overlap with those in {files[0]}: ") == 1


def test_a_description_beside_the_data_in_an_archive_is_passed_over_and_said(tmp_path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("readme.txt", "Data of a farm.\n")
        archive.writestr("one.csv", "time,ws\n2024-05-02 00:00,5\n")
    said = run(tmp_path / "a.zip", *COLUMNS, "--turbine", "T01")
    assert list(stored("wind_speed").values()) == [[5]]
    assert "have no table, or none of the columns that are named: " in said
    assert "a.zip/readme.txt." in said


def test_data_of_other_columns_in_an_archive_is_asked_about(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("one.csv", "time,ws\n2024-05-02 00:00,5\n")
        archive.writestr("two.csv", "time,speed\n2024-05-02 00:01,6\n")
    said = run(tmp_path / "a.zip", *COLUMNS, "--turbine", "T01")
    look = said.partition(
        "Look: 1 more files of the zip, or sheets, may be data, and were passed over: "
    )[2]
    assert "two.csv has no column 'ws'; it has 'time', 'speed'." in look


def test_files_that_were_put_together_come_in_as_one_and_it_is_said(tmp_path: Path) -> None:
    days = [f"time,ws\n2024-05-0{day} 00:00,{day}\n" for day in (2, 3, 4)]
    said = run(text(tmp_path, "".join(days)), *COLUMNS, "--turbine", "T01")
    assert list(stored("wind_speed").values()) == [[2], [3], [4]]
    assert "The header stands again in 2 lines, the first of which is line 3; they were" in said


def test_a_column_may_be_computed(tmp_path: Path) -> None:
    file = text(tmp_path, "time,wd,t\n2024-05-02 00:00,-10,300.15\n")
    columns = ["--map", "wind_direction=wd % 360", "--map", "ambient_temperature=t - 273.15"]
    run(file, "--time-column", "time", *columns, "--turbine", "T01")
    assert stored("wind_direction", "ambient_temperature") == {
        "T01 05-02 00:00": [350, pytest.approx(27)]
    }


def test_one_column_may_be_two_variables(tmp_path: Path) -> None:
    file = text(tmp_path, "time,d\n2024-05-02 00:00,10\n")
    columns = ["--map", "wind_direction=d", "--map", "nacelle_direction=d"]
    run(file, "--time-column", "time", *columns, "--turbine", "T01")
    assert stored("wind_direction", "nacelle_direction") == {"T01 05-02 00:00": [10, 10]}


def test_with_replace_other_turbines_and_other_times_keep_what_they_have(tmp_path: Path) -> None:
    for name in ("T01", "T02"):
        measurements(turbine(name), "2024-09-02T00:00", wind_speed=[1.0, 2.0, 3.0, 4.0])
    file = text(tmp_path, "time,ws\n2024-09-02 00:01,7\n2024-09-02 00:02,8\n")
    run(file, *COLUMNS, "--turbine", "T01", "--replace")
    assert list(stored("wind_speed").values()) == [[1], [7], [8], [4], [1], [2], [3], [4]]


def test_labels_of_ends_that_were_taken_for_starts_are_replaced(tmp_path: Path) -> None:
    file = text(tmp_path, "time,ws\n2024-09-03 00:10,5\n2024-09-03 00:20,6\n2024-09-03 00:30,7\n")
    run(file, *COLUMNS, "--turbine", "T01")
    run(file, *COLUMNS, "--turbine", "T01", "--label", "end", "--replace")
    assert stored("wind_speed") == {
        "T01 09-03 00:00": [5], "T01 09-03 00:10": [6], "T01 09-03 00:20": [7],
    }  # fmt: skip
