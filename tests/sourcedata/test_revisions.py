"""The triggers against a naive model of them: what changed is found by comparing all rows."""

import io
from collections import Counter
from datetime import date

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from common.postgres.partitions import ensure_months
from sourcedata.models import SourceDay
from tests.builders import measurements, turbine

Key = tuple[int, date]


def execute(sql: str) -> None:
    with connections["source"].cursor() as cursor:
        cursor.execute(sql)


def rows() -> dict[tuple[int, str], str]:
    with connections["source"].cursor() as cursor:
        cursor.execute(
            "SELECT turbine_id, (timestamp AT TIME ZONE 'UTC')::text, data::text FROM data"
        )
        return {(turbine_id, at): row for turbine_id, at, row in cursor.fetchall()}


def days() -> dict[Key, tuple[int, int]]:
    known = SourceDay.objects.values_list("turbine_id", "day", "revision", "samples")
    return {(turbine_id, day): (revision, samples) for turbine_id, day, revision, samples in known}


def key(row: tuple[int, str]) -> Key:
    return row[0], date.fromisoformat(row[1][:10])


TURBINES = st.sampled_from(["(SELECT min(id) FROM turbine)", "(SELECT max(id) FROM turbine)"])
# Two days of a month with a partition, one of the month after, one of a month without.
TIMES = st.builds(
    "2025-{}T{:02}:0{}Z".format,
    st.sampled_from(["08-30", "08-31", "09-01", "11-05"]),
    st.sampled_from([0, 23]),
    st.integers(0, 2),
)
ROWS = st.lists(st.tuples(TURBINES, TIMES), min_size=1, max_size=4, unique=True)
TABLES = st.sampled_from(["data", "data", "data_2025_08", "data_default"])
CONDITIONS = st.builds(
    "WHERE turbine_id = {} AND timestamp {} '{}'".format, TURBINES, st.sampled_from("<=>"), TIMES
)
VALUES = st.integers(0, 1)


def values(rows, power: int) -> str:
    return ", ".join(f"({turbine}, '{at}', {power})" for turbine, at in rows)


def insert(rows, power: int) -> str:
    columns = "(turbine_id, timestamp, power)"
    return f"INSERT INTO data {columns} VALUES {values(rows, power)} ON CONFLICT"


INSERTS = st.builds(lambda rows, power: f"{insert(rows, power)} DO NOTHING", ROWS, VALUES)
UPSERTS = st.builds(
    lambda rows, power: (
        f"{insert(rows, power)} (turbine_id, timestamp) DO UPDATE SET power = excluded.power"
        " WHERE data.power IS DISTINCT FROM excluded.power"
    ),
    ROWS,
    VALUES,
)
UPDATES = st.builds("UPDATE {} SET power = power + 1 {}".format, TABLES, CONDITIONS)
MOVES = st.builds(
    "UPDATE data SET timestamp = timestamp + interval '{}' {}".format,
    st.sampled_from(["3 min", "1 day 3 min", "-31 days 3 min"]),
    CONDITIONS,
)
RENAMES = st.builds(
    "UPDATE data SET turbine_id = {}, timestamp = timestamp + interval '7 min' {}".format,
    TURBINES,
    CONDITIONS,
)
DELETES = st.builds("DELETE FROM {} {}".format, TABLES, CONDITIONS)
TRUNCATES = st.builds("TRUNCATE {}".format, TABLES)
STATEMENTS = st.one_of(INSERTS, INSERTS, UPSERTS, UPDATES, MOVES, RENAMES, DELETES, TRUNCATES)


class Triggers(TestCase):
    databases = {"default", "source"}

    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(STATEMENTS, min_size=2, max_size=12))
    def test_a_statement_raises_exactly_the_turbine_days_that_it_changes(self, statements) -> None:
        turbine("T01"), turbine("T02")
        ensure_months("source", "data", [date(2025, 8, 1), date(2025, 9, 1)])
        for statement in statements:
            before, known = rows(), days()
            execute_unless_it_collides(statement)
            changed = {key(row) for row, _ in before.items() ^ rows().items()}
            raised = {day for day, state in days().items() if known.get(day) != state}
            assert raised == changed, statement
            assert_samples()


def execute_unless_it_collides(statement: str) -> None:
    try:
        with transaction.atomic(using="source"):
            execute(statement)
    except Exception as error:
        if "duplicate key" not in str(error):
            raise


def assert_samples() -> None:
    counts = Counter(map(key, rows()))
    for day, (_, samples) in days().items():
        assert samples == counts[day]


@pytest.mark.django_db
def test_a_copy_raises_the_days_of_its_rows() -> None:
    one = turbine()
    lines = f"{one.pk}\t2025-08-30T23:59Z\n{one.pk}\t2025-08-31T00:00Z\n"
    with connections["source"].cursor() as cursor:
        cursor.copy_expert("COPY data (turbine_id, timestamp) FROM STDIN", io.StringIO(lines))
    assert {day: samples for (_, day), (_, samples) in days().items()} == {
        date(2025, 8, 30): 1,
        date(2025, 8, 31): 1,
    }


@pytest.mark.django_db
def test_an_upsert_that_changes_nothing_raises_nothing() -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    before = days()
    execute(
        "INSERT INTO data (turbine_id, timestamp, power) SELECT turbine_id, timestamp, power"
        " FROM data ON CONFLICT (turbine_id, timestamp) DO UPDATE SET power = excluded.power"
        " WHERE data.power IS DISTINCT FROM excluded.power"
    )
    assert days() == before


@pytest.mark.django_db
def test_no_revision_comes_twice_also_where_chance_is_set_by_somebody() -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    revisions = []
    for _ in range(50):
        execute("SELECT setseed(0.5); UPDATE data SET power = 2")
        revisions.append(SourceDay.objects.get().revision)
    assert len({*revisions}) == 50
    assert max(revisions) > 2**45
    assert all(0 < revision <= 2**52 for revision in revisions)


@pytest.mark.django_db
def test_an_insert_into_a_month_without_partition_is_counted() -> None:
    measurements(turbine(), "2031-01-31T23:59", power=[1.0, 2.0])
    assert list(SourceDay.objects.order_by("day").values_list("day", "samples")) == [
        (date(2031, 1, 31), 1),
        (date(2031, 2, 1), 1),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "hindrance",
    [
        "SET LOCAL search_path = ''",
        "CREATE TEMPORARY TABLE source_day (LIKE public.source_day INCLUDING ALL) ON COMMIT DROP",
        "CREATE ROLE collector; GRANT SELECT, UPDATE ON data TO collector; SET ROLE collector",
    ],
    ids=["search path", "temporary table", "rights"],
)
def test_a_writer_with_another_search_path_or_few_rights_is_counted(hindrance: str) -> None:
    measurements(turbine(), "2025-08-31T00:00", power=[1.0])
    before = SourceDay.objects.get().revision
    execute(hindrance)
    execute("UPDATE public.data SET power = 2")
    execute("RESET ROLE; SET search_path = public, pg_temp")
    assert SourceDay.objects.get().revision != before
