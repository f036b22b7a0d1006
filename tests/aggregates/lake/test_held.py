"""What the lake alone has stays there, whatever comes or goes beside it."""

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from deltalake import DeltaTable
from django.core.management import CommandError

from aggregates.assessment.making import assess
from aggregates.lake.contents import MEASURED
from aggregates.lake.held import hold
from aggregates.lake.in_turn import sync_in_turn
from aggregates.models import (
    AggregatedDay,
    Assessment,
    HeldMonth,
    LakeProgress,
    LetGoTurbineDay,
    Value,
)
from common.days import DAY, now
from sourcedata import reader
from sourcedata.models import DroppedMonth, Measurement, SourceDay
from sourcedata.snapshot import UnreadableSource
from tests.aggregates.lake.builders import rows
from tests.aggregates.lake.months import (
    AUGUST,
    BEFORE_SEPTEMBER,
    SEPTEMBER,
    in_august,
    let_go,
    manage,
    restore,
    stays,
    synced,
    with_oil,
)
from tests.builders import aggregated, measurements, turbine
from tests.replies import A_DAY, DATA, DAYS, LET_GO, Reply, row, says
from windproject.management.commands import partitions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("farm")]


def falls(*arguments: Any) -> None:
    raise UnreadableSource("The source database fails.")


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
    assert "5 turbine-days are in the lake alone:" in said


def test_statistics_of_measurements_that_are_let_go_follow_no_run_of_what_came_since(
    lake: Path,
) -> None:
    synced(lake)
    manage("partitions", *BEFORE_SEPTEMBER)
    before = in_august(lake)
    measurements(turbine("T01"), f"{AUGUST}T15:00", power=[7.0] * 30)
    aggregated(AUGUST, force=True)
    assert AggregatedDay.objects.get(turbine="T01", day=AUGUST).windows == 3
    assert "Nothing to write" in manage("lake", "sync")
    for frame, had in zip(in_august(lake), before, strict=True):
        pd.testing.assert_frame_equal(frame, had)
    with pytest.raises(CommandError, match=r"First: manage\.py lake restore --month 2025-08"):
        manage("partitions", *BEFORE_SEPTEMBER)


def test_what_comes_into_a_month_that_was_let_go_without_a_lake_follows(
    lake: Path, settings: Any
) -> None:
    settings.LAKE_URL = ""
    manage("partitions", *BEFORE_SEPTEMBER)
    settings.LAKE_URL = str(lake)
    for hour in (15, 16):
        measurements(turbine("T01"), f"{AUGUST}T{hour}:00", power=[7.0] * 20)
        manage("lake", "sync")
    assert len(in_august(lake)[0]) == 40


@pytest.mark.parametrize("lake_address", ["elsewhere", ""])
def test_what_another_deployment_let_go_stays_in_the_lake_of_who_reads_it(
    lake: Path, replies: dict[str, Reply], lake_address: str
) -> None:
    aggregated(AUGUST)
    synced(lake)
    replies[LET_GO] = says([{"month": "2025-08-01", "lake_address": lake_address}])
    replies[DAYS] = says([A_DAY | {"revision": 8, "samples": 1}])
    replies[DATA] = says([row(0)])
    aggregated(AUGUST, force=True)
    manage("lake", "sync")
    assert len(in_august(lake)[0]) == 2
    assert "2025-08" in manage("lake", "status")


def test_of_a_month_that_stayed_after_all_the_lake_holds_nothing(
    lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced(lake)
    monkeypatch.setattr(partitions, "drop", stays)
    with pytest.raises(CommandError, match="look again"):
        manage("partitions", *BEFORE_SEPTEMBER)
    shutil.rmtree(lake / "measurements" / f"day={AUGUST}")
    assert "1 commits written" in manage("lake", "sync")


def test_measurements_that_all_went_stay_until_somebody_confirms_it(lake: Path) -> None:
    synced(lake)
    Measurement.objects.all().delete()
    manage("lake", "sync")
    assert len(rows(lake, "measurements")) == 80
    aggregated(SEPTEMBER, force=True)
    manage("lake", "sync")
    assert {*rows(lake, "measurements")["day"]} == {AUGUST}


def test_notes_of_a_month_that_stayed_keep_no_file_from_being_written_anew(lake: Path) -> None:
    synced(lake)
    hold(MEASURED, AUGUST.replace(day=1))
    shutil.rmtree(lake / "measurements" / f"day={AUGUST}")
    assert "1 commits written" in manage("lake", "sync")
    shutil.rmtree(lake / "measurements")
    assert "2 commits written" in manage("lake", "sync")


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


def test_a_lake_that_cannot_be_compared_is_not_taken_over(
    lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced(lake)
    LakeProgress.objects.all().delete()
    Measurement.objects.filter(turbine__name="T01").update(power=7)
    with monkeypatch.context() as away:
        away.setattr(reader, "turbine_days", falls)
        with pytest.raises(CommandError, match="The source database fails"):
            manage("lake", "adopt")
    with pytest.raises(CommandError, match="belongs to deployment"):
        manage("lake", "sync")
    manage("lake", "adopt")
    assert "Nothing to write" in manage("lake", "sync")


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


def test_a_lake_that_has_nothing_of_the_month_forgets_nothing(
    lake: Path, settings: Any, tmp_path: Path
) -> None:
    let_go(lake)
    settings.LAKE_URL = str(tmp_path / "another")
    with pytest.raises(CommandError, match=rf"lacks 2 .* let go \(into {lake}/measurements"):
        restore()
    assert DroppedMonth.objects.exists()
    assert not (tmp_path / "another").exists()


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
    assert "lacks 1 turbine-days that were let go" in LakeProgress.get().error
    assert "of its statistics of 2025-08" in LakeProgress.get().error


def proves_that_august_is_held(lake: Path) -> None:
    """Fail unless measurements that are away for a while stay noted, and come back."""
    folder = lake / "measurements" / f"day={AUGUST}"
    folder.rename(lake / "away")
    with pytest.raises(CommandError, match=r"what was let go of 1 days .* these files are gone"):
        manage("lake", "status")
    (lake / "away").rename(folder)
    assert "40 measurements and 4 windows are back" in restore()


def test_files_that_are_away_for_a_while_take_nothing(lake: Path) -> None:
    let_go(lake)
    proves_that_august_is_held(lake)


def test_a_target_from_before_a_month_was_let_go_holds_it_again(lake: Path) -> None:
    let_go(lake)
    LetGoTurbineDay.objects.all().delete()
    HeldMonth.objects.all().delete()
    sync_in_turn(now())
    proves_that_august_is_held(lake)


def test_a_target_that_has_not_noted_yet_what_was_let_go_strikes_no_file_off(lake: Path) -> None:
    let_go(lake)
    LetGoTurbineDay.objects.all().delete()
    HeldMonth.objects.all().delete()
    proves_that_august_is_held(lake)


def test_to_give_a_month_up_gives_up_no_other(lake: Path) -> None:
    let_go(lake)
    manage("partitions", "--drop-before", "2025-10-01", "--yes")
    shutil.rmtree(lake / "measurements" / f"day={AUGUST}")
    shutil.rmtree(lake / "measurements" / f"day={SEPTEMBER}")
    for _ in range(2):
        with pytest.raises(CommandError, match="restore --month 2025-09 --as-it-is"):
            restore("--as-it-is")
    assert LetGoTurbineDay.days_of("measurements") == {AUGUST, SEPTEMBER}


def test_a_table_that_is_away_is_not_made_anew(lake: Path) -> None:
    let_go(lake)
    (lake / "measurements").rename(lake / "away")
    measurements(turbine("T01"), f"{SEPTEMBER}T15:00", power=[7.0])
    with pytest.raises(CommandError, match=r"what was let go of 1 days .* it is not there"):
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
