"""Statistics that Spark computes are those that the workers compute, to the last bit."""

from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from deltalake import DeltaTable
from django.core.management import CommandError, call_command

from aggregates.assessment.making import assess
from aggregates.models import AggregatedDay
from sourcedata.models import Measurement, Turbine
from tests.aggregates.lake.builders import rows
from tests.aggregates.lake.conftest import DAYS
from tests.aggregates.lake.servers import sail_server
from tests.builders import aggregated, measurements, turbine

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("farm")]
PERIOD = ["--from", str(DAYS[0]), "--to", str(DAYS[1])]


@pytest.fixture(scope="module")
def sail() -> Iterator[str]:
    """The address of a Spark Connect server: Sail, which reads Delta itself."""
    with pytest.MonkeyPatch.context() as patch, sail_server() as address:
        # The client takes a worker of xdist for a doctest, which has a home.
        patch.setenv("SPARK_HOME", "/")
        yield address


def aggregate_lake(sail: str, *arguments: str) -> str:
    call_command(
        "aggregate_lake", *PERIOD, "--spark", sail, *arguments, stdout=(said := StringIO())
    )
    return said.getvalue()


def without_statistics(lake: Path) -> None:
    """Have a lake that has measurements only."""
    call_command("lake", "sync", stdout=StringIO())
    DeltaTable(str(lake / "statistics")).delete()


def audit() -> str:
    said = StringIO()
    # The lake is not in step: Spark computed at another time.
    with suppress(CommandError):
        call_command("lake", "audit", *PERIOD, stdout=said)
    return said.getvalue()


def test_they_equal_those_of_the_workers_to_the_last_bit(lake: Path, sail: str) -> None:
    without_statistics(lake)
    assert "4 turbine-days computed, 0 current already." in aggregate_lake(sail)
    assert "0 differ, 0 in their last bits alone." in audit()
    assert len(rows(lake, "statistics")) == 8


def test_what_is_current_is_left_alone(lake: Path, sail: str) -> None:
    without_statistics(lake)
    aggregate_lake(sail)
    version = DeltaTable(str(lake / "statistics")).version()
    assert "0 turbine-days computed, 4 current already." in aggregate_lake(sail)
    assert DeltaTable(str(lake / "statistics")).version() == version


def test_one_turbine_is_computed_and_the_others_stay(lake: Path, sail: str) -> None:
    without_statistics(lake)
    assert "2 turbine-days computed" in aggregate_lake(sail, "--turbine", "T02")
    assert set(rows(lake, "statistics")["turbine"]) == {"T02"}
    assert "2 turbine-days computed" in aggregate_lake(sail, "--turbine", "T01")
    assert len(rows(lake, "statistics")) == 8


def test_late_measurements_are_computed_again(lake: Path, sail: str) -> None:
    without_statistics(lake)
    aggregate_lake(sail)
    measurements(turbine("T01"), f"{DAYS[1]}T13:00", wind_speed=[9.0] * 10)
    aggregated(DAYS[1])
    call_command("lake", "sync", stdout=StringIO())
    DeltaTable(str(lake / "statistics")).delete(f"turbine = 'T01' AND day = '{DAYS[1]}'")
    assert "1 turbine-days computed, 3 current already." in aggregate_lake(sail)
    assert "0 differ, 0 in their last bits alone." in audit()


def test_the_rated_power_travels_with_the_work(lake: Path, sail: str) -> None:
    mill = turbine("T01")
    mill.rated_power_kw = 10
    mill.save()
    for day in DAYS:
        aggregated(day)
    without_statistics(lake)
    aggregate_lake(sail)
    statistics = rows(lake, "statistics")
    powers = statistics.groupby("turbine")["power_mean"].apply(list)
    assert np.isnan(powers["T01"]).all()
    assert powers["T02"] == [100] * 4
    assert {*AggregatedDay.objects.values_list("rules", flat=True)} == {*statistics["rules"]}


def test_a_server_that_is_not_there_is_told(lake: Path) -> None:
    without_statistics(lake)
    with pytest.raises(CommandError, match=r"Spark at 'sc://127.0.0.1:9' fails: failed to connect"):
        aggregate_lake("sc://127.0.0.1:9")


def test_an_address_of_another_kind_is_refused(lake: Path) -> None:
    with pytest.raises(CommandError, match="--spark is no address such as sc://localhost:15002"):
        aggregate_lake("http://localhost")
    assert not lake.exists()


def test_a_turbine_that_nobody_knows_is_refused_and_days_without_measurements_are_told(
    lake: Path,
) -> None:
    with pytest.raises(CommandError, match=r"--turbine: .*T99"):
        aggregate_lake("sc://localhost:1", "--turbine", "T99")
    said = aggregate_lake("sc://localhost:1")
    assert "The lake has no measurements of these days." in said


def test_a_turbine_that_the_source_does_not_have_is_left_alone(lake: Path, sail: str) -> None:
    without_statistics(lake)
    Measurement.objects.filter(turbine__name="T02").delete()
    turbine("T02").days.all().delete()
    turbine("T02").delete()
    said = aggregate_lake(sail)
    assert "2 turbine-days computed" in said
    assert "Left alone, for the source does not have them: T02." in said


def test_statistics_that_were_let_go_are_left_alone(lake: Path, sail: str) -> None:
    assess(*DAYS)
    call_command("lake", "sync", stdout=StringIO())
    before = ["--drop-before", str(DAYS[1]), "--yes"]
    call_command("partitions", *before, stdout=StringIO())
    call_command("partitions", "--statistics", *before, stdout=StringIO())
    had = rows(lake, "statistics")
    Turbine.objects.update(rated_power_kw=10)
    assert "Left alone, for they were let go: 2 turbine-days." in aggregate_lake(sail)
    assert len(rows(lake, "statistics").query("power_mean == 100")) == len(had) / 2
