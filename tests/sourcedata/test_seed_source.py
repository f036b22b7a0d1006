"""`seed_source` fills the source: all of it or nothing."""

from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from common.days import today
from sourcedata.loading import append
from sourcedata.models import Measurement, SourceDay, Turbine
from tests.builders import measurements, turbine

pytestmark = pytest.mark.django_db

END = date(2026, 11, 10)
COMMAND = "sourcedata.management.commands.seed_source"


def seed(**options: Any) -> str:
    out = StringIO()
    call_command("seed_source", stdout=out, **{"end": END, "days": 1, **options})
    return out.getvalue()


def stored(columns: str = "*") -> list[tuple[Any, ...]]:
    with connections["source"].cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM data ORDER BY turbine_id, timestamp")
        return list(cursor.fetchall())


@pytest.fixture
def short_parts() -> Iterator[None]:
    with patch(f"{COMMAND}.DAYS_AT_ONCE", 2):
        yield


def test_every_minute_of_every_day_has_its_row() -> None:
    seed(turbines=2, days=3, missing=0.5)
    with connections["source"].cursor() as cursor:
        cursor.execute(
            "SELECT timestamp::date, count(*), count(DISTINCT date_trunc('minute', timestamp))"
            " FROM data GROUP BY turbine_id, timestamp::date ORDER BY turbine_id, timestamp::date"
        )
        days = [END - timedelta(days=2), END - timedelta(days=1), END]
        assert cursor.fetchall() == [(day, 1440, 1440) for day in days * 2]


def test_revisions_and_samples_are_known_at_once() -> None:
    seed(turbines=2, days=2)
    days = SourceDay.objects.values_list("turbine__name", "samples")
    assert sorted(days) == [("T01", 1440)] * 2 + [("T02", 1440)] * 2
    assert not SourceDay.objects.filter(revision__lte=0).exists()


def test_the_same_arguments_give_the_same_data() -> None:
    seed()
    once = stored()
    seed(replace=True)
    assert stored() == once


@pytest.mark.usefixtures("short_parts")
def test_a_long_range_is_written_in_parts_without_a_gap_or_a_jump() -> None:
    seed(days=5)
    in_parts = stored()
    with patch(f"{COMMAND}.DAYS_AT_ONCE", 5):
        seed(days=5, replace=True)
    assert stored() == in_parts


def test_missing_cells_are_null() -> None:
    seed(missing=1)
    assert set(stored("wind_speed, nacelle_direction")) == {(None, None)}


def test_the_default_end_is_yesterday() -> None:
    seed(end=None)
    assert SourceDay.objects.get().day == today() - timedelta(days=1)


def test_new_turbines_have_all_their_fields() -> None:
    seed(turbines=2)
    fields = "rated_power_kw", "latitude", "longitude", "hub_height_m", "rotor_diameter_m"
    one, other = Turbine.objects.order_by("name").values_list(*fields)
    assert one[0] == 2050
    assert None not in one
    assert one[1:3] != other[1:3]


def test_an_existing_turbine_keeps_its_fields_and_gives_its_own_power() -> None:
    turbine("T01", rated_power_kw=500.0)
    seed(days=10, missing=0)
    assert Turbine.objects.values_list("rated_power_kw", "latitude").get() == (500, None)
    assert max(stored("power"))[0] == pytest.approx(500, rel=0.01)


def test_a_turbine_keeps_its_data_whichever_order_turbines_were_made_in() -> None:
    seed(turbines=2)
    expected = stored("wind_speed")
    for model in (Measurement, SourceDay, Turbine):
        model.objects.all().delete()
    turbine("T02")
    seed(turbines=2)
    assert stored("wind_speed") == expected[1440:] + expected[:1440]


def test_data_in_the_range_is_refused_by_name_range_and_remedy() -> None:
    measurements(turbine("T02"), "2026-11-10T12:00", power=[1.0, 2.0])
    with pytest.raises(CommandError) as refusal:
        seed(turbines=3)
    for part in ("T02 (2026-11-10 12:00 to 2026-11-10 12:01 UTC)", "--replace"):
        assert part in str(refusal.value)
    assert "T01" not in str(refusal.value)


def test_a_refusal_writes_nothing() -> None:
    measurements(turbine("T02"), "2026-11-10T12:00", power=[1.0])
    with pytest.raises(CommandError):
        seed(turbines=3)
    assert len(stored()) == 1
    assert Turbine.objects.count() == 1


def test_a_refusal_stays_short_however_many_turbines_there_are() -> None:
    for number in range(1, 9):
        measurements(turbine(f"T{number:02}"), "2026-11-10T12:00", power=[1.0])
    with pytest.raises(CommandError, match=r"T05 \(.*\), 3 more\."):
        seed(turbines=8)


def test_data_outside_the_range_is_neither_refused_nor_replaced() -> None:
    outside = "2026-11-09T23:59", "2026-11-11T00:00"
    for time in outside:
        measurements(turbine("T01"), time, power=[1.0])
    measurements(turbine("other"), "2026-11-10T12:00", power=[1.0])
    seed()
    seed(replace=True)
    assert len(stored()) == 1440 + 3


def test_replace_leaves_exactly_the_new_data() -> None:
    seed(days=2, seed=2)
    expected = stored()
    seed(days=2, replace=True)
    measurements(turbine("T01"), "2026-11-10T12:00:30", power=[1.0])
    seed(days=2, seed=2, replace=True)
    assert stored() == expected


def test_a_failure_half_way_leaves_everything_as_it_was() -> None:
    seed(turbines=2)
    before = stored(), list(SourceDay.objects.values_list())
    failing = patch(f"{COMMAND}.append", side_effect=[append, RuntimeError("power cut")])
    with failing, pytest.raises(RuntimeError):
        seed(turbines=3, seed=2, replace=True)
    assert (stored(), list(SourceDay.objects.values_list())) == before
    assert Turbine.objects.count() == 2


def test_the_report_says_what_was_written_and_what_to_do_next() -> None:
    report = seed(turbines=2, days=1)
    for part in ("2,880 rows", "2 turbines (T01 to T02)", "1 day (2026-11-10", "rows/s"):
        assert part in report
    assert "manage.py aggregate --pending" in report


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("turbines", 0),
        ("turbines", 1001),
        ("turbines", "three"),
        ("days", 0),
        ("days", 2.5),
        ("days", 3661),
        ("missing", -0.1),
        ("missing", 1.1),
        ("missing", "nan"),
        ("seed", -1),
        ("seed", 2**32),
        ("end", "2026-02-30"),
        ("end", "1969-12-31"),
        ("end", "2100-01-01"),
    ],
)
def test_an_impossible_argument_is_named_with_what_is_allowed(option: str, value: object) -> None:
    with pytest.raises(CommandError, match=rf"^--{option} is '{value}'; it must be a .* to "):
        seed(**{option: value})
    assert not Turbine.objects.exists()


def test_a_range_that_starts_before_1970_is_refused() -> None:
    with pytest.raises(CommandError, match=r"^--days is 3: .* 1969-12-31"):
        seed(end="1970-01-02", days=3)


def test_arguments_from_the_shell_are_understood() -> None:
    call_command("seed_source", "--days=1", "--end=2026-11-10", "--missing=0", stdout=StringIO())
    assert len(stored()) == 1440


@pytest.mark.parametrize("command", ["seed_source", "demo"])
def test_nothing_is_written_into_a_source_that_nobody_reads(settings: Any, command: str) -> None:
    settings.SOURCE_API_URL = "https://wind.example.org"
    with pytest.raises(CommandError, match="aggregates the measurements of https:"):
        call_command(command)
    assert not Turbine.objects.exists()
