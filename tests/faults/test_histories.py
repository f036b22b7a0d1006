"""Histories that nobody thought of: random statements of every kind, by three sessions at once.

The model is the promise itself: at any moment, the statistics of whatever is called current equal
what the audit computes of the measurements; and at the end, when everything was verified, repaired
and run, that is all there is. One thread steps the sessions, whose locks time out soon, so that a
history is what its steps say. HISTORIES sets how many there are, and SEED which (it is printed); a
history that failed is kept by Hypothesis as well, and played again first.
"""

import os
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import date
from io import StringIO
from random import Random, randrange
from typing import Any

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import Error, connections
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from aggregates import states
from aggregates.audit import auditing
from aggregates.errors import RunFailed
from aggregates.models import Run
from aggregates.runs import pipeline
from common import patience, waits
from common.days import now
from common.postgres.partitions import NoPartition, ensure_months, move_out_of_default
from common.waits import COMMAND
from sourcedata import dropped_months, verification
from sourcedata.models import Turbine
from sourcedata.snapshot import UnreadableSource
from tests.builders import aggregated, measurements
from tests.faults.conftest import copied
from tests.sessions import session

HISTORIES = int(os.environ.get("HISTORIES", "300"))
# Of statements that change something, in a whole run of 300 histories.
FEWEST_COMMITS = 50
SESSIONS = 3
STEPS = 40
PATIENCE_S = 0.03

DAYS = [date(2025, 7, 31), date(2025, 8, 31), date(2025, 9, 1)]
EVER = (date(2025, 1, 1), date(2026, 12, 31))
COLUMNS = "turbine_id, timestamp, wind_speed, wind_direction, power"

Choice = Callable[[Random], Any]


def one_of(*values: Any) -> Choice:
    return lambda chance: chance.choice(values)


def built(function: Callable[..., str], *parts: Choice) -> Choice:
    return lambda chance: function(*(part(chance) for part in parts))


days = one_of(*DAYS, date(2025, 10, 1))
turbines = one_of(1, 2)
minutes = one_of(*range(20))
numbers = one_of(*range(10))
tables = one_of("data", "data", "data_2025_08", "data_2025_09", "data_default")
months = one_of("data_2025_08", "data_2025_09")
BOUNDS = {
    "data_2025_08": "FOR VALUES FROM ('2025-08-01Z') TO ('2025-09-01Z')",
    "data_2025_09": "FOR VALUES FROM ('2025-09-01Z') TO ('2025-10-01Z')",
}
TRIGGER_NAMES = [f"raise_revisions_after_{event}" for event in ("insert", "update", "delete")]


def times(day: date, minute: int) -> str:
    return f"'{day}T10:{minute:02}Z'"


def where(turbine: int, day: date, minute: int) -> str:
    """Some minutes of a turbine-day: those from a minute on."""
    return (
        f"WHERE turbine_id = {turbine} AND timestamp >= {times(day, minute)}"
        f" AND timestamp < '{day} 24:00Z'"
    )


def row(turbine: int, day: date, minute: int, number: int) -> str:
    return f"({turbine}, {times(day, minute)}, {number}, {number * 40}, {number})"


some = built(where, turbines, days, minutes)
row_of_values = built(row, turbines, days, minutes, numbers)


def inserts(chance: Random) -> str:
    values = {row_of_values(chance) for _ in range(chance.randint(1, 5))}
    return f"INSERT INTO data ({COLUMNS}) VALUES {', '.join(sorted(values))}"


def statements(template: str, **parts: Choice) -> Choice:
    """Return what fills a template in by chance, statements with a semicolon and a line's end."""

    def fill_in(chance: Random) -> list[str]:
        chosen = {name: part(chance) for name, part in parts.items()}
        bounds = BOUNDS.get(chosen.get("month", ""), "")
        return template.format(**chosen, bounds=bounds).strip().split(";\n")

    return fill_in


MERGE = "MERGE INTO data USING (SELECT {turbine} AS id) AS one ON turbine_id = one.id"
# What commits, by kind.
KINDS: dict[str, Choice] = {
    "insert": statements("{inserts} ON CONFLICT DO NOTHING", inserts=inserts),
    "insert into a partition": statements(
        f"INSERT INTO data_2025_08 ({COLUMNS})"
        " VALUES ({turbine}, '2025-08-31 11:0{n}Z', 1, 2, 3) ON CONFLICT DO NOTHING",
        turbine=turbines,
        n=numbers,
    ),
    "upsert": statements(
        "{inserts} ON CONFLICT (turbine_id, timestamp) DO UPDATE SET power = excluded.power + 1",
        inserts=inserts,
    ),
    "update": statements(
        "UPDATE {table} SET power = {n} {some}", table=tables, n=numbers, some=some
    ),
    "update of nothing new": statements("UPDATE data SET power = power {some}", some=some),
    "move within a day": statements(
        "UPDATE data SET timestamp = timestamp + interval '47 min' {some}", some=some
    ),
    "move to another month": statements(
        "UPDATE data SET timestamp = timestamp + interval '{n} days 3 hours' {some}",
        n=one_of(-31, -1, 1, 31, 61),
        some=some,
    ),
    "move to another turbine": statements(
        "UPDATE data SET turbine_id = {turbine}, timestamp = timestamp + interval '4 hours' {some}",
        turbine=turbines,
        some=some,
    ),
    "delete": statements("DELETE FROM {table} {some}", table=tables, some=some),
    "delete and insert in one": statements(
        "WITH gone AS (DELETE FROM data {some} RETURNING *) INSERT INTO data ({columns})"
        " SELECT turbine_id, timestamp + interval '{n} days 5 hours', 1, 2, power FROM gone",
        some=some,
        columns=one_of(COLUMNS),
        n=one_of(0, 31),
    ),
    "two updates in one": statements(
        "WITH one AS (UPDATE data SET power = 1 {some} RETURNING 1)"
        " UPDATE data SET timestamp = timestamp + interval '1 month 6 hours' {other}",
        some=some,
        other=some,
    ),
    "merge within a month": statements(
        MERGE + " WHEN MATCHED AND timestamp < {time} THEN UPDATE SET power = {n}"
        " WHEN MATCHED AND power = 3 THEN DELETE",
        turbine=turbines,
        time=built(times, days, minutes),
        n=numbers,
    ),
    "merge that inserts": statements(
        "MERGE INTO data USING (VALUES {rows}) AS one (t, s, w, d, p)"
        " ON turbine_id = t AND timestamp = s::timestamptz"
        " WHEN MATCHED THEN UPDATE SET power = p + 1"
        " WHEN NOT MATCHED THEN INSERT ({columns}) VALUES (t, s::timestamptz, w, d, p)",
        rows=built(row, turbines, days, minutes, numbers),
        columns=one_of(COLUMNS),
    ),
    "update in a replica": statements(
        "SET session_replication_role = replica;\n"
        "UPDATE data SET power = {n} {some};\n"
        "SET session_replication_role = origin",
        n=numbers,
        some=some,
    ),
    "truncate": statements("TRUNCATE {table}", table=tables),
    "truncate and insert": statements(
        "TRUNCATE {month};\n{inserts} ON CONFLICT DO NOTHING", month=months, inserts=inserts
    ),
    "rewrite": statements(
        "ALTER TABLE data ALTER COLUMN power TYPE float8 USING power + {n}", n=numbers
    ),
    "rewrite by a new column": statements(
        "ALTER TABLE data ADD COLUMN noted timestamptz DEFAULT clock_timestamp();\n"
        "ALTER TABLE data DROP COLUMN noted"
    ),
    "column dropped and added": statements(
        "ALTER TABLE data DROP COLUMN power;\nALTER TABLE data ADD COLUMN power float8 DEFAULT {n}",
        n=numbers,
    ),
    "columns that change places": statements(
        "ALTER TABLE data RENAME power TO away;\n"
        "ALTER TABLE data RENAME wind_speed TO power;\n"
        "ALTER TABLE data RENAME away TO wind_speed"
    ),
    "cluster": statements("CLUSTER {month} USING {month}_pkey", month=months),
    "triggers off": statements(
        "ALTER TABLE {table} DISABLE TRIGGER {trigger};\nUPDATE {table} SET power = {n} {some};\n"
        "ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}",
        table=tables,
        trigger=one_of(*TRIGGER_NAMES),
        n=numbers,
        some=some,
    ),
    "triggers off for good": statements(
        "ALTER TABLE {table} DISABLE TRIGGER {trigger};\nDELETE FROM {table} {some}",
        table=tables,
        trigger=one_of(*TRIGGER_NAMES),
        some=some,
    ),
    "trigger dropped": statements(
        "DROP TRIGGER {trigger} ON {table}", table=tables, trigger=one_of(*TRIGGER_NAMES)
    ),
    "function replaced": statements(
        "CREATE OR REPLACE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NULL; END'",
        trigger=one_of(*TRIGGER_NAMES),
    ),
    "detach": statements("ALTER TABLE data DETACH PARTITION {month}", month=months),
    "detach, change, attach": statements(
        "ALTER TABLE data DETACH PARTITION {month};\n"
        "ALTER TABLE {month} DISABLE TRIGGER USER;\n"
        "UPDATE {month} SET power = {n} {some};\n"
        "ALTER TABLE data ATTACH PARTITION {month} {bounds}",
        month=months,
        n=numbers,
        some=some,
    ),
    "partition dropped": statements("DROP TABLE {month}", month=months),
    "partition made by hand": statements(
        "ALTER TABLE data DETACH PARTITION {month};\n"
        "CREATE TABLE hand_{month} PARTITION OF data {bounds};\n"
        "INSERT INTO data SELECT * FROM {month};\n"
        "UPDATE hand_{month} SET power = {n} {some}",
        month=months,
        n=numbers,
        some=some,
    ),
    "partition copied by hand": statements(
        "ALTER TABLE data DETACH PARTITION {month};\n"
        "ALTER TABLE {month} RENAME TO old_{month};\n"
        "CREATE TABLE {month} (LIKE old_{month} INCLUDING ALL);\n"
        "INSERT INTO {month} SELECT * FROM old_{month};\n"
        "ALTER TABLE data ATTACH PARTITION {month} {bounds};\n"
        "DROP TABLE old_{month}",
        month=months,
    ),
    "unlogged": statements("ALTER TABLE {month} SET UNLOGGED", month=months),
    "rated power": statements(
        "UPDATE turbine SET rated_power_kw = {n} + 1 WHERE id = {turbine}",
        n=numbers,
        turbine=turbines,
    ),
    "turbines that swap numbers": statements(
        "UPDATE turbine SET id = 9 WHERE id = 1;\nUPDATE turbine SET id = 1 WHERE id = 2;\n"
        "UPDATE turbine SET id = 2 WHERE id = 9"
    ),
    "forgetting what is empty": statements(
        "DELETE FROM data {some};\nDELETE FROM source_day WHERE samples = 0", some=some
    ),
    "source_day rewritten": statements(
        "ALTER TABLE source_day ALTER COLUMN samples TYPE bigint USING samples + 0"
    ),
}
# What must be refused, at least by some isolation level or in some state.
REFUSED: dict[str, Choice] = {
    "attach": statements("ALTER TABLE data ATTACH PARTITION {month} {bounds}", month=months),
    "merge to another month": statements(
        MERGE + " WHEN MATCHED THEN UPDATE SET timestamp = timestamp + interval '61 days'",
        turbine=turbines,
    ),
    "merge and update in one": statements(
        "WITH one AS (" + MERGE + " AND timestamp < '2025-08-15' WHEN MATCHED THEN UPDATE SET"
        " timestamp = timestamp + interval '61 days' RETURNING 1)"
        " UPDATE data SET timestamp = timestamp + interval '2 hours' {some}",
        turbine=turbines,
        some=some,
    ),
    "renaming": statements("UPDATE turbine SET name = name || 'x'"),
    "forgetting": statements("DELETE FROM source_day"),
    "forgetting all": statements("TRUNCATE source_day"),
    "truncate of turbines": statements("TRUNCATE turbine CASCADE"),
}
KINDS_OF_ALL = {**KINDS, **REFUSED}
# How often each is tried: the more often, the more often it finds that its partition is gone, or is
# locked.
OFTEN = {
    "detach": 7,
    **dict.fromkeys(
        [
            "cluster",
            "detach, change, attach",
            "partition copied by hand",
            "partition made by hand",
            "triggers off",
            "triggers off for good",
            "truncate and insert",
            "unlogged",
        ],
        6,
    ),
    **dict.fromkeys(
        ["columns that change places", "delete and insert in one", "move to another month"], 5
    ),
    **dict.fromkeys(
        ["insert", "merge that inserts", "partition dropped", "rewrite by a new column"], 4
    ),
    **dict.fromkeys(REFUSED, 2),
}
WEIGHTS_OF_KINDS = [OFTEN.get(kind, 3) for kind in KINDS_OF_ALL]
SEEDS = st.integers(0, 2**64 - 1)
LEVELS = ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"]

# How often each action is taken, of 100.
WEIGHTS = {
    "statement": 54,
    "begin": 8,
    "commit": 11,
    "roll_back": 2,
    "roll_back_to_a_savepoint": 3,
    "run": 10,
    "make_and_move_months": 6,
    "let_july_go": 1,
    "mend": 2,
    "look": 3,
}

committed: Counter[str] = Counter()
refused: Counter[str] = Counter()
done: Counter[str] = Counter()


def some_statements(chance: Random) -> tuple[str, list[str]]:
    """Return a kind, and statements of it."""
    (kind,) = chance.choices([*KINDS_OF_ALL], WEIGHTS_OF_KINDS)
    return kind, KINDS_OF_ALL[kind](chance)


class Histories(RuleBasedStateMachine):
    """Three sessions at a copy of a source whose days are all current."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(copied("source"))
        self.stack.enter_context(copied("default"))
        with session() as owner:
            ((name,),) = owner.run("SELECT current_database()")
            owner.run(f"ALTER DATABASE {name} SET lock_timeout = '{PATIENCE_S}s'")
        connections.close_all()
        self.sessions = [self.stack.enter_context(session()) for _ in range(SESSIONS)]
        # By session: the kinds that its open transaction did, None where it has none.
        self.open: list[list[str] | None] = [None] * SESSIONS
        self.steps: Counter[int] = Counter()

    @initialize(history=SEEDS)
    def begins(self, history: int) -> None:
        """Give the history a number, so that it is like no other one of the same steps."""
        self.history = history

    @rule(step=SEEDS)
    def step(self, step: int) -> None:
        """Do something, which the two numbers decide: a history may be cut, and each step stays."""
        self.steps[step] += 1
        chance = Random(f"{self.history} {step} {self.steps[step]}")
        actions, weights = zip(*WEIGHTS.items(), strict=True)
        (action,) = chance.choices(actions, weights)
        getattr(self, action)(chance, chance.randrange(SESSIONS))

    def statement(self, chance: Random, number: int) -> None:
        self.does(number, *some_statements(chance))

    def does(self, number: int, kind: str, sql: list[str]) -> None:
        kinds = self.open[number]
        if kinds is not None:
            if self.try_in(number, sql, kind):
                kinds.append(kind)
        # All of them or none, as somebody's script would.
        elif self.try_in(number, ["BEGIN", *sql, "COMMIT"], kind):
            committed[kind] += 1

    def try_in(self, number: int, sql: list[str], kind: str) -> bool:
        try:
            self.sessions[number].run(*sql)
        except psycopg2.Error as error:
            refused[f"{kind}: {type(error).__name__}"] += 1
            with suppress(psycopg2.Error):
                self.sessions[number].run("ROLLBACK")
            self.open[number] = None
            return False
        return True

    def begin(self, chance: Random, number: int) -> None:
        # A first query, so that the snapshot is as old as can be.
        begin = [f"BEGIN ISOLATION LEVEL {chance.choice(LEVELS)}", "SELECT FROM source_day"]
        if self.open[number] is None and self.try_in(number, begin, "begin"):
            self.open[number] = []

    def commit(self, chance: Random, number: int) -> None:
        kinds = self.open[number]
        if kinds is not None and self.try_in(number, ["COMMIT"], "commit"):
            committed.update(kinds)
            self.open[number] = None

    def roll_back(self, chance: Random, number: int) -> None:
        if self.open[number] is not None:
            self.sessions[number].run("ROLLBACK")
            self.open[number] = None

    def roll_back_to_a_savepoint(self, chance: Random, number: int) -> None:
        _, sql = some_statements(chance)
        if self.open[number] is not None and self.try_in(number, ["SAVEPOINT s"], "savepoint"):
            with suppress(psycopg2.Error):
                self.sessions[number].run(*sql)
            self.try_in(number, ["ROLLBACK TO s"], "savepoint")

    def run(self, chance: Random, number: int) -> None:
        run = aggregated(days(chance), force=chance.random() < 0.5)
        done[f"run that {run.status}"] += 1
        assert run.status != Run.Status.ERRORED, run.traceback

    def make_and_move_months(self, chance: Random, number: int) -> None:
        with suppress(Error, NoPartition):
            move_out_of_default("source", "data")
            ensure_months("source", "data", DAYS)
            done["months made and moved"] += 1

    def let_july_go(self, chance: Random, number: int) -> None:
        with suppress(Error, dropped_months.MonthChanged):
            for month in dropped_months.months_before(date(2025, 8, 1)):
                dropped_months.drop(month)
                done["month let go"] += 1

    def mend(self, chance: Random, number: int) -> None:
        with suppress(Error, UnreadableSource):
            verification.mend_triggers()
            done["triggers mended"] += 1

    def look(self, chance: Random, number: int) -> None:
        day = days(chance)
        # Where another session has a lock, nothing is to be seen yet.
        with suppress(RunFailed):
            assert_nothing_wrong_is_current(day, day)

    def teardown(self) -> None:
        try:
            for opened in self.sessions:
                opened.connection.close()
            # A source that somebody has changed may be unreadable until it is repaired.
            with suppress(RunFailed):
                assert_nothing_wrong_is_current(*EVER)
            verify("--repair")
            for day in pipeline.pending_days(*EVER):
                aggregated(day, force=True)
            assert pipeline.pending_days(*EVER) == []
            assert_nothing_wrong_is_current(*EVER)
            assert "0 are wrong" in verify()
        finally:
            self.stack.close()


def do_what_is_rare(chance: Random) -> None:
    """Add histories of the kinds that chance has done too seldom."""
    while rare := [kind for kind in KINDS if committed[kind] < FEWEST_COMMITS / 2]:
        machine = Histories()
        machine.begins(chance.getrandbits(64))
        for _ in range(STEPS // 2):
            kind = chance.choice(rare)
            machine.does(chance.randrange(SESSIONS), kind, KINDS[kind](chance))
            machine.step(chance.getrandbits(64))
        machine.teardown()
        done["history of what is rare"] += 1


def verify(*arguments: str) -> str:
    with session() as owner:
        unlogged = "SELECT relname FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r'"
        for (month,) in owner.run(unlogged):
            owner.run(f"ALTER TABLE {month} SET LOGGED")
    told = StringIO()
    try:
        call_command("verify_source", *arguments, stdout=told)
    except CommandError as error:
        raise AssertionError(f"{told.getvalue()}{error}") from error
    return told.getvalue()


def assert_nothing_wrong_is_current(first: date, last: date) -> None:
    """Fail where a turbine-day that is called current has values that the audit does not expect.

    Raises:
        RunFailed: where somebody keeps the tables locked, or they cannot be read as they are.
    """
    current = {one.day for one in states.turbine_days(first, last, now()) if one.state == "current"}
    for day in current:
        found = auditing.audit_day(day)
        done["look"] += 1
        assert found.differences.empty, found.differences


@pytest.fixture
def template(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source and a target whose days are all current, and locks that nobody waits for long."""
    monkeypatch.setattr(patience, "_current", replace(COMMAND, source_lock_s=PATIENCE_S))
    for limit in ("WRITERS_S", "LET_GO_S", "READERS_OF_DEFAULT_S"):
        monkeypatch.setattr(waits, limit, PATIENCE_S)
    ensure_months("source", "data", DAYS[1:])
    for number in (1, 2):
        of = Turbine.objects.create(pk=number, name=f"T{number}", rated_power_kw=2000)
        for day in DAYS:
            power: list[float | None] = [float(number) for number in range(20)]
            measurements(of, f"{day}T10:00", power=power, wind_direction=power, wind_speed=power)
    for day in DAYS:
        aggregated(day)


# Two, so that they can be told at the same time.
@pytest.mark.parametrize("half", [1, 2])
def test_whatever_is_done_to_the_source_nothing_current_is_wrong(template: None, half: int) -> None:
    of_all = int(os.environ.get("SEED", randrange(10**9)))
    print(f"SEED={of_all}")
    seed(of_all + half)(Histories)
    for counted in (committed, refused, done):
        counted.clear()
    of_half = settings(
        max_examples=HISTORIES // 2,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    try:
        run_state_machine_as_test(Histories, settings=of_half)
        if HISTORIES >= 300:
            do_what_is_rare(Random(of_all + half))
    finally:
        for counted in (committed, refused, done):
            print(*(f"{number:6} {kind}" for kind, number in counted.most_common()), sep="\n")
