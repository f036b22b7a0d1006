"""`import_measurements` says what it did, what was wrong, and what to type next."""

import hashlib
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, execute_from_command_line
from django.db import OperationalError, connections

from sourcedata.importing import tables_of_a_command
from sourcedata.models import ImportRecord

pytestmark = pytest.mark.django_db

ARGUMENTS = ["--time-column", "time", "--turbine", "T01", "--map", "power=kw"]
TWO_TURBINES = ["--time-column", "time", "--turbine-column", "t", "--map", "power=kw"]


def write(folder: Path, name: str, *lines: str, header: str = "time,kw") -> str:
    path = folder / name
    path.write_text("\n".join([header, *lines]))
    return str(path)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("import_measurements", *arguments, stdout=out)
    return out.getvalue()


def refusal(*arguments: str) -> str:
    with pytest.raises(CommandError) as refused:
        run(*arguments)
    return str(refused.value)


def query(sql: str) -> list[tuple]:
    with connections["source"].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_each_file_has_its_part_and_the_next_step_is_named(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "[red]a.csv", "2025-08-31T10:00,1", "2025-08-31T10:00,2", "2025-08-31T10:01,2")
    write(tmp_path, "b.csv", "2025-08-31T10:00,2", "2025-08-31T10:01,3")
    lines = run("[red]a.csv", "b.csv", *ARGUMENTS).splitlines()
    assert lines[0] == "[red]a.csv"
    assert lines[2].startswith("Rows: 2 inserted, 0 updated, 0 unchanged, 1 joined")
    assert "Rows: 0 inserted, 1 updated, 1 unchanged." in lines
    assert lines[-1] == "Next: manage.py aggregate --pending"


def test_a_value_that_begins_with_a_minus_is_none_of_the_options(tmp_path, capsys) -> None:
    path = write(tmp_path, "a.csv", "2025-08-31T10:00,-INF", "2025-08-31T10:10,3")
    options = ["--missing-value", "-INF", "--timezone", "-03:30", "--preview"]
    execute_from_command_line(["manage.py", "import_measurements", path, *ARGUMENTS, *options])
    said = capsys.readouterr().out
    assert "50 %" in said
    assert "2025-08-31 13:40" in said


def test_every_option_reaches_the_import(tmp_path) -> None:
    path = write(tmp_path, "a.csv", "T01,2025-08-31T10:10,-9", "T02,2025-08-31T10:10,ERR",
                 "T01,2025-08-31T10:20,3", header="t,time,kw")  # fmt: skip
    options = ["--timezone", "Europe/Paris", "--label", "end", "--sample-interval", "600"]
    missing = ["--missing-value", "-9.0", "--missing-value", "ERR"]
    run(path, *TWO_TURBINES, *options, *missing, "--rated-power-kw", "2050")
    assert query(
        "SELECT name, sample_interval_s, rated_power_kw, to_char(timestamp AT TIME ZONE 'UTC',"
        " 'HH24:MI'), power FROM data JOIN turbine ON turbine.id = turbine_id ORDER BY 1, 4"
    ) == [
        ("T01", 600, 2050.0, "08:00", None),
        ("T01", 600, 2050.0, "08:10", 3.0),
        ("T02", 600, 2050.0, "08:00", None),
    ]


def test_files_before_a_refused_one_stay_imported(tmp_path) -> None:
    good = write(tmp_path, "good.csv", "2025-08-31T10:00,1")
    bad = write(tmp_path, "bad.csv", "2025-08-31T11:00,1", "2025-08-31T11:01,x")
    never = write(tmp_path, "never.csv", "2025-08-31T12:00,1")
    message = refusal(good, bad, never, *ARGUMENTS)
    assert message.startswith(f"{bad}, line 3, column 'kw': 'x' is no number;")
    assert message.endswith(
        "Nothing of this file was imported (files before it, which stay imported: 1; "
        "files after it, which were not opened: 1)."
    )
    assert query("SELECT to_char(timestamp AT TIME ZONE 'UTC', 'HH24:MI') FROM data") == [
        ("10:00",)
    ]


def test_what_was_imported_before_a_failure_is_reported(tmp_path) -> None:
    good, out = write(tmp_path, "good.csv", "2025-08-31T10:00,1"), StringIO()
    with pytest.raises(CommandError):
        call_command("import_measurements", good, str(tmp_path / "none"), *ARGUMENTS, stdout=out)
    assert "Rows: 1 inserted" in out.getvalue()


def test_a_database_that_fails_is_a_sentence(tmp_path, monkeypatch) -> None:
    def fail(*arguments: object, **named: object) -> None:
        raise OperationalError("deadlock detected\nDETAIL: much more")

    monkeypatch.setattr(tables_of_a_command, "import_table", fail)
    path = write(tmp_path, "a.csv", "2025-08-31T10:00,1")
    assert refusal(path, *ARGUMENTS) == (
        f"{path}: the source database does not take it: deadlock detected. Nothing was imported."
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--map", "wind_speed"], "'wind_speed' has no =; write it as VARIABLE=COLUMN"),
        (["--map", "ws=kw"], "'ws' is no variable; allowed: wind_speed, wind_direction, power,"),
        (["--map", "power=other"], "The variable 'power' is named more than once"),
        (["--map", "wind_speed="], "--map wind_speed= has no column behind the ="),
        (["--map", "wind_speed=time"], "The column 'time' is named more than once"),
        (["--timezone", "Europe/Nowhere"], "'Europe/Nowhere' is no time zone"),
        (["--timezone", "Europe"], "'Europe' is no time zone"),
        (["--timezone", "../etc/passwd"], "is no time zone"),
        (["--label", "middle"], "invalid choice: 'middle'"),
        (["--sample-interval", "0"], "'0' is no whole number from 1 to 600"),
        (["--sample-interval", "601"], "'601' is no whole number from 1 to 600"),
        (["--sample-interval", "1.5"], "'1.5' is no whole number"),
        (["--sample-interval", "nan"], "'nan' is no whole number"),
        (["--sample-interval", "²"], "'²' is no whole number"),
        (["--rated-power-kw", "0"], "'0' is no number of kilowatts from 1 to 1e+09"),
        (["--rated-power-kw", "-5"], "'-5' is no number of kilowatts"),
        (["--rated-power-kw", "1e308"], "'1e308' is no number of kilowatts"),
        (["--rated-power-kw", "nan"], "'nan' is no number of kilowatts"),
        (["--rated-power-kw", "inf"], "'inf' is no number of kilowatts"),
        (["--rated-power-kw", "much"], "'much' is no number of kilowatts"),
        (["--missing-value", "\udce4"], "'\\udce4' contains a character that cannot be shown"),
        (["--turbine", "T,01"], "The turbine name 'T,01' contains a comma"),
        (["--turbine", "T" * 101], "is longer than 100 characters"),
        (["--turbine-column", "t"], "--turbine and --turbine-column: allowed is one of them"),
        (["--time-format", "%Q"], "%Q"),
        (["--encoding", "klingon"], "'klingon' is no encoding"),
        (["--decimal", ";"], "invalid choice: ';'"),
        (["--wide", "{turbine}"], "is no pattern of wide columns"),
        (["--turbine-from-filename", "("], "is no regular expression"),
        (["--new-turbines", "0"], "'0' is no whole number from 1 to 1000000"),
        (["--form", "none"], "There is no form 'none'"),
    ],
)
def test_a_wrong_argument_is_refused_before_any_file_is_opened(arguments, sentence) -> None:
    assert sentence in refusal("absent.csv", *ARGUMENTS, *arguments)


def test_the_time_column_cannot_be_the_turbine_column() -> None:
    arguments = ["--time-column", "t", "--turbine-column", "t", "--map", "power=kw"]
    assert "The column 't' is named more than once" in refusal("absent.csv", *arguments)


@pytest.mark.parametrize("left_out", ["--time-column", "--turbine", "--map"])
def test_an_argument_that_is_needed_is_asked_for(left_out) -> None:
    start = ARGUMENTS.index(left_out)
    assert left_out in refusal("absent.csv", *ARGUMENTS[:start], *ARGUMENTS[start + 2 :])


def test_a_preview_says_how_a_file_is_understood_and_writes_nothing(tmp_path) -> None:
    path = write(tmp_path, "a.csv", *(f"2025-08-31T10:0{n},{1000 + n}" for n in range(10)))
    output = run(path, *ARGUMENTS, "--rated-power-kw", "2", "--preview")
    assert "10 of 10 values of power lie outside -0.2 to 4 kW: is it W?" in output
    assert "Next:" not in output
    assert query("SELECT count(*) FROM turbine") == query("SELECT count(*) FROM data") == [(0,)]


def test_what_is_typed_is_saved_as_a_form_and_used_by_its_name(tmp_path, settings) -> None:
    settings.IMPORT_FORMS_FILE = tmp_path / "forms.toml"
    path = write(tmp_path, "a.csv", "31.08.2025 12:00;1,5", header="time;kw")
    options = ["--time-format", "%d.%m.%Y %H:%M", "--decimal", ",", "--timezone", "UTC+2"]
    run(path, *ARGUMENTS, *options, "--preview", "--save", "ours")
    run(path, "--form", "ours", "--turbine", "T07")
    assert query(
        "SELECT name, timestamp::text, power FROM data JOIN turbine ON id = turbine_id"
    ) == [("T07", "2025-08-31 10:00:00+00", 1.5)]


def test_what_is_typed_beside_a_form_comes_in_addition(tmp_path, settings) -> None:
    settings.IMPORT_FORMS_FILE = tmp_path / "forms.toml"
    path = write(tmp_path, "a.csv", "2025-08-31 10:00,-1,-2,3", header="time,kw,ws,p")
    saved = [*ARGUMENTS, "--map", "wind_speed=ws", "--missing-value", "-1"]
    run(path, *saved, "--preview", "--save", "ours")
    run(path, "--form", "ours", "--map", "power=p", "--missing-value", "-2")
    assert query("SELECT power, wind_speed FROM data") == [(3, None)]
    run(path, "--form", "ours", "--map", "rotor_speed=p", "--replace")
    assert query("SELECT power, wind_speed, rotor_speed FROM data") == [(None, -2, 3)]


def test_a_form_file_with_a_typo_is_refused_with_what_is_allowed(tmp_path, settings) -> None:
    settings.IMPORT_FORMS_FILE = tmp_path / "forms.toml"
    settings.IMPORT_FORMS_FILE.write_text('[ours]\ntime-colum = ["time"]\n')
    assert "'time-colum', which is no option; allowed are 'time-column'" in refusal(
        "absent.csv", *ARGUMENTS, "--form", "ours"
    )


def test_every_import_and_every_refusal_is_a_record(tmp_path) -> None:
    good = write(tmp_path, "good.csv", "2025-08-31T10:00,1")
    run(good, *ARGUMENTS)
    refusal(write(tmp_path, "bad.csv", "2025-08-31T10:00,x"), *ARGUMENTS)
    bad, imported = ImportRecord.objects.all()
    assert (imported.file, imported.rows, imported.turbines, imported.refusal) == (
        good,
        1,
        ["T01"],
        "",
    )
    assert imported.sha256 == hashlib.sha256(Path(good).read_bytes()).hexdigest()
    assert "'x' is no number" in bad.refusal
