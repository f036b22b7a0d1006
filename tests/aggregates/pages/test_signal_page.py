"""A signal's page: its chart, its windows or days, and what to type for the same in pandas."""

import json
import re
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.test import Client

from aggregates.analysis.downsampling import Points
from aggregates.models import Signal, Value
from aggregates.pages.signal_figure import signal_figure
from tests.builders import aggregated, measurements, turbine

DAY = date(2025, 8, 31)
START = np.datetime64("2025-08-31T00:00", "us")


def a_day(**fields: Any) -> Signal:
    """Two samples of power in the first window of a day."""
    measurements(turbine(**fields), "2025-08-31T00:00", power=[1.0, 2.0])
    aggregated(DAY)
    return Signal.objects.get(name="power_mean")


def page(client: Client, signal: Signal, **query: str) -> str:
    response = client.get(f"/admin/aggregates/signal/{signal.pk}/change/", query)
    assert response.status_code == 200
    return response.content.decode()


def figure(html: str) -> dict[str, Any]:
    (text,) = re.findall(r'<script id="history" type="application/json">(.*?)</script>', html)
    chart: dict[str, Any] = json.loads(text)
    return chart


def trace(chart: dict[str, Any], name: str) -> dict[str, Any]:
    return next(curve for curve in chart["data"] if curve["name"] == name)


def directions(*triples: tuple[float, float, float]) -> dict[str, Any]:
    """The figure of directions of which mean, min and max are given."""
    frame = pd.DataFrame(
        [(*triple, 1.0, 10) for triple in triples],
        index=START + np.arange(len(triples)) * np.timedelta64(10, "m"),
        columns=["mean", "min", "max", "std", "count"],
    )
    return signal_figure(Points(frame, 1), "deg", is_angle=True, sample_interval_s=60)


@pytest.mark.django_db
def test_the_chart_has_what_is_stored(admin_client: Client) -> None:
    chart = figure(page(admin_client, a_day()))
    assert trace(chart, "mean")["y"][:2] == [1.5, None]
    assert trace(chart, "mean")["x"][1] == "2025-08-31T00:10"
    band = trace(chart, "min to max")
    assert (band["base"][0], band["y"][0]) == (1, 1)
    assert trace(chart, "std")["y"][0] == 0.707107
    assert trace(chart, "coverage")["y"][:2] == [20, 0]


@pytest.mark.django_db
def test_a_click_on_a_window_leads_to_its_explanation(admin_client: Client) -> None:
    signal = a_day()
    leads_to = f"/admin/aggregates/signal/{signal.pk}/explain/?from="
    assert f'data-page="{leads_to}"' in page(admin_client, signal)
    assert admin_client.get(f"{leads_to}2025-08-31T00:00").status_code == 200


@pytest.mark.django_db
def test_a_click_in_a_year_leads_to_the_day(admin_client: Client) -> None:
    html = page(admin_client, a_day(), first="2025-01-01", last="2025-12-31")
    assert 'data-page="?first="' in html
    assert len(trace(figure(html), "mean")["x"]) == 365 * 2
    assert "72 windows, 12 hours" in html


@pytest.mark.parametrize(
    ("windows", "words"),
    [(2, "20 minutes"), (6, "60 minutes"), (9, "1.5 hours"), (144, "24 hours")],
)
def test_a_step_tells_how_long_it_lasts(windows: int, words: str) -> None:
    assert Points(pd.DataFrame(), windows).lasts == words


@pytest.mark.django_db
def test_a_longer_period_lists_its_days(admin_client: Client) -> None:
    html = " ".join(page(admin_client, a_day(), first="2025-08-30", last="2025-08-31").split())
    row = 'href="?first=2025-08-31">2025-08-31</a></th> <td>1</td> <td>2</td> <td>0 %</td>'
    assert row in html


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "why"),
    [
        ({"first": "2025-08-31", "last": "2025-08-30"}, "This lies before the first day."),
        ({"first": "soon"}, "Enter a valid date."),
        ({"last": "9999-12-31"}, "The last day of all is 2099-12-31."),
        ({"first": "0001-01-01"}, "The first day of all is 1970-01-01."),
        ({"first": "2000-01-01", "last": "2025-08-31"}, "At most 3653 days"),
    ],
)
def test_a_wrong_period_is_told_and_the_last_day_is_shown(
    admin_client: Client, query: dict[str, str], why: str
) -> None:
    html = page(admin_client, a_day(), **query)
    assert why in html
    assert trace(figure(html), "mean")["y"][0] == 1.5


@pytest.mark.django_db
def test_a_period_without_values_says_so_and_leads_to_the_last(admin_client: Client) -> None:
    html = page(admin_client, a_day(), first="2030-01-01")
    assert "There are no values" in html
    assert '<a href="?first=2025-08-31">2025-08-31</a>' in html


@pytest.mark.django_db
def test_a_signal_without_any_value_says_so(admin_client: Client) -> None:
    signal = a_day()
    Value.objects.all().delete()
    assert "There are no values" in page(admin_client, signal)


@pytest.mark.django_db
def test_a_farm_of_10_minute_samples_is_covered_by_one_a_window(admin_client: Client) -> None:
    chart = figure(page(admin_client, a_day(sample_interval_s=600)))
    assert trace(chart, "coverage")["y"][0] == 200


@pytest.mark.django_db
def test_a_signal_that_outlived_its_variable_is_shown(admin_client: Client) -> None:
    a_day()
    Signal.objects.update(variable="yaw")
    assert trace(figure(page(admin_client, Signal.objects.get(name="yaw_mean"))), "mean")["y"][0]


@pytest.mark.django_db
def test_the_pandas_line_is_of_what_is_shown(admin_client: Client) -> None:
    html = page(admin_client, a_day(name='A "& B'), first="2025-08-30", last="2025-08-31")
    query = (
        "turbine=A+%22%26+B&amp;variable=power&amp;layout=wide"
        "&amp;start=2025-08-30&amp;end=2025-09-01"
    )
    line = f"pd.read_parquet(&quot;http://testserver/api/values?{query}&amp;format=parquet&quot;)"
    assert line in html
    assert f'href="http://testserver/api/values?{query}&amp;format=csv"' in html


@pytest.mark.django_db
def test_the_pandas_line_asks_for_a_token_where_one_is_needed(
    admin_client: Client, settings: Any
) -> None:
    settings.API_PUBLIC_READ = False
    assert "storage_options={&quot;Authorization&quot;: " in page(admin_client, a_day())


def test_a_crossing_of_north_is_no_stroke() -> None:
    mean = trace(directions((350, 340, 355), (10, 5, 20), (20, 15, 25)), "mean")
    assert mean["y"] == [350, None, 10, 20]
    assert mean["x"][1:3] == ["2025-08-31T00:10"] * 2


def test_a_band_across_north_has_a_part_on_either_side() -> None:
    chart = directions((355, 340, 370))
    bars = [bar for bar in chart["data"] if bar["name"] == "min to max"]
    assert [(bar["base"], bar["y"]) for bar in bars] == [([340], [20]), ([0], [10])]
    assert [bar["showlegend"] for bar in bars] == [True, False]


def test_a_band_below_north_is_turned_into_the_circle() -> None:
    bars = [bar for bar in directions((10, -20, 30))["data"] if bar["name"] == "min to max"]
    assert [(bar["base"], bar["y"]) for bar in bars] == [([340], [20]), ([0], [30])]


def test_a_band_that_does_not_cross_north_has_one_part() -> None:
    bars = [bar for bar in directions((90, 80, 100))["data"] if bar["name"] == "min to max"]
    assert [(bar["base"], bar["y"]) for bar in bars] == [([80], [20]), ([None], [None])]
