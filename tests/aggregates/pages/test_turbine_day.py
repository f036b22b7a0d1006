"""The page of a turbine's day: its power over the expected one, its conditions and findings."""

import json
import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from aggregates.models import Curve, TurbineSite
from aggregates.pages.addresses import of_turbine_day, of_turbine_days
from aggregates.pages.sentences import plain
from aggregates.pages.turbine_day_sentences import of_origin
from common.days import today
from tests.assessed import DAY, assessment, curve, finding
from tests.builders import aggregated, measurements, turbine

pytestmark = pytest.mark.django_db


def page(client: Client, name: str = "T01", day: object = DAY) -> str:
    response = client.get(f"{of_turbine_days(name)}{day}/")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def traces(html: str) -> dict[str, Any]:
    """Return the traces of the chart by their names."""
    (text,) = re.findall(r'<script id="turbine-day" type="application/json">(.*?)</script>', html)
    return {trace["name"]: trace for trace in json.loads(text)["data"]}


def a_day(**fields: Any) -> None:
    """A day of 8 m/s at 900 kW, but for half an hour of rest from 01:00 on."""
    power = [900.0] * 60 + [0.0] * 30 + [900.0] * 1350
    columns: dict[str, Any] = {"power": power, "wind_speed": [8.0] * 1440}
    measurements(turbine(rated_power_kw=2000), f"{DAY}T00:00", **columns)
    aggregated(DAY)
    conditions = "p" * 6 + "SSS" + "p" * 135
    usual: dict[str, Any] = {"conditions": conditions, "lost_stopped_kwh": 450.0, "curve": curve()}
    assessment(**usual | fields)


def test_power_is_drawn_over_what_its_curve_expects(admin_client: Client) -> None:
    a_day()
    drawn = traces(page(admin_client))
    assert drawn["power, kW"]["y"][5:10] == [900, 0, 0, 0, 900]
    assert set(drawn["expected power, kW"]["y"]) == {900}
    assert set(drawn["wind speed, m/s"]["y"]) == {8}


def test_thin_air_lowers_what_is_expected(admin_client: Client) -> None:
    a_day()
    TurbineSite.objects.create(turbine="T01", elevation_m=1500)
    assert max(traces(page(admin_client))["expected power, kW"]["y"]) < 830


def test_each_condition_is_a_band_and_a_row(admin_client: Client) -> None:
    a_day()
    html = page(admin_client)
    stopped = traces(html)["stopped"]
    assert (stopped["x"], stopped["width"]) == ([f"{DAY}T01:00"], [1_800_000])
    assert '<th scope="row">01:00 to 01:30</th><td>stopped</td><td>8.0</td><td>0</td>' in html
    assert "<td>900</td><td>450</td>" in html
    assert '<th scope="row">01:30 to 24:00</th><td>producing</td>' in html


def test_it_says_what_the_day_came_to_and_by_which_curve(admin_client: Client) -> None:
    a_day()
    html = page(admin_client)
    assert "lost <strong>450 kWh</strong> (stopped 450 kWh)" in html
    assert "of 90 days from 2025-05-03 to 2025-07-31." in html


def test_a_curve_that_is_of_days_yet_to_come_says_until_when_it_is() -> None:
    of_three_weeks = {"fitted_days": 21, "fitted_from": date(2025, 5, 3)}
    said = plain(of_origin(Curve(pk=1, fitted_to=date.max, **of_three_weeks)))
    assert said.endswith(f"of 21 days from 2025-05-03 to {today()}")


def test_without_a_curve_nothing_is_claimed(admin_client: Client) -> None:
    a_day(curve=None, expected_kwh=None)
    html = page(admin_client)
    assert "There is no reference curve of the turbine for this day" in html
    assert "of which nobody can say what was to be expected" in html


def test_the_findings_of_the_day_are_on_it(admin_client: Client) -> None:
    a_day()
    finding(sentence="T01 stood still for 30 min.")
    finding(start="2025-08-29T00:00", sentence="That was before.")
    html = page(admin_client)
    assert "T01 stood still for 30 min." in html
    assert "That was before." not in html


def test_a_day_that_is_not_assessed_shows_its_statistics(admin_client: Client) -> None:
    measurements(turbine(), f"{DAY}T00:00", power=[900.0] * 10)
    aggregated(DAY)
    html = page(admin_client)
    assert "This day is not assessed yet." in html
    assert traces(html)["power, kW"]["y"][0] == 900


def test_a_day_without_statistics_says_so(admin_client: Client) -> None:
    turbine("T02")
    assert "there are no statistics of it" in page(admin_client, "T02")


@pytest.mark.parametrize("name", ["..", "a/b?c#d", "<script>alert(1)</script>", "é \"'"])
def test_a_turbine_of_any_name_has_its_days(admin_client: Client, name: str) -> None:
    assessment(name)
    finding(name)
    assert "<script>alert" not in page(admin_client, name)
    response = admin_client.get(of_turbine_days(name))
    assert response.headers["Location"] == of_turbine_day(name, DAY)


@pytest.mark.parametrize("day", ["2025-02-30", "yesterday", "0001-01-01", "9999-12-31"])
def test_what_is_no_day_is_not_found(admin_client: Client, day: str) -> None:
    assessment()
    assert admin_client.get(f"{of_turbine_days('T01')}{day}/").status_code == 404


def test_a_turbine_that_nobody_knows_is_not_found(admin_client: Client) -> None:
    for name in ("T99", "T01\0"):
        assert admin_client.get(of_turbine_day(name, DAY)).status_code == 404
