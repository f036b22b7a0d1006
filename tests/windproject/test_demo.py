"""`manage.py demo`."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from aggregates.models import Run, Value
from aggregates.pages.morning import morning_at
from common.days import day_start, now, today
from sourcedata.models import Measurement
from tests.builders import measurements, turbine
from windproject.management.commands.demo import next_steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(capsys: pytest.CaptureFixture[str]):
    def run() -> str:
        call_command("demo")
        return capsys.readouterr().out

    return run


def test_the_demo_makes_ten_days_of_statistics(demo) -> None:
    output = demo()
    assert Measurement.objects.count() == 14_400
    assert list(Run.objects.values_list("status", flat=True)) == ["succeeded"] * 10
    assert output.count("succeeded") == 10
    assert "What to do next" in output


def test_the_demo_run_again_writes_nothing(demo) -> None:
    demo()
    before = Value.objects.count()
    assert "Every day is current" in demo()
    assert (Value.objects.count(), Run.objects.count()) == (before, 10)


def test_the_demo_is_a_history_of_which_nobody_misses_anything(demo) -> None:
    demo()
    morning = morning_at(now())
    assert morning.incomplete == []
    assert morning.ended_at == day_start(today()) - timedelta(minutes=1)


def test_on_servers_of_ones_own_it_says_how_to_come_in(monkeypatch: Any) -> None:
    day = date(2025, 8, 31)
    assert "createsuperuser" not in next_steps(day)
    monkeypatch.setitem(connection.settings_dict, "ENGINE", "django.db.backends.postgresql")
    steps = next_steps(day)
    assert steps.index("createsuperuser") < steps.index("create_token") < steps.index("curl -H")


def test_the_demo_leaves_measurements_that_are_there_alone(demo) -> None:
    measurements(turbine("R1"), "2014-01-31T00:00", power=[1.0])
    assert "2014-01-31" in demo()
    assert Measurement.objects.count() == 1
