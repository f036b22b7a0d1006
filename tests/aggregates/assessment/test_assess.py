"""`manage.py assess`: judging days from the shell."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from aggregates.models import Assessment
from tests.aggregates.assessment.stored import stored_farm

pytestmark = pytest.mark.django_db


def assess(first: str, last: str) -> str:
    out = StringIO()
    call_command("assess", f"--from={first}", f"--to={last}", stdout=out)
    return out.getvalue()


def test_the_days_of_a_period_are_assessed_and_shown_by_turbine() -> None:
    stored_farm(date(2025, 6, 1), 8, stopped={"T02": date(2025, 6, 3)})
    table = assess("2025-06-01", "2025-06-08")
    assert "32 turbine-days assessed." in table
    assert [line.split()[0] for line in table.splitlines() if line.startswith("T0")] == [
        "T01",
        "T02",
        "T03",
        "T04",
    ]
    assert Assessment.objects.count() == 32


def test_where_there_are_no_statistics_it_says_what_to_do() -> None:
    assert assess("2025-06-01", "2025-06-02").strip() == (
        "No turbine has statistics on these days: aggregate them first."
    )
