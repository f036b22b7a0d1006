"""A real year of four turbines, as the assessment reads it.

The measurements are not part of the project: tests of them carry the mark `real`, which skips them
where they are absent.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from django.conf import settings

from aggregates.assessment.conditions import Judgement, judge
from aggregates.assessment.farm import Farm, Traits
from aggregates.assessment.kept_curves import LEAST_DAYS_BEFORE, fitted_curves
from aggregates.assessment.reference_curve import Curves, ValidCurve
from common.arrays import Array

YEAR: Path = settings.BASE_DIR.parent / "shared" / "data" / "la_haute_borne_2014.csv.gz"
COLUMNS = {
    "Ws_avg": "wind_speed",
    "P_avg": "power",
    "Wa_avg": "wind_direction",
    "Ya_avg": "nacelle_direction",
    "Ot_avg": "ambient_temperature",
}
TURBINES = ["R80711", "R80721", "R80736", "R80790"]
real = pytest.mark.skipif(not YEAR.exists(), reason="the real measurements are not here")


@cache
def real_farm() -> Farm:
    """Return the year 2014; of rows that were given twice, the last counts, as in an import."""
    rows = pd.read_csv(YEAR)
    rows["time"] = pd.to_datetime(rows["Date_time"], utc=True).dt.tz_localize(None)
    rows = rows.drop_duplicates(["Wind_turbine_name", "time"], keep="last")
    starts = pd.date_range("2014-01-01", "2015-01-01", freq="10min", inclusive="left")
    tables = {
        variable: rows.pivot(index="Wind_turbine_name", columns="time", values=column)
        .reindex(index=TURBINES, columns=starts)
        .to_numpy()
        for column, variable in COLUMNS.items()
    }
    return farm_of(tables, starts.to_numpy().astype("datetime64[us]"), 2050.0)


def farm_of(tables: dict[str, Array], starts: Array, rated_kw: float) -> Farm:
    """Return a farm of one sample a window."""
    shape = len(TURBINES), len(starts)
    means = {
        (name, statistic): table
        for name, table in tables.items()
        for statistic in ("mean", "min", "max")
    }
    counts = {
        (name, "count"): np.where(np.isnan(table), np.nan, 1) for name, table in tables.items()
    }
    return Farm(
        TURBINES,
        starts,
        [Traits()] * len(TURBINES),
        means | counts,
        np.full(shape, rated_kw),
        np.ones(shape),
        np.ones(shape, dtype=bool),
        {},
    )


def curves_of(farm: Farm) -> Curves:
    """Return curves by month, of the 90 days before it; at first, of the first 90 days."""
    months = farm.days.astype("datetime64[M]")
    curves: dict[str, list[ValidCurve]] = {name: [] for name in farm.turbines}
    for month in np.unique(months):
        first, last = np.flatnonzero(months == month)[[0, -1]].tolist()
        is_cold = first < LEAST_DAYS_BEFORE
        basis = farm.of_days(0, 90) if is_cold else farm.of_days(max(first - 90, 0), first)
        for name, curve in fitted_curves(basis).items():
            bounds = farm.days[first].item(), farm.days[last].item()
            curves[name].append(ValidCurve(*bounds, curve))
    return curves


@cache
def real_curves() -> Curves:
    return curves_of(real_farm())


@cache
def real_judgement() -> Judgement:
    return judge(real_farm(), real_curves())
