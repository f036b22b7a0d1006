"""`manage.py aggregate`."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from aggregates.models import Run, Value
from aggregates.source import gateway
from sourcedata.models import Measurement
from tests.builders import measurements, turbine, values

pytestmark = pytest.mark.django_db


def aggregate(*arguments: str) -> str:
    output = StringIO()
    call_command("aggregate", *arguments, stdout=output)
    return output.getvalue()


def two_days(name: str = "T01") -> None:
    measurements(turbine(name), "2025-08-30T23:50", power=[1.0] * 20)


def test_a_date_is_one_day() -> None:
    two_days()
    assert "2025-08-30 succeeded" in aggregate("--date", "2025-08-30")
    assert list(values("power_mean")) == ["30 23:50"]


def test_a_range_includes_both_its_ends() -> None:
    two_days()
    table = aggregate("--from", "2025-08-30", "--to", "2025-09-01")
    assert [line.split()[:2] for line in table.splitlines() if line.strip().startswith("2025")] == [
        ["2025-08-30", "succeeded"],
        ["2025-08-31", "succeeded"],
        ["2025-09-01", "empty"],
    ]


def test_pending_finds_every_day_that_is_not_current() -> None:
    two_days()
    aggregate("--date", "2025-08-30")
    assert "2025-08-30" not in aggregate("--pending")
    assert list(values("power_mean")) == ["30 23:50", "31 00:00"]


def test_pending_says_when_every_day_is_current_and_writes_nothing() -> None:
    two_days()
    aggregate("--pending")
    assert "Every day is current" in aggregate("--pending")
    assert Run.objects.count() == 2


def test_pending_can_start_late() -> None:
    two_days()
    aggregate("--pending", "--from", "2025-08-31")
    assert list(values("power_mean")) == ["31 00:00"]


def test_a_turbine_can_be_chosen() -> None:
    two_days("T01")
    two_days("T02")
    aggregate("--pending", "--turbine", "T02")
    assert values("power_mean", of="T01") == {}
    assert len(values("power_mean", of="T02")) == 2


def test_a_day_that_is_current_already_is_named() -> None:
    two_days()
    aggregate("--pending")
    assert "2025-08-30 is current already" in aggregate("--date", "2025-08-30")
    assert "2 days, 2025-08-30 to 2025-08-31, are current" in aggregate(
        "--from", "2025-08-30", "--to", "2025-08-31"
    )


def test_the_figures_are_added_up() -> None:
    two_days()
    footer = aggregate("--pending").split("2 days")[1].split()
    assert footer[:5] == ["20", "2", "10", "0", "0"]


def test_a_day_that_another_process_aggregates_is_named() -> None:
    two_days()
    run, _ = Run.objects.request(date(2025, 8, 30), [], requested_by="test")
    run.start()
    assert "2025-08-30 is being aggregated by" in aggregate("--date", "2025-08-30")
    assert not Value.objects.exists()


def test_a_day_that_fails_ends_the_command_with_its_reason(capsys) -> None:
    two_days()
    aggregate("--pending")
    Measurement.objects.filter(timestamp__lt="2025-08-31T00:00Z").delete()
    with pytest.raises(CommandError, match="1 of 1 days did not succeed"):
        call_command("aggregate", "--pending")
    assert "2025-08-30 failed: The source lost samples of T01" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Choose the days"),
        (["--date", "2025-08-31", "--pending"], "Choose the days"),
        (["--from", "2025-08-31"], "Choose the days"),
        (["--from", "2025-08-31", "--to", "2025-08-30"], "2025-08-30 lies before"),
        (["--from", "9999-12-31", "--to", "9999-12-31"], "days from 1970-01-01 to 2099-12-31"),
        (["--date", "1969-12-31"], "days from 1970-01-01 to 2099-12-31"),
        (["--date", "31.08.2025"], "'31.08.2025' is not a day"),
        (["--pending", "--turbine", "T99"], "--turbine: unknown: 'T99'; allowed: T01."),
    ],
)
def test_bad_arguments_get_a_sentence(arguments: list[str], sentence: str) -> None:
    two_days()
    with pytest.raises(CommandError, match=sentence):
        aggregate(*arguments)
    assert not Run.objects.exists()


def test_a_source_that_does_not_answer_gets_a_sentence(monkeypatch) -> None:
    def fail(*arguments):
        raise OperationalError("connection refused")

    monkeypatch.setattr(gateway.reader, "turbine_days", fail)
    with pytest.raises(CommandError, match="source database fails: connection refused"):
        aggregate("--pending")
