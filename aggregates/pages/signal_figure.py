"""The chart of a signal's history, as Plotly draws it: mean, band, std, and coverage below."""

from typing import Any

import numpy as np
import pandas as pd

from aggregates.analysis.downsampling import Points
from aggregates.compute.statistic_names import COUNT, MAXIMUM, MEAN, MINIMUM, STD
from aggregates.compute.windows import WINDOW

# Of the palette of Okabe and Ito, which people with any colour vision tell apart.
BLUE, ORANGE, GREEN = "#0072b2", "#e69f00", "#009e73"
TURN_DEG = 360
COMPASS = {0: "N", 90: "E", 180: "S", 270: "W", 360: "N"}
FORMAT = ".6~g"

Trace = dict[str, Any]


def signal_figure(
    points: Points, unit: str, is_angle: bool, sample_interval_s: int
) -> dict[str, Any]:
    """Return the figure."""
    frame = points.frame
    band = _bands(frame) if is_angle else [(frame[MINIMUM], frame[MAXIMUM] - frame[MINIMUM])]
    traces = [_band(points, base, height, first=not n) for n, (base, height) in enumerate(band)]
    traces += [_mean(frame, is_angle, unit), _std(frame, unit)]
    traces.append(_coverage(points, sample_interval_s))
    return {"data": traces, "layout": _layout(unit, is_angle)}


def _layout(unit: str, is_angle: bool) -> dict[str, Any]:
    turn = {"range": [0, TURN_DEG], "tickvals": [*COMPASS], "ticktext": [*COMPASS.values()]}
    return {
        "barmode": "overlay",
        "bargap": 0,
        "hovermode": "x unified",
        "xaxis": {"title": {"text": "UTC"}, "anchor": "y2", "hoverformat": "%Y-%m-%d %H:%M"},
        "yaxis": {"title": {"text": unit}, "domain": [0.3, 1], **(turn if is_angle else {})},
        "yaxis2": {"title": {"text": "coverage, %"}, "domain": [0, 0.2], "range": [0, 105]},
    }


def _band(points: Points, base: pd.Series, height: pd.Series, first: bool) -> Trace:
    """Return the band from min to max, a bar a point: lines would run across gaps."""
    return {
        "type": "bar",
        "name": "min to max",
        "legendgroup": "band",
        "showlegend": first,
        "x": _times(base.index),
        "base": _numbers(base),
        "y": _numbers(height),
        "offset": 0,
        "width": points.span.total_seconds() * 1000,
        "marker": {"color": BLUE, "opacity": 0.3, "line": {"width": 0}},
        "hovertemplate": f"%{{base:{FORMAT}}} to %{{y:{FORMAT}}}",
    }


def _bands(frame: pd.DataFrame) -> list[tuple[pd.Series, pd.Series]]:
    """Return the band of a direction in [0, 360], and the part of it that lies beyond north."""
    least, width = frame[MINIMUM] % TURN_DEG, frame[MAXIMUM] - frame[MINIMUM]
    before = width.clip(upper=TURN_DEG - least)
    beyond = (width - before).where(lambda part: part > 0)
    return [(least, before), (beyond * 0, beyond)]


def _mean(frame: pd.DataFrame, is_angle: bool, unit: str) -> Trace:
    mean = _without_strokes(frame[MEAN]) if is_angle else frame[MEAN]
    return _line(mean, MEAN, BLUE, unit)


def _without_strokes(mean: pd.Series) -> pd.Series:
    """Return the directions with a gap wherever one crosses north to the next."""
    crosses = mean.diff().abs() > TURN_DEG / 2
    gaps = pd.Series(np.nan, index=mean.index[crosses])
    # A stable sort leaves the gap before the direction of the same time.
    return pd.concat([gaps, mean]).sort_index(kind="stable")


def _std(frame: pd.DataFrame, unit: str) -> Trace:
    return {**_line(frame[STD], STD, ORANGE, unit), "visible": "legendonly"}


def _line(values: pd.Series, name: str, colour: str, unit: str) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": _times(values.index),
        "y": _numbers(values),
        # A value holds for all of its window.
        "line": {"color": colour, "width": 1.5, "shape": "hv"},
        "hovertemplate": f"%{{y:{FORMAT}}} {unit}",
    }


def _coverage(points: Points, sample_interval_s: int) -> Trace:
    expected = points.windows * WINDOW.total_seconds() / sample_interval_s
    return {
        "type": "bar",
        "name": "coverage",
        "x": _times(points.frame.index),
        "y": _numbers(points.frame[COUNT] / expected * 100),
        "yaxis": "y2",
        "offset": 0,
        "width": points.span.total_seconds() * 1000,
        "marker": {"color": GREEN, "line": {"width": 0}},
        "hovertemplate": "%{y:.3~g} %",
    }


def _times(starts: pd.Index) -> list[str]:
    return np.datetime_as_string(starts.to_numpy(), unit="m").tolist()


def _numbers(values: pd.Series) -> list[float | None]:
    """Return the numbers as JSON can hold them, as exactly as a screen can show them."""
    return [None if np.isnan(value) else float(f"{value:.6g}") for value in values]
