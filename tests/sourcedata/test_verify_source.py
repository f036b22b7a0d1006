"""`manage.py verify_source`: what it finds, and what it mends."""

from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import checks
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connections, transaction

from common.days import day_start
from common.postgres.partitions import ensure_months
from sourcedata import reader
from sourcedata.batches import number_of_samples
from sourcedata.models import SourceDay, Turbine
from tests.builders import measurements, turbine

pytestmark = pytest.mark.django_db

DAY = date(2025, 8, 31)


# As somebody may who switches triggers off.
FORGET = [
    "SET CONSTRAINTS ALL IMMEDIATE",
    "ALTER TABLE source_day DISABLE TRIGGER USER",
    "DELETE FROM source_day",
    "ALTER TABLE source_day ENABLE TRIGGER USER",
]


def verify(*arguments: str) -> str:
    call_command("verify_source", *arguments, stdout=(told := StringIO()))
    return told.getvalue()


def found(*arguments: str) -> list[list[str]]:
    """Return the cells of the lines that it prints before it fails."""
    told = StringIO()
    advice = "What is left stands above" if "--repair" in arguments else "verify_source --repair"
    with pytest.raises(CommandError, match=advice):
        call_command("verify_source", *arguments, stdout=told)
    return [line.split() for line in told.getvalue().splitlines()]


def execute(*statements: str) -> None:
    with connections["source"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def a_miscounted_day() -> None:
    measurements(turbine(), "2025-08-30T23:58", power=[1.0] * 5)
    SourceDay.objects.filter(day=DAY).update(samples=-60)


def test_a_source_that_counts_right_is_left_alone() -> None:
    measurements(turbine(), "2025-08-30T23:58", power=[1.0] * 5)
    before = reader.turbine_days(DAY, DAY)
    assert verify("--repair").endswith("2 turbine-days counted: 0 are wrong.\n")
    assert reader.turbine_days(DAY, DAY) == before


def test_an_empty_source_has_nothing_to_count() -> None:
    assert "0 turbine-days counted" in verify()


def test_a_miscounted_day_is_named_with_both_numbers() -> None:
    a_miscounted_day()
    assert ["T01", "2025-08-31", "3", "-60"] in found()


def test_a_repair_counts_anew_and_raises_the_revision() -> None:
    a_miscounted_day()
    (before,) = reader.turbine_days(DAY, DAY)
    assert "1 counted anew" in verify("--repair")
    (after,) = reader.turbine_days(DAY, DAY)
    assert after.samples == 3
    assert after.revision != before.revision
    assert "0 are wrong" in verify()


def test_only_the_days_asked_for_are_counted() -> None:
    a_miscounted_day()
    assert "1 turbine-days counted: 0 are wrong" in verify("--to", "2025-08-30")
    assert ["T01", "2025-08-31", "3", "-60"] in found("--from", "2025-08-31")


@pytest.mark.parametrize("where", ["partition", "default"])
def test_measurements_that_were_never_counted_are_found(where: str) -> None:
    if where == "partition":
        ensure_months("source", "data", [DAY])
    measurements(turbine(), "2025-08-31T00:00", power=[1.0, 2.0])
    execute(*FORGET)
    assert ["T01", "2025-08-31", "2", "0"] in found()
    verify("--repair")
    assert [day.samples for day in reader.turbine_days(DAY, DAY)] == [2]


def test_measurements_of_no_turbine_stay_and_are_told() -> None:
    one = turbine()
    measurements(one, "2025-08-31T00:00", power=[1.0])
    execute(*FORGET, "DELETE FROM turbine")
    assert ["none", "(number", f"{one.pk})", "2025-08-31", "1", "0"] in found("--repair")
    Turbine.objects.create(pk=one.pk, name="T01")
    assert "1 counted anew" in verify("--repair")


TRIGGER = "raise_revisions_after_insert"
GIVEN_AWAY = (
    "CREATE ROLE powerless; GRANT CREATE ON SCHEMA public TO powerless;"
    f" ALTER FUNCTION {TRIGGER}() OWNER TO powerless"
)
FAULTS = {
    f"DROP TRIGGER {TRIGGER} ON data": f"{TRIGGER} on data is missing",
    f"ALTER TABLE data ENABLE TRIGGER {TRIGGER}": f"{TRIGGER} on data is not ALWAYS",
    f"ALTER TABLE data_default DISABLE TRIGGER {TRIGGER}": "on data_default is not ALWAYS",
    "ALTER TABLE data_default DISABLE TRIGGER zz_note_moves": "zz_note_moves on data_default is",
    f"CREATE OR REPLACE FUNCTION {TRIGGER}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'": (
        f"{TRIGGER} on data is of another version"
    ),
    "ALTER FUNCTION refuse_renaming() SECURITY INVOKER": "refuse_renaming on turbine is of another",
    "DROP FUNCTION refuse_forgetting() CASCADE": "refuse_forgetting on source_day is missing",
    GIVEN_AWAY: f"{TRIGGER} on data has a function whose owner powerless may not",
}


def warned() -> str:
    warnings = checks.run_checks(databases=["source"])
    return "\n".join(warning.msg for warning in warnings if warning.id == "sourcedata.W001")


@pytest.mark.parametrize(("statement", "reason"), FAULTS.items(), ids=FAULTS)
def test_a_fault_of_the_triggers_is_told_everywhere_and_mended(statement, reason, client) -> None:
    execute(statement)
    assert reason in warned()
    assert client.get("/health/freshness").json()["status"] == "the source lacks triggers"
    assert reason in "\n".join(" ".join(line) for line in found())
    assert reason in verify("--repair")
    assert client.get("/health/freshness").status_code == 200
    assert warned() == ""


def test_measurements_are_taken_again_once_a_repair_gave_functions_an_owner_with_rights() -> None:
    execute(GIVEN_AWAY)
    with pytest.raises(ProgrammingError), transaction.atomic(using="source"):
        measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    verify("--repair")
    measurements(turbine("T02"), "2025-08-31T00:00", power=[1.0])
    assert [day.samples for day in reader.turbine_days(DAY, DAY)] == [1]


def test_an_account_that_only_reads_may_count() -> None:
    a_miscounted_day()
    execute(
        "SET CONSTRAINTS ALL IMMEDIATE",
        "CREATE ROLE only_reads",
        "GRANT SELECT ON data, source_day, turbine TO only_reads",
        "SET LOCAL ROLE only_reads",
    )
    assert ["T01", "2025-08-31", "3", "-60"] in found()
    execute("RESET ROLE")


def test_what_cannot_be_read_is_not_said_to_be_mended() -> None:
    execute("CREATE ROLE reads_nothing", "SET LOCAL ROLE reads_nothing")
    with pytest.raises(CommandError) as refusal:
        verify()
    assert "mended" not in str(refusal.value)
    execute("RESET ROLE")


@pytest.mark.parametrize(
    "columns",
    [
        "source_day ADD name text, ADD id int, ADD timestamp timestamptz, ADD measurements int",
        "turbine ADD turbine_id int, ADD day date, ADD samples int, ADD timestamp timestamptz",
        "data ADD day date, ADD samples int, ADD name text, ADD id int, ADD measurements int",
    ],
)
def test_further_columns_of_any_name_are_no_trouble(columns: str) -> None:
    a_miscounted_day()
    execute("SET CONSTRAINTS ALL IMMEDIATE", f"ALTER TABLE {columns}")
    assert ["T01", "2025-08-31", "3", "-60"] in found()
    verify("--repair")
    assert number_of_samples(day_start(DAY), day_start(DAY + timedelta(days=1)), ["T01"]) == 3


def test_a_partition_may_have_any_name() -> None:
    measurements(turbine(), "2025-08-30T23:58", power=[1.0] * 5)
    execute("SET CONSTRAINTS ALL IMMEDIATE", 'ALTER TABLE data_default RENAME TO "def %d ""x"""')
    assert "2 turbine-days counted: 0 are wrong" in verify("--repair")
    ensure_months("source", "data", [DAY, date(2025, 7, 1)])
    assert "2 turbine-days counted: 0 are wrong" in verify()


def test_a_source_elsewhere_is_verified_there(settings: Any) -> None:
    settings.SOURCE_API_URL = "https://farm.example"
    with pytest.raises(CommandError, match="nobody would read"):
        verify()


def test_a_range_that_ends_before_it_starts_is_refused() -> None:
    a_miscounted_day()
    with pytest.raises(CommandError, match="lies before"):
        verify("--from", "2025-08-31", "--to", "2025-08-30")
