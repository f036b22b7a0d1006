"""`manage.py partitions`: what it lists, drops and moves, and what stays."""

from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from aggregates import states
from aggregates.models import Run
from common.days import now
from common.postgres.partitions import ensure_months, move_out_of_default, partitions
from sourcedata.importing import Form, look_at
from sourcedata.models import Measurement, SourceDay
from tests.builders import aggregated, measurements, turbine, values

pytestmark = pytest.mark.django_db

JULY, AUGUST, SEPTEMBER = date(2025, 7, 30), date(2025, 8, 31), date(2025, 9, 1)


@pytest.fixture(autouse=True)
def _no_months_of_tests_before(db: None) -> None:
    """Take away the partitions that tests which commit have left."""
    for alias in ("source", "default"):
        with connections[alias].cursor() as cursor:
            for partition in partitions(cursor, "data"):
                if not partition.is_default:
                    cursor.execute(f"DROP TABLE {partition.name}")


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("partitions", *arguments, stdout=output)
    return output.getvalue()


def three_months(*in_default: date) -> None:
    """Measure and aggregate a day of each month, of some in the default partition."""
    days = (JULY, AUGUST, SEPTEMBER)
    ensure_months("source", "data", [day for day in days if day not in in_default])
    for day in days:
        measurements(turbine(), f"{day}T12:00", power=[1.0, 2.0])
        aggregated(day)


def months(alias: str = "source") -> list[date | None]:
    with connections[alias].cursor() as cursor:
        return [partition.month for partition in partitions(cursor, "data")]


def state(day: date) -> str:
    return str(states.day_and_turbines(day, now())[0].state)


def test_months_are_listed_with_their_rows() -> None:
    three_months()
    lines = [line.split() for line in run().splitlines()]
    assert ["2025-07", "2"] in [line[:2] for line in lines]
    assert ["default", "0"] in [line[:2] for line in lines]


def test_what_would_go_is_told_and_nothing_goes() -> None:
    three_months()
    told = run("--drop-before", "2025-09-15")
    assert ["2025-08", "1", "2"] in [line.split() for line in told.splitlines()]
    assert "2025-09" not in told
    assert Measurement.objects.count() == 6


def test_whole_months_go_and_their_statistics_stay() -> None:
    three_months()
    run("--drop-before", "2025-09-15", "--yes")
    assert months() == [date(2025, 9, 1), None]
    assert Measurement.objects.count() == 2
    assert list(values("power_mean").values()) == [1.5, 1.5, 1.5]
    assert [state(day) for day in (JULY, AUGUST, SEPTEMBER)] == ["archived", "archived", "current"]


def test_neither_schedule_nor_force_nor_audit_touches_what_was_dropped() -> None:
    three_months()
    run("--drop-before", "2025-09-01", "--yes")
    aggregated(JULY, force=True)
    call_command("audit", "--from", "2025-07-30", "--to", "2025-07-30", stdout=(told := StringIO()))
    assert "0 turbine-days audited" in told.getvalue()
    assert len(values("power_mean")) == 3


def test_who_sends_measurements_of_a_month_that_was_let_go_is_told(tmp_path: Path) -> None:
    three_months()
    run("--drop-before", "2025-09-15", "--yes")
    (tmp_path / "late.csv").write_text(f"time,power\n{AUGUST} 12:00,7\n{SEPTEMBER} 12:00,7\n")
    form = Form(["time"], {"power": "power"}, turbine="T01")
    (understood,) = look_at(tmp_path / "late.csv", form)
    said = "Let go: 2025-08. Days of these months are computed from what comes in alone."
    assert said in understood.warnings


def test_months_in_the_default_partition_are_dropped_too() -> None:
    three_months(JULY)
    run("--drop-before", "2025-08-01", "--yes")
    assert Measurement.objects.count() == 4
    assert not SourceDay.objects.filter(day=JULY).exists()


def test_a_month_that_is_not_current_is_not_dropped() -> None:
    three_months()
    Measurement.objects.filter(timestamp__lt="2025-08-01T00:00Z").update(power=3.0)
    with pytest.raises(CommandError, match=r"not current.*: 2025-07-30\. First: "):
        run("--drop-before", "2025-09-01", "--yes")
    assert Measurement.objects.count() == 6


def test_nothing_is_dropped_under_a_run() -> None:
    three_months()
    Run.objects.request(JULY, [], "test")
    with pytest.raises(CommandError, match="is queued: wait for its end"):
        run("--drop-before", "2025-09-01", "--yes")


@pytest.mark.parametrize("day", ["2025-07-31", "2025-07-01", "1970-01-01"])
def test_a_month_that_has_begun_is_not_whole(day: str) -> None:
    three_months()
    assert "No whole month" in run("--drop-before", day, "--yes")


@pytest.mark.parametrize(
    ("arguments", "why"), [(["--yes"], "belongs to"), (["--drop-before", "soon"], "not a day")]
)
def test_a_wrong_argument_is_told(arguments: list[str], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        run(*arguments)


def test_another_deployments_measurements_are_not_dropped_here(settings: Any) -> None:
    settings.SOURCE_API_URL = "https://farm.example"
    with pytest.raises(CommandError, match="Write it there"):
        run("--drop-before", "2025-09-01")


def test_rows_move_out_of_the_default_partition_and_their_days_are_stale() -> None:
    three_months(JULY, AUGUST)
    before = list(Measurement.objects.order_by("timestamp").values())
    assert "Moved: 2025-07, 2025-08." in run("--move-default")
    assert months() == [date(2025, 7, 1), date(2025, 8, 1), date(2025, 9, 1), None]
    assert list(Measurement.objects.order_by("timestamp").values()) == before
    assert [state(day) for day in (JULY, AUGUST, SEPTEMBER)] == ["stale", "stale", "current"]
    assert [aggregated(day).unchanged for day in (JULY, AUGUST)] == [5, 5]


def test_a_month_that_was_moved_raises_revisions_like_any_other() -> None:
    three_months(JULY)
    move_out_of_default("source", "data")
    with connections["source"].cursor() as cursor:
        cursor.execute("UPDATE data_2025_07 SET power = 7")
    assert state(JULY) == "stale"


def test_with_an_empty_default_partition_nothing_is_moved() -> None:
    three_months()
    assert "Moved: none." in run("--move-default")
