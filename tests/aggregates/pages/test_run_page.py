"""What the page of a run tells: how far it is, what it changed, and its log."""

import logging
from datetime import date
from typing import Any

import pytest
from django.db.models import F
from django.test import Client

from aggregates.models import LogLine, Run
from aggregates.runs import pipeline
from aggregates.runs.journal import keeping
from aggregates.source import gateway
from aggregates.source.gateway import SourceUnavailable
from common.logs import about
from sourcedata.models import Measurement
from tests.builders import aggregated, measurements, turbine

pytestmark = pytest.mark.django_db

DAY = date(2025, 8, 31)
logger = logging.getLogger("aggregates.anything")


def two_turbines() -> None:
    for name in ("T01", "T02"):
        measurements(turbine(name), "2025-08-31T00:00", power=[1.0, 2.0])


def page(client: Client, run: Run) -> str:
    response = client.get(f"/admin/aggregates/run/{run.pk}/change/")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def a_run(**fields: Any) -> Run:
    return Run.objects.create(day=DAY, requested_by="test", **fields)


def lines(run: Run) -> list[str]:
    return [str(line) for line in run.log_lines.all()]


def test_a_run_keeps_its_log() -> None:
    two_turbines()
    run = aggregated(DAY)
    assert lines(run) == [
        f"INFO: The run starts, attempt 1, on {run.worker}.",
        "INFO: Turbines to aggregate: 2 of 2.",
        "INFO: Done: T01, T02.",
        f"INFO: The run succeeded. {run.summary}",
    ]


def test_the_log_of_a_failed_run_ends_with_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def turbine_days(*arguments: Any) -> None:
        raise SourceUnavailable("The source is away.")

    monkeypatch.setattr(gateway, "turbine_days", turbine_days)
    run = a_run()
    pipeline.execute(run)
    assert lines(run)[-1] == "ERROR: The run failed. The source is away."


def test_a_run_keeps_no_lines_about_others() -> None:
    run = a_run()
    with keeping(run):
        logger.info("about nothing")
        with about(run=run.pk + 1):
            logger.info("about another one")
    with about(run=run.pk):
        logger.info("too late")
    assert not LogLine.objects.exists()


def test_a_run_keeps_nothing_that_is_for_developers(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="aggregates")
    run = a_run()
    with keeping(run), about(run=run.pk):
        logger.debug("too small")
        logger.info("just right")
    assert lines(run) == ["INFO: just right"]


def test_a_run_counts_the_turbines_that_are_due_and_done(settings: Any) -> None:
    settings.CHUNK_TURBINES = 1
    two_turbines()
    run = aggregated(DAY)
    assert (run.turbine_days, run.turbine_days_due) == (2, 2)
    assert lines(run)[2:4] == ["INFO: Done: T01.", "INFO: Done: T02."]


def test_a_new_attempt_starts_from_nothing() -> None:
    run = a_run(turbine_days=1, turbine_days_due=2)
    run.start()
    assert (run.turbine_days, run.turbine_days_due) == (0, None)


def test_a_run_under_way_shows_how_far_it_is(admin_client: Client) -> None:
    run = a_run()
    run.start()
    Run.objects.update(turbine_days=100, turbine_days_due=250)
    html = page(admin_client, run)
    assert '<progress max="250" value="100"' in html
    assert "100 of 250 turbines" in html
    assert "data-live-every-s" in html


def test_a_run_that_ended_is_not_asked_for_again(admin_client: Client) -> None:
    two_turbines()
    assert "data-live-every-s" not in page(admin_client, aggregated(DAY))


def test_what_a_run_changed_comes_first(admin_client: Client) -> None:
    two_turbines()
    aggregated(DAY)
    Measurement.objects.filter(turbine__name="T02").update(power=F("power") + 1)
    html = page(admin_client, aggregated(DAY, force=True))
    first, second = (
        html.index(">T02</a></th> <td>were written"),
        html.index(">T01</a></th> <td>were right"),
    )
    assert first < second


def test_a_run_whose_statistics_were_computed_again_says_so(admin_client: Client) -> None:
    two_turbines()
    first = aggregated(DAY)
    aggregated(DAY, force=True)
    assert "later runs computed them again" in page(admin_client, first)


def test_the_error_of_a_run_is_shown_as_text(admin_client: Client) -> None:
    html = page(admin_client, a_run(status=Run.Status.FAILED, error="<script>no</script>"))
    assert "&lt;script&gt;no" in html
    assert "<script>no" not in html


def test_a_run_is_asked_for_again_as_it_was(admin_client: Client) -> None:
    measurements(turbine("A & B"), "2025-08-31T00:00", power=[1.0])
    html = page(admin_client, a_run(turbines=["A & B"], force=True))
    again = "first=2025-08-31&amp;last=2025-08-31&amp;turbines=A+%26+B&amp;force=on"
    assert f"/admin/aggregates/run/run-days/?{again}" in html
