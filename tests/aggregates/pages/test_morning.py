"""The strip on the admin's front page."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_celery_beat.models import PeriodicTask

from aggregates import states
from aggregates.expectations import expectation
from aggregates.models import Run, Tick
from aggregates.pages import morning
from aggregates.pages.completeness import of_completeness
from aggregates.pages.energy import yield_of
from aggregates.runs import presence
from aggregates.source.arrivals import arrivals
from common.days import day_start, now, today
from sourcedata.models import Measurement
from tests.assessed import finding
from tests.builders import aggregated, measurements, turbine
from tests.processes import broker, broker_answers, wait_until, worker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def started_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(morning, "STARTED_AT", now() - timedelta(hours=1))


YESTERDAY = today() - timedelta(days=1)


def a_day_that_ran() -> None:
    measurements(turbine(), f"{YESTERDAY}T00:00", power=[6.0] * 1440, wind_speed=[8.0] * 1440)
    aggregated(YESTERDAY)


def a_day_so_far() -> None:
    """Let the turbine send today, up to now."""
    minutes = (now() - day_start(today())) // timedelta(minutes=1) + 1
    measurements(turbine(), f"{today()}T00:00", power=[6.0] * minutes, wind_speed=[8.0] * minutes)
    aggregated(today())


def ticked(minutes_ago: int) -> None:
    Tick.objects.create(ticked_at=now() - timedelta(minutes=minutes_ago))


def strip(client: Client) -> str:
    """Return what the strip says, on one line."""
    response = client.get("/admin/")
    assert response.status_code == 200
    page = response.content.decode()
    section = page[page.index('<section class="morning') : page.index("</section>")]
    return " ".join(section.split())


def sentences() -> list[str]:
    return [trouble.sentence for trouble in morning.morning_at(now()).troubles]


@pytest.mark.django_db(transaction=True)
def test_all_is_well_where_everything_runs(admin_client: Client) -> None:
    a_day_that_ran()
    a_day_so_far()
    ticked(minutes_ago=1)
    with broker(), worker():
        wait_until(lambda: broker_answers() and morning.morning_at(now()).workers, "worker")
        html = strip(admin_client)
    assert "All is well." in html
    assert "2 of 2 days</a> current;" in html
    assert "1 worker." in html
    assert "of-current" in html


def test_the_farms_silences_are_asked_for_once() -> None:
    a_day_that_ran()
    with CaptureQueriesContext(connections["default"]) as queries:
        morning.morning_at(now())
    assert sum('FROM "silence"' in query["sql"] for query in queries) == 1


def test_a_day_that_goes_on_is_well_while_its_windows_are_in(everything_runs: None) -> None:
    a_day_that_ran()
    a_day_so_far()
    ran = Run.objects.get(day=today()).started_at
    Measurement.objects.filter(timestamp__gte=day_start(today())).update(power=2.0)
    ticked(minutes_ago=0)
    assert ran is not None
    between_windows = morning.morning_at(ran)
    assert (between_windows.is_well, between_windows.waiting) == (True, [])
    assert (
        between_windows.live_until == day_start(today()) + (ran - day_start(today())) // TEN * TEN
    )
    later = morning.morning_at(ran + TEN + timedelta(seconds=6))
    assert [state for state, _ in later.waiting] == ["stale"]


def test_a_day_that_got_more_than_passed_since_its_run_is_stale(everything_runs: None) -> None:
    a_day_that_ran()
    a_day_so_far()
    run = Run.objects.get(day=today())
    Run.objects.update(samples=F("samples") - 100)
    Measurement.objects.filter(timestamp__gte=day_start(today())).update(power=2.0)
    assert run.started_at is not None
    assert morning.morning_at(run.started_at).waiting == [("stale", 1)]


TEN = timedelta(minutes=10)


@pytest.mark.django_db(transaction=True)
def test_without_a_worker_it_says_what_to_type(admin_client: Client) -> None:
    a_day_that_ran()
    with broker():
        wait_until(broker_answers, "broker")
        html = strip(admin_client)
    assert "No worker is there: runs wait in the queue." in html
    assert "<code>make serve</code>" in html
    assert "All is well" not in html


def test_without_a_broker_it_says_so(admin_client: Client) -> None:
    a_day_that_ran()
    assert "The broker does not answer: runs wait in the queue." in strip(admin_client)


def test_a_source_that_lacks_a_trigger_is_told_with_what_to_type(admin_client: Client) -> None:
    a_day_that_ran()
    with connections["source"].cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; DROP TRIGGER zz_note_moves ON data")
    html = strip(admin_client)
    assert "changes may go unnoticed: " in html
    assert "zz_note_moves on data is missing" in html
    assert "manage.py verify_source --repair</code>" in html
    assert "All is well" not in html


@pytest.fixture
def everything_runs(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker and a worker, so that the schedule alone is looked at."""
    monkeypatch.setattr("common.servers._broker", lambda: "ok")
    presence.tell("", slots=2)


def test_programs_that_were_just_started_are_not_missed_yet(
    admin_client: Client, everything_runs: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(morning, "STARTED_AT", now() - timedelta(seconds=80))
    assert "has not ticked" not in strip(admin_client)
    monkeypatch.setattr(morning, "STARTED_AT", now() - timedelta(seconds=100))
    assert "has not ticked" in strip(admin_client)


def switched_off() -> None:
    PeriodicTask.objects.update(enabled=False)


def ran_tomorrow() -> None:
    ticked(minutes_ago=4)
    PeriodicTask.objects.update(last_run_at=now() + timedelta(days=1))


@pytest.mark.parametrize(
    ("happened", "sentence"),
    [
        (lambda: None, "has not ticked yet: nothing runs by itself"),
        (lambda: ticked(minutes_ago=4), "UTC: nothing runs by itself"),
        (switched_off, "its task is switched off, or gone"),
        (ran_tomorrow, "the clock of the scheduler's host was ahead"),
        (lambda: ticked(minutes_ago=-60), "which is yet to come: the clock of a host is wrong"),
    ],
)
def test_a_schedule_that_does_not_tick_is_told_with_the_reason(
    everything_runs: None, migrated_schedule: str, happened: Callable[[], None], sentence: str
) -> None:
    happened()
    (trouble,) = sentences()
    assert sentence in trouble


def test_days_that_are_not_current_are_counted_by_state_and_can_be_run(
    everything_runs: None, admin_client: Client
) -> None:
    a_day_that_ran()
    ticked(minutes_ago=0)
    Measurement.objects.update(power=2.0)
    html = strip(admin_client)
    waiting = '0 of 1 day</a> current, 1 <span class="state of-stale">stale</span> (tried next '
    assert waiting in html
    assert f"run-days/?first={YESTERDAY}&amp;last={YESTERDAY}" in html
    assert "of-stale" in html


def test_a_day_that_lacks_samples_is_not_well(everything_runs: None, admin_client: Client) -> None:
    a_day_that_ran()
    ticked(minutes_ago=0)
    Measurement.objects.filter(timestamp__hour__gte=12).delete()
    aggregated(YESTERDAY)
    html = strip(admin_client)
    assert "1 of 1 day</a> current;" in html
    assert "Measurements are missing.</strong>" in html
    assert f"{YESTERDAY}</a>: 0 of 1 turbine complete, T01 50 %" in html
    assert "All is well" not in html


def incomplete() -> list[tuple[date, str]]:
    days = morning.morning_at(now()).incomplete
    return [(day.day, of_completeness(day)) for day in days if day.day != today()]


def test_a_day_on_which_nothing_came_lacks_all(everything_runs: None) -> None:
    before = YESTERDAY - timedelta(days=1)
    measurements(turbine(), f"{before}T00:00", power=[1.0] * 1440)
    assert incomplete() == [(YESTERDAY, "0 of 1 turbine complete, T01 silent")]


def test_a_turbine_that_is_silent_for_a_day_is_named(everything_runs: None) -> None:
    for name, days in (("T01", 2), ("T02", 1)):
        start = YESTERDAY - timedelta(days=1)
        measurements(turbine(name), f"{start}T00:00", power=[1.0] * (1440 * days))
    assert incomplete() == [(YESTERDAY, "1 of 2 turbines complete, T02 silent")]


def test_who_is_silent_now_is_named_though_the_day_is_complete(everything_runs: None) -> None:
    a_day_that_ran()
    at = day_start(YESTERDAY + timedelta(days=1)) - timedelta(seconds=1)
    Measurement.objects.filter(timestamp__gt=at - timedelta(minutes=40)).delete()
    stands = morning.morning_at(at)
    assert [turbine.name for turbine in stands.silent] == ["T01"]
    assert not stands.incomplete
    assert not stands.is_well


def test_it_says_what_the_farm_did(everything_runs: None, admin_client: Client) -> None:
    a_day_that_ran()
    html = strip(admin_client)
    # The turbine gave 6 kW for 24 hours.
    energy = "<strong>0.1 MWh</strong> from 1 of 1 turbine, 100 % of the windows"
    assert f"{YESTERDAY}</a>: {energy}; mean wind speed 8.0 m/s." in html


def test_right_after_midnight_it_says_what_the_farm_did_on_the_day_before() -> None:
    for day, minutes in ((YESTERDAY - timedelta(days=1), 1440), (YESTERDAY, 11)):
        measurements(turbine(), f"{day}T00:00", power=[6.0] * minutes)
        aggregated(day)
    done = [morning.morning_at(day_start(YESTERDAY) + number * TEN).done for number in (2, 6)]
    assert [of.day for of in done if of] == [YESTERDAY - timedelta(days=1), YESTERDAY]


def test_turbines_that_are_punctual_make_up_for_no_windows_of_another() -> None:
    measurements(turbine("T01"), f"{YESTERDAY}T00:00", power=[1.0] * 720)
    measurements(turbine("T02"), f"{YESTERDAY}T00:00", power=[1.0] * 680)
    aggregated(YESTERDAY)
    noon = day_start(YESTERDAY) + timedelta(hours=12)
    arrived = arrivals(YESTERDAY, YESTERDAY)
    (day,) = states.days(arrived, expectation(arrived, noon))
    # 140 of the 142 windows that are settled.
    assert yield_of(day, noon).windows_percent == 98


def test_a_farm_without_power_and_wind_says_so(everything_runs: None, admin_client: Client) -> None:
    measurements(turbine(), f"{YESTERDAY}T00:00", pitch_angle=[1.0] * 1440)
    aggregated(YESTERDAY)
    assert f"{YESTERDAY}</a>: neither power nor wind speed." in strip(admin_client)


def test_the_last_days_are_shown_as_a_calendar(everything_runs: None, admin_client: Client) -> None:
    a_day_that_ran()
    label = f"{YESTERDAY}: current, 1 of 1 turbine complete, 1,440 samples"
    assert f'aria-label="{label}' in strip(admin_client)


def test_a_database_that_lacks_migrations_is_told_with_what_to_type(everything_runs: None) -> None:
    applied = MigrationRecorder.Migration.objects.using("source").filter(app="sourcedata")
    applied.filter(pk=applied.latest("pk").pk).delete()
    (trouble,) = morning.morning_at(now()).troubles
    assert trouble.sentence == "The database source lacks migrations."
    assert trouble.command.endswith("manage.py migrate")


def test_a_source_that_does_not_answer_is_told(everything_runs: None, monkeypatch: Any) -> None:
    def fail(*arguments: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("aggregates.source.gateway.reader.turbine_days", fail)
    assert sentences() == ["The source database fails: connection refused."]


def test_a_farm_without_measurements_is_told_how_to_get_some(
    everything_runs: None, admin_client: Client
) -> None:
    ticked(minutes_ago=0)
    assert "import_measurements --help" in strip(admin_client)


def test_who_may_not_see_days_sees_no_strip(client: Client, django_user_model: Any) -> None:
    client.force_login(django_user_model.objects.create_user("ana", is_staff=True))
    assert "morning" not in client.get("/admin/").content.decode().replace("pages.css", "")


def stood_still(**fields: Any) -> None:
    finding(start=f"{YESTERDAY}T04:00", **fields)


def test_the_turbine_that_stood_still_is_named_with_what_it_cost(
    everything_runs: None, admin_client: Client
) -> None:
    a_day_that_ran()
    stood_still()
    html = strip(admin_client)
    assert "<strong>T01</strong>" in html
    assert "5,000 kWh: T01 stood still for 6 h." in html
    assert "All is well" not in html


@pytest.mark.parametrize(
    "said", [{"acknowledged_at": now(), "reason": "sensor"}, {"withdrawn_at": now()}]
)
def test_what_somebody_acknowledged_or_is_no_more_leaves_all_well(
    everything_runs: None, said: Any
) -> None:
    a_day_that_ran()
    stood_still(**said)
    Tick.objects.create(ticked_at=day_start(today()))
    assert morning.morning_at(day_start(today())).is_well


def test_what_ended_before_the_look_back_is_no_news(everything_runs: None) -> None:
    a_day_that_ran()
    finding(start=f"{YESTERDAY - timedelta(days=32)}T04:00")
    assert not morning.morning_at(now()).findings
    finding(start=f"{YESTERDAY - timedelta(days=33)}T04:00", is_open=True)
    assert len(morning.morning_at(now()).findings) == 1


def test_many_findings_are_grouped_and_the_rest_is_on_the_farms_page(
    everything_runs: None, admin_client: Client
) -> None:
    a_day_that_ran()
    for number in range(14):
        stood_still(turbine=f"T{number:02}", lost_kwh=1000.0 + number)
        stood_still(turbine=f"T{number:02}", lost_kwh=10.0)
    html = strip(admin_client)
    assert "And 1 more of it, 1,023 kWh in all." in html
    assert ">2 more</a>." in html
    assert "/admin/aggregates/farm/?first=" in html
