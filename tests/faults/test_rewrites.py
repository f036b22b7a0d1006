"""What is done to the source's tables, and no trigger sees."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg2
import pytest
from django.core.management import CommandError
from django.db import connections
from django.test import Client

from aggregates.models import Run, Value
from aggregates.runs import pipeline
from common import patience
from common.days import today
from common.postgres.partitions import month_after, month_of
from common.waits import COMMAND
from sourcedata import dropped_months, reader, verification
from sourcedata.models import Measurement, SourceDay
from tests.builders import aggregated, values
from tests.faults.conftest import DAY, proves_well
from tests.faults.month import repair, state, written
from tests.faults.test_changes import changing
from tests.processes import wait_until
from tests.sessions import is_waited_for, session

REWRITES = [
    "ALTER TABLE data ADD COLUMN noted timestamptz DEFAULT clock_timestamp()",
    "ALTER TABLE data ALTER COLUMN power TYPE float8 USING power + 1",
    "CLUSTER {partition} USING {partition}_pkey",
    "TRUNCATE {partition}",
    "ALTER TABLE source_day ADD COLUMN noted timestamptz DEFAULT clock_timestamp()",
    "ALTER TABLE turbine ADD COLUMN noted timestamptz DEFAULT clock_timestamp()",
]


@pytest.mark.parametrize("statement", REWRITES)
def test_a_run_that_waits_for_a_rewrite_reads_what_is_there_after_it(
    current: None, statement: str
) -> None:
    def forced() -> Run:
        try:
            return aggregated(DAY, force="TRUNCATE" not in statement)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread, session() as rewriting:
        rewriting.run("BEGIN", written(statement))
        run = thread.submit(forced)
        wait_until(is_waited_for, "reader that waits")
        rewriting.run("COMMIT")
    assert run.result().status == ("failed" if "TRUNCATE" in statement else "succeeded")
    assert len(values("power_mean")) == 6
    if "TRUNCATE" not in statement:
        assert state() == "current"
        proves_well()


def test_who_locks_the_source_for_long_is_named(
    current: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "_current", replace(COMMAND, source_lock_s=0.2))
    with session() as locking:
        locking.run("BEGIN", "LOCK TABLE source_day")
        error = aggregated(DAY, force=True).error
    assert "could not be read for 0.2 seconds: they are locked by process" in error
    assert "program 'somebody'" in error


def test_a_repair_that_deadlocks_with_somebody_says_to_run_it_again(current: None) -> None:
    def repaired() -> str:
        # PostgreSQL ends the first that has waited for so long in a circle.
        connections["source"].cursor().execute("SET deadlock_timeout = '3s'")
        try:
            return repair()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread, session() as altering:
        altering.run("SET deadlock_timeout = '60s'", "BEGIN", "LOCK TABLE source_day")
        told = thread.submit(repaired)
        wait_until(is_waited_for, "repair that waits")
        altering.run("ALTER TABLE data ADD COLUMN noted text", "ROLLBACK")
    with pytest.raises(CommandError, match=r"deadlock detected\. .* run it again"):
        told.result()


def test_a_number_that_is_out_of_range_is_named_with_its_turbine_and_time(
    current: None, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with session() as owner:
        owner.run(
            "ALTER TABLE data ALTER COLUMN power TYPE numeric",
            f"UPDATE data SET power = 1e-400 WHERE timestamp = '{DAY} 10:07Z' AND turbine_id ="
            " (SELECT id FROM turbine WHERE name = 'T02')",
        )
    sentence = f"power of 'T02' at {DAY} 10:07:00Z is 1e-400, which is out of range"
    assert sentence in aggregated(DAY).error
    caplog.clear()
    assert client.get(f"/data?start={DAY}&end={today()}&turbine=T02").status_code == 503
    assert sentence in caplog.text


@pytest.mark.parametrize("zone", ["UTC+3", "UTC-23", "<UTC>-12", "America/Sao_Paulo"])
def test_a_change_counts_on_its_day_in_utc_whatever_zone_a_session_has(
    current: None, zone: str
) -> None:
    with session() as writing:
        writing.run(f"SET timezone = '{zone}'", "UPDATE data SET power = 7")
    assert state() == "stale"
    aggregated(DAY)
    with session() as writing:
        writing.run(f"SET timezone = '{zone}'", "DELETE FROM data WHERE turbine_id > 0")
    assert SourceDay.objects.filter(samples__gt=0).count() == 0


@pytest.mark.parametrize("address", ["/api/turbines", f"/data?start={DAY}&end=2099-01-01"])
def test_the_api_says_that_a_locked_source_is_not_to_be_had(
    current: None, client: Client, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(patience, "_current", replace(COMMAND, source_lock_s=0.2))
    with connections["source"].cursor() as cursor, session() as locking:
        cursor.execute("SET lock_timeout = '200ms'")
        locking.run("BEGIN", "LOCK TABLE turbine")
        assert client.get(address).status_code == 503


def test_statistics_of_a_month_that_goes_beside_a_forced_run_stay(current: None) -> None:
    before = list(Value.objects.order_by("pk").values_list())
    (month,) = dropped_months.months_before(month_after(month_of(DAY)))
    with changing(
        reader, "snapshot", "before", lambda: dropped_months.drop(month) if month else None
    ):
        run = aggregated(DAY, force=True)
    assert run.status == "succeeded"
    assert list(Value.objects.order_by("pk").values_list()) == before
    assert state() == "archived"


UNSEEN = {
    "a rewrite": ["ALTER TABLE data ALTER COLUMN power TYPE float8 USING power + 1"],
    "a column that is dropped and made again": [
        "ALTER TABLE data DROP COLUMN power",
        "ALTER TABLE data ADD power float8 DEFAULT 5",
    ],
    "columns that change places": [
        "ALTER TABLE data RENAME power TO away",
        "ALTER TABLE data RENAME rotor_speed TO power",
        "ALTER TABLE data RENAME away TO rotor_speed",
    ],
    "triggers that are off for a while": [
        "ALTER TABLE data DISABLE TRIGGER USER",
        "UPDATE data SET power = 7",
        "ALTER TABLE data ENABLE TRIGGER USER",
    ],
    "a trigger of a partition that is off for a while": [
        "ALTER TABLE {partition} DISABLE TRIGGER raise_revisions_after_update",
        "UPDATE {partition} SET power = 7",
        "ALTER TABLE {partition} ENABLE ALWAYS TRIGGER raise_revisions_after_update",
    ],
    "a function that does nothing for a while": [
        "CREATE OR REPLACE FUNCTION raise_revisions_after_update() RETURNS trigger"
        " LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "UPDATE data SET power = 7",
    ],
    "a function with another search path": [
        "CREATE SCHEMA elsewhere",
        "CREATE TABLE elsewhere.source_day (LIKE source_day INCLUDING ALL)",
        "ALTER FUNCTION raise_revisions_after_update() SET search_path = pg_catalog, elsewhere",
        "UPDATE data SET power = 7",
    ],
    "a trigger with a condition": [
        "CREATE OR REPLACE TRIGGER raise_revisions_after_delete AFTER DELETE ON data"
        " REFERENCING OLD TABLE AS went FOR EACH STATEMENT WHEN (false)"
        " EXECUTE FUNCTION raise_revisions_after_delete()",
        "DELETE FROM data WHERE timestamp < '{day} 10:05Z'",
    ],
    "a partition that is changed while it is detached": [
        "ALTER TABLE data DETACH PARTITION {partition}",
        "ALTER TABLE {partition} DISABLE TRIGGER USER",
        "UPDATE {partition} SET power = 7",
        "ALTER TABLE {partition} ENABLE TRIGGER USER",
        "ALTER TABLE data ATTACH PARTITION {partition} FOR VALUES {bounds}",
    ],
    "a partition that is detached": ["ALTER TABLE data DETACH PARTITION {partition}"],
    "a partition that is dropped": ["DROP TABLE {partition}"],
    "a partition made by hand in its place": [
        "ALTER TABLE data DETACH PARTITION {partition}",
        "CREATE TABLE by_hand PARTITION OF data FOR VALUES {bounds}",
        "INSERT INTO by_hand SELECT * FROM {partition}",
        "UPDATE by_hand SET power = 7",
    ],
    "a partition that a crash would empty": ["ALTER TABLE {partition} SET UNLOGGED"],
    "a table that is not partitioned": [
        "ALTER TABLE data RENAME TO away",
        "CREATE TABLE data (LIKE away INCLUDING DEFAULTS INCLUDING CONSTRAINTS)",
        "INSERT INTO data SELECT * FROM away",
    ],
    "source_day in another schema": [
        "CREATE SCHEMA postgres",
        "CREATE TABLE postgres.source_day (LIKE source_day INCLUDING ALL)",
        "INSERT INTO postgres.source_day TABLE public.source_day",
        "UPDATE data SET power = 7",
    ],
    "another source_day for a while": [
        "ALTER TABLE source_day RENAME TO away",
        "CREATE TABLE source_day (LIKE away INCLUDING ALL)",
        "UPDATE data SET power = 7",
        "DROP TABLE source_day",
        "ALTER TABLE away RENAME TO source_day",
    ],
    "source_day in another schema for a while": [
        "CREATE SCHEMA elsewhere",
        "ALTER TABLE source_day SET SCHEMA elsewhere",
        "CREATE TABLE source_day (LIKE elsewhere.source_day INCLUDING ALL)",
        "UPDATE data SET power = 7",
        "DROP TABLE source_day",
        "ALTER TABLE elsewhere.source_day SET SCHEMA public",
    ],
    "another column of revisions for a while": [
        "ALTER TABLE source_day RENAME revision TO away",
        "ALTER TABLE source_day ALTER away SET DEFAULT 0",
        "ALTER TABLE source_day ADD COLUMN revision bigint",
        "UPDATE data SET power = 7",
        "ALTER TABLE source_day DROP COLUMN revision",
        "ALTER TABLE source_day RENAME away TO revision",
    ],
    "a partition that is changed while it is detached, and counts then": [
        "ALTER TABLE data DETACH PARTITION {partition}",
        "UPDATE {partition} SET power = 7",
        "ALTER TABLE data ATTACH PARTITION {partition} FOR VALUES {bounds}",
    ],
    "a partition that loses rows while it is detached": [
        "DROP TABLE data_default",
        "ALTER TABLE data DETACH PARTITION {partition} CONCURRENTLY",
        "DELETE FROM {partition} WHERE timestamp < '{day} 10:05Z'",
        "ALTER TABLE data ATTACH PARTITION {partition} FOR VALUES {bounds}",
    ],
    "a partition that moves through another table": [
        "ALTER TABLE data DETACH PARTITION {partition}",
        "CREATE TABLE archive (LIKE data) PARTITION BY RANGE (timestamp)",
        "ALTER TABLE archive ATTACH PARTITION {partition} FOR VALUES {bounds}",
        "UPDATE archive SET power = 7",
        "ALTER TABLE archive DETACH PARTITION {partition}",
        "ALTER TABLE data ATTACH PARTITION {partition} FOR VALUES {bounds}",
    ],
    "a function in front of PostgreSQL's own": [
        "CREATE FUNCTION public.hashtextextended(text, integer) RETURNS bigint LANGUAGE sql"
        " AS $$SELECT 1::bigint$$",
        "ALTER TABLE data ALTER COLUMN power TYPE float8 USING power + 1",
    ],
    "a trigger that counts a second time": [
        "CREATE TRIGGER again AFTER UPDATE ON data REFERENCING OLD TABLE AS went NEW TABLE AS came"
        " FOR EACH STATEMENT EXECUTE FUNCTION raise_revisions_after_update()",
        "UPDATE data SET power = 7",
    ],
    "a source_day in partitions": [
        "ALTER TABLE source_day RENAME TO away",
        "CREATE TABLE source_day (LIKE away INCLUDING ALL) PARTITION BY RANGE (day)",
        "CREATE TABLE all_days PARTITION OF source_day DEFAULT",
        "INSERT INTO source_day TABLE away",
    ],
    "a data by ranges of another column": [
        "ALTER TABLE data RENAME TO away",
        "CREATE TABLE data (LIKE away INCLUDING DEFAULTS INCLUDING CONSTRAINTS,"
        " PRIMARY KEY (turbine_id, timestamp)) PARTITION BY RANGE (timestamp, turbine_id)",
        "CREATE TABLE p_all PARTITION OF data FOR VALUES FROM ('1970-01-01Z', 0)"
        " TO ('2099-01-01Z', 0)",
        "INSERT INTO data SELECT * FROM away",
    ],
    "a key of other columns": [
        "ALTER TABLE data ADD COLUMN id bigint DEFAULT 1",
        "ALTER TABLE data DROP CONSTRAINT data_pkey, ADD PRIMARY KEY (id, timestamp, turbine_id)",
    ],
    "a key that the partitions lack": [
        "ALTER TABLE data DROP CONSTRAINT data_pkey",
        "ALTER TABLE ONLY data ADD PRIMARY KEY (turbine_id, timestamp)",
    ],
    "revisions of another type": ["ALTER TABLE source_day ALTER revision TYPE numeric"],
    "numbers that no float is of": [
        "ALTER TABLE data ALTER COLUMN power TYPE numeric",
        "UPDATE data SET power = '1e400'",
    ],
    "a key that is checked late": [
        "ALTER TABLE data DROP CONSTRAINT data_pkey,"
        " ADD PRIMARY KEY (turbine_id, timestamp) DEFERRABLE INITIALLY DEFERRED",
    ],
    "data as a partition itself": [
        "CREATE TABLE farm (LIKE data) PARTITION BY RANGE (timestamp)",
        "ALTER TABLE farm ATTACH PARTITION data FOR VALUES FROM (MINVALUE) TO (MAXVALUE)",
        "UPDATE farm SET power = 7",
    ],
    "data as a partition itself for a while": [
        "CREATE TABLE farm (LIKE data) PARTITION BY RANGE (timestamp)",
        "ALTER TABLE farm ATTACH PARTITION data FOR VALUES FROM (MINVALUE) TO (MAXVALUE)",
        "UPDATE farm SET power = 7",
        "ALTER TABLE farm DETACH PARTITION data",
    ],
    "partitions that end where no day is": [
        "ALTER TABLE data DETACH PARTITION {partition}",
        "CREATE TABLE before PARTITION OF data FOR VALUES FROM (MINVALUE) TO ('0044-03-15 BC')",
        "CREATE TABLE later PARTITION OF data FOR VALUES FROM ('20000-01-01') TO (MAXVALUE)",
    ],
    "names in quotes": [
        "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET quote_all_identifiers = on',"
        " current_database()); END$$",
        "UPDATE data SET power = 7",
    ],
    "a key that is made again": [
        "ALTER TABLE data DROP CONSTRAINT data_pkey, ADD PRIMARY KEY (turbine_id, timestamp)",
    ],
    "columns that change places for a while": [
        "ALTER TABLE data RENAME power TO away",
        "ALTER TABLE data RENAME away TO power",
    ],
    "a column of another type": ["ALTER TABLE data ALTER COLUMN pitch_angle TYPE numeric"],
    "source_day in another place": [
        "CREATE TABLE before AS TABLE source_day",
        "UPDATE data SET power = 7",
        "ALTER TABLE source_day RENAME TO away",
        "ALTER TABLE before RENAME TO source_day",
    ],
    "a session that replicates": [
        "SET session_replication_role = replica",
        "UPDATE data SET power = 7",
    ],
}


@pytest.mark.parametrize("statements", UNSEEN.values(), ids=UNSEEN)
def test_what_no_trigger_sees_leaves_nothing_wrongly_current(
    current: None, statements: list[str]
) -> None:
    with session() as changing_tables:
        changing_tables.run(*map(written, statements))
    connections["source"].close()
    assert state() != "current"
    run = aggregated(DAY)
    sentences = ("verify_source --repair", "not as this project made it", "cannot be read")
    assert run.status == "succeeded" or any(sentence in run.error for sentence in sentences)
    if state() == "current":
        proves_well()


ANOTHER_TREE = (
    "CREATE FUNCTION public.pg_partition_tree(text) RETURNS TABLE (relid regclass) LANGUAGE sql"
    " AS 'SELECT NULL::regclass WHERE false'"
)
OTHER_NAMES_FIRST = (
    "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = {path}', current_database());"
    " END$$"
)
COUNTS_NOTHING = (
    "CREATE OR REPLACE FUNCTION raise_revisions_after_update() RETURNS trigger"
    " LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
)


@pytest.mark.parametrize("puts_back", ["a later transaction", "one that began before"])
def test_a_writer_that_fired_another_function_is_waited_for(current: None, puts_back: str) -> None:
    with session() as owner, session() as older, session() as writer:
        ((function,),) = owner.run(
            "SELECT pg_get_functiondef('raise_revisions_after_update'::regproc)"
        )
        older.run("BEGIN", "SELECT pg_current_xact_id()")
        owner.run(COUNTS_NOTHING)
        writer.run("BEGIN", "UPDATE data SET power = 7")
        if puts_back == "a later transaction":
            owner.run(function)
        else:
            older.run(function, "COMMIT")
        assert re.search("'somebody'.* may have written before", aggregated(DAY).error)
        writer.run("COMMIT")
    assert aggregated(DAY).changed > 0
    proves_well()


def test_who_writes_for_long_is_not_waited_for_where_nobody_replaced_functions(
    current: None,
) -> None:
    with session() as writer:
        writer.run(
            "CREATE TABLE data_y2031m01 PARTITION OF data"
            " FOR VALUES FROM ('2031-01-01 00:00+00') TO ('2031-02-01 00:00+00')"
        )
        verification.mend_triggers()
        writer.run("BEGIN", "UPDATE data SET power = 7")
        assert aggregated(DAY).status == "succeeded"


def test_functions_that_were_put_back_are_made_anew(current: None) -> None:
    with session() as owner, session() as writer:
        ((function,),) = owner.run("SELECT pg_get_functiondef('zz_note_moves'::regproc)")
        owner.run(function)
        verification.mend_triggers()
        writer.run("BEGIN", "UPDATE data SET power = 7")
        assert aggregated(DAY).status == "succeeded"


def test_a_writer_is_waited_for_whatever_functions_somebody_made(current: None) -> None:
    with session() as owner, session() as writer:
        ((function,),) = owner.run(
            "SELECT pg_get_functiondef('raise_revisions_after_update'::regproc)"
        )
        owner.run(ANOTHER_TREE, COUNTS_NOTHING)
        writer.run("BEGIN", "UPDATE data SET power = 7")
        owner.run(function)
        assert "may have written before" in aggregated(DAY).error
        writer.run("COMMIT")
    assert aggregated(DAY).changed > 0
    proves_well()


def test_whose_rights_changed_says_so(current: None) -> None:
    with session() as owner, session() as writer:
        owner.run("REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC")
        writer.run("BEGIN", "UPDATE data SET power = 7")
        assert "or changed their rights, owner or comment" in aggregated(DAY).error


def test_a_condition_is_told_whatever_words_somebody_gives_triggers(current: None) -> None:
    name = "raise_revisions_after_update"
    with session() as owner:
        owner.run(
            OTHER_NAMES_FIRST.format(path="public, pg_catalog"),
            "CREATE FUNCTION public.pg_get_triggerdef(oid, boolean) RETURNS text LANGUAGE sql AS"
            " $$SELECT replace(pg_catalog.pg_get_triggerdef($1, $2), ' WHEN (false)', '')$$",
            f"CREATE OR REPLACE TRIGGER {name} AFTER UPDATE ON data REFERENCING OLD TABLE AS went"
            f" NEW TABLE AS came FOR EACH STATEMENT WHEN (false) EXECUTE FUNCTION {name}()",
            f"ALTER TABLE data ENABLE ALWAYS TRIGGER {name}",
        )
    connections["source"].close()
    assert f"{name} on data is of another version" in aggregated(DAY).error


OPERATOR_OF_SOMEBODY = [
    "CREATE SCHEMA other",
    "CREATE FUNCTION other.same(timestamptz, timestamptz) RETURNS boolean LANGUAGE sql IMMUTABLE"
    " AS 'SELECT true'",
    "CREATE OPERATOR other.= (LEFTARG = timestamptz, RIGHTARG = timestamptz,"
    " FUNCTION = other.same)",
]
MOVE = (
    "MERGE INTO data USING turbine ON turbine_id = id"
    " WHEN MATCHED THEN UPDATE SET timestamp = timestamp - interval '1 month'"
)


def test_a_repair_uses_no_operator_of_somebody(current: None) -> None:
    with session() as owner:
        owner.run(
            *OPERATOR_OF_SOMEBODY,
            OTHER_NAMES_FIRST.format(path="other, pg_catalog, public"),
            "DROP TRIGGER zz_note_moves ON data",
        )
        connections["source"].close()
        verification.mend_triggers()
        with pytest.raises(psycopg2.Error, match="MERGE cannot move"):
            owner.run(MOVE)
        owner.run("DROP SCHEMA other CASCADE")
    connections["source"].close()
    assert aggregated(DAY).status == "succeeded"
    proves_well()


def test_a_condition_with_an_operator_of_somebody_is_told_and_mended(current: None) -> None:
    with session() as owner:
        ((definition,),) = owner.run(
            *OPERATOR_OF_SOMEBODY,
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger"
            " WHERE tgname = 'zz_note_moves' AND tgrelid = 'data'::regclass",
        )
        owner.run(
            "SET search_path = other, pg_catalog, public",
            "DROP TRIGGER zz_note_moves ON data",
            definition,
            "ALTER TABLE data ENABLE ALWAYS TRIGGER zz_note_moves",
        )
    assert "zz_note_moves on data is of another version" in aggregated(DAY).error
    verification.mend_triggers()
    assert aggregated(DAY).status == "succeeded"


def test_a_table_put_before_data_while_a_run_reads_is_not_read(current: None) -> None:
    def put_before() -> None:
        with session() as owner:
            owner.run("ALTER TABLE postgres.away RENAME TO data")

    with session() as owner:
        owner.run(
            "DO $$BEGIN EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', current_user); END$$",
            "CREATE SCHEMA IF NOT EXISTS postgres",
            "CREATE TABLE postgres.away AS TABLE data",
            "UPDATE postgres.away SET power = 7",
        )
    with changing(reader, "_measurements", "before", put_before):
        assert aggregated(DAY, force=True).changed == 0
    with session() as owner:
        owner.run("DROP TABLE postgres.data")
    proves_well()


@pytest.mark.parametrize("kind", ["numeric", "real", "bigint"])
def test_a_column_of_another_type_of_numbers_is_read_alike(current: None, kind: str) -> None:
    before = values("power_mean")
    with session() as owner:
        owner.run(
            f"ALTER TABLE data ALTER COLUMN power TYPE {kind}",
            f"ALTER TABLE data ALTER COLUMN pitch_angle TYPE {kind}",
            "ALTER TABLE turbine ALTER COLUMN rated_power_kw TYPE numeric(10, 2)",
            "UPDATE turbine SET rated_power_kw = 2050",
        )
    assert aggregated(DAY).status == "succeeded"
    assert values("power_mean") == before
    assert values("pitch_angle_mean") == {}
    proves_well()


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE data RENAME TO away",
        "ALTER TABLE source_day RENAME TO away",
        "ALTER TABLE data RENAME power TO away",
    ],
)
def test_a_table_or_column_that_is_not_there_is_a_sentence(
    current: None, client: Client, statement: str
) -> None:
    run, _ = Run.objects.request(DAY, [], requested_by="test", force=True)
    with session() as owner:
        owner.run(statement)
    pipeline.execute(run)
    run.refresh_from_db()
    assert (run.status, run.traceback) == ("failed", "")
    assert "The source is not as this project made it: " in run.error
    assert client.get(f"/data?start={DAY}&end={today()}").status_code == 503


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE data ALTER COLUMN power TYPE float8 USING power + 100",
        "ALTER TABLE {partition} DISABLE TRIGGER raise_revisions_after_update",
    ],
)
def test_a_month_that_was_rewritten_since_somebody_looked_is_not_let_go(
    current: None, statement: str
) -> None:
    (month,) = dropped_months.months_before(month_after(month_of(DAY)))
    with session() as owner:
        owner.run(written(statement))
    with pytest.raises(dropped_months.MonthChanged):
        dropped_months.drop(month)
    assert Measurement.objects.exists()
