"""What people read and do about the lake."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable
from django.core.management import CommandError, call_command

from aggregates.lake.in_turn import sync_in_turn
from aggregates.models import Assessment, LakeProgress
from common.days import now
from tests.aggregates.lake.builders import rows
from tests.aggregates.lake.conftest import DAYS
from tests.aggregates.lake.months import manage, synced

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("farm")]
PERIOD = ["--from", str(DAYS[0]), "--to", str(DAYS[1])]


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    call_command("lake", *arguments)
    return capsys.readouterr().out


def test_without_a_lake_it_says_what_to_set(settings: Any) -> None:
    settings.LAKE_URL = ""
    with pytest.raises(CommandError, match="let LAKE_URL name a folder, or s3://BUCKET/PATH"):
        call_command("lake", "status")


@pytest.mark.usefixtures("lake")
def test_what_is_not_in_step_is_told_with_what_to_type(capsys: pytest.CaptureFixture[str]) -> None:
    said = answer(capsys, "status")
    assert "2 days are not in step, 2025-08-31 to 2025-09-01, of" in said
    assert "assessments, measurements, statistics: manage.py lake sync" in said
    assert "6 commits written." in answer(capsys, "sync")
    assert "Every day is in step." in answer(capsys, "status")
    assert "Nothing to write." in answer(capsys, "sync")


def test_a_lake_that_is_not_there_is_told(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    makes_it = f"There is no lake at {lake} yet: manage.py lake sync makes it."
    assert makes_it in answer(capsys, "status")
    sync_in_turn(now())
    shutil.rmtree(lake)
    assert f"{makes_it} This deployment had one before" in answer(capsys, "status")


@pytest.mark.parametrize("day", ["9999-12-31", "1969-12-31", "2025-02-30"])
def test_a_day_that_is_none_is_refused(lake: Path, day: str) -> None:
    for action in ("audit", "sync"):
        with pytest.raises(CommandError, match="argument --from: "):
            call_command("lake", action, "--from", day, "--to", "9999-12-31")


@pytest.mark.usefixtures("lake")
def test_an_audit_finds_that_all_is_equal(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("lake", "sync")
    said = answer(capsys, "audit", *PERIOD)
    assert "12 turbine-days of three tables compared" in said
    assert "0 differ, 0 in their last bits alone." in said


@pytest.mark.usefixtures("lake")
def test_an_audit_of_days_of_which_nobody_has_anything_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    nothing = "Neither the databases nor the lake have anything of these days."
    assert nothing in answer(capsys, "audit", "--from", "2024-01-01", "--to", "2024-01-02")
    assert nothing not in answer(capsys, "audit", *PERIOD)


def test_an_audit_names_a_value_that_somebody_changed_and_mends_it(
    lake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("lake", "sync")
    table = DeltaTable(str(lake / "statistics"))
    table.update({"power_mean": "power_mean + 1"}, predicate="turbine = 'T02'")
    with pytest.raises(CommandError, match="--repair"):
        call_command("lake", "audit", *PERIOD)
    said = capsys.readouterr().out
    assert "power_mean" in said
    assert "4 differ" in said
    call_command("lake", "audit", *PERIOD, "--repair")
    assert set(rows(lake, "statistics")["power_mean"]) == {100}


def test_a_value_that_is_rounded_otherwise_is_counted_apart(
    lake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("lake", "sync")
    table = DeltaTable(str(lake / "statistics"))
    table.update({"power_mean": "power_mean * 1.0000000000000004"}, predicate="turbine = 'T02'")
    assert "0 differ, 4 in their last bits alone." in answer(capsys, "audit", *PERIOD)


def test_the_lake_of_another_deployment_is_taken_over_only_when_told(
    lake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("lake", "sync")
    before = rows(lake, "measurements")
    LakeProgress.objects.all().delete()
    with pytest.raises(CommandError, match=r"belongs to deployment .* manage.py lake adopt"):
        call_command("lake", "sync")
    call_command("lake", "adopt")
    assert "Every day is in step." in answer(capsys, "status")
    assert len(rows(lake, "measurements")) == len(before)


def test_files_of_last_week_stay(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("lake", "sync")
    assert "0 files removed." in answer(capsys, "vacuum")
    assert len(rows(lake, "measurements")) == 80


def test_assessments_of_another_time_are_not_in_step_and_do_not_differ(lake: Path) -> None:
    synced(lake)
    Assessment.objects.update(energy_kwh=7, assessed_at=now())
    said = manage("lake", "audit", *PERIOD)
    assert " 0 differ, 0 in their last bits" in said
    assert "4 turbine-days are not in step yet" in said


@pytest.mark.parametrize("month", ["9999-12", "1969-12", "2025-13", "2025"])
def test_a_month_that_is_none_is_refused(lake: Path, month: str) -> None:
    with pytest.raises(CommandError, match=f"{month}.* (not a month|does not lie in 1970-01)"):
        manage("lake", "restore", "--month", month)


@pytest.mark.parametrize("time", ["30 days", "0 hours"])
def test_old_files_stay_for_the_longer_time_that_somebody_set(lake: Path, time: str) -> None:
    synced(lake)
    table = DeltaTable(str(lake / "measurements"))
    table.alter.set_table_properties({"delta.deletedFileRetentionDuration": f"interval {time}"})
    table.delete("turbine = 'T02'")
    files = sorted(lake.rglob("*.parquet"))
    assert "0 files removed" in manage("lake", "vacuum")
    assert sorted(lake.rglob("*.parquet")) == files
