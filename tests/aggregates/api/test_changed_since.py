"""Keeping a copy of the statistics in step: what changed, and since when."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Barrier, Thread
from time import sleep
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from aggregates import reader
from aggregates.models import AggregatedDay
from sourcedata.models import Measurement
from tests.builders import aggregated, at, measurements, turbine

# The database's clock stands still within a transaction, so each change here has its own.
pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2025, 8, 31)
PERIOD = {"start": "2025-08-01", "end": "2025-10-01"}


def two_turbines() -> None:
    for name in ("T1", "T2"):
        measurements(turbine(name), "2025-08-30T23:50", power=[1.0] * 20)
    for day in (DAY - timedelta(days=1), DAY):
        aggregated(day)


def ask(path: str, since: str | None = None, **query: Any) -> tuple[list[dict[str, Any]], str]:
    """Return the rows, and what to ask for next time."""
    parameters = PERIOD | query | ({"changed_since": since} if since else {})
    response = Client().get(path, parameters)
    assert response.status_code == 200, response.content
    return json.loads(response.getvalue()), response["Next-Changed-Since"]


def turbine_days(rows: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(row["turbine"], (row.get("day") or row["timestamp"])[:10]) for row in rows}


def change(of: str, **values: float) -> None:
    last = Measurement.objects.filter(turbine__name=of).order_by("-timestamp")[:1]
    Measurement.objects.filter(turbine__name=of, timestamp=last[0].timestamp).update(**values)


@pytest.mark.parametrize("path", ["/api/values", "/api/days"])
def test_only_turbine_days_that_changed_are_given_and_these_whole(path: str) -> None:
    two_turbines()
    everything, mark = ask(path)
    change("T2", power=7.0)
    aggregated(DAY)
    changed, _ = ask(path, mark)
    assert turbine_days(changed) == {("T2", "2025-08-31")}
    of_day = [row for row in everything if turbine_days([row]) == {("T2", "2025-08-31")}]
    assert len(changed) == len(of_day)


@pytest.mark.parametrize("path", ["/api/values", "/api/days"])
def test_a_run_that_changes_no_value_is_no_change(path: str) -> None:
    two_turbines()
    _, mark = ask(path)
    change("T2", power=1.0)
    aggregated(DAY, force=True)
    assert ask(path, mark)[0] == []


def test_a_turbine_day_that_lost_all_its_values_is_named() -> None:
    two_turbines()
    _, mark = ask("/api/days")
    Measurement.objects.filter(turbine__name="T1", timestamp__gte=at("2025-08-31")).delete()
    aggregated(DAY, force=True)
    ((gone,), _) = ask("/api/days", mark)
    assert (gone["turbine"], gone["day"], gone["windows"]) == ("T1", "2025-08-31", 0)
    assert ask("/api/values", mark)[0] == []


def test_a_turbine_day_tells_its_windows_and_when_they_changed() -> None:
    two_turbines()
    before = reader.changes_known_until()
    change("T1", power=7.0)
    aggregated(DAY)
    aggregated_days = list(AggregatedDay.objects.all())
    assert [turbine_day.windows for turbine_day in aggregated_days] == [1, 1, 1, 1]
    changed = [turbine_day for turbine_day in aggregated_days if turbine_day.changed_at > before]
    assert [(turbine_day.turbine, turbine_day.day) for turbine_day in changed] == [("T1", DAY)]


def test_a_change_after_the_clock_was_set_back_is_given() -> None:
    two_turbines()
    stamp = AggregatedDay.objects.latest("changed_at").changed_at + timedelta(minutes=10)
    AggregatedDay.objects.update(changed_at=stamp)
    mark = f"{(stamp + timedelta(microseconds=1)).replace(tzinfo=None).isoformat()}Z"
    change("T1", power=7.0)
    aggregated(DAY)
    assert turbine_days(ask("/api/values", mark)[0]) == {("T1", "2025-08-31")}


def test_what_to_ask_for_next_is_no_later_than_the_next_change_can_be() -> None:
    two_turbines()
    last = AggregatedDay.objects.latest("changed_at").changed_at
    sleep(0.01)
    assert reader.changes_known_until() == last + timedelta(microseconds=1)


def test_a_day_without_values_has_no_windows() -> None:
    measurements(turbine(), "2025-08-31", power=[None])
    aggregated(DAY)
    (turbine_day,) = AggregatedDay.objects.all()
    assert turbine_day.windows == 0


def beside(first: Callable[[], object], meanwhile: Callable[[], object]) -> None:
    """Call `first` in a transaction of another session, which commits after `meanwhile`."""
    begun, done = Barrier(2), Barrier(2)

    def session() -> None:
        with transaction.atomic():
            first()
            begun.wait()
            done.wait()
        connection.close()

    other = Thread(target=session)
    other.start()
    begun.wait()
    meanwhile()
    done.wait()
    other.join()


def test_what_is_committed_after_it_was_asked_is_given_the_next_time() -> None:
    two_turbines()
    change("T2", power=7.0)
    marks = []
    beside(lambda: aggregated(DAY), lambda: marks.append(ask("/api/days")[1]))
    assert turbine_days(ask("/api/days", marks[0])[0]) >= {("T2", "2025-08-31")}


@pytest.fixture
def analyst(transactional_db: None) -> Iterator[str]:
    """An account that may read the target, and does not see what other accounts do there."""
    name = f"analyst_of_{connection.settings_dict['NAME']}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'analyst'")
        cursor.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
    yield name
    with connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")


@contextmanager
def logged_in_as(account: str) -> Iterator[None]:
    """Within the block this thread asks the target as that account."""
    usual = connection.settings_dict
    connection.close()
    connection.settings_dict = usual | {"USER": account, "PASSWORD": "analyst"}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = usual


def test_a_change_that_another_account_has_not_committed_is_given_the_next_time(
    analyst: str,
) -> None:
    two_turbines()
    change("T2", power=7.0)
    marks = []
    with logged_in_as(analyst):
        beside(lambda: aggregated(DAY), lambda: marks.append(ask("/api/days")[1]))
        changed, _ = ask("/api/days", marks[0])
    assert ("T2", "2025-08-31") in turbine_days(changed)


def load_days(days: list[date], pauses_s: list[float]) -> None:
    """Aggregate the days one after the other, and wait for a while before each commit."""
    for day, pause_s in zip(days, pauses_s, strict=True):
        with transaction.atomic():
            aggregated(day)
            sleep(pause_s)
    connections.close_all()


def test_who_polls_beside_several_writers_misses_no_change() -> None:
    days = [date(2025, 9, number) for number in range(1, 25)]
    for day in days:
        measurements(turbine(), f"{day}T12:00", power=[1.0])
    pauses_s = [0.0, 0.03, 0.1, 0.01, 0.3, 0.0]
    named, (_, mark) = set(), ask("/api/days")
    with ThreadPoolExecutor(4) as writers:
        loads = [writers.submit(load_days, days[number::4], pauses_s) for number in range(4)]
        while not all(load.done() for load in loads):
            changed, mark = ask("/api/days", mark)
            named |= turbine_days(changed)
    named |= turbine_days(ask("/api/days", mark)[0])
    assert [load.exception() for load in loads] == [None] * 4
    assert named == {("T01", str(day)) for day in days}


def test_what_no_one_changes_any_more_is_not_given_again() -> None:
    two_turbines()
    _, mark = ask("/api/values")
    assert ask("/api/values", mark)[0] == []


def test_a_time_that_is_none_is_refused() -> None:
    response = Client().get("/api/values", PERIOD | {"changed_since": "today"})
    assert response.status_code == 400
    assert "'today' is not a time" in response.json()["detail"]


def test_what_to_ask_next_time_needs_no_escaping() -> None:
    mark = ask("/api/days")[1]
    assert mark.endswith("Z")
    period = "start=2025-08-01&end=2025-09-01"
    assert Client().get(f"/api/days?{period}&changed_since={mark}").json() == []
