"""Triggers, rules and columns that somebody gave the source, met by pages and commands."""

import sys
from pathlib import Path
from typing import Any

import pytest
from django.core import management
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client

import manage
from common.refusals import NotTaken
from sourcedata.models import Measurement, Turbine
from tests.builders import measurements, turbine

pytestmark = pytest.mark.django_db

FORM = {"name": "T07", "sample_interval_s": 60, "companions": "[]"}
SKIPS = "BEGIN RETURN NULL; END"
REFUSES = "BEGIN RAISE EXCEPTION 'not on a Friday'; END"
# A sequence that is behind gives numbers that are taken.
BEHIND = "UPDATE turbine SET id = nextval(pg_get_serial_sequence('turbine', 'id')) + 2"


def source_does(*statements: str) -> None:
    with connections["source"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def give_trigger(table: str, body: str) -> None:
    source_does(
        f"CREATE FUNCTION somebody() RETURNS trigger LANGUAGE plpgsql AS $${body}$$",
        f"CREATE TRIGGER somebody BEFORE INSERT OR UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION somebody()",
    )


@pytest.fixture
def superuser(admin_client: Client) -> Client:
    admin_client.raise_request_exception = False
    return admin_client


def refused(visitor: Client, page: str, form: dict[str, Any]) -> str:
    answer = visitor.post(f"/admin/sourcedata/turbine/{page}/", form)
    assert answer.status_code == 409
    return answer.content.decode()


def test_a_turbine_that_a_trigger_leaves_out_is_not_said_to_be_there(superuser: Client) -> None:
    give_trigger("turbine", SKIPS)
    assert "took 0 of 1 rows: a trigger or a rule of somebody" in refused(superuser, "add", FORM)


def test_a_turbine_that_a_trigger_keeps_is_not_said_to_be_gone(superuser: Client) -> None:
    pk = turbine("T08").pk
    give_trigger("turbine", SKIPS)
    told = refused(superuser, f"{pk}/delete", {"post": "yes"})
    assert "keeps T08 in the table turbine" in told


def turbines_before_their_numbers() -> None:
    turbine("T08"), turbine("T09")
    source_does(BEHIND)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: give_trigger("turbine", REFUSES), "not on a Friday"),
        (
            lambda: source_does("CREATE RULE r AS ON INSERT TO turbine DO INSTEAD NOTHING"),
            "cannot perform INSERT RETURNING on relation",
        ),
        (
            lambda: source_does(
                "ALTER TABLE turbine ADD owner text NOT NULL DEFAULT ''",
                "ALTER TABLE turbine ALTER owner DROP DEFAULT",
            ),
            "violates not-null constraint",
        ),
        (lambda: turbines_before_their_numbers(), "turbine_pkey"),
    ],
    ids=["trigger", "rule", "column", "sequence"],
)
def test_a_form_says_what_the_database_refuses(superuser: Client, made: Any, words: str) -> None:
    made()
    assert words in refused(superuser, "add", FORM)


def said(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    def run(argv: list[str]) -> None:
        call_command(*argv[1:])

    monkeypatch.setattr(sys, "argv", ["manage.py", *arguments])
    monkeypatch.setattr(management, "execute_from_command_line", run)
    with pytest.raises(SystemExit) as ended:
        manage.main()
    return str(ended.value)


SEED = ["seed_source", "--days", "1"]
DELETE = ["delete_measurements", "--turbine", "T01", "--from", "2025-08-31", "--to", "2025-09-01"]


@pytest.mark.parametrize("command", [SEED, [*DELETE, "--yes"]], ids=["seed", "delete"])
@pytest.mark.parametrize(
    ("made", "words"),
    [
        (
            lambda: give_trigger("data", REFUSES),
            "A database refuses what it is told: not on a Friday",
        ),
        (
            lambda: source_does("SET CONSTRAINTS ALL IMMEDIATE", "SET TRANSACTION READ ONLY"),
            "A database cannot be used: cannot",
        ),
    ],
    ids=["trigger", "read only"],
)
def test_a_command_says_what_the_database_refuses(
    monkeypatch: pytest.MonkeyPatch, command: list[str], made: Any, words: str
) -> None:
    measurements(turbine(), "2025-08-31T10:00", power=[1.0])
    made()
    assert said(monkeypatch, *command).startswith(words)


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (["ALTER TABLE data RENAME TO other"], "A database lacks its tables"),
        (
            [
                "DROP TABLE data",
                "CREATE TABLE data (turbine_id bigint) PARTITION BY RANGE (turbine_id)",
                "CREATE TABLE few PARTITION OF data FOR VALUES FROM (1) TO (9)",
            ],
            "A database refuses what it is told: invalid input syntax for type timestamp",
        ),
    ],
    ids=["without data", "of numbers"],
)
def test_months_that_are_none_are_told_of(
    monkeypatch: pytest.MonkeyPatch, statements: list[str], words: str
) -> None:
    source_does(*statements)
    assert said(monkeypatch, "partitions").startswith(words)


def test_an_import_before_the_tables_are_made_says_how_to_make_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source_does("ALTER TABLE turbine RENAME TO other")
    (tmp_path / "a.csv").write_text("time,x\n2025-08-31T10:00Z,5\n")
    form = ["--time-column", "time", "--map", "power=x", "--turbine", "T01"]
    sentence = said(monkeypatch, "import_measurements", str(tmp_path / "a.csv"), *form)
    assert sentence == "A database lacks its tables; make them by: manage.py migrate"


def test_a_count_before_the_tables_are_made_says_how_to_make_them() -> None:
    source_does("ALTER TABLE data RENAME TO other")
    with pytest.raises(CommandError, match=r"is missing: manage\.py migrate"):
        call_command("verify_source")


def test_data_that_are_simulated_and_left_out_are_not_said_to_be_written() -> None:
    give_trigger("data", SKIPS)
    with pytest.raises(NotTaken, match="data took 0 of 1,440 rows"):
        call_command(*SEED)
    assert not Turbine.objects.exists()


def imported(file: Path, minutes: list[int]) -> None:
    rows = [f"2025-08-31T10:{minute:02}Z,5" for minute in minutes]
    file.write_text("\n".join(["time,power_kw", *rows]))
    form = ["--time-column", "time", "--map", "power=power_kw", "--turbine", "T01"]
    call_command("import_measurements", str(file), *form)


@pytest.mark.parametrize(("minutes", "sent"), [([0, 1], "2"), ([1, 0, 0, 2], "3")])
def test_rows_that_a_trigger_leaves_out_are_not_said_to_be_imported(
    tmp_path: Path, minutes: list[int], sent: str
) -> None:
    give_trigger("data", SKIPS)
    with pytest.raises(CommandError, match=f"took 0 of {sent} rows.*Nothing was imported"):
        imported(tmp_path / "a.csv", minutes)
    assert not Measurement.objects.exists()
