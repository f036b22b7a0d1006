"""What was let go comes back, and nothing is computed again."""

from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable, write_deltalake
from django.core.management import CommandError, call_command
from django.test import Client

from aggregates.assessment.making import assess
from aggregates.assessment.versions import outdated_days
from aggregates.audit.auditing import longest_unaudited
from aggregates.models import AggregatedDay, Assessment, LetGoMonth, Run, Value
from aggregates.runs.pipeline import pending_days
from common.days import now
from sourcedata.models import DroppedMonth, Measurement
from tests.aggregates.lake.builders import rows
from tests.builders import aggregated, measurements, turbine

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("farm")]
AUGUST, SEPTEMBER = date(2025, 8, 31), date(2025, 9, 1)
BEFORE_SEPTEMBER = ["--drop-before", "2025-09-01", "--yes"]


def manage(*arguments: str) -> str:
    call_command(*arguments, stdout=(said := StringIO()))
    return said.getvalue()


def synced(lake: Path) -> None:
    assess(AUGUST, SEPTEMBER)
    manage("lake", "sync")


def let_go(lake: Path) -> None:
    """Have August in the lake alone."""
    synced(lake)
    manage("partitions", *BEFORE_SEPTEMBER)
    manage("partitions", "--statistics", *BEFORE_SEPTEMBER)


def stored_values() -> list[Any]:
    rows = Value.objects.order_by("signal", "timestamp")
    return [*rows.values_list("signal", "timestamp", "value")]


def test_a_month_that_was_let_go_of_both_databases_comes_back_whole(lake: Path) -> None:
    before = stored_values()
    let_go(lake)
    assert (Measurement.objects.count(), AggregatedDay.objects.count()) == (40, 2)
    said = manage("lake", "restore", "--month", "2025-08")
    assert "40 measurements and 4 windows are back; all that the source has is current" in said
    assert stored_values() == before


def test_after_it_nothing_is_pending_and_the_audit_finds_no_difference(lake: Path) -> None:
    let_go(lake)
    manage("lake", "restore", "--month", "2025-08")
    assert pending_days(AUGUST, SEPTEMBER) == []
    assert outdated_days(AUGUST, SEPTEMBER) == []
    said = manage("audit", "--from", str(AUGUST), "--to", str(SEPTEMBER))
    assert "4 turbine-days audited" in said
    assert ": 0 differ." in said


def assessments() -> list[Any]:
    rows = Assessment.objects.order_by("day", "turbine")
    return [{**row, "assessed_at": None} for row in rows.values()]


def test_assessments_come_back_as_they_were(lake: Path) -> None:
    assess(AUGUST, SEPTEMBER)
    before = assessments()
    let_go(lake)
    manage("lake", "restore", "--month", "2025-08")
    assert assessments() == before


def test_archived_statistics_are_current_once_their_measurements_are_back(lake: Path) -> None:
    synced(lake)
    manage("partitions", *BEFORE_SEPTEMBER)
    runs = Run.objects.count()
    said = manage("lake", "restore", "--month", "2025-08")
    assert "40 measurements and 0 windows are back; all that the source has is current" in said
    assert pending_days(AUGUST, SEPTEMBER) == []
    assert Run.objects.count() == runs


def test_statistics_of_other_measurements_are_computed_again(lake: Path) -> None:
    synced(lake)
    manage("partitions", *BEFORE_SEPTEMBER)
    AggregatedDay.objects.filter(turbine="T02", day=AUGUST).update(revision=1)
    assert "1 turbine-days wait to be computed" in manage("lake", "restore", "--month", "2025-08")
    assert pending_days(AUGUST, SEPTEMBER) == [AUGUST]


def test_measurements_that_somebody_changed_in_the_lake_are_found_by_the_next_audit(
    lake: Path,
) -> None:
    synced(lake)
    manage("partitions", *BEFORE_SEPTEMBER)
    table = DeltaTable(str(lake / "measurements"))
    table.update({"power": "power + 1"}, predicate="turbine = 'T01' AND day = '2025-08-31'")
    AggregatedDay.objects.update(audited_at=now())
    manage("lake", "restore", "--month", "2025-08")
    assert longest_unaudited(1) == [AUGUST]
    with pytest.raises(CommandError, match="1 of 1 days differ"):
        manage("audit", "--from", str(AUGUST), "--to", str(AUGUST))


def test_what_is_there_already_is_not_touched(lake: Path) -> None:
    let_go(lake)
    measurements(turbine("T01"), f"{AUGUST}T12:00", power=[7.0])
    manage("lake", "restore", "--month", "2025-08")
    of_turbine = Measurement.objects.filter(turbine__name="T01", timestamp__date=AUGUST)
    assert [row.power for row in of_turbine] == [7.0]
    assert Measurement.objects.filter(turbine__name="T02", timestamp__date=AUGUST).count() == 20


def test_a_turbine_that_is_gone_is_made_again(lake: Path) -> None:
    synced(lake)
    manage("partitions", *BEFORE_SEPTEMBER)
    Measurement.objects.filter(turbine__name="T02").delete()
    turbine("T02").days.all().delete()
    turbine("T02").delete()
    manage("lake", "restore", "--month", "2025-08")
    assert Measurement.objects.filter(turbine__name="T02").count() == 20


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


def test_the_page_of_a_day_says_where_its_month_is(lake: Path, admin_client: Client) -> None:
    synced(lake)
    manage("partitions", *BEFORE_SEPTEMBER)
    page = admin_client.get(f"/admin/aggregates/day/{AUGUST}/").content.decode()
    assert f"Let go: 2025-08; in the lake at {lake}/measurements; manage.py lake restore" in page
    manage("partitions", "--statistics", *BEFORE_SEPTEMBER)
    page = admin_client.get(f"/admin/aggregates/day/{AUGUST}/").content.decode()
    assert f"Let go: 2025-08; in the lake at {lake}/statistics" in page


def test_what_is_back_is_let_go_no_more(lake: Path) -> None:
    let_go(lake)
    manage("lake", "restore", "--month", "2025-08")
    assert not DroppedMonth.objects.exists()
    assert not LetGoMonth.objects.exists()


def test_the_lake_follows_what_was_restored(lake: Path) -> None:
    let_go(lake)
    manage("lake", "restore", "--month", "2025-08")
    manage("lake", "sync")
    assert "0 differ" in manage("lake", "audit", "--from", str(AUGUST), "--to", str(SEPTEMBER))
    assert len(rows(lake, "measurements")) == 80


def test_samples_that_come_into_a_month_that_was_let_go_take_nothing_from_the_lake(
    lake: Path,
) -> None:
    let_go(lake)
    measurements(turbine("T01"), f"{AUGUST}T12:00", power=[7.0])
    aggregated(AUGUST)
    manage("lake", "sync")
    assert "2 turbine-days" in manage("lake", "status")
    said = manage("lake", "restore", "--month", "2025-08")
    assert f"left alone, for there is something else in their place: T01 on {AUGUST}" in said
    manage("lake", "sync")
    of_turbine = rows(lake, "measurements").query("turbine == 'T01'")
    assert len(of_turbine[of_turbine["day"] == AUGUST]) == 20


def test_a_month_of_which_the_lake_has_another_value_is_not_let_go(lake: Path) -> None:
    synced(lake)
    table = DeltaTable(str(lake / "measurements"))
    table.update({"power": "power + 1"}, predicate="turbine = 'T01' AND day = '2025-08-31'")
    with pytest.raises(CommandError, match="has them otherwise, from 2025-08-31 on"):
        manage("partitions", *BEFORE_SEPTEMBER)
    assert Measurement.objects.count() == 80


def test_a_lake_that_has_nothing_of_the_month_forgets_nothing(
    lake: Path, settings: Any, tmp_path: Path
) -> None:
    let_go(lake)
    settings.LAKE_URL = str(tmp_path / "another")
    with pytest.raises(CommandError, match="has nothing from 2025-08-01 to 2025-08-31"):
        manage("lake", "restore", "--month", "2025-08")
    assert DroppedMonth.objects.exists()
    assert not (tmp_path / "another").exists()


def test_statistics_of_another_version_than_their_assessment_do_not_come_back(lake: Path) -> None:
    let_go(lake)
    table = DeltaTable(str(lake / "statistics"))
    table.update({"rules": "'others'"}, predicate="turbine = 'T01' AND day = '2025-08-31'")
    assert "1 turbine-days wait" in manage("lake", "restore", "--month", "2025-08")
    assert not AggregatedDay.objects.filter(turbine="T01", day=AUGUST).exists()


def test_rows_that_somebody_added_once_more_come_back_once(lake: Path) -> None:
    let_go(lake)
    table = DeltaTable(str(lake / "measurements"))
    write_deltalake(table, table.to_pyarrow_table(), mode="append")
    manage("lake", "restore", "--month", "2025-08")
    assert Measurement.objects.count() == 80


def test_a_month_is_written_as_one() -> None:
    with pytest.raises(CommandError, match="'2025-13' is not a month; allowed is YYYY-MM"):
        manage("lake", "restore", "--month", "2025-13")
