"""Turbines and turbine-days that come twice, and values that no turbine can have."""

import re

import psycopg2
import pytest
from django.test import Client

from aggregates.audit.expected import expected_values
from aggregates.models import Run, Tick
from aggregates.runs import reconciler
from common.days import now
from sourcedata import reader, verification
from tests.builders import aggregated
from tests.faults.conftest import DAY, proves_well
from tests.faults.month import repair, state
from tests.sessions import Session, session

TURBINES_WITH_HEIRS = [
    "CREATE TABLE turbine_old (LIKE turbine INCLUDING ALL)",
    "INSERT INTO turbine_old TABLE turbine",
    "ALTER TABLE turbine_old INHERIT turbine",
]
ONE_MORE = (
    "INSERT INTO turbine (name, sample_interval_s) VALUES ({name}, 60)",
    "INSERT INTO data (turbine_id, timestamp, power)"
    f" SELECT max(id), '{DAY} 10:00Z', 900 FROM turbine",
)


def ticked() -> str:
    """Let the schedule tick; return what it says of the source."""
    reconciler.tick(now())
    last = Tick.last()
    assert last
    return last.error


def follow(owner: Session, sentence: str, value: str = "") -> None:
    """Run the statements that a sentence gives, with that value in its place."""
    written = re.findall(r"(?:[Ww]rite|after that|key back): ([A-Z].*?)(?=\. |\.$|;|$)", sentence)
    assert written
    owner.run(*(re.sub("'NAME'|VALUE", value, statement) for statement in written))


def heal(advice: str, value: str = "") -> None:
    """Do what a sentence says; fail unless all is well after that."""
    with session() as owner:
        owner.run("ALTER TABLE turbine DISABLE TRIGGER refuse_renaming")
        follow(owner, advice, value)
    repair()
    assert aggregated(DAY).status == "succeeded"
    proves_well()


def test_a_table_that_inherits_from_turbine_is_named_and_nothing_is_current(current: None) -> None:
    with session() as owner:
        owner.run(*TURBINES_WITH_HEIRS, "UPDATE ONLY turbine SET rated_power_kw = 0.4")
    assert state() == "unknown"
    assert "turbine_old inherits from turbine" in ticked()
    assert "not a plain table of its own" in aggregated(DAY, force=True).error
    heal(ticked())


def test_a_table_that_inherits_from_source_day_again_leaves_nothing_current(current: None) -> None:
    with session() as owner:
        owner.run(
            "CREATE TABLE earlier (LIKE source_day INCLUDING ALL)",
            "ALTER TABLE earlier INHERIT source_day",
            "ALTER TABLE earlier NO INHERIT source_day",
        )
        aggregated(DAY)
        assert state() == "current"
        owner.run(
            "INSERT INTO earlier TABLE source_day",
            "ALTER TABLE earlier INHERIT source_day",
            "UPDATE data SET power = 7",
        )
    assert state() == "unknown"
    assert "earlier inherits from source_day" in ticked()
    heal(ticked())


def test_a_second_turbine_of_a_name_is_named_and_nothing_is_current(current: None) -> None:
    with session() as owner:
        owner.run("ALTER TABLE turbine DROP CONSTRAINT turbine_name_key")
        owner.run(*(statement.format(name="'T01'") for statement in ONE_MORE))
    assert state() == "unknown"
    assert "2 turbines of the name 'T01'" in ticked()
    heal(ticked(), "'T03'")


def test_a_second_turbine_of_an_id_is_named_and_nothing_is_current(current: None) -> None:
    with session() as owner:
        owner.run(
            "ALTER TABLE turbine DROP CONSTRAINT turbine_pkey CASCADE",
            "ALTER TABLE turbine DROP CONSTRAINT turbine_name_key",
            "INSERT INTO turbine SELECT (t).* FROM (SELECT t FROM turbine t LIMIT 1) AS first",
        )
    assert state() == "unknown"
    advice = ticked()
    assert "2 turbines of the id " in advice
    heal(f"{advice}. Write: ALTER TABLE turbine ADD UNIQUE (name)")


def test_a_turbine_day_that_comes_twice_is_named_and_none_is_current(current: None) -> None:
    with session() as owner:
        owner.run(
            "ALTER TABLE source_day DROP CONSTRAINT source_day_pkey",
            "INSERT INTO source_day SELECT * FROM source_day LIMIT 1",
        )
        assert state() == "unknown"
        advice = ticked()
        assert "source_day has a turbine-day twice" in advice
        owner.run("ALTER TABLE source_day DISABLE TRIGGER refuse_forgetting")
        follow(owner, advice)
        owner.run("ALTER TABLE source_day ADD PRIMARY KEY (turbine_id, day)")
    assert "1 counted anew" in repair()
    assert aggregated(DAY).status == "succeeded"
    proves_well()


def test_the_audit_counts_no_sample_twice(current: None) -> None:
    with session() as owner:
        owner.run(*TURBINES_WITH_HEIRS, "UPDATE ONLY turbine SET rated_power_kw = 2050")
    values = expected_values(DAY, ["T01"])
    assert set(values.loc[values["statistic"] == "count", "value"]) == {10}


# What somebody does, what the sentence says of it, and a value that it allows.
BAD_ROWS = {
    "a long name": (
        [
            "ALTER TABLE turbine ALTER name TYPE text",
            "INSERT INTO turbine (name, sample_interval_s) VALUES (repeat('x', 300), 60)",
        ],
        "name 'x+...'; allowed is a text of 1 to 100 characters, without",
        "'T03'",
    ),
    "no names": (
        [
            "ALTER TABLE turbine ALTER name DROP NOT NULL",
            "INSERT INTO turbine (name, sample_interval_s) VALUES ('T03', 60), (NULL, 60)",
        ],
        "name NULL; allowed is a text",
        "'T04'",
    ),
    "a name that is no text": (
        ["ALTER TABLE turbine DROP COLUMN name, ADD COLUMN name bigint DEFAULT 7"],
        "the name '7'; allowed is a text",
        "",
    ),
    "half a second": (
        [
            "ALTER TABLE turbine ALTER sample_interval_s TYPE numeric",
            "UPDATE turbine SET sample_interval_s = 59.5 WHERE name = 'T02'",
        ],
        r"turbine 'T02' \(id \d+\) has the sample_interval_s '59.5'; allowed is a whole number",
        "60",
    ),
    "no interval": (
        [
            "ALTER TABLE turbine ALTER sample_interval_s DROP NOT NULL",
            "UPDATE turbine SET sample_interval_s = NULL WHERE name = 'T02'",
        ],
        "sample_interval_s NULL; allowed is a whole number from 1 to 600. Write",
        "60",
    ),
    "an interval of 0": (
        [
            "ALTER TABLE turbine DROP CONSTRAINT turbine_sample_interval_is_1_to_600_s",
            "UPDATE turbine SET sample_interval_s = 0 WHERE name = 'T02'",
        ],
        "sample_interval_s '0'; allowed is a whole number from 1 to 600",
        "60",
    ),
    "a power in words": (
        [
            "ALTER TABLE turbine DROP CONSTRAINT turbine_rated_power_is_positive",
            "ALTER TABLE turbine ALTER rated_power_kw TYPE text",
            "UPDATE turbine SET rated_power_kw = '2050 kW' WHERE name = 'T02'",
        ],
        "rated_power_kw '2050 kW'; allowed is a number from 0.001 to 1e.09, or NULL. Write: UPDATE",
        "2050",
    ),
    "a power that is no number": (
        [
            "ALTER TABLE turbine DROP CONSTRAINT turbine_rated_power_is_positive",
            "UPDATE turbine SET rated_power_kw = 'NaN' WHERE name = 'T02'",
        ],
        "rated_power_kw 'nan'; allowed is a number from 0.001 to 1e.09, or NULL",
        "2050",
    ),
    "a power of next to nothing": (
        ["UPDATE turbine SET rated_power_kw = '5e-324' WHERE name = 'T02'"],
        "rated_power_kw '5e-324'; allowed is a number from 0.001 to 1e.09, or NULL",
        "2050",
    ),
    "a power beyond all measure": (
        ["UPDATE turbine SET rated_power_kw = '1e308' WHERE name = 'T02'"],
        r"rated_power_kw '1e.308'; allowed is a number from 0.001 to 1e.09, or NULL",
        "2050",
    ),
    "a day that Python does not have": (
        ["UPDATE turbine SET retired_on = '20000-01-01' WHERE name = 'T02'"],
        "retired_on .*20000-01-01.*; allowed is a day from 0001-01-01 to 9999-12-31, or NULL",
        "NULL",
    ),
    "a place that is no number": (
        ["UPDATE turbine SET latitude = 'Infinity' WHERE name = 'T02'"],
        "latitude 'inf'; allowed is a number, or NULL",
        "47.1",
    ),
}


@pytest.mark.parametrize(("statements", "words", "value"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_bad_row_of_turbine_is_named_and_stops_nothing_else(
    current: None,
    client: Client,
    admin_client: Client,
    statements: list[str],
    words: str,
    value: str,
) -> None:
    with session() as owner:
        owner.run(*statements)
    advice = ticked()
    assert re.search(words, advice)
    assert client.get("/health/freshness").status_code == 503
    assert client.get("/api/turbines").status_code == 503
    for page in ("/admin/", "/admin/aggregates/day/", "/admin/sourcedata/turbine/"):
        assert admin_client.get(page).status_code != 500
    if value:
        heal(advice, value)


@pytest.mark.parametrize("name", ["half a second", "a power in words", "a long name"])
def test_a_run_that_meets_a_bad_row_fails_with_its_sentence(current: None, name: str) -> None:
    statements, words, _ = BAD_ROWS[name]
    with session() as owner:
        owner.run(*statements)
    run = aggregated(DAY, force=True)
    assert (run.status, run.traceback) == (Run.Status.FAILED, "")
    assert re.search(words, run.error)


MOVE_BESIDE_INSERTING = (
    "MERGE INTO data USING (SELECT id, time FROM turbine CROSS JOIN"
    f" (VALUES (timestamptz '{DAY} 10:00Z'), ('{DAY} 15:00Z')) AS of_day (time)) AS wanted"
    " ON turbine_id = id AND timestamp = time"
    " WHEN MATCHED THEN UPDATE SET timestamp = timestamp + interval '30 s'"
    " WHEN NOT MATCHED THEN INSERT (turbine_id, timestamp) VALUES (id, time)"
)


def test_a_merge_that_moves_within_a_month_beside_inserting_is_counted_or_told_of(
    current: None,
) -> None:
    told = ""
    with session() as writing:
        try:
            writing.run(MOVE_BESIDE_INSERTING)
        except psycopg2.errors.FeatureNotSupported as refusal:
            told = str(refusal)
    samples = {turbine_day.samples for turbine_day in reader.turbine_days(DAY, DAY)}
    is_refused_truly = samples == {60} and "or move some while it inserts others" in told
    assert samples == {61} or is_refused_truly
    assert not [day for day in verification.count(DAY, DAY) if day.is_wrong]
