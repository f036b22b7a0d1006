"""The calendar of the days, and the page of one."""

from datetime import date
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from aggregates.pages.board import MARKS, MEANINGS, STEPS, board
from aggregates.states import DayState, State
from sourcedata.models import Measurement
from tests.builders import aggregated, day_state, measurements, turbine, turbine_day_state

DAYS = "/admin/aggregates/day/"
DAY = date(2025, 8, 31)


def state(day: str, samples: int = 0, expected: int = 100, of: State = State.CURRENT) -> DayState:
    """Return a day of two turbines, one of which has all, and the other so many samples."""
    other = turbine_day_state("T2", samples, expected, day)
    is_incomplete = other.completeness not in (None, "complete")
    return day_state(
        day,
        state=of,
        samples=samples,
        windows=samples // 10,
        complete=0 if not expected else 1 if is_incomplete else 2,
        incomplete=[other] if is_incomplete else [],
    )


def cells(*days: DayState) -> list[Any]:
    return [cell for month in board(days).months for week in month.weeks for cell in week if cell]


def test_the_newest_month_is_the_first_and_weeks_begin_on_monday() -> None:
    september, august = board([state("2025-09-01"), state("2025-08-31")]).months
    assert (september.first, august.first) == (date(2025, 9, 1), date(2025, 8, 1))
    # 31 August 2025 is a Sunday, the last day of its week.
    assert august.weeks[-1][6]
    assert september.weeks[0][0]
    assert len(september.weeks[0]) == 7


def test_weeks_of_which_nothing_is_on_the_board_are_left_out() -> None:
    (august,) = board([state("2025-08-31"), state("2025-08-18")]).months
    numbers = [[cell.number for cell in week if cell] for week in august.weeks]
    assert numbers == [[18], [31]]


@pytest.mark.parametrize(
    ("samples", "step"), [(0, 0), (12, 0), (30, 1), (50, 2), (89, 3), (100, 4), (200, 4)]
)
def test_a_day_is_as_full_as_its_least_complete_turbine(samples: int, step: int) -> None:
    (cell,) = cells(state("2025-08-31", samples))
    assert cell.completeness == step <= STEPS


def test_a_day_of_which_nothing_is_expected_is_not_full() -> None:
    (cell,) = cells(state("2025-08-31", 0, 0, State.ARCHIVED))
    assert (cell.completeness, cell.percent, cell.text) == (0, None, "2025-08-31: archived")


def test_every_state_has_a_mark_of_its_own() -> None:
    assert set(MARKS) == set(State)
    assert len(set(MARKS.values())) == len(State)
    assert set(MEANINGS) == set(State)


@pytest.mark.parametrize(("samples", "percent"), [(0, 0), (899, 89), (900, None), (1000, None)])
def test_a_day_says_how_many_samples_it_has_where_they_are_few(
    samples: int, percent: int | None
) -> None:
    (cell,) = cells(state("2025-08-31", samples, 1000))
    assert cell.percent == percent


def test_a_day_is_told_in_words() -> None:
    (cell,) = cells(state("2025-08-31", 1440, 1440))
    assert cell.text == (
        "2025-08-31: current, 2 of 2 turbines complete, 1,440 samples, 144 windows with values"
    )


def two_turbines() -> None:
    for name in ("T1", "<b>T2"):
        measurements(turbine(name), "2025-08-31T00:00", power=[1.0] * 10, wind_speed=[None] * 10)
    aggregated(DAY)
    Measurement.objects.filter(turbine__name="<b>T2").update(power=2.0)


def page(client: Client, path: str = f"{DAYS}2025-08-31/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.django_db
def test_the_board_leads_to_each_day(admin_client: Client) -> None:
    two_turbines()
    board = page(admin_client, f"{DAYS}?year=2025")
    assert 'href="/admin/aggregates/day/2025-08-31/"' in board
    assert "2025-08-31: stale, 0 of 2 turbines complete, " in board


@pytest.mark.django_db
def test_the_board_asks_for_all_days_that_are_not_current(admin_client: Client) -> None:
    for day in (29, 30, 31):
        measurements(turbine(), f"2025-08-{day}T00:00", power=[1.0])
    aggregated(DAY)
    html = admin_client.get(DAYS, {"year": "2025"}).content.decode()
    assert "?first=2025-08-29&amp;last=2025-08-30" in html


@pytest.mark.django_db
def test_a_day_shows_its_turbines_by_state(admin_client: Client) -> None:
    two_turbines()
    html = page(admin_client)
    # Each state marks its turbine and the count; the day's own state, stale, marks the day too.
    assert (html.count("of-current"), html.count("of-stale")) == (2, 3)
    assert "&lt;b&gt;T2" in html
    assert "<b>T2" not in html


@pytest.mark.django_db
def test_a_day_of_a_very_large_farm_shows_its_worst(admin_client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("aggregates.admin.days.MOST_SHOWN", 1)
    two_turbines()
    html = page(admin_client)
    assert "The worst 1; 1 more are not shown." in html
    assert "&lt;b&gt;T2" in html
    assert ">T1<" not in html


@pytest.mark.django_db
def test_a_day_shows_the_coverage_of_each_variable(admin_client: Client) -> None:
    two_turbines()
    html = page(admin_client)
    assert '<th scope="row">power</th> <td>20</td> <td>0 %' in html
    assert "<td>01:00 to 24:00</td>" in html
    assert '<th scope="row">wind_speed</th>' not in html


@pytest.mark.django_db
def test_a_day_shows_its_runs_and_asks_for_another(admin_client: Client) -> None:
    two_turbines()
    html = page(admin_client)
    assert "succeeded" in html
    assert "/admin/aggregates/run/run-days/?first=2025-08-31&amp;last=2025-08-31" in html


@pytest.mark.django_db
@pytest.mark.parametrize("day", ["2031-01-01", "1970-01-01", "9999-12-30"])
def test_a_day_without_anything_says_so(admin_client: Client, day: str) -> None:
    html = page(admin_client, f"{DAYS}{day}/")
    assert "No turbine has measurements or statistics of this day." in html
    assert "This day never ran." in html


@pytest.mark.django_db
@pytest.mark.parametrize("day", ["2025-13-01", "x", "0001-01-01", "9999-12-31", "2025-8-1x"])
def test_what_is_no_day_is_not_found(admin_client: Client, day: str) -> None:
    assert admin_client.get(f"{DAYS}{day}/").status_code == 404


@pytest.mark.django_db
def test_who_may_not_look_sees_no_day(client: Client, django_user_model: Any) -> None:
    client.force_login(django_user_model.objects.create_user("ana", is_staff=True))
    assert client.get(f"{DAYS}2025-08-31/").status_code == 403


@pytest.mark.django_db
def test_a_day_is_shown_while_the_source_is_down(admin_client: Client, monkeypatch: Any) -> None:
    two_turbines()
    monkeypatch.setattr("aggregates.source.gateway.reader.turbine_days", _fail)
    html = page(admin_client)
    assert "The source database fails: connection refused." in html
    assert '<th scope="row">power</th> <td>20</td> <td></td>' in html


def _fail(*arguments: Any) -> None:
    raise OperationalError("connection refused")
