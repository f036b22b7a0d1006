"""The farm's page: a row per turbine, the findings above, and a map of what was lost below."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from aggregates.pages.addresses import of_farm, of_turbine_day, of_turbine_days
from tests.assessed import DAY, assessment, finding
from tests.builders import measurements, turbine

pytestmark = pytest.mark.django_db


def page(client: Client, **query: Any) -> str:
    """Return the farm's page of a day, on one line."""
    response = client.get(of_farm(), {"first": DAY, "last": DAY} | query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def farm_of(*names: str, **figures: Any) -> None:
    for name in names:
        assessment(name, **figures)


def test_the_worst_turbine_comes_first(admin_client: Client) -> None:
    farm_of("T01", "T02", "T03")
    assessment("T04", lost_stopped_kwh=900.0)
    html = page(admin_client)
    assert html.index(">T04</a></th>") < html.index(">T01</a></th>")
    assert f'<a href="{of_turbine_day("T04", DAY)}">0.90</a>' in html


def test_a_turbine_is_judged_against_the_farm_and_not_against_one(admin_client: Client) -> None:
    farm_of("T01", "T02", "T03", producing_kwh=22_000.0)
    assessment("T04", producing_kwh=19_800.0)
    html = page(admin_client)
    assert html.count("<td>1.000</td>") == 3
    assert "<td>0.900</td>" in html


def test_of_two_turbines_no_ratio_is_claimed(admin_client: Client) -> None:
    farm_of("T01", "T02")
    html = page(admin_client)
    assert "of fewer than 3 turbines there is no median" in html
    assert "<td>1.000</td>" not in html


def test_availability_is_told_as_seen_by_itself_and_by_its_neighbours(
    admin_client: Client,
) -> None:
    assessment(windows_to_run=100, windows_at_rest=10, windows_seen_by_neighbours=25)
    html = page(admin_client)
    assert "<td>90.0 %</td><td>72.0 %</td>" in html


def test_a_silent_turbine_has_a_row_though_nothing_is_assessed_of_it(admin_client: Client) -> None:
    measurements(turbine("T02"), f"{DAY}T00:00", power=[1.0] * 1440)
    measurements(turbine("T01"), f"{DAY - timedelta(days=1)}T23:59", power=[1.0])
    assessment("T02")
    html = page(admin_client)
    assert html.index(">T01</a></th>") < html.index(">T02</a></th>")
    assert "<td>0 %</td>" in html
    assert "<td>100 %</td>" in html


def test_what_nobody_saw_ranks_with_what_was_lost(admin_client: Client) -> None:
    for name, minutes in (("T01", 1440), ("T02", 720)):
        measurements(turbine(name), f"{DAY}T00:00", power=[1.0] * minutes)
    assessment("T01", lost_stopped_kwh=5_000.0)
    assessment("T02", energy_kwh=12_000.0)
    html = page(admin_client)
    assert html.index(">T02</a></th>") < html.index(">T01</a></th>")


def test_one_sample_that_stands_for_ten_minutes_is_said_to(admin_client: Client) -> None:
    measurements(turbine(), f"{DAY}T00:00", timedelta(minutes=10), power=[1.0] * 144)
    assessment()
    html = page(admin_client)
    assert "<td>10 %</td>" in html
    assert "that sample represents all of them" in html


def test_the_findings_stand_above_by_what_they_cost(admin_client: Client) -> None:
    farm_of("T01", "T02")
    finding("T01", lost_kwh=800.0)
    finding("T02", "frozen", lost_kwh=None, sentence="The wind speed stood still.")
    finding("T02", lost_kwh=4_000.0)
    html = page(admin_client)
    costs = [html.index(text) for text in ("4,000 kWh: T02", "800 kWh: T01", "without a price")]
    assert costs == sorted(costs)
    assert "The wind speed stood still." in html


def test_an_acknowledged_finding_is_counted_with_its_reason(admin_client: Client) -> None:
    assessment()
    finding(reason="planned_maintenance", acknowledged_by="ana", acknowledged_at=f"{DAY}T12:00Z")
    html = page(admin_client)
    assert "acknowledged: scheduled maintenance (1)." in html
    assert "All that the checks saw on these days is acknowledged." in html


def test_a_cell_of_the_map_leads_to_the_day_of_the_turbine(admin_client: Client) -> None:
    assessment(lost_derated_kwh=2_345.0)
    cell = f'class="loses-3" href="{of_turbine_day("T01", DAY)}"'
    html = page(admin_client)
    assert cell in html
    assert 'aria-label="T01, 08-31: 2,345 kWh lost">2.3</a>' in html


def test_a_year_is_mapped_by_month_and_leads_to_the_worst_day(admin_client: Client) -> None:
    for number in range(3):
        assessment(day=DAY - timedelta(days=number), lost_stopped_kwh=100.0 * number)
    html = page(admin_client, first="2025-01-01", last="2025-12-31")
    assert 'aria-label="T01, 2025-08: 300 kWh lost"' in html
    assert of_turbine_day("T01", DAY - timedelta(days=2)) in html


def test_a_large_farm_has_pages(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aggregates.pages.farm_page.MOST_TURBINES", 2)
    farm_of("T01", "T02", "T03")
    assert "Turbines 1 to 2 of 3, the worst first." in page(admin_client)
    html = page(admin_client, page="2")
    assert f'href="{of_turbine_days("T03")}"' in html
    assert f'href="{of_turbine_days("T01")}"' not in html


def test_where_nothing_is_assessed_it_says_so(admin_client: Client) -> None:
    html = page(admin_client)
    assert f"<strong>Nothing is assessed</strong> of any turbine on {DAY}." in html


def test_a_month_of_many_turbines_takes_few_queries(
    admin_client: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        farm_of("T01", "T02", "T03", day=DAY - timedelta(days=number))
    with django_assert_max_num_queries(16):
        page(admin_client, first=DAY - timedelta(days=30))


def test_the_navigation_leads_to_the_farm(admin_client: Client) -> None:
    assert f'href="{of_farm()}"' in admin_client.get("/admin/").content.decode()


def test_who_may_not_see_assessments_sees_no_farm(client: Client) -> None:
    client.force_login(User.objects.create_user("nobody", is_staff=True))
    assert client.get(of_farm()).status_code == 403
    assert client.get(of_turbine_day("T01", DAY)).status_code == 403
