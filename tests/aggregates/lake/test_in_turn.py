"""The lake follows by itself, and catches up with whatever went wrong meanwhile."""

import logging
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable, write_deltalake
from django.core.management import CommandError, call_command
from django.db import connections

from aggregates.lake import syncing
from aggregates.lake.in_turn import sync_in_turn
from aggregates.models import LakeProgress, Run, locks
from aggregates.pages.morning import morning_at
from aggregates.tasks import sync_lake
from tests.aggregates.lake.builders import commits, rows
from tests.aggregates.lake.conftest import DAYS
from tests.aggregates.lake.months import let_go, restore
from tests.builders import aggregated, at, measurements, turbine

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("farm")]
# The second of the two days goes on.
NOW = at("2025-09-01T12:30")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def runs_of_then(db: None) -> None:
    """Let the runs of both days have ended before NOW."""
    Run.objects.update(finished_at=NOW - 5 * MINUTE)


def late(day: date, at_time: datetime) -> None:
    """Measure T01 late, and let the day's run end at that time."""
    measurements(turbine("T01"), f"{day}T13:00", wind_speed=[9.0] * 10)
    run = aggregated(day)
    Run.objects.filter(pk=run.pk).update(finished_at=at_time)


def test_the_first_turn_writes_whatever_there_is(lake: Path) -> None:
    sync_in_turn(NOW)
    assert len(rows(lake, "measurements")) == 80
    progress = LakeProgress.get()
    assert (progress.looked_at, progress.error) == (NOW, "")


def test_a_day_that_is_over_follows_at_the_next_turn(lake: Path) -> None:
    sync_in_turn(NOW)
    late(DAYS[0], NOW + MINUTE)
    sync_in_turn(NOW + 2 * MINUTE)
    assert len(rows(lake, "measurements")) == 90


def test_the_day_that_goes_on_follows_each_hour(lake: Path) -> None:
    sync_in_turn(NOW)
    late(DAYS[1], NOW + MINUTE)
    sync_in_turn(NOW + 2 * MINUTE)
    assert len(rows(lake, "measurements")) == 80
    sync_in_turn(NOW + HOUR)
    assert len(rows(lake, "measurements")) == 90


def test_a_turn_that_has_nothing_to_do_commits_nothing(lake: Path) -> None:
    sync_in_turn(NOW)
    before = len(commits(lake, "statistics"))
    sync_in_turn(NOW + HOUR)
    assert len(commits(lake, "statistics")) == before


def test_runs_that_wait_go_first(lake: Path) -> None:
    Run.objects.request(DAYS[1], [], requested_by="test", force=True)
    sync_in_turn(NOW)
    assert not lake.exists() or rows(lake, "measurements").empty
    assert LakeProgress.get().synced_until is None


def test_of_two_turns_at_once_the_second_does_nothing(lake: Path) -> None:
    other = locks.alone_to_write_the_lake()
    with ThreadPoolExecutor(1) as elsewhere:
        assert elsewhere.submit(other.__enter__).result()
        sync_in_turn(NOW)
        elsewhere.submit(connections.close_all)
    assert not lake.exists()


def test_without_a_lake_the_task_does_nothing(settings: Any) -> None:
    settings.LAKE_URL = ""
    sync_lake()
    assert not LakeProgress.objects.exists()


def test_a_lake_that_is_away_is_told_and_gets_everything_when_it_is_back(
    lake: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lake.write_text("no folder")
    with caplog.at_level(logging.ERROR):
        sync_in_turn(NOW)
        sync_in_turn(NOW + MINUTE)
    progress = LakeProgress.get()
    assert (progress.failing_since, progress.synced_until) == (NOW, None)
    assert f"LAKE_URL names {lake}, which is no folder" in progress.error
    assert progress.error in " ".join(trouble.sentence for trouble in morning_at(NOW).troubles)
    lake.unlink()
    sync_in_turn(NOW + 6 * MINUTE)
    assert len(rows(lake, "measurements")) == 80
    assert (LakeProgress.get().failing_since, LakeProgress.get().error) == (None, "")


def test_what_somebody_does_to_the_lake_heals_within_the_hour(lake: Path) -> None:
    sync_in_turn(NOW)
    statistics = DeltaTable(str(lake / "statistics"))
    statistics.delete("turbine = 'T01'")
    measured = DeltaTable(str(lake / "measurements"))
    write_deltalake(measured, measured.to_pyarrow_table(), mode="append")
    sync_in_turn(NOW + HOUR)
    assert (len(rows(lake, "measurements")), len(rows(lake, "statistics"))) == (80, 8)


def test_older_days_are_compared_a_stretch_at_a_time(lake: Path) -> None:
    years_later = NOW + timedelta(days=700)
    sync_in_turn(years_later)
    assert LakeProgress.get().looked_back_to is not None
    DeltaTable(str(lake / "statistics")).delete()
    sync_in_turn(years_later + HOUR)
    assert LakeProgress.get().looked_back_to is None
    sync_in_turn(years_later + 2 * HOUR)
    assert len(rows(lake, "statistics")) == 8


@pytest.mark.parametrize("is_file", [False, True])
def test_an_old_month_that_the_lake_lost_is_told_and_stops_nothing(
    lake: Path, is_file: bool
) -> None:
    turn, day = NOW + timedelta(days=700), date(2025, 5, 10)
    measurements(turbine("T01"), f"{day}T12:00", power=[7.0] * 20)
    aggregated(day)
    let_go(lake)
    if is_file:
        shutil.rmtree(lake / "measurements" / f"day={DAYS[0]}")
    else:
        DeltaTable(str(lake / "measurements")).delete(f"day = '{DAYS[0]}'")
    sync_in_turn(turn)
    DeltaTable(str(lake / "statistics")).delete(f"day = '{DAYS[1]}'")
    for hours in range(1, 12):
        sync_in_turn(turn + hours * HOUR)
        assert LakeProgress.get().failing_since == turn
    assert LakeProgress.get().vacuumed_at is None
    assert len(rows(lake, "statistics").query(f"timestamp > '{DAYS[1]}T00:00Z'")) == 4
    with pytest.raises(CommandError, match="Old files may be all that is left"):
        call_command("lake", "vacuum")
    restore("--as-it-is")
    for hours in range(12, 16):
        sync_in_turn(turn + hours * HOUR)
    assert LakeProgress.get().error == ""


def test_once_a_week_old_files_go(lake: Path) -> None:
    sync_in_turn(NOW)
    assert LakeProgress.get().vacuumed_at == NOW
    sync_in_turn(NOW + HOUR)
    assert LakeProgress.get().vacuumed_at == NOW
    sync_in_turn(NOW + timedelta(days=7))
    assert LakeProgress.get().vacuumed_at == NOW + timedelta(days=7)


def test_a_fault_of_the_program_is_told_on_the_first_page(
    lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*arguments: Any) -> None:
        raise ValueError("nobody thought of it")

    monkeypatch.setattr(syncing, "days_behind", fails)
    with pytest.raises(ValueError, match="nobody thought of it"):
        sync_in_turn(NOW)
    progress = LakeProgress.get()
    assert (progress.failing_since, "nobody thought of it" in progress.error) == (NOW, True)
