"""The charts of a turbine's performance, as Plotly draws them: power curve and wind rose."""

from itertools import pairwise
from typing import Any

import numpy as np

from aggregates.analysis.performance import CLASSES_M_S, SECTOR_DEG, SECTORS, PowerCurve, WindRose
from common.arrays import Array

# Of the palette of Okabe and Ito, the weakest wind first.
CLASS_COLOURS = ("#56b4e9", "#009e73", "#e69f00", "#d55e00", "#cc79a7")
BLUE, ORANGE, RED = "#56b4e9", "#e69f00", "#d55e00"
CLASS_NAMES = (
    f"below {CLASSES_M_S[0]} m/s",
    *(f"{low} to {high} m/s" for low, high in pairwise(CLASSES_M_S)),
    f"{CLASSES_M_S[-1]} m/s and more",
)
COMPASS = (
    *("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE"),
    *("S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"),
)
# Windows in one such cell would lie on each other, and are drawn once.
CELLS_ACROSS, CELLS_UP = 250, 100

Figure = dict[str, Any]


def power_curve_figure(curve: PowerCurve, rated_power_kw: float | None) -> Figure:
    """Return the windows as points, the bins as a line, and the rated power as another."""
    kept = _apart(curve.wind_speed, curve.power_kw)
    traces = [_points(curve.wind_speed[kept], curve.power_kw[kept]), _bins(curve)]
    if rated_power_kw and len(curve.wind_speed):
        traces.append(_rated_power(rated_power_kw, float(curve.wind_speed.max())))
    layout = {
        "xaxis": {"title": {"text": "wind speed at the nacelle, m/s"}, "rangemode": "tozero"},
        "yaxis": {"title": {"text": "power, kW"}},
    }
    return {"data": traces, "layout": layout}


def _apart(across: Array, up: Array) -> Array:
    """Return which of the points to draw: the first of each cell."""
    cells = np.stack([_cells(across, CELLS_ACROSS), _cells(up, CELLS_UP)])
    return np.sort(np.unique(cells, axis=1, return_index=True)[1])


def _cells(values: Array, number: int) -> Array:
    size = (values.max(initial=0) - values.min(initial=0)) / number
    return np.floor(values / (size or 1))


def _points(speed: Array, power: Array) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "windows",
        "x": speed.round(3).tolist(),
        "y": power.round(2).tolist(),
        "marker": {"color": BLUE, "size": 4, "opacity": 0.6},
        "hoverinfo": "skip",
    }


def _bins(curve: PowerCurve) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "mean of a bin (open: fewer than 3 windows)",
        "x": [speed_bin.centre for speed_bin in curve.bins],
        "y": [round(speed_bin.power_kw, 2) for speed_bin in curve.bins],
        "text": [f"{speed_bin.windows:,} windows" for speed_bin in curve.bins],
        "line": {"color": ORANGE, "width": 3},
        "marker": {
            "size": 9,
            "color": ORANGE,
            "symbol": [
                "circle-open" if speed_bin.is_sparse else "circle" for speed_bin in curve.bins
            ],
        },
        "hovertemplate": "%{x} m/s: %{y:,.1f} kW, %{text}<extra></extra>",
    }


def _rated_power(rated_power_kw: float, greatest_speed: float) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"rated power, {rated_power_kw:,g} kW",
        "x": [0, greatest_speed],
        "y": [rated_power_kw] * 2,
        "line": {"color": RED, "dash": "dash"},
        "hoverinfo": "skip",
    }


def wind_rose_figure(rose: WindRose) -> Figure:
    """Return the shares as stacked bars around the compass, north above."""
    traces = [
        {
            "type": "barpolar",
            "name": name,
            "theta": [number * SECTOR_DEG for number in range(SECTORS)],
            "r": (share * 100).round(3).tolist(),
            "text": list(COMPASS),
            "marker": {"color": colour},
            "hovertemplate": "%{text}: %{r:.1f} %",
        }
        for name, colour, share in zip(CLASS_NAMES, CLASS_COLOURS, rose.shares.T, strict=True)
    ]
    angular = {
        "direction": "clockwise",
        "rotation": 90,
        "tickvals": [number * SECTOR_DEG for number in range(0, SECTORS, 2)],
        "ticktext": COMPASS[::2],
    }
    radial = {"ticksuffix": " %", "angle": 45, "tickangle": 0, "nticks": 4}
    # On a narrow screen the names of the sectors take the room beside the circle.
    layout = {
        "polar": {"angularaxis": angular, "radialaxis": radial},
        "legend": {"y": 1.1},
        "margin": {"t": 20, "r": 40, "b": 30, "l": 40},
    }
    return {"data": traces, "layout": layout}
