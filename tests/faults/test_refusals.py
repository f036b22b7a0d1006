"""Statements that could not be counted are refused, with what to write instead."""

from datetime import timedelta

import psycopg2
import psycopg2.errors
import pytest
from django.db import connections

from common.days import FIRST_DAY, LAST_DAY, today
from common.postgres.partitions import ensure_months, partitions
from sourcedata import upkeep, verification
from tests.builders import aggregated
from tests.faults.conftest import DAY, measured, proves_well
from tests.faults.month import OTHER_MONTH, partition, repair, state, written
from tests.sessions import session

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


ROUND_WHAT_COMES = [
    ROUND_TIMES.replace(" + interval '1 month'", ""),
    "CREATE TRIGGER round BEFORE INSERT ON data FOR EACH ROW EXECUTE FUNCTION round_times()",
]
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
    "a merge whose moves a trigger rounds": (
        [
            "INSERT INTO data (turbine_id, timestamp, power)"
            " SELECT id, timestamptz '{day} 12:00:20Z', 900 FROM turbine"
            " UNION ALL SELECT id, '{other} 12:00:20Z', 100 FROM turbine",
            *ROUND_WHAT_COMES,
            "MERGE INTO data USING (VALUES (timestamptz '{day} 12:00:20Z',"
            " timestamptz '{other} 12:00:20Z'), ('{other} 12:00:20Z', '{day} 12:00:20Z'))"
            " AS m (old, new) ON timestamp = m.old WHEN MATCHED THEN UPDATE SET timestamp = m.new",
        ],
        "data has a trigger round that may change rows which move",
    ),
    "an update into another month beside a trigger that rounds": (
        [
            *ROUND_WHAT_COMES,
            "UPDATE data SET timestamp = timestamp - interval '1 month 20 s'",
        ],
        "Write DELETE and INSERT instead, or drop it",
    ),
    "turbine-days that a foreign key gives to others": (
        [
            "ALTER TABLE source_day ADD FOREIGN KEY (turbine_id) REFERENCES turbine"
            " ON UPDATE CASCADE",
            "UPDATE turbine SET id = id + 1000",
        ],
        "Turbine-days cannot be given to other turbines or days",
    ),
    "turbine-days that are given to other days": (
        ["UPDATE source_day SET day = day + 1"],
        "Turbine-days cannot be given to other turbines or days",
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
        "source_day has the trigger refuse_forgetting, which could change",
    ),
    "a trigger that keeps revisions": (
        [
            KEEPS_REVISIONS,
            "CREATE TRIGGER keep AFTER UPDATE ON source_day FOR EACH ROW EXECUTE FUNCTION keep()",
            "UPDATE data SET power = 7",
        ],
        "Write: ALTER TABLE source_day DISABLE TRIGGER keep",
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
    "a merge within which another moves the rows back": (
        [
            "CREATE FUNCTION back() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN"
            " IF pg_trigger_depth() = 1 THEN MERGE INTO data USING turbine ON turbine_id = id"
            " AND timestamp < timestamptz '{day} 00:00Z' - interval '20 days'"
            " WHEN MATCHED THEN UPDATE SET timestamp = timestamp + interval '1 month'; END IF;"
            " RETURN NULL; END$$",
            "CREATE TRIGGER keep_month AFTER UPDATE ON data EXECUTE FUNCTION back()",
            "MERGE INTO data USING turbine ON turbine_id = id"
            " WHEN MATCHED THEN UPDATE SET timestamp = timestamp - interval '1 month', power = 77",
        ],
        "data cannot be updated within a statement that gives measurements other times",
    ),
    "renaming by a trigger of somebody": (
        [
            "CREATE FUNCTION lower() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN new.name := lower(new.name); RETURN new; END'",
            "CREATE TRIGGER zz_lower BEFORE UPDATE ON turbine FOR EACH ROW"
            " EXECUTE FUNCTION lower()",
            "UPDATE turbine SET latitude = 3",
        ],
        "has or had measurements and cannot be renamed",
    ),
    "truncate above read committed": ([REPEATABLE, "TRUNCATE data"], "or DELETE instead"),
    "truncate of a partition": ([REPEATABLE, "TRUNCATE {partition}"], "or DELETE instead"),
    "truncate when serializable": (
        ["BEGIN ISOLATION LEVEL SERIALIZABLE", "TRUNCATE data"],
        "transaction that is serializable",
    ),
    "renaming above read committed": ([REPEATABLE, RENAME], "cannot be renamed in a transaction"),
    "renaming": ([RENAME], "has or had measurements and cannot be renamed"),
    "another id of a turbine": (["UPDATE turbine SET id = -id"], "and cannot get another id"),
    "another turbine in the place of one": (
        ["BEGIN", "DELETE FROM turbine WHERE name = 'T01'"],
        "has measurements and cannot be deleted",
    ),
    "forgetting turbine-days": (["DELETE FROM source_day"], "cannot forget turbine-days"),
    "forgetting all turbine-days": (["TRUNCATE source_day"], "cannot forget turbine-days"),
    "truncate of turbines": (["TRUNCATE turbine CASCADE"], "cannot forget turbine-days"),
    "what source_day keeps from being noted": (
        [
            "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            "CREATE TRIGGER keep BEFORE UPDATE ON source_day FOR EACH ROW EXECUTE FUNCTION keep()",
            "UPDATE data SET power = 7",
        ],
        "ALTER TABLE source_day DISABLE TRIGGER keep",
    ),
}


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


def test_a_change_of_a_partition_in_a_schema_that_took_the_name_is_refused(current: None) -> None:
    with session() as owner:
        owner.run(
            "CREATE SCHEMA decoy",
            "CREATE TABLE decoy.source_day (LIKE public.source_day INCLUDING ALL)",
            written("ALTER TABLE public.{partition} SET SCHEMA decoy"),
            "ALTER SCHEMA public RENAME TO away",
            "ALTER SCHEMA decoy RENAME TO public",
        )
        with pytest.raises(psycopg2.Error, match="is a part of another table than data"):
            owner.run(written("UPDATE public.{partition} SET power = 7"))
        owner.run("CREATE TABLE data (LIKE away.data) PARTITION BY RANGE (timestamp)")
        with pytest.raises(psycopg2.Error, match="is a part of another table than data"):
            owner.run(written("UPDATE public.{partition} SET power = 7"))
        owner.run(
            "ALTER SCHEMA public RENAME TO decoy",
            "ALTER SCHEMA away RENAME TO public",
            written("ALTER TABLE decoy.{partition} SET SCHEMA public"),
            "DROP SCHEMA decoy CASCADE",
        )
    assert state() == "current"
    proves_well()


@pytest.mark.parametrize("table", ["source_day", "data"])
def test_a_trigger_of_somebody_that_is_disabled_is_passed_over(current: None, table: str) -> None:
    with session() as owner:
        owner.run(
            "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            f'CREATE TRIGGER "zzz Keep" BEFORE UPDATE ON {table} FOR EACH ROW'
            " EXECUTE FUNCTION keep()",
            f'ALTER TABLE {table} DISABLE TRIGGER "zzz Keep"',
            "UPDATE data SET power = 7",
        )
    assert aggregated(DAY).changed > 0
    proves_well()


def test_a_new_month_has_the_triggers_of_somebody_as_they_are(current: None) -> None:
    with session() as owner:
        owner.run(
            "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN RAISE EXCEPTION $$kept$$; END'",
            'CREATE TRIGGER "Keep" AFTER INSERT ON data EXECUTE FUNCTION keep()',
            'ALTER TABLE data DISABLE TRIGGER "Keep"',
        )
    measured(DAY - timedelta(days=200), 1.0, "T01")
    assert aggregated(DAY - timedelta(days=200)).status == "succeeded"


def test_a_partition_in_another_schema_counts(current: None) -> None:
    with session() as owner:
        owner.run(
            "CREATE SCHEMA parts",
            written("ALTER TABLE {partition} SET SCHEMA parts"),
            written("UPDATE parts.{partition} SET power = 7"),
        )
    assert aggregated(DAY).changed > 0
    proves_well()


@pytest.mark.parametrize("how", ["", "CONCURRENTLY"])
def test_what_is_detached_counts_nothing(current: None, how: str) -> None:
    with session() as owner:
        owner.run(
            "DROP TABLE data_default",  # it keeps others from being detached CONCURRENTLY
            written(f"ALTER TABLE data DETACH PARTITION {{partition}} {how}"),
            written("DELETE FROM {partition} WHERE timestamp < '{day} 10:30Z'"),
            written("TRUNCATE {partition}"),
        )
    assert f"0 measurements of 'T01' on {DAY}, and counted 60" in aggregated(DAY).error
    with session() as owner:
        owner.run(written("ALTER TABLE data ATTACH PARTITION {partition} FOR VALUES {bounds}"))
    assert state() != "current"
    repair()
    assert "lost samples" in aggregated(DAY).error


def test_what_is_being_detached_counts_nothing_any_more(current: None) -> None:
    with session() as reading, session() as owner:
        owner.run("DROP TABLE data_default", "SET statement_timeout = '500ms'")
        reading.run("BEGIN", "SELECT FROM data LIMIT 1")
        with pytest.raises(psycopg2.errors.QueryCanceled):
            owner.run(written("ALTER TABLE data DETACH PARTITION {partition} CONCURRENTLY"))
        owner.run(written("DELETE FROM {partition} WHERE timestamp < '{day} 10:30Z'"))
        reading.run("COMMIT")
        assert "and counted 60" in aggregated(DAY).error
        owner.run(
            written("ALTER TABLE data DETACH PARTITION {partition} FINALIZE"),
            written("ALTER TABLE data ATTACH PARTITION {partition} FOR VALUES {bounds}"),
        )
    assert f"30 measurements of 'T01' on {DAY}, and counted 60" in aggregated(DAY).error
    repair()
    assert aggregated(DAY).samples == 60
    proves_well()


def test_a_partition_of_another_table_is_refused_with_what_to_drop(current: None) -> None:
    with session() as owner:
        owner.run(
            written("ALTER TABLE data DETACH PARTITION {partition}"),
            "CREATE TABLE archive (LIKE data) PARTITION BY RANGE (timestamp)",
            written("ALTER TABLE archive ATTACH PARTITION {partition} FOR VALUES {bounds}"),
        )
        with pytest.raises(psycopg2.Error, match="Drop its trigger raise_revisions_after_delete"):
            owner.run(written("DELETE FROM {partition}"))


def test_a_partition_of_a_partition_counts(current: None) -> None:
    name = "raise_revisions_after_insert"
    with session() as owner:
        owner.run(
            "CREATE TABLE deep PARTITION OF data FOR VALUES FROM ('1975-01-01Z') TO ('1976-01-01Z')"
            " PARTITION BY RANGE (timestamp)",
            "CREATE TABLE leaf PARTITION OF deep DEFAULT",
            f"CREATE TRIGGER {name} AFTER INSERT ON leaf REFERENCING NEW TABLE AS came"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
            "INSERT INTO leaf (turbine_id, timestamp) SELECT id, '1975-02-01Z' FROM turbine",
        )
        assert owner.run("SELECT samples FROM source_day WHERE day = '1975-02-01'") == [(1,), (1,)]


STAGED = [
    "CREATE TABLE staging PARTITION OF data FOR VALUES FROM ('1975-01-01Z') TO ('1976-01-01Z')",
    "INSERT INTO staging (turbine_id, timestamp, power)"
    " SELECT id, '1975-01-01 10:00Z', 9 FROM turbine",
]
UNNOTED = "ALTER TABLE staging DISABLE TRIGGER zz_note_moves"
MOVE_STAGED = (
    "MERGE INTO data USING turbine ON turbine_id = id AND timestamp < '1976-01-01Z'"
    " WHEN MATCHED THEN UPDATE SET timestamp = '{day} 10:00:30Z'"
)


@pytest.mark.parametrize(
    "statements",
    [
        [*STAGED, "ALTER TABLE staging DISABLE TRIGGER USER"],
        ["BEGIN", *STAGED, UNNOTED],
        [REPEATABLE, *STAGED, UNNOTED],
        [*STAGED, "ALTER TABLE staging ENABLE TRIGGER zz_note_moves"],
    ],
    ids=["for a while", "in one transaction", "above read committed", "not where one replicates"],
)
def test_moves_out_of_a_partition_that_does_not_note_them_are_refused(
    current: None, statements: list[str]
) -> None:
    with session() as owner:
        owner.run(*statements)
        with pytest.raises(psycopg2.Error, match=r"or not ALWAYS on public\.staging"):
            owner.run(written(MOVE_STAGED))
        owner.run("ROLLBACK", "DROP TABLE IF EXISTS staging")
    assert state() == "current"
    proves_well()


@pytest.mark.parametrize("is_made", ["before", "later"])
def test_an_older_snapshot_moves_nothing_that_nobody_notes(current: None, is_made: str) -> None:
    statements = [*STAGED, UNNOTED]
    before, later = (STAGED, [UNNOTED]) if is_made == "before" else ([], statements)
    with session() as owner, session() as older:
        owner.run(*before)
        older.run(REPEATABLE, "SELECT")
        owner.run(*later)
        if is_made == "later":
            older.run(
                "INSERT INTO data (turbine_id, timestamp) SELECT id, '1975-01-01 11:00Z'"
                " FROM turbine"
            )
        with pytest.raises(psycopg2.errors.SerializationFailure, match="changed since this trans"):
            older.run(written(MOVE_STAGED))
        older.run("ROLLBACK")
        owner.run("DROP TABLE staging")
    assert state() == "current"
    proves_well()


def test_an_older_snapshot_moves_where_triggers_are_as_they_were(current: None) -> None:
    with session() as owner, session() as older:
        owner.run("BEGIN", "ALTER TABLE data DISABLE TRIGGER zz_note_moves", "ROLLBACK")
        older.run(
            REPEATABLE, "UPDATE data SET timestamp = timestamp - interval '1 month'", "COMMIT"
        )
    assert "0 are wrong" in repair()


def test_an_upsert_by_merge_counts_what_came_on_its_day(current: None) -> None:
    with session() as writing:
        writing.run(
            "MERGE INTO data USING (SELECT turbine_id AS id, fed.start FROM data,"
            f" LATERAL (VALUES (timestamptz '{DAY + timedelta(days=1)} 00:00Z'), (data.timestamp))"
            " AS fed (start) ORDER BY data.timestamp, turbine_id, start DESC LIMIT 2) AS fed"
            " ON turbine_id = fed.id AND timestamp = fed.start"
            " WHEN MATCHED THEN UPDATE SET power = 5"
            " WHEN NOT MATCHED THEN INSERT (turbine_id, timestamp, power)"
            " VALUES (fed.id, fed.start, 6)"
        )
    assert [day for day in verification.count(FIRST_DAY, LAST_DAY) if day.is_wrong] == []


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


def test_a_trigger_that_keeps_what_is_to_move_is_named(current: None) -> None:
    with session() as somebody:
        somebody.run(
            "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            "CREATE TRIGGER keeps BEFORE DELETE ON data FOR EACH ROW EXECUTE FUNCTION keep()",
        )
        with pytest.raises(psycopg2.Error, match="trigger keeps of DELETE that may keep"):
            somebody.run("UPDATE data SET timestamp = timestamp - interval '1 month'")


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
