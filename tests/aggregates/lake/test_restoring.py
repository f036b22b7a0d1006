"""What was let go comes back, and nothing is computed again."""

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client

from aggregates.assessment.making import assess
from aggregates.assessment.versions import outdated_days
from aggregates.audit.auditing import longest_unaudited
from aggregates.lake.in_turn import sync_in_turn
from aggregates.models import (
    AggregatedDay,
    Assessment,
    LakeProgress,
    LetGoMonth,
    LetGoTurbineDay,
    Run,
    Signal,
    Value,
    locks,
)
from aggregates.retention import reason_to_keep
from aggregates.runs.pipeline import pending_days
from common import waits
from common.days import DAY, now
from sourcedata.dropped_months import KeptMonth, MonthChanged
from sourcedata.models import DroppedMonth, Measurement, SourceDay
from sourcedata.storage import MADE
from tests.aggregates.lake.builders import rows
from tests.builders import aggregated, measurements, turbine
from windproject.management.commands import partitions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("farm")]
AUGUST, SEPTEMBER = date(2025, 8, 31), date(2025, 9, 1)
TABLES = ["measurements", "statistics", "assessments"]
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


def restore(*arguments: str) -> str:
    return manage("lake", "restore", "--month", "2025-08", *arguments)


def test_measurements_that_somebody_changed_in_the_lake_come_back_only_where_that_is_meant(
    lake: Path,
) -> None:
    synced(lake)
    manage("partitions", *BEFORE_SEPTEMBER)
    table = DeltaTable(str(lake / "measurements"))
    table.update({"power": "power + 1"}, predicate="turbine = 'T01' AND day = '2025-08-31'")
    with pytest.raises(CommandError, match=f"or has them otherwise: T01 on {AUGUST}"):
        restore()
    AggregatedDay.objects.update(audited_at=now())
    restore("--as-it-is")
    assert longest_unaudited(1) == [AUGUST]
    with pytest.raises(CommandError, match="1 of 1 days differ"):
        manage("audit", "--from", str(AUGUST), "--to", str(AUGUST))


def of_august(name: str) -> list[Measurement]:
    rows = Measurement.objects.filter(turbine__name=name, timestamp__date=AUGUST)
    return list(rows.order_by("timestamp"))


def test_what_came_since_stays_beside_what_comes_back(lake: Path) -> None:
    let_go(lake)
    measurements(turbine("T01"), f"{AUGUST}T12:00", power=[7.0])
    measurements(turbine("T01"), f"{AUGUST}T15:00", power=[8.0])
    assert "1 turbine-days wait to be computed again" in restore()
    assert [row.power for row in of_august("T01")] == [7, *[100] * 19, 8]
    assert [row.wind_speed for row in of_august("T01")[:3]] == [5.0, 5.1, 5.2]
    assert not DroppedMonth.objects.exists()


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


def in_august(lake: Path) -> list[pd.DataFrame]:
    """Return what each table has of the month."""
    frames = [rows(lake, table) for table in TABLES]
    return [frame[frame["day"] == AUGUST].reset_index(drop=True) for frame in frames]


@pytest.mark.parametrize("samples", [1, 20, 30])
def test_samples_that_come_into_a_month_that_was_let_go_take_nothing_from_the_lake(
    lake: Path, samples: int
) -> None:
    let_go(lake)
    before = in_august(lake)
    measurements(turbine("T01"), f"{AUGUST}T15:00", power=[7.0] * samples)
    aggregated(AUGUST)
    assess(AUGUST, SEPTEMBER)
    manage("lake", "sync")
    assert "2 turbine-days" in manage("lake", "status")
    for frame, had in zip(in_august(lake), before, strict=True):
        pd.testing.assert_frame_equal(frame, had)


def test_an_audit_says_that_samples_came_into_a_month_that_was_let_go(lake: Path) -> None:
    let_go(lake)
    measurements(turbine("T01"), f"{AUGUST}T15:00", power=[7.0])
    said = manage("lake", "audit", "--from", str(AUGUST), "--to", str(AUGUST))
    assert "1 turbine-days stay in the lake as they were, while the databases have" in said
    assert "5 turbine-days are in the lake alone." in said


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


def stays(month: KeptMonth, lake_address: str) -> None:
    raise MonthChanged("Measurements changed: look again.")


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


def test_of_a_month_that_stayed_after_all_the_lake_holds_nothing(
    lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced(lake)
    monkeypatch.setattr(partitions, "drop", stays)
    with pytest.raises(CommandError, match="look again"):
        manage("partitions", *BEFORE_SEPTEMBER)
    shutil.rmtree(lake / "measurements" / f"day={AUGUST}")
    assert "1 commits written" in manage("lake", "sync")


def test_a_source_that_was_lost_and_begins_anew_takes_nothing_from_the_lake(lake: Path) -> None:
    synced(lake)
    Measurement.objects.all().delete()
    SourceDay.objects.all().delete()
    measurements(turbine("T01"), f"{SEPTEMBER}T15:00", power=[7.0])
    aggregated(SEPTEMBER)
    manage("lake", "sync")
    assert len(rows(lake, "measurements")) == 80
    restore()
    manage("lake", "restore", "--month", "2025-09")
    assert Measurement.objects.count() == 81


def test_what_a_lake_has_that_is_taken_over_stays_until_it_is_restored(lake: Path) -> None:
    synced(lake)
    LakeProgress.objects.all().delete()
    Value.objects.all().delete()
    Assessment.objects.all().delete()
    AggregatedDay.objects.all().delete()
    Measurement.objects.all().delete()
    SourceDay.objects.all().delete()
    measurements(turbine("T01"), f"{SEPTEMBER}T15:00", power=[7.0] * 30)
    aggregated(SEPTEMBER)
    assert "lake restore --month 2025-08, and so on, to 2025-09" in manage("lake", "adopt")
    manage("lake", "sync")
    assert len(rows(lake, "measurements")) == 80
    manage("lake", "restore", "--month", "2025-09")
    assert Measurement.objects.filter(turbine__name="T01").count() == 50


def test_taking_a_lake_over_forgets_nothing_of_what_was_let_go_before(
    lake: Path, settings: Any, tmp_path: Path
) -> None:
    let_go(lake)
    shutil.copytree(lake, tmp_path / "another")
    settings.LAKE_URL = str(tmp_path / "another")
    DeltaTable(f"{settings.LAKE_URL}/measurements").update({"power": "power + 1"})
    manage("lake", "adopt")
    with pytest.raises(CommandError, match=rf"let go \(into {lake}/measurements.* otherwise"):
        restore()


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
    with pytest.raises(CommandError, match=rf"lacks 2 .* let go \(into {lake}/measurements"):
        restore()
    assert DroppedMonth.objects.exists()
    assert not (tmp_path / "another").exists()


def test_statistics_of_another_version_than_their_assessment_do_not_come_back(lake: Path) -> None:
    let_go(lake)
    table = DeltaTable(str(lake / "statistics"))
    table.update({"rules": "'others'"}, predicate="turbine = 'T01' AND day = '2025-08-31'")
    assert "1 turbine-days wait" in restore("--as-it-is")
    assert not AggregatedDay.objects.filter(turbine="T01", day=AUGUST).exists()


def test_rows_that_somebody_added_once_more_come_back_once(lake: Path) -> None:
    let_go(lake)
    table = DeltaTable(str(lake / "measurements"))
    write_deltalake(table, table.to_pyarrow_table(), mode="append")
    restore("--as-it-is")
    assert Measurement.objects.count() == 80


def test_what_the_lake_lost_since_is_told_and_the_month_is_not_forgotten(lake: Path) -> None:
    let_go(lake)
    DeltaTable(str(lake / "measurements")).delete("turbine = 'T01' AND day = '2025-08-31'")
    assert "2025-08 the lake alone has measurements: 1 turbine-days. 1 are not" in manage(
        "lake", "status"
    )
    with pytest.raises(CommandError, match="lacks 1 of the turbine-days that were let go"):
        restore()
    assert DroppedMonth.objects.exists()
    assert "20 measurements and 4 windows are back" in restore("--as-it-is")
    assert not DroppedMonth.objects.exists()


def test_a_month_of_which_nobody_has_anything_any_more_is_given_up(lake: Path) -> None:
    let_go(lake)
    shutil.rmtree(lake)
    with pytest.raises(CommandError, match="--month 2025-08 --as-it-is"):
        manage("lake", "sync")
    assert "0 measurements and 0 windows are back" in restore("--as-it-is")
    assert not DroppedMonth.objects.exists()
    assert "3 commits written" in manage("lake", "sync")


def test_a_restore_that_is_refused_gives_nothing_up(lake: Path) -> None:
    let_go(lake)
    with_oil(lake)
    with pytest.raises(CommandError, match=r"does not know: oil_temperature\."):
        restore("--as-it-is")
    assert LetGoTurbineDay.objects.count() == 6


def test_the_schedule_says_that_the_lake_lost_what_it_holds(lake: Path, settings: Any) -> None:
    settings.PENDING_LOOKBACK = now().date() - AUGUST + DAY
    let_go(lake)
    DeltaTable(str(lake / "statistics")).delete("turbine = 'T01' AND day = '2025-08-31'")
    sync_in_turn(now())
    assert f"lacks 1 turbine-days that were let go, as T01 on {AUGUST}" in LakeProgress.get().error


def test_files_that_are_away_for_a_while_take_nothing(lake: Path) -> None:
    let_go(lake)
    folder = lake / "measurements" / f"day={AUGUST}"
    folder.rename(lake / "away")
    with pytest.raises(CommandError, match=r"alone has 2 turbine-days .* these files are gone"):
        manage("lake", "status")
    (lake / "away").rename(folder)
    assert "40 measurements and 4 windows are back" in restore()


def test_a_target_from_before_a_month_was_let_go_holds_it_again(lake: Path) -> None:
    let_go(lake)
    LetGoTurbineDay.objects.all().delete()
    sync_in_turn(now())
    folder = lake / "measurements" / f"day={AUGUST}"
    folder.rename(lake / "away")
    with pytest.raises(CommandError, match=r"alone has 2 turbine-days .* these files are gone"):
        manage("lake", "status")
    (lake / "away").rename(folder)
    assert "40 measurements and 4 windows are back" in restore()


def test_a_table_that_is_away_is_not_made_anew(lake: Path) -> None:
    let_go(lake)
    (lake / "measurements").rename(lake / "away")
    measurements(turbine("T01"), f"{SEPTEMBER}T15:00", power=[7.0])
    with pytest.raises(CommandError, match=r"alone has 2 turbine-days .* it is not there"):
        manage("lake", "sync")
    (lake / "away").rename(lake / "measurements")
    assert "40 measurements and 4 windows are back" in restore()


def test_a_file_that_cannot_be_read_of_what_was_let_go_is_not_to_be_deleted(lake: Path) -> None:
    let_go(lake)
    (file,) = (lake / "measurements" / f"day={AUGUST}").glob("*.parquet")
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    with pytest.raises(CommandError, match="these files cannot be read") as refusal:
        restore()
    assert "Delete" not in str(refusal.value)


def with_oil(lake: Path) -> None:
    """Let the lake have a variable that this program does not declare."""
    table = DeltaTable(str(lake / "measurements"))
    measured = table.to_pyarrow_table()
    more = measured.append_column("oil_temperature", pa.array([60.0] * len(measured)))
    write_deltalake(table, more, mode="overwrite", schema_mode="merge")


def test_a_program_that_lacks_a_variable_restores_nothing(lake: Path) -> None:
    let_go(lake)
    with_oil(lake)
    with pytest.raises(CommandError, match=r"does not know: oil_temperature\."):
        restore()
    assert DroppedMonth.objects.exists()


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


def test_an_assessment_by_a_curve_that_is_gone_is_made_again(lake: Path) -> None:
    synced(lake)
    DeltaTable(str(lake / "assessments")).update({"curve_version": "'gone'"})
    manage("partitions", *BEFORE_SEPTEMBER)
    Value.objects.filter(timestamp__date=AUGUST).delete()
    AggregatedDay.objects.filter(day=AUGUST).delete()
    Assessment.objects.filter(day=AUGUST).delete()
    restore()
    assert outdated_days(AUGUST, AUGUST) == [AUGUST]


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


def test_a_month_is_written_as_one() -> None:
    with pytest.raises(CommandError, match="'2025-13' is not a month; allowed is YYYY-MM"):
        manage("lake", "restore", "--month", "2025-13")
