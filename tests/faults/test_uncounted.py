"""Measurements that no trigger counted, and tables that cannot be relied on."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import cast

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.http import StreamingHttpResponse
from django.test import Client
from psycopg2.errors import FeatureNotSupported

from aggregates.audit import nightly
from aggregates.models import AggregatedDay, Run
from aggregates.runs import pipeline, reconciler
from common.days import day_start, now, today
from common.postgres.partitions import ensure_months, month_after, month_of, move_out_of_default
from sourcedata import dropped_months, reader
from sourcedata.batches import measurement_batches
from sourcedata.importing import Form, import_table, look_at
from sourcedata.snapshot import UnreadableSource
from sourcedata.triggers import TRIGGERS
from tests.builders import aggregated, turbine
from tests.faults.conftest import DAY, measured, proves_well
from tests.faults.month import OTHER_MONTH, partition, repair, state, written
from tests.processes import wait_until
from tests.sessions import Session, is_waited_for, session

FIRST_WITH_VIRTUAL_COLUMNS = 180_000


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


def test_a_repair_and_somebody_who_goes_on_writing_do_not_deadlock(current: None) -> None:
    with ThreadPoolExecutor(1) as thread, session() as writing:
        # The measurements are locked before the turbine-days that they are of are raised.
        writing.run("BEGIN", "LOCK TABLE data IN ROW EXCLUSIVE MODE")
        repairing = thread.submit(repaired)
        wait_until(is_waited_for, "repair that waits")
        writing.run("UPDATE data SET power = 2", "COMMIT")
        assert "0 are wrong" in repairing.result()
    assert aggregated(DAY).changed > 0
    proves_well()


def repaired() -> str:
    try:
        return repair()
    finally:
        connections.close_all()


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


def test_measurements_of_a_turbine_that_nobody_knows_on_the_day_are_told(current: None) -> None:
    turbine("T99")
    assert aggregated_of("T99").status == "empty"
    with session() as owner:
        owner.run(
            "ALTER TABLE data DISABLE TRIGGER USER",
            f"INSERT INTO data (turbine_id, timestamp) SELECT id, '{DAY} 10:00Z' FROM turbine"
            " WHERE name = 'T99'",
        )
        count_again(owner)
    assert "1 measurements of 'T99'" in aggregated(DAY).error
    assert "1 measurements of 'T99'" in aggregated_of("T99").error
    assert aggregated_of("T01").status == "succeeded"


def count_again(owner: Session) -> None:
    """Switch the triggers of data on again, as they were."""
    for trigger in TRIGGERS:
        if trigger.table == "data":
            owner.run(f"ALTER TABLE data ENABLE ALWAYS TRIGGER {trigger.name}")


def aggregated_of(name: str) -> Run:
    run, _ = Run.objects.request(DAY, [name], requested_by="test", force=True)
    pipeline.execute(run)
    return run


def test_months_that_leave_the_default_partition_keep_their_rows_and_counts(current: None) -> None:
    with session() as owner:
        owner.run(
            "INSERT INTO data (turbine_id, timestamp) SELECT id, '1975-01-01 10:00Z' FROM turbine",
            "CREATE FUNCTION drop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            "CREATE TRIGGER drops BEFORE INSERT OR DELETE ON data FOR EACH ROW"
            " EXECUTE FUNCTION drop()",
        )
        assert move_out_of_default("source", "data") == [date(1975, 1, 1)]
        assert owner.run("SELECT count(*) FROM data_1975_01") == [(2,)]
    assert "0 are wrong" in repair()
    assert aggregated(date(1975, 1, 1)).samples == 2
    assert state() == "current"


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
        count_again(owner)
        assert "and counted 0: manage.py verify_source --repair" in aggregated(day).error
    nightly.audit_in_turn()
    assert aggregated(day).samples == 2
    aggregated(DAY)
    proves_well()


def test_a_month_with_measurements_that_were_not_counted_is_not_let_go(current: None) -> None:
    month = month_of(DAY)
    with session() as uncounted:
        uncounted.run(
            "ALTER TABLE data DISABLE TRIGGER raise_revisions_after_insert",
            "INSERT INTO data (turbine_id, timestamp) SELECT id, now() FROM turbine",
            f"UPDATE data SET timestamp = '{DAY} 23:00Z' WHERE timestamp > '{DAY} 22:00Z'",
            "ALTER TABLE data ENABLE ALWAYS TRIGGER raise_revisions_after_insert",
        )
    (kept,) = [
        one for one in dropped_months.months_before(month_after(month)) if one.first == month
    ]
    with pytest.raises(dropped_months.MonthChanged, match="verify_source --repair"):
        dropped_months.drop(kept)


def test_a_download_of_rows_that_were_not_counted_has_no_end(current: None, client) -> None:
    with session() as detaching:
        detaching.run(f"ALTER TABLE data DETACH PARTITION {partition()}")
    assert client.get(f"/data?start={DAY}&end={today()}").status_code == 503


def two_months() -> None:
    ensure_months("source", "data", [DAY, OTHER_MONTH])
    measured(OTHER_MONTH)
    measured(DAY)


def test_a_download_that_finds_less_than_was_counted_breaks_off(own_source, monkeypatch) -> None:
    two_months()
    period = (day_start(OTHER_MONTH), day_start(today()))
    batches = measurement_batches(*period, ["power"], ["T01"])
    assert len(next(batches)[1][0]) == 60
    with session() as detaching:
        detaching.run(f"ALTER TABLE data DETACH PARTITION {partition()}")
    with pytest.raises(UnreadableSource, match=f"0 measurements of 'T01' on {DAY}, and counted 60"):
        list(batches)


@pytest.mark.parametrize("days", [[OTHER_MONTH, DAY], [DAY]])
def test_a_download_of_a_month_that_is_let_go_meanwhile_breaks_off(
    own_source: None, client: Client, days: list[date]
) -> None:
    ensure_months("source", "data", [DAY, OTHER_MONTH])
    for day in days:
        measured(day, 1.0, "T01")
    measured(OTHER_MONTH, 1.0, "T02")
    response = client.get(f"/data?start={OTHER_MONTH}&end={today()}")
    (month,) = dropped_months.months_before(month_of(DAY))
    dropped_months.drop(month)
    with pytest.raises(UnreadableSource, match="Months were let go"):
        list(cast(StreamingHttpResponse, response))
    assert "Let-Go" in client.get(f"/data?start={OTHER_MONTH}&end={today()}").headers


def test_a_download_over_weeks_misses_what_is_detached_too(own_source: None) -> None:
    two_months()
    with session() as detaching:
        detaching.run(f"ALTER TABLE data DETACH PARTITION {partition()}")
    batches = measurement_batches(day_start(OTHER_MONTH), day_start(today()), ["power"])
    with pytest.raises(UnreadableSource, match=f"0 measurements of 'T01' on {DAY}"):
        list(batches)


def test_a_download_locks_no_table_for_longer_than_a_batch(own_source) -> None:
    two_months()
    period = (day_start(OTHER_MONTH), day_start(today()))
    batches = measurement_batches(*period, ["power"])
    next(batches)
    with session() as rewriting:
        rewriting.run("SET lock_timeout = '1s'", "ALTER TABLE data ADD COLUMN noted int DEFAULT 1")
    assert sum(len(columns[0]) for _, columns in batches) == 180


def test_a_variable_that_is_computed_when_it_is_read_fails_runs(current: None) -> None:
    with session() as owner:
        ((version,),) = owner.run("SHOW server_version_num")
        if int(version) < FIRST_WITH_VIRTUAL_COLUMNS:
            pytest.skip("older servers have no virtual columns")
        owner.run(
            "ALTER TABLE data ADD COLUMN kw float8, DROP COLUMN power",
            "ALTER TABLE data ADD COLUMN power float8 GENERATED ALWAYS AS (kw * 2) VIRTUAL",
        )
    assert "a variable is computed anew each time that it is read" in aggregated(DAY).error


def test_a_turbine_day_without_a_revision_is_told_and_ends_no_tick(current: None) -> None:
    with session() as owner:
        owner.run(
            "ALTER TABLE source_day ALTER revision DROP NOT NULL, ALTER samples DROP NOT NULL",
            "ALTER TABLE source_day DISABLE TRIGGER USER",
            "UPDATE source_day SET revision = NULL",
            "UPDATE source_day SET samples = NULL WHERE turbine_id % 2 = 0",
        )
    reconciler.tick(now())
    assert "give turbine_id, day, revision and samples their NOT NULL back" in aggregated(DAY).error
    with pytest.raises(CommandError):
        repair()
    with session() as owner:
        owner.run("ALTER TABLE source_day ALTER revision SET NOT NULL, ALTER samples SET NOT NULL")
    assert aggregated(DAY).status == "succeeded"
    proves_well()


# What stands against whoever counts anew, and the words of the database for it.
AGAINST_COUNTING = {
    "a rule": (
        ["CREATE RULE also AS ON UPDATE TO source_day DO ALSO NOTHING"],
        "table that has INSERT or UPDATE rules",
    ),
    "a trigger": (
        [
            "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql"
            " AS $$BEGIN RAISE 'I mind'; END$$",
            "CREATE TRIGGER no BEFORE UPDATE ON source_day FOR EACH ROW EXECUTE FUNCTION no()",
        ],
        "I mind",
    ),
    "a check": (
        ["ALTER TABLE source_day ADD CONSTRAINT full_hours CHECK (samples >= 60) NOT VALID"],
        "full_hours",
    ),
    "a column": (
        [
            "ALTER TABLE source_day ADD COLUMN noted int NOT NULL DEFAULT 1",
            "ALTER TABLE source_day ALTER noted DROP DEFAULT",
        ],
        "noted",
    ),
}


@pytest.mark.parametrize(("statements", "words"), AGAINST_COUNTING.values(), ids=AGAINST_COUNTING)
def test_what_stands_against_counting_anew_is_told_and_the_night_goes_on(
    current: None, caplog: pytest.LogCaptureFixture, statements: list[str], words: str
) -> None:
    with session() as owner:
        owner.run(
            "ALTER TABLE data DISABLE TRIGGER USER",
            f"DELETE FROM data WHERE timestamp < '{DAY} 10:05Z'",
            *statements,
        )
    sentence = rf"source_day does not take what was counted of {DAY}: .*{words}"
    with pytest.raises(CommandError, match=sentence):
        repair()
    nightly.audit_in_turn()
    assert re.search(sentence, caplog.text)
    assert not AggregatedDay.objects.filter(audited_at=None)


# What somebody makes of the tables beside `data`, and what is said of it.
UNSOUND = {
    "row security": (["ALTER TABLE source_day ENABLE ROW LEVEL SECURITY"], "hides rows"),
    "turbines of other numbers": (
        ["DROP TRIGGER zz_note_moves ON data", "ALTER TABLE data ALTER turbine_id TYPE int"],
        "the turbines of data are no bigint",
    ),
    "unlogged": (["ALTER TABLE source_day SET UNLOGGED"], "would lose them in a crash"),
}


@pytest.mark.parametrize(("statements", "words"), UNSOUND.values(), ids=UNSOUND)
def test_tables_that_may_hide_lose_or_mix_up_rows_are_told(
    current: None, statements: list[str], words: str
) -> None:
    with session() as owner:
        owner.run(*statements)
    assert words in "".join(reader.faults())
    assert words in aggregated(DAY, force=True).error


def test_a_table_that_is_named_as_one_of_the_imports_stays_as_it_is(
    current: None, tmp_path: Path
) -> None:
    with session() as owner:
        owner.run("CREATE TABLE imported AS SELECT 0::bigint AS row, * FROM data")
    file = tmp_path / "a.csv"
    file.write_text(f"time,kw\n{DAY}T00:00Z,5\n{DAY}T10:00Z,5\n")
    (understood,) = look_at(file, Form(["time"], {"power": "kw"}, turbine="T01"))
    stored = import_table(understood, "test")
    with session() as owner:
        assert owner.run("SELECT count(*) FROM public.imported") == [(120,)]
    assert stored.inserted + stored.updated + stored.unchanged == 2


def test_names_that_others_equal_are_told(current: None) -> None:
    with session() as owner:
        try:
            owner.run(
                "CREATE COLLATION blurred"
                " (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
            )
        except FeatureNotSupported:
            pytest.skip("this server knows no collation that takes several texts for one")
        owner.run(
            "DO $$BEGIN EXECUTE (SELECT string_agg('DROP INDEX ' || indexrelid::regclass, ';')"
            " FROM pg_index JOIN pg_opclass ON pg_opclass.oid = indclass[0]"
            " WHERE indrelid = 'turbine'::regclass AND opcname LIKE '%pattern_ops'); END$$",
            "ALTER TABLE turbine ALTER name TYPE varchar(100) COLLATE blurred",
        )
    assert "so that others equal them" in aggregated(DAY, force=True).error


def test_a_turbine_table_in_the_schema_of_an_account_takes_no_place(
    current: None, tmp_path: Path
) -> None:
    """The path of a session begins with the schema that is named as its account."""
    with session() as owner:
        ((account,),) = owner.run("SELECT quote_ident(current_user)")
        owner.run(
            "CREATE SCHEMA AUTHORIZATION CURRENT_USER",
            f"CREATE TABLE {account}.turbine (LIKE public.turbine INCLUDING ALL)",
            f"INSERT INTO {account}.turbine (id, name, sample_interval_s, rated_power_kw)"
            " SELECT -id, name, 60, 0.001 FROM public.turbine",
        )
    file = tmp_path / "a.csv"
    file.write_text(f"time,kw\n{DAY}T10:00Z,5\n")
    (understood,) = look_at(file, Form(["time"], {"power": "kw"}, turbine="T01"))
    import_table(understood, "test")
    assert aggregated(DAY).status == "succeeded"
    proves_well()
