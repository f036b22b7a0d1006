"""Functions, operators and indexes that somebody makes beside the tables of the source."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client

from aggregates.audit.expected import expected_values
from common.days import today
from sourcedata import reader
from sourcedata.snapshot import UnreadableSource
from tests.builders import aggregated
from tests.faults.conftest import DAY, proves_well
from tests.faults.month import repair, written
from tests.sessions import session

# It says that it always gives the same, and gives another time once it is replaced.
TIME = (
    "CREATE OR REPLACE FUNCTION sometime() RETURNS timestamptz IMMUTABLE LANGUAGE sql"
    " AS $$SELECT timestamptz '{day} {time}'$$"
)
BEFORE, BETWEEN, AFTER = (
    TIME.format(day=DAY, time=time) for time in ("00:00Z", "10:30Z", "23:00Z")
)


@pytest.mark.parametrize("set_to", ["off", "on"], ids=["as we connect", "as a pooler does"])
def test_a_check_whose_function_was_replaced_hides_no_rows(current: None, set_to: str) -> None:
    with session() as owner:
        owner.run(
            AFTER,
            written("ALTER TABLE {partition} ADD CHECK (timestamp < sometime())"),
            BEFORE,
        )
    with connections["source"].cursor() as cursor:
        cursor.execute(f"SET constraint_exclusion = {set_to}")
    assert aggregated(DAY, force=True).samples == 120
    assert "0 are wrong" in repair()
    proves_well()


INDEXES = {
    "of some rows": [
        BETWEEN,
        "CREATE INDEX lie ON {partition} (timestamp) WHERE timestamp >= sometime()",
        BEFORE,
    ],
    "by a function": [
        "CREATE FUNCTION itself(timestamptz) RETURNS timestamptz IMMUTABLE LANGUAGE sql"
        " AS 'SELECT $1'",
        "CREATE INDEX lie ON {partition} (turbine_id, itself(timestamp))",
    ],
    "by an operator class": [
        "CREATE FUNCTION compared(timestamptz, timestamptz) RETURNS int IMMUTABLE LANGUAGE sql"
        " AS 'SELECT pg_catalog.timestamptz_cmp($1, $2)'",
        "CREATE OPERATOR CLASS lying FOR TYPE timestamptz USING btree AS OPERATOR 1 <,"
        " OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,"
        " FUNCTION 1 compared(timestamptz, timestamptz)",
        "CREATE INDEX lie ON {partition} (turbine_id, timestamp lying)",
    ],
}


@pytest.mark.parametrize("statements", INDEXES.values(), ids=INDEXES)
def test_an_index_that_may_hide_rows_stops_runs_and_counts_until_it_is_dropped(
    current: None, statements: list[str]
) -> None:
    with session() as owner:
        owner.run(*map(written, statements))
        assert "may hide" in (error := aggregated(DAY, force=True).error)
        assert "DROP INDEX public.lie" in error
        with pytest.raises(CommandError, match=r"cannot be counted: .*: DROP INDEX public\.lie\."):
            call_command("verify_source", "--repair")
        with pytest.raises(UnreadableSource, match=r"DROP INDEX public\.lie"):
            reader.recount(DAY, DAY)
        owner.run("DROP INDEX public.lie")
    assert aggregated(DAY, force=True).samples == 120
    proves_well()


OPERATOR = (
    "CREATE FUNCTION public.never(varchar, {other}) RETURNS bool IMMUTABLE LANGUAGE sql"
    " AS 'SELECT false'",
    "CREATE OPERATOR public.= (leftarg = varchar, rightarg = {other}, function = public.never)",
)
FOR_AN_AUDIT = [
    "CREATE FUNCTION public.date_bin(text, timestamptz, text) RETURNS timestamptz IMMUTABLE"
    " LANGUAGE sql AS $$SELECT pg_catalog.date_bin('1 hour'::interval, $2, '2000-01-01Z')$$",
    "CREATE FUNCTION public.fewest(float8[], float8[]) RETURNS float8[] IMMUTABLE LANGUAGE sql"
    " AS $$SELECT ARRAY[0, 0]::float8[]$$",
    "CREATE AGGREGATE public.min(float8[]) (SFUNC = public.fewest, STYPE = float8[])",
    *(statement.format(other="text") for statement in OPERATOR),
]


def test_the_audit_uses_no_function_or_operator_of_somebody(current: None) -> None:
    with session() as owner:
        owner.run(*FOR_AN_AUDIT)
    values = expected_values(DAY, ["T01"])
    assert set(values.loc[values["statistic"] == "count", "value"]) == {10}
    proves_well()


def test_names_of_turbines_are_compared_by_no_operator_of_somebody(
    current: None, client: Client
) -> None:
    with session() as owner:
        for other in ("text", "varchar"):
            owner.run(*(statement.format(other=other) for statement in OPERATOR))
    assert aggregated(DAY, force=True).samples == 120
    assert [turbine["name"] for turbine in reader.turbines(["T02"])] == ["T02"]
    answer = client.get(f"/data?start={DAY}&end={today()}&turbine=T02")
    assert answer.status_code == 200
    proves_well()


def test_no_month_is_left_uncounted_for_a_function_of_somebody(current: None) -> None:
    with session() as owner:
        owner.run(
            "CREATE FUNCTION public.date_trunc(text, date) RETURNS timestamptz IMMUTABLE"
            " LANGUAGE sql AS $$SELECT timestamptz '2020-01-01Z'$$",
            written("DROP TABLE {partition}"),
        )
    assert "2 are wrong" in repair()
