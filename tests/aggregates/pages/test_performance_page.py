"""A turbine's page: what it shows, and that no name, range or farm is an error."""

import json
import re
from datetime import date
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils.html import escape

from aggregates.analysis.performance import PowerCurve
from aggregates.pages.addresses import of_turbine
from aggregates.pages.performance_figures import power_curve_figure
from tests.builders import aggregated, measurements, turbine

PAGES = "/admin/aggregates/performance/"
DAY = date(2025, 8, 31)


def an_hour(name: str = "T01", **fields: Any) -> None:
    """Six windows of 8 m/s from the east at 600 kW, which are 600 kWh."""
    measurements(
        turbine(name, **fields),
        "2025-08-31T00:00",
        wind_speed=[8.0] * 60,
        power=[600.0] * 60,
        wind_direction=[90.0] * 60,
    )
    aggregated(DAY)


def page(client: Client, name: str = "T01", **query: str) -> str:
    response = client.get(of_turbine(name), query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def figure(html: str, name: str) -> list[dict[str, Any]]:
    (text,) = re.findall(rf'<script id="{name}" type="application/json">(.*?)</script>', html)
    traces: list[dict[str, Any]] = json.loads(text)["data"]
    return traces


@pytest.mark.django_db
def test_a_page_tells_energy_and_capacity_factor(admin_client: Client) -> None:
    an_hour(rated_power_kw=2000)
    html = page(admin_client)
    assert "<strong>600.0 kWh</strong> in 6 of 4,320 windows" in html
    assert "<strong>30.0 %</strong> of 2,000 kW" in html


@pytest.mark.django_db
def test_the_curve_has_its_bin_and_the_rated_power(admin_client: Client) -> None:
    an_hour(rated_power_kw=2000)
    _, bins, rated = figure(page(admin_client), "power-curve")
    assert (bins["x"], bins["y"], bins["text"]) == ([8.0], [600.0], ["6 windows"])
    assert rated["y"] == [2000, 2000]


@pytest.mark.django_db
def test_the_wind_comes_from_where_it_was_measured(admin_client: Client) -> None:
    an_hour()
    # The third class is that of 8 to 12 m/s, the fifth sector the east.
    assert figure(page(admin_client), "wind-rose")[2]["r"] == [0] * 4 + [100] + [0] * 11


@pytest.mark.django_db
def test_coverage_is_of_the_days_shown(admin_client: Client) -> None:
    an_hour()
    html = page(admin_client, first="2025-08-31", last="2025-08-31")
    assert '<th scope="row">2025-08</th><td class="covered of-current covers-0">4 %</td>' in html


@pytest.mark.django_db
def test_a_turbine_without_rated_power_says_so(admin_client: Client) -> None:
    an_hour()
    html = page(admin_client)
    assert "the rated power of the turbine is not known" in html
    assert len(figure(html, "power-curve")) == 2


@pytest.mark.django_db
def test_a_turbine_without_statistics_says_so(admin_client: Client) -> None:
    turbine("T02")
    assert "<strong>There are no statistics</strong> of T02" in page(admin_client, "T02")


@pytest.mark.django_db
def test_a_range_of_the_future_leads_to_the_last_day(admin_client: Client) -> None:
    an_hour()
    html = page(admin_client, first="2050-01-01", last="2050-12-31")
    assert '<a href="?last=2025-08-31">2025-08-31</a>' in html


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"first": "2025-09-01", "last": "2025-08-31"}, {"first": "x"}])
def test_a_wrong_range_is_told(admin_client: Client, wrong: dict[str, str]) -> None:
    an_hour()
    html = page(admin_client, **wrong)
    assert "errorlist" in html
    assert "600.0 kWh" in html


@pytest.mark.django_db
def test_a_turbine_that_nobody_knows_is_not_found(admin_client: Client) -> None:
    for name in ("T99", "T01\0"):
        assert admin_client.get(of_turbine(name)).status_code == 404


@pytest.mark.django_db
def test_a_farm_of_10_minute_samples_is_covered_by_one_a_window(admin_client: Client) -> None:
    measurements(
        turbine(sample_interval_s=600), "2025-08-31T00:00", wind_speed=[8.0], power=[600.0]
    )
    aggregated(DAY)
    assert "0 windows below 90 % coverage" in page(admin_client)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "..", "a/b?c#d", "50 % & _2F", "é \"'", "../../admin"]
)
def test_a_turbine_may_have_any_name(admin_client: Client, name: str) -> None:
    an_hour(name)
    assert "600.0 kWh" in page(admin_client, name)
    listed = admin_client.get(PAGES).content.decode()
    assert f'href="{escape(of_turbine(name))}"' in listed
    assert "<script>alert" not in page(admin_client, name) + listed


@pytest.mark.django_db
def test_turbines_are_found_by_a_part_of_their_name(admin_client: Client) -> None:
    an_hour("North 1")
    an_hour("South 1")
    html = admin_client.get(PAGES, {"q": "north"}).content.decode()
    assert ">North 1<" in html
    assert ">South 1<" not in html


@pytest.mark.django_db
def test_a_very_large_farm_is_listed_in_part(admin_client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("aggregates.admin.performance.MOST_SHOWN", 1)
    an_hour("T01")
    an_hour("T02")
    assert "1 more are not shown" in admin_client.get(PAGES).content.decode()


@pytest.mark.django_db
def test_the_turbine_of_the_source_leads_to_its_performance(admin_client: Client) -> None:
    of = turbine("a/b")
    html = admin_client.get(f"/admin/sourcedata/turbine/{of.pk}/change/").content.decode()
    assert f'href="{of_turbine("a/b")}"' in html


@pytest.mark.django_db
def test_who_may_not_see_signals_sees_no_turbine(client: Client) -> None:
    client.force_login(User.objects.create_user("nobody", is_staff=True))
    assert client.get(PAGES).status_code == 403
    assert client.get(of_turbine("T01")).status_code == 403


def test_windows_that_lie_on_each_other_are_drawn_once() -> None:
    speed = np.array([5.0, 5.0, 5.001, 25.0])
    curve = PowerCurve(speed, np.array([100.0, 100.0, 100.0, 2000.0]), [], 0)
    assert power_curve_figure(curve, None)["data"][0]["x"] == [5, 25]


def test_a_year_of_windows_is_few_points() -> None:
    numbers = np.random.default_rng(7)
    speed = numbers.uniform(0, 25, 52_560)
    curve = PowerCurve(speed, np.minimum(speed**3, 2000) + numbers.normal(0, 5, 52_560), [], 0)
    assert len(power_curve_figure(curve, None)["data"][0]["x"]) < 4000
