"""Months get their partitions when they are needed, by however many writers at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connections, transaction

from common import waits
from common.postgres import partitions as partitions_module
from common.postgres.partitions import ensure_months, month_after
from sourcedata.triggers import TRIGGERS
from tests.builders import measurements, turbine

pytestmark = pytest.mark.django_db


def partitions(alias: str) -> list[str]:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT relid::regclass::text FROM pg_partition_tree('data') WHERE level = 1"
        )
        return sorted(name for (name,) in cursor.fetchall())


@pytest.fixture(autouse=True)
def without_months(db: None) -> None:
    """Let no month have a partition: tests that commit leave theirs to this one."""
    months = [name for name in partitions("source") if name != "data_default"]
    with connections["source"].cursor() as cursor:
        for name in months:
            cursor.execute(f"DROP TABLE {name}")


def test_the_month_after_december_is_january() -> None:
    assert month_after(date(2025, 12, 1)) == date(2026, 1, 1)


def test_days_of_two_months_make_two_partitions() -> None:
    ensure_months("source", "data", [date(2025, 8, 31), date(2025, 9, 1), date(2025, 8, 1)])
    assert partitions("source") == ["data_2025_08", "data_2025_09", "data_default"]


def test_rows_go_to_the_partition_of_their_utc_month() -> None:
    ensure_months("source", "data", [date(2025, 8, 31)])
    measurements(turbine(), "2025-08-31T23:59", power=[1.0, 2.0])
    with connections["source"].cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text, power FROM data ORDER BY timestamp")
        assert cursor.fetchall() == [("data_2025_08", 1.0), ("data_default", 2.0)]


def test_a_partition_has_the_triggers_of_its_table() -> None:
    ensure_months("source", "data", [date(2025, 8, 31)])
    with connections["source"].cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'data_2025_08'::regclass ORDER BY 1"
        )
        assert {name for (name,) in cursor.fetchall()} == {
            trigger.name for trigger in TRIGGERS if trigger.table == "data"
        }


def test_a_month_with_rows_in_the_default_partition_keeps_them_there() -> None:
    measurements(turbine(), "2025-08-31T12:00", power=[1.0])
    ensure_months("source", "data", [date(2025, 8, 31)])
    assert partitions("source") == ["data_default"]


@pytest.mark.django_db(transaction=True)
def test_a_long_reader_leaves_a_new_month_to_the_default_partition(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waits, "READERS_OF_DEFAULT_S", 0.05)
    reader = connections["source"].copy()
    try:
        with transaction.atomic("source"), reader.cursor() as cursor:
            cursor.execute("BEGIN; SELECT count(*) FROM data")
            ensure_months("source", "data", [date(2033, 3, 1)])
    finally:
        reader.close()
    assert "data_2033_03" not in partitions("source")
    measurements(turbine(), "2033-03-01T00:00", power=[1.0])


@pytest.mark.django_db(transaction=True)
def test_a_row_that_comes_to_the_default_partition_meanwhile_stays_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The look at the default partition overlooks a row, as if it was committed just after."""
    measurements(turbine(), "2034-03-01T00:00", power=[1.0])
    monkeypatch.setattr(partitions_module, "_is_left_to", lambda *looked: False)
    ensure_months("source", "data", [date(2034, 3, 1)])
    assert "data_2034_03" not in partitions("source")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("alias", ["default", "source"])
def test_writers_that_need_the_same_new_month_at_once_all_succeed(alias: str) -> None:
    def write(number: int) -> None:
        try:
            ensure_months(alias, "data", [date(2030, month, 1) for month in range(1, 13)])
        finally:
            connections[alias].close()

    with ThreadPoolExecutor(4) as writers:
        list(writers.map(write, range(8)))
    assert len([name for name in partitions(alias) if "2030" in name]) == 12
