"""A database that was lost, or comes back from a backup, takes nothing from the lake."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from django.db.models import F

from aggregates.assessment.making import assess
from aggregates.lake.in_turn import sync_in_turn
from aggregates.models import AggregatedDay, LakeProgress, Run, Value
from common.days import now
from sourcedata.models import DroppedMonth, Measurement, SourceDay
from tests.aggregates.lake.builders import rows
from tests.aggregates.lake.months import (
    AUGUST,
    BEFORE_SEPTEMBER,
    SEPTEMBER,
    in_august,
    let_go,
    manage,
    restore,
    synced,
)
from tests.builders import aggregated, at, measurements, turbine

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("farm")]
END = f"{SEPTEMBER}T00:00"


def lose_the_source() -> None:
    for model in (Measurement, SourceDay, DroppedMonth):
        model.objects.all().delete()


def require_same(lake: Path, before: list[pd.DataFrame]) -> None:
    for frame, had in zip(in_august(lake), before, strict=True):
        pd.testing.assert_frame_equal(frame, had)


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


@pytest.mark.parametrize("samples", [20, 30])
def test_a_source_that_begins_anew_takes_no_samples_at_other_times(
    lake: Path, samples: int
) -> None:
    synced(lake)
    before = in_august(lake)
    lose_the_source()
    measurements(turbine("T01"), f"{AUGUST}T15:00", power=[7.0] * samples)
    assert aggregated(AUGUST).status == Run.Status.FAILED
    manage("lake", "sync")
    require_same(lake, before)
    aggregated(AUGUST, force=True)
    manage("lake", "sync")
    assert len(in_august(lake)[0].query("turbine == 'T01'")) == samples


@pytest.mark.parametrize("samples", [1, 30])
def test_a_source_that_was_lost_takes_nothing_of_what_was_let_go(lake: Path, samples: int) -> None:
    let_go(lake)
    before = in_august(lake)
    lose_the_source()
    measurements(turbine("T01"), f"{AUGUST}T15:00", power=[7.0] * samples)
    assert aggregated(AUGUST).status == Run.Status.SUCCEEDED
    sync_in_turn(now())
    require_same(lake, before)
    assert "Of 2025-08 the lake alone has measurements: 2 turbine-days." in manage("lake", "status")
    assert "40 measurements and 2 windows are back" in restore()
    aggregated(AUGUST)
    manage("lake", "sync")
    assert len(in_august(lake)[0]) == 40 + samples


def test_a_source_from_before_a_month_was_let_go_takes_nothing_of_it(lake: Path) -> None:
    Measurement.objects.filter(timestamp__lt=at(END)).update(power=55.0)
    aggregated(AUGUST)
    let_go(lake)
    before = in_august(lake)
    DroppedMonth.objects.all().delete()
    for name in ("T01", "T02"):
        measurements(turbine(name), f"{AUGUST}T12:00", power=[100.0] * 20)
    manage("lake", "sync")
    aggregated(AUGUST)
    manage("lake", "sync")
    require_same(lake, before)


@pytest.mark.parametrize(("start", "samples"), [("15:00", 20), ("15:00", 30), ("12:08", 4)])
def test_what_was_let_go_while_the_program_knew_no_lake_stays(
    lake: Path, settings: Any, start: str, samples: int
) -> None:
    synced(lake)
    settings.LAKE_URL = ""
    manage("partitions", *BEFORE_SEPTEMBER)
    settings.LAKE_URL = str(lake)
    before = in_august(lake)
    measurements(turbine("T01"), f"{AUGUST}T15:00", power=[7.0] * samples)
    aggregated(AUGUST)
    manage("lake", "sync")
    require_same(lake, before)
    restore()
    assert (
        Measurement.objects.filter(timestamp__lt=at(f"{SEPTEMBER}T00:00")).count() == 40 + samples
    )


def test_a_target_from_a_backup_takes_no_newer_statistics_from_the_lake(lake: Path) -> None:
    synced(lake)
    manage("partitions", *BEFORE_SEPTEMBER)
    of_dump = AggregatedDay.objects.filter(day=AUGUST)
    of_dump.update(revision=F("revision") - 1, windows=1)
    Value.objects.filter(timestamp__lt=f"{AUGUST}T12:10Z").delete()
    before = in_august(lake)
    assert "Nothing to write" in manage("lake", "sync")
    audited = manage("lake", "audit", "--from", str(AUGUST), "--to", str(AUGUST))
    assert "4 turbine-days stay in the lake as they were" in audited
    restore()
    aggregated(AUGUST)
    manage("lake", "sync")
    columns = ["turbine", "timestamp", "power_mean", "wind_speed_mean"]
    pd.testing.assert_frame_equal(in_august(lake)[1][columns], before[1][columns])


def test_a_target_from_before_a_rule_changed_takes_no_newer_statistics(lake: Path) -> None:
    synced(lake)
    manage("partitions", *BEFORE_SEPTEMBER)
    before = in_august(lake)
    AggregatedDay.objects.filter(day=AUGUST).update(
        rules="older", changed_at=at("2025-09-02T00:00")
    )
    Value.objects.filter(timestamp__lt=f"{SEPTEMBER}T00:00Z", value=100).delete()
    manage("lake", "sync")
    require_same(lake, before)


def test_both_from_one_backup_take_nothing_once_the_lake_is_taken_over(lake: Path) -> None:
    synced(lake)
    late = Measurement.objects.filter(
        timestamp__gte=at(f"{AUGUST}T12:10"), timestamp__lt=at(f"{SEPTEMBER}T00:00")
    )
    late.delete()
    aggregated(AUGUST, force=True)
    manage("lake", "adopt")
    before = in_august(lake)
    manage("lake", "sync")
    require_same(lake, before)
    assert "20 measurements" in restore()
    aggregated(AUGUST)
    assess(AUGUST, SEPTEMBER)
    manage("lake", "sync")
    assert len(rows(lake, "statistics")) == 8
    assert LakeProgress.get().error == ""
