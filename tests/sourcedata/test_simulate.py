"""A simulated farm that is live, and its faults."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from common.days import now, today
from sourcedata.live_simulation import LiveFarm
from sourcedata.models import Measurement, Turbine
from sourcedata.simulated_faults import (
    FROZEN,
    LATE,
    SILENT,
    STOPPED,
    TURNED,
    WEAK,
    arrives_at,
    with_fault,
)
from sourcedata.simulation import Column, simulate, turbine_name
from tests.builders import turbine

DAY = date(2025, 8, 31)
MINUTE = timedelta(minutes=1)
NOON = datetime(2025, 8, 31, 12, tzinfo=UTC)


def farm(*numbers: int, has_faults: bool = False) -> LiveFarm:
    turbines = {number: turbine(turbine_name(number)) for number in numbers}
    return LiveFarm(turbines, seed=42, missing=0, has_faults=has_faults)


def day_of(number: int) -> dict[str, Column]:
    return simulate(number, DAY, 1, 42, 0, 2050)


@pytest.mark.django_db
def test_each_minute_of_each_turbine_is_written_as_it_passes() -> None:
    live = farm(1, 2)
    assert [live.write(NOON + n * MINUTE, NOON + (n + 1) * MINUTE) for n in range(3)] == [2, 2, 2]
    stored = Measurement.objects.filter(turbine__name="T02").order_by("timestamp")
    assert list(stored.values_list("timestamp", flat=True)) == [NOON + n * MINUTE for n in range(3)]
    assert [row.power for row in stored] == day_of(2)["power"][720:723].tolist()


@pytest.mark.django_db
def test_minutes_go_on_over_midnight() -> None:
    midnight = NOON + timedelta(hours=12)
    assert farm(1).write(midnight - MINUTE, midnight + MINUTE) == 2


@pytest.mark.django_db
def test_a_turbine_that_is_late_sends_all_at_once_in_the_end() -> None:
    live = farm(LATE, has_faults=True)
    rows = [live.write(NOON + n * MINUTE, NOON + (n + 1) * MINUTE) for n in range(60)]
    assert rows == [0] * 20 + [21] + [1] * 39


def test_a_turbine_that_falls_silent_never_sends_what_it_missed() -> None:
    minutes = range(1440)
    lost = [minute for minute in minutes if arrives_at(SILENT, minute) is None]
    assert lost == [minute for minute in minutes if minute % 180 < 50]


def faulty(number: int) -> tuple[Mapping[str, Column], Mapping[str, Column]]:
    """Return what a turbine would record, and what it does record with its fault."""
    columns = day_of(number)
    minutes = columns["timestamp"].astype("datetime64[m]").astype(np.int64)
    return columns, with_fault(number, minutes, columns)


def test_a_frozen_wind_speed_stands_still_and_goes_on() -> None:
    columns, recorded = faulty(FROZEN)
    assert set(recorded["wind_speed"][:180]) == {columns["wind_speed"][0]}
    assert (recorded["wind_speed"][180:360] == columns["wind_speed"][180:360]).all()


def test_a_turbine_that_stands_still_draws_power_and_does_not_turn() -> None:
    _, recorded = faulty(STOPPED)
    assert set(recorded["power"][:120]) == {-12.0}
    assert set(recorded["rotor_speed"][:120]) == {0.0}
    assert recorded["power"][120:360].max() > 0


def test_a_weak_turbine_gives_less_and_a_turned_vane_is_off() -> None:
    columns, recorded = faulty(WEAK)
    assert recorded["power"] == pytest.approx(0.85 * columns["power"])
    columns, recorded = faulty(TURNED)
    off = (recorded["wind_direction"] - columns["wind_direction"]) % 360
    assert off == pytest.approx(np.full(1440, 40.0))


def test_a_turbine_without_a_fault_records_what_it_measures() -> None:
    columns, recorded = faulty(1)
    assert recorded == columns
    assert arrives_at(1, 7) == 7


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"live": False}, "seed_source"),
        ({"live": True, "turbines": "0"}, "whole number from 1 to 1000"),
        ({"live": True, "turbines": "many"}, "whole number from 1 to 1000"),
    ],
)
@pytest.mark.django_db
def test_what_cannot_be_simulated_is_refused(options, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("simulate", **options)
    assert not Turbine.objects.exists()


@pytest.mark.django_db
def test_it_begins_today_and_takes_retired_turbines_back(monkeypatch: pytest.MonkeyPatch) -> None:
    turbine("T01", retired_on=today())

    def interrupt(seconds: float) -> None:
        assert 0 <= seconds < 62
        raise KeyboardInterrupt

    monkeypatch.setattr("sourcedata.management.commands.simulate.time.sleep", interrupt)
    call_command("simulate", live=True, turbines=2, faults=True, stdout=(told := StringIO()))
    assert Turbine.objects.get(name="T01").retired_on is None
    assert "T02 falls silent for 50 minutes of every 3 hours." in told.getvalue()
    assert "Ctrl-C ends it" in told.getvalue()
    minutes = (now() - timedelta(seconds=1)).hour * 60 + (now() - timedelta(seconds=1)).minute
    assert Measurement.objects.filter(turbine__name="T01").count() == pytest.approx(minutes, abs=1)
