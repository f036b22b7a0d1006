"""The chart of a turbine's day, as Plotly draws it: power, wind, and the conditions as bands."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np

from aggregates.assessment.conditions import Condition
from aggregates.compute.windows import window_starts
from aggregates.pages.turbine_day import Band, JudgedDay
from common.arrays import Array

# Of the palette of Okabe and Ito, which people with any colour vision tell apart.
BLUE, ORANGE, GREEN = "#0072b2", "#e69f00", "#009e73"
COLOURS: Mapping[Condition, str] = {
    Condition.PRODUCING: GREEN,
    Condition.DERATED: ORANGE,
    Condition.STOPPED: "#d55e00",
    Condition.STOPPED_BY_NEIGHBOURS: "#cc79a7",
    Condition.CUT_OUT: BLUE,
    Condition.CALM: "#56b4e9",
    Condition.UNKNOWN: "#777777",
}

Trace = dict[str, Any]


def turbine_day_figure(of: JudgedDay) -> dict[str, Any]:
    """Return the figure."""
    traces = [
        {**_line(of, of.expected_kw, "expected power", "kW", ORANGE), "fill": "tozeroy"},
        _line(of, of.power_kw, "power", "kW", BLUE),
        {**_line(of, of.wind_speed, "wind speed", "m/s", GREEN), "yaxis": "y2"},
        *(_bands(of, condition) for condition in COLOURS if condition in _conditions(of)),
    ]
    return {"data": traces, "layout": LAYOUT}


LAYOUT = {
    "barmode": "overlay",
    "bargap": 0,
    "hovermode": "x unified",
    "xaxis": {"title": {"text": "UTC"}, "anchor": "y3", "hoverformat": "%H:%M"},
    "yaxis": {"title": {"text": "kW"}, "domain": [0.44, 1]},
    "yaxis2": {"title": {"text": "m/s"}, "domain": [0.14, 0.38], "rangemode": "tozero"},
    "yaxis3": {"domain": [0, 0.08], "range": [0, 1], "showticklabels": False, "fixedrange": True},
}


def _line(of: JudgedDay, values: Array, name: str, unit: str, colour: str) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"{name}, {unit}",
        "x": np.datetime_as_string(window_starts(of.day), unit="m").tolist(),
        "y": [None if np.isnan(value) else float(f"{value:.6g}") for value in values],
        # A value holds for all of its window.
        "line": {"color": colour, "width": 1.5, "shape": "hv"},
        "hovertemplate": f"%{{y:,.5~g}} {unit}",
    }


def _conditions(of: JudgedDay) -> set[Condition]:
    return {band.condition for band in of.bands}


def _bands(of: JudgedDay, condition: Condition) -> Trace:
    """Return the bands of one condition, a bar each."""
    those = [band for band in of.bands if band.condition is condition]
    return {
        "type": "bar",
        "name": those[0].name,
        "x": [_minute(band.start) for band in those],
        "y": [1] * len(those),
        "yaxis": "y3",
        "offset": 0,
        "width": [band.lasts.total_seconds() * 1000 for band in those],
        "marker": {"color": COLOURS[condition], "line": {"width": 0}},
        "text": [_times(band) for band in those],
        "textposition": "none",
        "hovertemplate": "%{text}",
    }


def _times(band: Band) -> str:
    return f"{band.start:%H:%M} to {band.end:%H:%M}"


def _minute(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M}"
