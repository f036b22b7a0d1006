"""What the page of a turbine's performance tells of some days."""

from typing import Any

import pandas as pd

from aggregates import reader
from aggregates.analysis import history, performance
from aggregates.analysis.performance import DIRECTION, POWER, SPEED
from aggregates.compute.statistic_names import COUNT, MEAN
from aggregates.compute.windows import expected_samples
from aggregates.pages import performance_sentences as sentences
from aggregates.pages.board import STEPS
from aggregates.pages.performance_figures import (
    CLASS_NAMES,
    COMPASS,
    power_curve_figure,
    wind_rose_figure,
)
from aggregates.pages.periods import Period
from sourcedata.variables import COUNTED_NAMES

SIGNALS = [
    *((name, MEAN) for name in (SPEED, DIRECTION, POWER)),
    *((name, COUNT) for name in COUNTED_NAMES),
]


def contents(turbine: str, shown: Period) -> dict[str, Any]:
    """Return the figures and tables, by the names that the template knows them by."""
    table = history.table(turbine, SIGNALS, shown.first, shown.last)
    nameplate = reader.nameplate(turbine)
    rated_power_kw = nameplate.rated_power_kw
    expected = expected_samples(nameplate.sample_interval_s)
    curve = performance.power_curve(table, expected)
    rose = performance.wind_rose(table)
    energy = performance.energy(table, rated_power_kw)
    return {
        "of_energy": sentences.of_energy(energy, rated_power_kw),
        "of_curve": sentences.of_curve(curve, rated_power_kw),
        "of_rose": sentences.of_rose(rose),
        "has_values": bool(table.notna().any(axis=None)),
        "curve": curve,
        "curve_figure": power_curve_figure(curve, rated_power_kw),
        "rose": rose,
        "rose_figure": wind_rose_figure(rose),
        "classes": CLASS_NAMES,
        "sectors": zip(COMPASS, (rose.shares * 100).tolist(), strict=True),
        "variables": COUNTED_NAMES,
        "coverage": _coverage(table, expected),
    }


def _coverage(table: pd.DataFrame, expected: float) -> list[tuple[str, list[tuple[float, int]]]]:
    """Return the rows of a table: a month, and for each variable its coverage and its shade."""
    shares = performance.coverage(table, expected)[list(COUNTED_NAMES)]
    return [
        (month, [(share, min(round(share * STEPS), STEPS)) for share in row])
        for month, row in zip(shares.index, shares.to_numpy().tolist(), strict=True)
    ]
