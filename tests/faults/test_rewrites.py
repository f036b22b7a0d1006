"""What is done to the source's tables, and no trigger sees or could count."""

import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO

import psycopg2
import psycopg2.errors
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client

from aggregates import load, pipeline, reconciler, states
from aggregates.audit import nightly
from aggregates.extract import SourceUnavailable
from aggregates.models import AggregatedDay, Run, Value
from sourcedata import reader, retention, upkeep, verification
from sourcedata.models import Measurement
from sourcedata.snapshot import UnreadableSource
from sourcedata.triggers import TRIGGERS
from tests.builders import aggregated, turbine, values
from tests.faults.conftest import DAY, copied, measured, proves_well
from tests.faults.test_changes import changing
from tests.processes import wait_until
from tests.sessions import is_waited_for, session
from windproject import patience
from windproject.days import day_start, now, today
from windproject.partitions import ensure_months, month_after, month_of, partitions
from windproject.waits import COMMAND

OTHER_MONTH = month_of(DAY) - timedelta(days=5)


@pytest.fixture
def current(own_source: None) -> None:
    """A month with a partition, of which a day is measured and aggregated, and a month before."""
    ensure_months("source", "data", [DAY, OTHER_MONTH])
    measured()
    aggregated(DAY)


def partition() -> str:
    return f"data_{DAY:%Y_%m}"


def state() -> str:
    try:
        return str(states.days(DAY, DAY)[0].state)
    except SourceUnavailable:
        return "unknown"


def repair() -> str:
    call_command("verify_source", "--repair", stdout=(told := StringIO()))
    return told.getvalue()


def written(statement: str) -> str:
    """Fill in the names of the day and its month."""
    bounds = f"FROM ('{month_of(DAY)} 00:00+00') TO ('{month_after(month_of(DAY))} 00:00+00')"
    return statement.format(partition=partition(), bounds=bounds, day=DAY, other=OTHER_MONTH)


# Reads beside a rewrite.

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


def test_statistics_of_a_month_that_goes_beside_a_forced_run_stay(current: None) -> None:
    before = list(Value.objects.order_by("pk").values_list())
    (month,) = retention.months_before(month_after(month_of(DAY)))
    with changing(reader, "snapshot", "before", lambda: retention.drop(month) if month else None):
        run = aggregated(DAY, force=True)
    assert run.status == "succeeded"
    assert list(Value.objects.order_by("pk").values_list()) == before
    assert state() == "archived"


def test_a_download_of_rows_that_were_not_counted_has_no_end(current: None, client) -> None:
    with session() as detaching:
        detaching.run(f"ALTER TABLE data DETACH PARTITION {partition()}")
    assert client.get(f"/data?start={DAY}&end={today()}").status_code == 503


# What no trigger sees.

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
    "turbine-days that a foreign key gives to others": [
        "UPDATE data SET power = 7 WHERE turbine_id = (SELECT max(id) FROM turbine)",
        "DO $$BEGIN EXECUTE (SELECT format('ALTER TABLE source_day DROP CONSTRAINT %I,"
        " ADD FOREIGN KEY (turbine_id) REFERENCES turbine ON UPDATE CASCADE', conname)"
        " FROM pg_constraint WHERE conrelid = 'source_day'::regclass AND contype = 'f'); END$$",
    ],
    "moves out of a partition that does not note them": [
        "ALTER TABLE data_default DISABLE TRIGGER USER",
        "INSERT INTO data_default (turbine_id, timestamp, power)"
        " SELECT id, '1975-01-01 10:00Z', 9 FROM turbine",
        "MERGE INTO data USING turbine ON turbine_id = id AND timestamp < '1976-01-01Z'"
        " WHEN MATCHED THEN UPDATE SET timestamp = '{day} 10:00:30Z'",
        "ALTER TABLE data_default ENABLE ALWAYS TRIGGER zz_note_moves",
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


ROUND_TIMES = """
    CREATE FUNCTION round_times() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
    new.timestamp := date_bin('1 min', new.timestamp, '2000-01-01Z') + interval '1 month';
    RETURN new; END$$
"""
KEEPS_REVISIONS = """
    CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
    IF pg_trigger_depth() < 3 THEN UPDATE source_day SET revision = old.revision
    WHERE (turbine_id, day) = (new.turbine_id, new.day); END IF; RETURN NULL; END$$
"""


def test_nobody_counts_rows_of_another_table(current: None) -> None:
    with session() as stranger:
        stranger.run(
            "CREATE ROLE stranger",
            "SET ROLE stranger",
            "CREATE TEMP TABLE mine (turbine_id bigint, timestamp timestamptz)",
        )
        try:
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                stranger.run(
                    "CREATE TRIGGER mine AFTER INSERT ON mine REFERENCING NEW TABLE AS came"
                    " FOR EACH STATEMENT EXECUTE FUNCTION raise_revisions_after_insert()"
                )
        finally:
            stranger.run("RESET ROLE", "DROP TABLE mine", "DROP ROLE stranger")


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


def test_what_is_detached_waits_for_a_count_and_then_for_a_person(current: None) -> None:
    with session() as detaching:
        detaching.run(f"ALTER TABLE data DETACH PARTITION {partition()}")
    error = aggregated(DAY).error
    assert f"0 measurements of 'T01' on {DAY}, and counted 60" in error
    assert "manage.py verify_source --repair" in error
    assert "2 counted anew" in repair()
    assert "lost samples of T01, T02" in aggregated(DAY).error
    with session() as attaching:
        attaching.run(written("ALTER TABLE data ATTACH PARTITION {partition} FOR VALUES {bounds}"))
    repair()
    assert aggregated(DAY).unchanged > 0
    proves_well()


def test_a_partition_made_by_hand_counts_once_it_has_triggers(current: None) -> None:
    with session() as making:
        making.run(
            "CREATE TABLE by_hand PARTITION OF data"
            " FOR VALUES FROM ('2019-01-01') TO ('2019-04-01')",
            "INSERT INTO data (turbine_id, timestamp, power)"
            " SELECT id, '2019-02-01 00:00Z', 1 FROM turbine",
        )
        day = date(2019, 2, 1)
        assert "raise_revisions_after_insert on by_hand is missing" in aggregated(day).error
        assert "Mended: raise_revisions_after_insert on by_hand is missing." in repair()
        assert aggregated(day).status == "succeeded"
        making.run("UPDATE by_hand SET power = 2")
    assert aggregated(day).changed > 0
    proves_well()


# What cannot be counted is refused.

MOVE = (
    "MERGE INTO data USING (SELECT min(id) AS id FROM turbine) AS one ON turbine_id = one.id"
    " WHEN MATCHED THEN UPDATE SET timestamp = timestamp - interval '{months} months'"
)
RENAME = "UPDATE turbine SET name = name || 'x'"
REPEATABLE = "BEGIN ISOLATION LEVEL REPEATABLE READ"
REFUSED = {
    "a trigger that changes times last": (
        [
            ROUND_TIMES,
            "CREATE TRIGGER zzz_round BEFORE UPDATE ON data FOR EACH ROW"
            " EXECUTE FUNCTION round_times()",
            "MERGE INTO data USING turbine ON turbine_id = id WHEN MATCHED THEN UPDATE SET power=1",
        ],
        "after zz_note_moves has seen them",
    ),
    "forgetting above read committed": (
        [REPEATABLE, "SELECT", "DELETE FROM source_day"],
        "cannot forget turbine-days in a transaction that is repeatable read",
    ),
    "a trigger that keeps revisions under a name of ours": (
        [
            KEEPS_REVISIONS,
            "DROP TRIGGER refuse_forgetting ON source_day",
            "CREATE TRIGGER refuse_forgetting AFTER UPDATE ON source_day FOR EACH ROW"
            " EXECUTE FUNCTION keep()",
            "UPDATE data SET power = 7",
        ],
        "source_day has triggers of somebody else",
    ),
    "a trigger that keeps revisions": (
        [
            KEEPS_REVISIONS,
            "CREATE TRIGGER keep AFTER UPDATE ON source_day FOR EACH ROW EXECUTE FUNCTION keep()",
            "UPDATE data SET power = 7",
        ],
        "source_day has triggers of somebody else",
    ),
    "a merge into another month": ([MOVE.format(months=1)], "Write UPDATE data SET"),
    "a merge that also inserts": (
        [f"{MOVE.format(months=2)} WHEN NOT MATCHED THEN INSERT (turbine_id) VALUES (one.id)"],
        "Write UPDATE data SET",
    ),
    "a merge whose moves add up to nothing": (
        [
            "INSERT INTO data (turbine_id, timestamp, power) SELECT id, day + interval '12:02', 1"
            " FROM turbine JOIN (VALUES ('T01', timestamptz '{day} 00:00Z'),"
            " ('T02', '{other} 00:00Z')) AS v (name, day) USING (name)",
            "MERGE INTO data USING (SELECT id, old, new FROM turbine JOIN (VALUES"
            " ('T01', timestamptz '{day} 12:02Z', timestamptz '{other} 12:02Z'),"
            " ('T02', '{other} 12:02Z', '{day} 12:02Z')) AS v (name, old, new) USING (name)) AS m"
            " ON turbine_id = m.id AND timestamp = m.old"
            " WHEN MATCHED THEN UPDATE SET timestamp = m.new",
        ],
        "Write UPDATE data SET",
    ),
    "truncate above read committed": ([REPEATABLE, "TRUNCATE data"], "or DELETE instead"),
    "truncate of a partition": ([REPEATABLE, "TRUNCATE {partition}"], "or DELETE instead"),
    "truncate when serializable": (
        ["BEGIN ISOLATION LEVEL SERIALIZABLE", "TRUNCATE data"],
        "transaction that is serializable",
    ),
    "renaming above read committed": ([REPEATABLE, RENAME], "cannot be renamed in a transaction"),
    "renaming": ([RENAME], "has measurements and cannot be renamed"),
    "forgetting turbine-days": (["DELETE FROM source_day"], "cannot forget turbine-days"),
    "forgetting all turbine-days": (["TRUNCATE source_day"], "cannot forget turbine-days"),
    "truncate of turbines": (["TRUNCATE turbine CASCADE"], "cannot forget turbine-days"),
    "what source_day keeps from being noted": (
        [
            "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            "CREATE TRIGGER keep BEFORE UPDATE ON source_day FOR EACH ROW EXECUTE FUNCTION keep()",
            "UPDATE data SET power = 7",
        ],
        "Drop the trigger that somebody gave source_day",
    ),
}


def test_a_change_in_a_schema_of_another_name_is_refused(current: None) -> None:
    with session() as owner:
        owner.run(
            "CREATE SCHEMA decoy",
            "CREATE TABLE decoy.source_day (LIKE public.source_day INCLUDING ALL)",
            "ALTER SCHEMA public RENAME TO away",
            "ALTER SCHEMA decoy RENAME TO public",
        )
        with pytest.raises(psycopg2.Error, match="away is another schema than that whose changes"):
            owner.run("UPDATE away.data SET power = 7")
        owner.run("DROP SCHEMA public CASCADE", "ALTER SCHEMA away RENAME TO public")
        owner.run("UPDATE data SET power = 7")
    assert (state(), aggregated(DAY).status) == ("stale", "succeeded")
    proves_well()


def test_nobody_can_put_a_function_of_theirs_before_those_that_count(current: None) -> None:
    with session() as stranger:
        stranger.run(
            "CREATE FUNCTION public.concat(bigint, text, numeric) RETURNS text LANGUAGE sql"
            " AS $$SELECT 'x'$$",
            "CREATE FUNCTION public.hashtextextended(text, integer) RETURNS bigint LANGUAGE sql"
            " AS $$SELECT 1::bigint$$",
        )
        with pytest.raises(psycopg2.Error, match="MERGE cannot move measurements"):
            stranger.run(written(MOVE.format(months=1)))


def test_measurements_of_a_turbine_that_nobody_knows_on_the_day_are_told(current: None) -> None:
    turbine("T99")
    assert aggregated_of("T99").status == "empty"
    with session() as owner:
        owner.run(
            "ALTER TABLE data DISABLE TRIGGER USER",
            f"INSERT INTO data (turbine_id, timestamp) SELECT id, '{DAY} 10:00Z' FROM turbine"
            " WHERE name = 'T99'",
        )
        for trigger in TRIGGERS:
            if trigger.table == "data":
                owner.run(f"ALTER TABLE data ENABLE ALWAYS TRIGGER {trigger.name}")
    assert "1 measurements of 'T99'" in aggregated(DAY).error
    assert "1 measurements of 'T99'" in aggregated_of("T99").error
    assert aggregated_of("T01").status == "succeeded"


def aggregated_of(name: str) -> Run:
    run, _ = Run.objects.request(DAY, [name], requested_by="test", force=True)
    pipeline.execute(run)
    return run


def test_two_turbines_of_one_name_are_named(current: None) -> None:
    with session() as owner:
        owner.run("CREATE TABLE more () INHERITS (turbine)", "INSERT INTO more TABLE turbine")
    assert "source_day or turbine is not a plain table" in aggregated(DAY, force=True).error


def test_times_that_no_day_is_of_are_named_and_stop_nothing(current: None) -> None:
    with session() as owner:
        owner.run(
            "ALTER TABLE data DROP CONSTRAINT data_timestamp_from_1970_to_2099",
            "INSERT INTO data (turbine_id, timestamp) SELECT id, '20000-01-01Z' FROM turbine",
            "INSERT INTO data (turbine_id, timestamp) SELECT id, '1000-01-01 BC' FROM turbine",
        )
    reconciler.tick(now())
    assert reader.day_range() == (DAY, DAY)
    assert reader.turbines()[0]["last_day"] == DAY
    assert "data has lost the check of its timestamps" in reader.faults()
    with pytest.raises(CommandError):
        call_command("verify_source")


def test_a_day_that_nobody_knows_and_that_has_measurements_is_no_empty_one(current: None) -> None:
    day = DAY - timedelta(days=1)
    with session() as owner:
        owner.run(
            "ALTER TABLE data DISABLE TRIGGER USER",
            f"INSERT INTO data (turbine_id, timestamp) SELECT id, '{day} 10:00Z' FROM turbine",
        )
        assert "could change unnoticed" in aggregated(day).error
        for partition_trigger in TRIGGERS:
            if partition_trigger.table == "data":
                owner.run(f"ALTER TABLE data ENABLE ALWAYS TRIGGER {partition_trigger.name}")
        assert "and counted 0: manage.py verify_source --repair" in aggregated(day).error
    nightly.audit_in_turn()
    assert aggregated(day).samples == 2
    aggregated(DAY)
    proves_well()


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
    (month,) = retention.months_before(month_after(month_of(DAY)))
    with session() as owner:
        owner.run(written(statement))
    with pytest.raises(retention.MonthChanged):
        retention.drop(month)
    assert Measurement.objects.exists()


@pytest.mark.parametrize(("statements", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_counted_is_refused_with_what_to_write_instead(
    current: None, statements: list[str], sentence: str
) -> None:
    *before, last = map(written, statements)
    with session() as writing:
        writing.run(*before)
        aggregated(DAY)
        aggregated(OTHER_MONTH)
        with pytest.raises(psycopg2.Error) as refusal:
            writing.run(last)
    assert sentence in str(refusal.value)
    assert state() == "current"
    proves_well()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE data SET timestamp = timestamp - interval '1 month'",
        MOVE.format(months=0).replace("interval '0 months'", "interval '3 hours'"),
        "WITH gone AS (DELETE FROM data WHERE timestamp < '{day} 10:30Z' RETURNING *)"
        " INSERT INTO data (turbine_id, timestamp, power)"
        " SELECT turbine_id, timestamp - interval '1 month', power FROM gone",
    ],
    ids=["update into another month", "merge within a month", "delete and insert"],
)
def test_what_moves_and_can_be_counted_is(current: None, statement: str) -> None:
    with session() as writing:
        writing.run(written(statement))
    with connections["source"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM data")
        assert cursor.fetchone() == (120,)
    assert "0 are wrong" in repair()
    assert state() == "stale"


@pytest.mark.parametrize("gone", ["DELETE FROM data", "TRUNCATE data", "DROP TABLE {partition}"])
def test_a_day_without_measurements_may_be_forgotten(current: None, gone: str) -> None:
    with session() as writing:
        writing.run(written(gone), "DELETE FROM source_day")
    assert state() == "archived"


def test_the_triggers_count_in_every_replication_role_and_partition(current: None) -> None:
    ensure_months("source", "data", [today() - timedelta(days=200)])
    with connections["source"].cursor() as cursor:
        cursor.execute("SELECT tgenabled FROM pg_trigger WHERE NOT tgisinternal")
        assert {enabled for (enabled,) in cursor.fetchall()} == {"A"}
        names = [found.name for found in partitions(cursor, "data")]
        assert {partition(), "data_default"} < {*names}
        assert upkeep.faults(cursor, names) == []


# The target likewise.


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


def test_a_target_that_drops_values_fails_the_run(own_target: None) -> None:
    Measurement.objects.update(power=3.0)
    execute_at_target(
        "CREATE FUNCTION drop_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER drops BEFORE INSERT ON data FOR EACH ROW EXECUTE FUNCTION drop_row()",
    )
    assert "data has a trigger or a rule that drops some" in aggregated(DAY).error
    execute_at_target("DROP TRIGGER drops ON data")
    assert aggregated(DAY).changed > 0
    proves_well()


# Downloads.


def two_months() -> None:
    ensure_months("source", "data", [DAY, OTHER_MONTH])
    measured(OTHER_MONTH)
    measured(DAY)


def test_a_download_that_finds_less_than_was_counted_breaks_off(own_source, monkeypatch) -> None:
    two_months()
    period = (day_start(OTHER_MONTH), day_start(today()))
    batches = reader.measurement_batches(*period, ["power"], ["T01"])
    assert len(next(batches)[1][0]) == 60
    with session() as detaching:
        detaching.run(f"ALTER TABLE data DETACH PARTITION {partition()}")
    with pytest.raises(UnreadableSource, match=f"0 measurements of 'T01' on {DAY}, and counted 60"):
        list(batches)


def test_a_download_over_weeks_misses_what_is_detached_too(own_source: None) -> None:
    two_months()
    with session() as detaching:
        detaching.run(f"ALTER TABLE data DETACH PARTITION {partition()}")
    batches = reader.measurement_batches(day_start(OTHER_MONTH), day_start(today()), ["power"])
    with pytest.raises(UnreadableSource, match=f"0 measurements of 'T01' on {DAY}"):
        list(batches)


def test_a_month_with_measurements_that_were_not_counted_is_not_let_go(current: None) -> None:
    month = month_of(DAY)
    with session() as uncounted:
        uncounted.run(
            "ALTER TABLE data DISABLE TRIGGER raise_revisions_after_insert",
            "INSERT INTO data (turbine_id, timestamp) SELECT id, now() FROM turbine",
            f"UPDATE data SET timestamp = '{DAY} 23:00Z' WHERE timestamp > '{DAY} 22:00Z'",
            "ALTER TABLE data ENABLE ALWAYS TRIGGER raise_revisions_after_insert",
        )
    (kept,) = [one for one in retention.months_before(month_after(month)) if one.first == month]
    with pytest.raises(retention.MonthChanged, match="verify_source --repair"):
        retention.drop(kept)


def test_a_download_locks_no_table_for_longer_than_a_batch(own_source) -> None:
    two_months()
    period = (day_start(OTHER_MONTH), day_start(today()))
    batches = reader.measurement_batches(*period, ["power"])
    next(batches)
    with session() as rewriting:
        rewriting.run("SET lock_timeout = '1s'", "ALTER TABLE data ADD COLUMN noted int DEFAULT 1")
    assert sum(len(columns[0]) for _, columns in batches) == 180
