"""The lake has what the two databases have."""

from datetime import date
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from django.core.management import call_command

from aggregates.lake import reading
from aggregates.lake.auditing import audit_day, damaged_days
from aggregates.lake.failures import LakeUnavailable
from aggregates.lake.syncing import days_behind
from aggregates.lake.tables import MEASUREMENTS
from aggregates.models import AggregatedDay, Signal, Value
from sourcedata.models import Measurement, SourceDay
from tests.aggregates.lake.builders import commits, rows, sync
from tests.aggregates.lake.conftest import DAYS
from tests.aggregates.lake.months import with_oil
from tests.builders import aggregated, at, measurements, turbine

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("farm")]
ALL = [f"{table} {day}" for table in ("assessments", "measurements", "statistics") for day in DAYS]


def test_a_new_lake_gets_whatever_there_is(lake: Path) -> None:
    assert sync() == ALL
    measured = rows(lake, "measurements").sort_values(["day", "turbine", "timestamp"])
    assert len(measured) == 80
    first = measured.iloc[0]
    assert (first["turbine"], first["timestamp"]) == ("T01", at("2025-08-31T12:00"))
    assert (first["wind_speed"], first["power"]) == (5.0, 100.0)
    assert measured["rotor_speed"].isna().all()


def test_statistics_are_wide_and_say_what_they_are_of(lake: Path) -> None:
    sync()
    statistics = rows(lake, "statistics").set_index(["turbine", "timestamp"])
    window = statistics.xs("T01").loc[at("2025-08-31T12:10")]
    assert len(statistics) == 8
    assert (window["wind_speed_mean"], window["wind_speed_count"]) == (pytest.approx(6.4), 9)
    assert (window["power_std"], np.isnan(window["rotor_speed_mean"])) == (0, True)
    stored = AggregatedDay.objects.get(turbine="T01", day=DAYS[0])
    version = (window["revision"], window["rules"], window["changed_at"])
    assert version == (stored.revision, stored.rules, stored.changed_at)


def test_a_turbine_day_says_how_complete_it_is(lake: Path) -> None:
    sync()
    of_turbine_days = rows(lake, "assessments").set_index(["turbine", "day"])
    turbine_day = of_turbine_days.xs("T01").loc[DAYS[0]]
    assert (turbine_day["samples"], turbine_day["windows"]) == (20, 2)
    assert '"wind_speed": 1' in turbine_day["missing_samples"]


def test_what_is_in_step_is_left_alone(lake: Path) -> None:
    sync()
    assert sync() == []
    assert len(commits(lake, "statistics")) == 3  # made, and a commit per day


def test_late_measurements_follow_and_the_other_day_stays(lake: Path) -> None:
    sync()
    measurements(turbine("T01"), f"{DAYS[1]}T13:00", wind_speed=[9.0] * 10)
    aggregated(DAYS[1])
    assert sync() == [f"{name} {DAYS[1]}" for name in ("assessments", "measurements", "statistics")]
    assert len(rows(lake, "measurements")) == 90
    assert len(rows(lake, "statistics")) == 9


def test_rows_lie_by_turbine_and_time(lake: Path) -> None:
    sync()
    table = reading.rows_of(MEASUREMENTS, DAYS[0]).to_pandas()
    path = Path(DeltaTable(str(lake / "measurements")).file_uris()[0])
    as_written = pd.read_parquet(path)[["turbine", "timestamp"]]
    assert as_written.equals(as_written.sort_values(["turbine", "timestamp"], ignore_index=True))
    assert list(table["turbine"].unique()) == ["T01", "T02"]


def test_measurements_that_were_deleted_go(lake: Path) -> None:
    sync()
    Measurement.objects.filter(turbine__name="T02", timestamp__gte=at(f"{DAYS[1]}T00:00")).delete()
    aggregated(DAYS[1], force=True)
    sync()
    assert rows(lake, "measurements").groupby("turbine").size().to_dict() == {"T01": 40, "T02": 20}
    assert rows(lake, "statistics").groupby("turbine").size().to_dict() == {"T01": 4, "T02": 2}


def test_what_the_databases_let_go_stays(lake: Path) -> None:
    sync()
    before = rows(lake, "measurements")
    day = Measurement.objects.filter(turbine__name="T02", timestamp__lt=at(f"{DAYS[1]}T00:00"))
    day.delete()
    SourceDay.objects.filter(turbine__name="T02", day=DAYS[0]).delete()
    measurements(turbine("T01"), f"{DAYS[0]}T13:00", wind_speed=[9.0])
    aggregated(DAYS[0])
    sync()
    after = rows(lake, "measurements")
    assert len(after) == len(before) + 1
    of_turbine = after[(after["turbine"] == "T02") & (after["day"] == DAYS[0])]
    assert list(of_turbine["wind_speed"].dropna()) == [7 + minute / 10 for minute in range(19)]


def test_what_another_program_added_goes(lake: Path) -> None:
    sync()
    table = DeltaTable(str(lake / "statistics"))
    write_deltalake(table, table.to_pyarrow_table(), mode="append")
    assert sync() == [f"statistics {day}" for day in DAYS]
    assert len(rows(lake, "statistics")) == 8


@pytest.mark.parametrize("table", ["measurements", "statistics", "assessments"])
def test_rows_of_no_turbine_are_told_and_go(lake: Path, table: str) -> None:
    sync()
    before = len(rows(lake, table))
    of_day = DeltaTable(str(lake / table)).to_pyarrow_table().slice(0, 1)
    nobody = pa.nulls(1, pa.string())
    place = of_day.schema.get_field_index("turbine")
    write_deltalake(lake / table, of_day.set_column(place, "turbine", nobody), mode="append")
    (damaged,) = damaged_days([audit for day in DAYS for audit in audit_day(day)])
    assert [f"{damaged.kept.table.name} {damaged.day}"] == sync()
    assert len(rows(lake, table)) == before


def test_a_file_that_was_deleted_comes_again(lake: Path) -> None:
    sync()
    for path in DeltaTable(str(lake / "measurements")).file_uris():
        if str(DAYS[0]) in path:
            Path(path).unlink()
    assert sync() == [f"measurements {DAYS[0]}"]
    assert len(rows(lake, "measurements")) == 80


def test_a_column_carries_its_unit(lake: Path) -> None:
    sync()
    fields = {field.name: field for field in DeltaTable(str(lake / "statistics")).schema().fields}
    assert fields["power_mean"].metadata == {"comment": "kW"}
    assert fields["power_count"].metadata == {"comment": "samples"}


def test_a_day_without_anything_is_not_written(lake: Path) -> None:
    assert days_behind(date(2025, 1, 1), date(2025, 1, 2)) == []


def with_foreign_column(lake: Path) -> None:
    """Let another program have a variable more, which has a value everywhere."""
    table = DeltaTable(str(lake / "measurements"))
    rows_with_column = table.to_pyarrow_table()
    oil = pa.array([60.0] * len(rows_with_column))
    more = rows_with_column.append_column("oil_temperature", oil)
    write_deltalake(table, more, mode="overwrite", schema_mode="merge")


def test_a_program_that_lacks_a_variable_writes_nothing(lake: Path) -> None:
    sync()
    with_foreign_column(lake)
    measurements(turbine("T01"), f"{DAYS[1]}T13:00", wind_speed=[9.0])
    with pytest.raises(LakeUnavailable, match=r"does not know: oil_temperature\."):
        sync()
    assert set(rows(lake, "measurements")["oil_temperature"]) == {60}


def test_a_variable_that_is_removed_for_good_keeps_its_values(lake: Path) -> None:
    sync()
    with_foreign_column(lake)
    call_command("lake", "retire", "--column", "oil_temperature", stdout=StringIO())
    measurements(turbine("T01"), f"{DAYS[1]}T13:00", wind_speed=[9.0])
    assert sync() == [f"measurements {DAYS[1]}"]
    by_day = rows(lake, "measurements").groupby("day")["oil_temperature"].count()
    assert by_day.to_dict() == {DAYS[0]: 40, DAYS[1]: 40}


def test_a_window_of_a_removed_variable_alone_leaves_its_day_in_step(lake: Path) -> None:
    oil = Signal.objects.create(turbine="T01", variable="oil_temperature", statistic="mean")
    Value.objects.create(signal=oil, timestamp=at(f"{DAYS[1]}T18:00"), value=60.0)
    sync()
    assert sync() == []
    assert damaged_days(audit_day(DAYS[1])) == []
    write_deltalake(lake / "statistics", rows_of_day(lake, DAYS[1]).slice(0, 1), mode="append")
    assert sync() == [f"statistics {DAYS[1]}"]


def rows_of_day(lake: Path, day: date) -> pa.Table:
    return DeltaTable(str(lake / "statistics")).to_pyarrow_table(filters=[("day", "=", day)])


def test_a_window_that_goes_stays_only_where_a_removed_variable_has_a_value(lake: Path) -> None:
    sync()
    with_oil(lake, "statistics", "oil_temperature_mean")
    call_command("lake", "retire", "--column", "oil_temperature_mean", stdout=StringIO())
    statistics = DeltaTable(str(lake / "statistics"))
    statistics.update({"oil_temperature_mean": "NULL"}, predicate="turbine = 'T02'")
    Measurement.objects.filter(timestamp__gte=at(f"{DAYS[1]}T12:10")).delete()
    aggregated(DAYS[1], force=True)
    sync()
    assert sync() == []
    windows = rows(lake, "statistics").groupby(["turbine", "day"]).size()
    assert windows.to_dict() == {
        ("T01", DAYS[0]): 2,
        ("T01", DAYS[1]): 2,
        ("T02", DAYS[0]): 2,
        ("T02", DAYS[1]): 1,
    }


def test_a_variable_that_was_removed_and_is_declared_again_counts(lake: Path) -> None:
    sync()
    for table, column in [("measurements", "power"), ("statistics", "power_mean")]:
        retired = {"windproject.retired": column}
        DeltaTable(str(lake / table)).alter.set_table_properties(retired, raise_if_not_exists=False)
    measurements(turbine("T01"), f"{DAYS[1]}T13:00", power=[9.0])
    aggregated(DAYS[1])
    assert len(sync()) == 3
    assert 9.0 in set(rows(lake, "measurements")["power"])
    assert 9.0 in set(rows(lake, "statistics")["power_mean"])


def test_a_turbine_day_that_was_let_go_keeps_variables_that_were_removed(lake: Path) -> None:
    sync()
    with_foreign_column(lake)
    call_command("lake", "retire", "--column", "oil_temperature", stdout=StringIO())
    Measurement.objects.filter(turbine__name="T02", timestamp__lt=at(f"{DAYS[1]}T00:00")).delete()
    SourceDay.objects.filter(turbine__name="T02", day=DAYS[0]).delete()
    measurements(turbine("T01"), f"{DAYS[0]}T13:00", wind_speed=[9.0])
    sync()
    of_day = rows(lake, "measurements").query(f"day == @pd.to_datetime('{DAYS[0]}').date()")
    assert of_day.groupby("turbine")["oil_temperature"].count().to_dict() == {"T01": 20, "T02": 20}


def test_a_file_that_cannot_be_read_is_named_and_comes_again_once_it_is_deleted(
    lake: Path,
) -> None:
    sync()
    file = next(
        each for each in DeltaTable(str(lake / "measurements")).file_uris() if str(DAYS[0]) in each
    )
    content = Path(file).read_bytes()
    Path(file).write_bytes(content[: len(content) // 2])
    with pytest.raises(LakeUnavailable, match="Files of the lake cannot be read") as refusal:
        sync()
    assert file in str(refusal.value)
    Path(file).unlink()
    assert sync() == [f"measurements {DAYS[0]}"]
    assert len(rows(lake, "measurements")) == 80
