"""A check that raises an exception: its findings stay as they are, and the others' are made."""

from datetime import date
from io import StringIO

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.management import CommandError, call_command

from aggregates.alerting.report import report
from aggregates.assessment.checks.all_checks import CHECKS
from aggregates.assessment.conditions import Judgement
from aggregates.assessment.farm import Farm
from aggregates.assessment.findings import Kind, Seen
from aggregates.assessment.in_turn import PAUSE, assess_in_turn
from aggregates.assessment.kept_findings import find
from aggregates.models import AggregatedDay, AssessmentProgress, Finding
from aggregates.pages import morning
from common.days import DAY
from tests.aggregates.assessment.stored import stored_farm
from tests.assessed import assessment
from tests.builders import at

pytestmark = pytest.mark.django_db

FIRST = date(2025, 6, 1)
LAST = FIRST + 8 * DAY
NOW = at("2025-06-10 06:00")
ERROR = (
    "Checks that errored: stopped (ZeroDivisionError: division by zero). Their findings stay as"
    " they were; the log has the tracebacks."
)


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> Finding:
    """A turbine stood still, which was found; now its check errors, and others find something."""
    stored_farm(FIRST, 9, stopped={"T02": FIRST + 4 * DAY})
    (finding,) = find(FIRST, LAST, NOW).findings
    days = AggregatedDay.objects.filter(turbine="T03", day=FIRST + 5 * DAY)
    days.update(rejected_samples={"power": {str(window): 10 for window in range(60, 66)}})
    monkeypatch.setitem(CHECKS, Kind.STOPPED, errors)
    return finding


def errors(farm: Farm, judgement: Judgement) -> list[Seen]:
    raise ZeroDivisionError("division by zero")


def test_a_check_that_errors_keeps_its_findings_and_none_of_the_others_back(
    stopped: Finding, caplog: pytest.LogCaptureFixture
) -> None:
    look = find(FIRST, LAST, NOW)
    assert [finding.kind for finding in look.findings] == ["rejected"]
    assert stopped in Finding.objects.standing()
    assert "The check of stopped errored." in caplog.text
    assert "Traceback" in caplog.text


def test_a_task_that_takes_too_long_ends_also_within_a_check(
    stopped: Finding, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(farm: Farm, judgement: Judgement) -> list[Seen]:
        raise SoftTimeLimitExceeded

    monkeypatch.setitem(CHECKS, Kind.STOPPED, ends)
    with pytest.raises(SoftTimeLimitExceeded):
        find(FIRST, LAST, NOW)
    assert stopped in Finding.objects.standing()


@pytest.mark.usefixtures("stopped")
def test_the_schedule_says_which_check_errored_until_it_errs_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assess_in_turn(NOW)
    assert AssessmentProgress.error_of_checks() == ERROR
    monkeypatch.undo()
    assess_in_turn(NOW + PAUSE)
    assert AssessmentProgress.error_of_checks() == ""


def test_the_first_page_and_the_morning_mail_say_that_a_check_errored() -> None:
    AssessmentProgress.objects.create(error=ERROR)
    assessment(day=FIRST)
    made = report(FIRST, FIRST)
    assert made
    assert made.findings[0] == ERROR
    assert ERROR in [trouble.sentence for trouble in morning.morning_at(NOW).troubles]


@pytest.mark.usefixtures("stopped")
def test_the_command_shows_what_the_others_saw_and_fails() -> None:
    out = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("find", f"--from={FIRST}", f"--to={LAST}", stdout=out)
    assert "1 finding from 2025-06-01 to 2025-06-09." in out.getvalue()
    assert str(refusal.value) == ERROR
