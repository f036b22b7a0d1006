"""What was let go comes back, and nothing is computed again."""

from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable, write_deltalake
from django.core.management import CommandError

from aggregates.assessment.making import assess
from aggregates.assessment.versions import outdated_days
from aggregates.audit.auditing import longest_unaudited
from aggregates.models import (
    AggregatedDay,
    Assessment,
    LetGoMonth,
    LetGoTurbineDay,
    Run,
    Signal,
    Value,
)
from aggregates.runs.pipeline import pending_days
from common.days import now
from sourcedata.models import DroppedMonth, Measurement
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
    with_oil,
)
from tests.builders import aggregated, measurements, turbine
from tests.replies import A_DAY, DAYS, LET_GO, Reply, says

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("farm")]


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


def test_a_program_that_lacks_a_variable_restores_nothing(lake: Path) -> None:
    let_go(lake)
    with_oil(lake)
    with pytest.raises(CommandError, match=r"does not know: oil_temperature\."):
        restore()
    assert DroppedMonth.objects.exists()


def test_values_of_a_removed_variable_come_back_into_the_target(lake: Path) -> None:
    oil = Signal.objects.create(turbine="T01", variable="oil_temperature", statistic="mean")
    for minute in (0, 10):
        Value.objects.create(signal=oil, timestamp=f"{AUGUST}T12:{minute:02}Z", value=60)
    synced(lake)
    with_oil(lake, "statistics", "oil_temperature_mean")
    manage("lake", "retire", "--column", "oil_temperature_mean")
    before = stored_values()
    let_go(lake)
    assert "stay in the lake alone" not in restore()
    assert [row for row in stored_values() if row in before] == before


def test_values_of_a_removed_variable_without_a_place_are_said_to_stay(lake: Path) -> None:
    synced(lake)
    with_oil(lake)
    manage("lake", "retire", "--column", "oil_temperature")
    let_go(lake)
    assert "Values of oil_temperature stay in the lake alone" in restore()
    manage("lake", "sync")
    assert list(rows(lake, "measurements")["oil_temperature"]) == [60] * 80


@pytest.mark.parametrize("samples", [1, 30])
@pytest.mark.parametrize("how", [[], ["--as-it-is"]])
def test_statistics_in_whose_place_there_are_others_stay_in_the_lake(
    lake: Path, samples: int, how: list[str]
) -> None:
    let_go(lake)
    DeltaTable(str(lake / "measurements")).delete(f"day = '{AUGUST}'")
    LetGoTurbineDay.objects.filter(lake_table="measurements").delete()
    before = in_august(lake)[1]
    measurements(turbine("T01"), f"{AUGUST}T15:00", power=[7.0] * samples)
    aggregated(AUGUST)
    for _ in range(2):
        said = restore(*how)
        assert "keeps it, for there is something else in their place, or their" in said
        manage("lake", "sync")
        assert in_august(lake)[1].equals(before)


def test_what_is_back_follows_beside_what_stays(lake: Path) -> None:
    let_go(lake)
    DeltaTable(str(lake / "measurements")).delete(f"day = '{AUGUST}' AND turbine = 'T01'")
    measurements(turbine("T01"), f"{AUGUST}T15:00", power=[7.0] * 20)
    aggregated(AUGUST)
    assert f"in their place, or their assessment is of another version: T01 on {AUGUST}" in restore(
        "--as-it-is"
    )
    measurements(turbine("T02"), f"{AUGUST}T15:00", power=[7.0] * 10)
    aggregated(AUGUST)
    manage("lake", "sync")
    by_turbine = [frame.groupby("turbine").size().to_dict() for frame in in_august(lake)[:2]]
    assert by_turbine == [{"T01": 20, "T02": 30}, {"T01": 2, "T02": 3}]
    assert "2025-08 the lake alone has statistics: 1 turbine-days." in manage("lake", "status")


def test_statistics_of_measurements_that_nobody_has_stay_when_late_samples_come(
    lake: Path, settings: Any
) -> None:
    settings.LAKE_URL = ""
    manage("partitions", *BEFORE_SEPTEMBER)
    settings.LAKE_URL = str(lake)
    synced(lake)
    manage("partitions", "--statistics", *BEFORE_SEPTEMBER)
    before = in_august(lake)[1]
    measurements(turbine("T01"), f"{AUGUST}T15:00", power=[7.0] * 10)
    aggregated(AUGUST)
    synced(lake)
    for _ in range(2):
        assert "The lake has more of these, and keeps it" in restore()
        synced(lake)
        assert in_august(lake)[1].equals(before)


def test_a_window_of_a_removed_variable_alone_stays_in_the_lake_of_a_new_target(lake: Path) -> None:
    oil = Signal.objects.create(turbine="T01", variable="oil_temperature", statistic="mean")
    Value.objects.create(signal=oil, timestamp=f"{AUGUST}T18:00Z", value=60)
    of_turbine_day = AggregatedDay.objects.filter(turbine="T01", day=AUGUST)
    of_turbine_day.update(windows=3, most_windows=3)
    synced(lake)
    with_oil(lake, "statistics", "oil_temperature_mean")
    manage("lake", "retire", "--column", "oil_temperature_mean")
    let_go(lake)
    Signal.objects.filter(variable="oil_temperature").delete()
    assert "Values of oil_temperature_mean stay in the lake alone" in restore()
    manage("lake", "sync")
    assert "Nothing to write" in manage("lake", "sync")
    assert len(in_august(lake)[1].query("turbine == 'T01'")["oil_temperature_mean"].dropna()) == 3


def test_an_assessment_by_a_curve_that_is_gone_is_made_again(lake: Path) -> None:
    synced(lake)
    DeltaTable(str(lake / "assessments")).update({"curve_version": "'gone'"})
    manage("partitions", *BEFORE_SEPTEMBER)
    Value.objects.filter(timestamp__date=AUGUST).delete()
    AggregatedDay.objects.filter(day=AUGUST).delete()
    Assessment.objects.filter(day=AUGUST).delete()
    restore()
    assert outdated_days(AUGUST, AUGUST) == [AUGUST]


def test_a_month_is_written_as_one() -> None:
    with pytest.raises(CommandError, match="'2025-13' is not a month; allowed is YYYY-MM"):
        manage("lake", "restore", "--month", "2025-13")


def test_who_reads_another_deployment_puts_back_statistics_of_its_own(
    lake: Path, replies: dict[str, Reply]
) -> None:
    aggregated(AUGUST)
    before = stored_values()
    synced(lake)
    replies[DAYS] = says([A_DAY | {"revision": 0, "samples": 0, "state": "archived"}])
    replies[LET_GO] = says([{"month": "2025-08-01", "lake_address": "elsewhere"}])
    manage("partitions", "--statistics", *BEFORE_SEPTEMBER)
    said = restore()
    assert "Measurements are put back by the deployment" in said
    assert stored_values() == before
    assert not LetGoMonth.objects.exists()
