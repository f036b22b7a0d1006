"""What may be let go, and what of it is told."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable
from django.core.management import CommandError
from django.db import connections
from django.test import Client

from aggregates.lake.in_turn import sync_in_turn
from aggregates.models import (
    AggregatedDay,
    Run,
    Signal,
    Value,
    locks,
)
from aggregates.retention import reason_to_keep
from common import waits
from common.days import now
from sourcedata.models import Measurement, SourceDay
from sourcedata.storage import MADE
from tests.aggregates.lake.builders import rows
from tests.aggregates.lake.months import (
    AUGUST,
    BEFORE_SEPTEMBER,
    SEPTEMBER,
    let_go,
    manage,
    restore,
    stays,
    synced,
    with_oil,
)
from tests.builders import aggregated, measurements, turbine
from windproject.management.commands import partitions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("farm")]


def test_measurements_that_the_lake_lacks_are_not_let_go(lake: Path) -> None:
    with pytest.raises(CommandError, match="lake audit --from 2025-08-01 --to 2025-08-31 --repair"):
        manage("partitions", *BEFORE_SEPTEMBER)
    assert Measurement.objects.count() == 80


def test_statistics_are_let_go_only_without_measurements_and_with_a_lake(
    lake: Path, settings: Any
) -> None:
    synced(lake)
    with pytest.raises(CommandError, match="still have measurements"):
        manage("partitions", "--statistics", *BEFORE_SEPTEMBER)
    settings.LAKE_URL = ""
    with pytest.raises(CommandError, match="set LAKE_URL"):
        manage("partitions", "--statistics", *BEFORE_SEPTEMBER)
    assert AggregatedDay.objects.count() == 4


def test_statistics_that_the_lake_has_otherwise_are_not_let_go(lake: Path) -> None:
    synced(lake)
    manage("partitions", *BEFORE_SEPTEMBER)
    DeltaTable(str(lake / "statistics")).delete("turbine = 'T01'")
    with pytest.raises(CommandError, match="The lake lacks 1 of these days"):
        manage("partitions", "--statistics", *BEFORE_SEPTEMBER)
    assert AggregatedDay.objects.count() == 4


def test_without_yes_nothing_goes(lake: Path) -> None:
    synced(lake)
    manage("partitions", *BEFORE_SEPTEMBER)
    said = manage("partitions", "--statistics", "--drop-before", "2025-09-01")
    assert "Nothing was dropped." in said
    assert AggregatedDay.objects.count() == 4


def test_who_asks_for_what_was_let_go_is_told_where_it_is(lake: Path, client: Client) -> None:
    let_go(lake)
    period = "start=2025-08-01T00:00Z&end=2025-09-01T00:00Z"
    for address, table in [("/data", "measurements"), ("/api/values", "statistics")]:
        told = client.get(f"{address}?{period}").headers["Let-Go"]
        assert f"2025-08; in the lake at {lake / table}; manage.py lake restore" in told
    later = "start=2025-09-01T00:00Z&end=2025-09-02T00:00Z"
    assert "Let-Go" not in client.get(f"/api/values?{later}").headers


def test_a_run_that_would_lose_what_was_let_go_says_how_it_comes_back(lake: Path) -> None:
    synced(lake)
    manage("partitions", *BEFORE_SEPTEMBER)
    measurements(turbine("T01"), f"{AUGUST}T15:00", power=[7.0])
    run = aggregated(AUGUST)
    assert run.status == Run.Status.FAILED
    assert "manage.py lake restore --month 2025-08 puts a month back" in run.error


def test_who_asks_for_assessments_that_were_let_go_is_told(lake: Path, client: Client) -> None:
    let_go(lake)
    answer = client.get("/api/assessments?start=2025-08-01&end=2025-09-01")
    told = answer.headers["Let-Go"]
    assert f"in the lake at {lake}/assessments; manage.py lake restore --month 2025-08" in told


def test_a_run_of_a_day_that_was_let_go_says_where_its_measurements_are(lake: Path) -> None:
    let_go(lake)
    said = manage("aggregate", "--from", str(AUGUST), "--to", str(SEPTEMBER))
    assert f"Let go: 2025-08; in the lake at {lake}/measurements; manage.py lake restore" in said
    assert "Let go" not in manage("aggregate", "--from", str(SEPTEMBER), "--to", str(SEPTEMBER))


def test_other_deployments_are_told_which_months_were_let_go(lake: Path, client: Client) -> None:
    synced(lake)
    assert client.get("/api/let-go").json() == []
    manage("partitions", *BEFORE_SEPTEMBER)
    august = {"month": "2025-08-01", "lake_address": str(lake / "measurements")}
    assert client.get("/api/let-go").json() == [august]


def test_the_page_of_a_day_says_where_its_month_is(lake: Path, admin_client: Client) -> None:
    synced(lake)
    manage("partitions", *BEFORE_SEPTEMBER)
    page = admin_client.get(f"/admin/aggregates/day/{AUGUST}/").content.decode()
    assert f"Let go: 2025-08; in the lake at {lake}/measurements; manage.py lake restore" in page
    manage("partitions", "--statistics", *BEFORE_SEPTEMBER)
    page = admin_client.get(f"/admin/aggregates/day/{AUGUST}/").content.decode()
    assert f"Let go: 2025-08; in the lake at {lake}/statistics" in page


def test_samples_that_came_into_a_month_that_was_let_go_are_not_let_go_with_it(lake: Path) -> None:
    let_go(lake)
    measurements(turbine("T01"), f"{AUGUST}T15:00", power=[7.0] * 10)
    aggregated(AUGUST)
    synced(lake)
    with pytest.raises(CommandError, match=r"First: manage\.py lake restore --month 2025-08"):
        manage("partitions", *BEFORE_SEPTEMBER)
    restore()
    aggregated(AUGUST)
    synced(lake)
    manage("partitions", *BEFORE_SEPTEMBER)
    of_turbine = rows(lake, "measurements").query("turbine == 'T01'")
    assert len(of_turbine[of_turbine["day"] == AUGUST]) == 30


def test_what_is_not_let_go_after_all_follows_beside_what_was(lake: Path) -> None:
    Measurement.objects.filter(turbine__name="T02", timestamp__lt=f"{SEPTEMBER}T00:00Z").delete()
    SourceDay.objects.filter(turbine__name="T02", day=AUGUST).delete()
    AggregatedDay.objects.filter(turbine="T02", day=AUGUST).delete()
    synced(lake)
    manage("partitions", *BEFORE_SEPTEMBER)
    for hour in (15, 16):
        measurements(turbine("T02"), f"{AUGUST}T{hour}:00", power=[7.0] * 20)
        with pytest.raises(CommandError):
            manage("partitions", *BEFORE_SEPTEMBER)
        aggregated(AUGUST)
        manage("lake", "sync")
    of_turbine = rows(lake, "measurements").query("turbine == 'T02'")
    assert len(of_turbine[of_turbine["day"] == AUGUST]) == 40


def test_a_month_of_which_the_lake_had_nothing_holds_nothing_that_comes_later(lake: Path) -> None:
    synced(lake)
    measurements(turbine("T01"), "2025-07-10T12:00", power=[7.0])
    Measurement.objects.filter(timestamp__lt="2025-08-01T00:00Z").delete()
    manage("partitions", "--drop-before", "2025-08-01", "--yes")
    for hour in (15, 16):
        measurements(turbine("T01"), f"2025-07-10T{hour}:00", power=[7.0] * 20)
        sync_in_turn(now())
        manage("lake", "sync")
    assert len(rows(lake, "measurements").query("timestamp < '2025-08-01T00:00Z'")) == 40


def test_a_month_that_stayed_after_all_is_let_go_later(
    lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced(lake)
    with monkeypatch.context() as patch:
        patch.setattr(partitions, "drop", stays)
        with pytest.raises(CommandError, match="look again"):
            manage("partitions", *BEFORE_SEPTEMBER)
    measurements(turbine("T01"), f"{AUGUST}T15:00", power=[7.0])
    aggregated(AUGUST)
    synced(lake)
    manage("partitions", *BEFORE_SEPTEMBER)
    assert Measurement.objects.count() == 40


def test_what_becomes_of_the_lake_once_it_was_compared_is_told(
    lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced(lake)

    def then_changes(first: date, last: date) -> str:
        reason = reason_to_keep(first, last)
        table = DeltaTable(str(lake / "measurements"))
        table.update({"power": "power + 1"}, predicate="turbine = 'T01' AND day = '2025-08-31'")
        return reason

    monkeypatch.setattr(partitions, "reason_to_keep", then_changes)
    manage("partitions", *BEFORE_SEPTEMBER)
    with pytest.raises(CommandError, match=f"or has them otherwise: T01 on {AUGUST}"):
        restore()


def test_a_month_of_which_the_lake_has_another_value_is_not_let_go(lake: Path) -> None:
    synced(lake)
    table = DeltaTable(str(lake / "measurements"))
    table.update({"power": "power + 1"}, predicate="turbine = 'T01' AND day = '2025-08-31'")
    with pytest.raises(CommandError, match="has them otherwise, from 2025-08-31 on"):
        manage("partitions", *BEFORE_SEPTEMBER)
    assert Measurement.objects.count() == 80


def source_with_oil() -> None:
    """Give each measurement a value of a variable that was declared once."""
    with connections["source"].cursor() as cursor:
        cursor.execute("ALTER TABLE data ADD COLUMN oil_temperature double precision")
        cursor.execute(f"COMMENT ON COLUMN data.oil_temperature IS '{MADE}hand'")
        cursor.execute("UPDATE data SET oil_temperature = 60")
    for day in (AUGUST, SEPTEMBER):
        aggregated(day)


def test_a_variable_that_the_lake_lacks_is_not_let_go(lake: Path) -> None:
    synced(lake)
    source_with_oil()
    synced(lake)
    with pytest.raises(CommandError, match="values of oil_temperature, which the lake lacks"):
        manage("partitions", *BEFORE_SEPTEMBER)
    assert Measurement.objects.count() == 80


def test_a_removed_variable_goes_where_the_lake_has_all_of_its_values(lake: Path) -> None:
    source_with_oil()
    synced(lake)
    with_oil(lake)
    table = DeltaTable(str(lake / "measurements"))
    table.update({"oil_temperature": "61.0"}, predicate="turbine = 'T02'")
    with pytest.raises(CommandError, match="values of oil_temperature, which the lake lacks"):
        manage("partitions", *BEFORE_SEPTEMBER)
    table.update({"oil_temperature": "60.0"})
    assert "Dropped" in manage("partitions", *BEFORE_SEPTEMBER)


def test_a_statistic_that_is_computed_no_more_and_that_the_lake_lacks_is_not_let_go(
    lake: Path,
) -> None:
    signal = Signal.objects.create(turbine="T01", variable="power", statistic="median", name="m")
    Value.objects.create(signal=signal, timestamp=f"{AUGUST}T12:00Z", value=100)
    synced(lake)
    manage("partitions", *BEFORE_SEPTEMBER)
    with pytest.raises(CommandError, match="values of power_median, which the lake lacks"):
        manage("partitions", "--statistics", *BEFORE_SEPTEMBER)
    assert AggregatedDay.objects.count() == 4


@pytest.mark.parametrize("column", ["power", "wind_direction"])
def test_a_value_that_is_nearly_that_of_the_lake_is_not_let_go(lake: Path, column: str) -> None:
    Measurement.objects.update(**{column: 360.0 if column == "wind_direction" else 1e-10})
    for day in (AUGUST, SEPTEMBER):
        aggregated(day)
    synced(lake)
    DeltaTable(str(lake / "measurements")).update({column: "0.0"})
    with pytest.raises(CommandError, match="has them otherwise, from 2025-08-31 on"):
        manage("partitions", *BEFORE_SEPTEMBER)


@pytest.mark.parametrize(
    "command",
    [
        ["lake", "adopt"],
        ["lake", "restore", "--month", "2025-08"],
        ["partitions", *BEFORE_SEPTEMBER],
        ["partitions", "--statistics", *BEFORE_SEPTEMBER],
    ],
)
def test_nothing_is_let_go_or_put_back_while_another_program_does_so(
    lake: Path, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waits, "LAKE_TURN_S", 0)
    synced(lake)
    other = locks.alone_to_write_the_lake()
    with ThreadPoolExecutor(1) as elsewhere:
        assert elsewhere.submit(other.__enter__).result()
        with pytest.raises(CommandError, match="Another program of this deployment"):
            manage(*command)
        elsewhere.submit(connections.close_all)
    assert Measurement.objects.count() == 80


def test_a_command_waits_for_the_turn_of_another_program(lake: Path) -> None:
    synced(lake)
    other = locks.alone_to_write_the_lake()
    with ThreadPoolExecutor(1) as elsewhere:
        assert elsewhere.submit(other.__enter__).result()
        elsewhere.submit(time.sleep, 1)
        elsewhere.submit(connections.close_all)
        assert "Dropped" in manage("partitions", *BEFORE_SEPTEMBER)
