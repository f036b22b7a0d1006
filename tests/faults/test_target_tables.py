"""What is done to the target's tables."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing

import pytest
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import StreamingHttpResponse
from django.test import Client

from aggregates.audit import nightly
from aggregates.compute.windows import window_starts
from aggregates.models import AggregatedDay
from aggregates.runs import load
from aggregates.value_tables import value_tables
from common.days import today
from sourcedata.models import Measurement
from tests.builders import aggregated
from tests.faults.conftest import DAY, copied, measured, proves_well
from tests.faults.month import partition, written
from tests.faults.test_changes import changing
from tests.processes import wait_until
from tests.sessions import is_waited_for, session


@pytest.fixture
def own_target(current: None) -> Iterator[None]:
    """A target of the test's own, whose tables it may change."""
    with copied("default"):
        yield


def execute_at_target(*statements: str) -> None:
    with connections["default"].cursor() as cursor:
        for statement in statements:
            cursor.execute(written(statement))


def test_a_target_whose_partition_is_detached_takes_no_values(own_target: None) -> None:
    execute_at_target("ALTER TABLE data DETACH PARTITION {partition}")
    error = aggregated(DAY, force=True).error
    assert f"{partition()} is no partition of data any more" in error
    assert "ATTACH PARTITION" in error
    assert AggregatedDay.objects.get(turbine="T01").run.status == "succeeded"
    execute_at_target("ALTER TABLE data ATTACH PARTITION {partition} FOR VALUES {bounds}")
    assert aggregated(DAY, force=True).unchanged > 0
    proves_well()


@pytest.mark.parametrize("table", ["data", "signal", "aggregated_day"])
def test_a_target_takes_no_values_into_tables_that_one_account_alone_sees(
    own_target: None, table: str
) -> None:
    execute_at_target(
        "CREATE SCHEMA AUTHORIZATION CURRENT_USER",
        "SET search_path = public",
        f"DO $$BEGIN EXECUTE format('CREATE TABLE %I.{table} (LIKE {table} INCLUDING ALL)"
        f" {'PARTITION BY RANGE (timestamp)' if table == 'data' else ''}', current_user); END$$",
    )
    connections["default"].close()
    assert "The target's tables are found in the schemas" in aggregated(DAY, force=True).error
    execute_at_target(
        "DO $$BEGIN EXECUTE format('DROP SCHEMA %I CASCADE', current_user); END$$",
    )
    assert aggregated(DAY, force=True).unchanged > 0
    proves_well()


def test_a_target_takes_values_into_the_partition_that_it_has(own_target: None) -> None:
    execute_at_target(
        "ALTER TABLE data DETACH PARTITION {partition}",
        "CREATE TABLE by_hand PARTITION OF data FOR VALUES {bounds}",
    )
    assert aggregated(DAY, force=True).inserted > 0
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) > 0 FROM by_hand")
        assert cursor.fetchone() == (True,)
    proves_well()


def test_a_partition_that_is_detached_while_values_are_loaded_is_waited_for(
    own_target: None,
) -> None:
    Measurement.objects.update(power=3.0)

    def detach() -> None:
        detaching = "ALTER TABLE data DETACH PARTITION {partition}"
        with closing(connections["default"]), pytest.raises(OperationalError, match="lock timeout"):
            execute_at_target("SET lock_timeout = '100ms'", detaching)

    def detach_elsewhere() -> None:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(detach).result()

    with changing(load, "compare", "before", detach_elsewhere):
        assert aggregated(DAY).changed > 0
    proves_well()


def test_a_partition_that_is_being_detached_meanwhile_takes_no_values(own_target: None) -> None:
    Measurement.objects.update(power=3.0)
    pending = "SELECT FROM pg_inherits WHERE inhdetachpending"

    def detach() -> None:
        with closing(connections["default"]):
            execute_at_target("ALTER TABLE data DETACH PARTITION {partition} CONCURRENTLY")

    def begin_to_detach() -> None:
        detached.append(thread.submit(detach))
        with closing(connections.create_connection("default")) as looking:
            wait_until(lambda: has_rows(looking, pending), "partition that is to be detached")

    detached: list[Future[None]] = []
    with ThreadPoolExecutor(1) as thread, changing(load, "compare", "before", begin_to_detach):
        error = aggregated(DAY).error
        detached[0].result()
    assert "is no partition of data any more" in error
    execute_at_target("ALTER TABLE data ATTACH PARTITION {partition} FOR VALUES {bounds}")
    assert aggregated(DAY).changed > 0
    proves_well()


def has_rows(connection: BaseDatabaseWrapper, query: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return bool(cursor.fetchall())


CHANGE = (
    "CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS"
    " 'BEGIN new.value := round(new.value); RETURN new; END'"
)
DROP = "CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
TRIGGER = "CREATE TRIGGER theirs BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION change()"
CHANGES_BY_OTHERS = {
    "a trigger that rounds": (
        "trigger",
        "data",
        CHANGE,
        TRIGGER.format(event="INSERT", table="data"),
    ),
    "a trigger that drops": ("trigger", "data", DROP, TRIGGER.format(event="INSERT", table="data")),
    "a trigger that keeps": ("trigger", "data", DROP, TRIGGER.format(event="DELETE", table="data")),
    "a trigger of a partition": (
        "trigger",
        "{partition}",
        DROP,
        TRIGGER.format(event="DELETE", table="{partition}"),
    ),
    "a rule": ("rule", "data", "CREATE RULE theirs AS ON DELETE TO data DO INSTEAD NOTHING"),
}


@pytest.mark.parametrize(
    ("kind", "table", "statements"),
    [(kind, table, made) for kind, table, *made in CHANGES_BY_OTHERS.values()],
    ids=CHANGES_BY_OTHERS,
)
def test_a_target_whose_values_others_change_takes_none(
    own_target: None, kind: str, table: str, statements: list[str]
) -> None:
    Measurement.objects.filter(timestamp__minute__lt=30).delete()
    execute_at_target(*statements)
    sentence = f"The target's table {written(table)} has the {kind} theirs, which may change"
    assert sentence in aggregated(DAY).error
    execute_at_target(f"DROP {kind} theirs ON {table}")
    assert aggregated(DAY).removed > 0
    proves_well()


def test_a_target_may_have_triggers_that_change_no_row(own_target: None) -> None:
    Measurement.objects.update(power=3.0)
    execute_at_target(
        DROP,
        "CREATE TRIGGER noted AFTER INSERT ON data FOR EACH STATEMENT EXECUTE FUNCTION change()",
    )
    assert aggregated(DAY).changed > 0
    proves_well()


def test_a_target_whose_signals_cannot_be_made_takes_no_values(own_target: None) -> None:
    measured(DAY, 1.0, "T03")
    execute_at_target("SELECT setval('signal_id_seq', min(id), false) FROM signal")
    sentence = "The target's table signal takes no .* of 'T03': see whether its sequence is behind"
    assert re.search(sentence, aggregated(DAY).error)
    execute_at_target("SELECT setval('signal_id_seq', max(id)) FROM signal")
    assert aggregated(DAY).inserted > 0
    proves_well()


def test_a_target_that_would_round_values_takes_none(own_target: None) -> None:
    Measurement.objects.update(power=3.3)
    execute_at_target("ALTER TABLE data ALTER COLUMN value TYPE real")
    assert "stores values as real, which changes them" in aggregated(DAY).error
    execute_at_target("ALTER TABLE data ALTER COLUMN value TYPE double precision")
    assert aggregated(DAY).changed > 0
    proves_well()


# It says that it always gives the same, and gives another time once it is replaced.
TIME = (
    "CREATE OR REPLACE FUNCTION sometime() RETURNS timestamptz IMMUTABLE LANGUAGE sql"
    " AS $$SELECT timestamptz '{year}-01-01Z'$$"
)


def test_an_index_that_hides_values_is_named_and_all_is_well_once_it_is_dropped(
    own_target: None, client: Client
) -> None:
    execute_at_target(
        TIME.format(year=2099),
        "CREATE INDEX lie ON {partition} (signal_id, timestamp) INCLUDE (value)"
        " WHERE timestamp >= sometime()",
        TIME.format(year=1970),
        "VACUUM ANALYZE {partition}",
    )
    connections["default"].close()
    # As the planner does by itself in a larger table.
    execute_at_target("SET enable_seqscan = off", "SET enable_bitmapscan = off")
    assert client.get(f"/api/values?start={DAY}&end={today()}").getvalue() == b"[]"
    nightly.audit_in_turn()
    assert "DROP INDEX lie" in aggregated(DAY).error
    execute_at_target("DROP INDEX lie")
    assert aggregated(DAY).unchanged == 120
    proves_well()


def test_a_night_that_may_mark_no_day_tells_so(
    own_target: None, caplog: pytest.LogCaptureFixture
) -> None:
    execute_at_target(
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'I mind'; END$$",
        "CREATE TRIGGER no BEFORE UPDATE ON aggregated_day FOR EACH ROW EXECUTE FUNCTION no()",
    )
    nightly.audit_in_turn()
    assert f"{DAY} cannot be audited: I mind" in caplog.text


def test_a_target_whose_partition_ends_within_a_day_says_what_has_no_place(
    own_target: None,
) -> None:
    execute_at_target(
        "ALTER TABLE data DETACH PARTITION {partition}",
        "CREATE TABLE half PARTITION OF data FOR VALUES FROM ('{day} 00:00Z') TO ('{day} 10:30Z')",
    )
    run = aggregated(DAY, force=True)
    assert run.status == "failed"
    assert "The target cannot store values" in run.error


REWRITES = [
    "ALTER TABLE data ADD COLUMN noted timestamptz DEFAULT clock_timestamp()",
    "ALTER TABLE data ALTER COLUMN value TYPE double precision USING value + 0",
]


def downloaded() -> object:
    response = Client().get(f"/api/values?start={DAY}&end={today()}&changed_since={DAY}")
    assert isinstance(response, StreamingHttpResponse)
    return b"".join(response)


def tabulated() -> object:
    tables = value_tables(["T01", "T02"], window_starts(DAY), [("power", "mean")])
    return tables["power", "mean"].tobytes()


@pytest.mark.parametrize("statement", REWRITES)
@pytest.mark.parametrize("read", [downloaded, tabulated])
def test_who_waits_for_a_rewrite_of_the_target_reads_what_is_there_after_it(
    own_target: None, read: Callable[[], object], statement: str
) -> None:
    def read_elsewhere() -> object:
        try:
            return read()
        finally:
            connections.close_all()

    before = read()
    with ThreadPoolExecutor(1) as thread, session("default") as rewriting:
        rewriting.run("BEGIN", statement)
        after = thread.submit(read_elsewhere)
        wait_until(lambda: is_waited_for("default"), "reader that waits")
        rewriting.run("COMMIT")
    assert after.result() == before


LEAVES = {
    "of a partition of a partition": [
        "CREATE TABLE deep PARTITION OF data FOR VALUES {bounds} PARTITION BY HASH (signal_id)",
        "CREATE TABLE leaf PARTITION OF deep FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
    ],
    "of a default partition": [
        "CREATE TABLE p1 PARTITION OF data FOR VALUES FROM ('{day} 00:00Z') TO ('{day} 10:00Z')",
        "CREATE TABLE p2 PARTITION OF data FOR VALUES FROM ('{day} 10:30Z') TO ('{day} 23:00Z')",
        "CREATE TABLE leaf PARTITION OF data DEFAULT",
    ],
}


@pytest.mark.parametrize("statements", LEAVES.values(), ids=LEAVES)
def test_a_trigger_is_seen_wherever_values_come_to_lie(
    own_target: None, statements: list[str]
) -> None:
    execute_at_target(
        "ALTER TABLE data DETACH PARTITION {partition}",
        *statements,
        "INSERT INTO data TABLE {partition}",
        CHANGE,
        TRIGGER.format(event="INSERT", table="leaf"),
    )
    Measurement.objects.update(power=7.4)
    assert "The target's table leaf has the trigger theirs" in aggregated(DAY).error
