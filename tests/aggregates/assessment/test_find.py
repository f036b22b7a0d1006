"""`manage.py find`: looking for findings from the shell."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from tests.aggregates.assessment.stored import stored_farm

pytestmark = pytest.mark.django_db


def find() -> str:
    out = StringIO()
    call_command("find", "--from=2025-06-01", "--to=2025-06-08", stdout=out)
    return " ".join(out.getvalue().split())


def test_findings_are_shown_with_what_was_seen() -> None:
    stored_farm(date(2025, 6, 1), 8, stopped={"T02": date(2025, 6, 3)})
    shown = find()
    assert "T02 stopped 2025-06-03" in shown
    assert "T02 stood still" in shown
    assert shown.endswith("1 finding from 2025-06-01 to 2025-06-08.")


def test_without_any_it_says_so() -> None:
    assert find() == "No findings from 2025-06-01 to 2025-06-08."
