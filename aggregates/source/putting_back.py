"""Measurements that were let go, put back into this deployment's source."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from sourcedata.dropped_months import (
    forget_dropped,
    note_dropped,
    undeclared_values,
    values_of,
)
from sourcedata.filling_in import fill_in
from sourcedata.models import Turbine
from sourcedata.nameplate import Nameplate
from sourcedata.variables import COLUMNS

__all__ = [
    "forget_dropped",
    "note_dropped",
    "put_back",
    "undeclared_values",
    "values_of",
]


def put_back(day: date, measurements: pd.DataFrame, nameplates: Mapping[str, Nameplate]) -> int:
    """Store the measurements of a UTC day, all or nothing; return how many were not there.

    `measurements` has the columns `turbine`, `timestamp` (datetime64[us], UTC without a zone) and
    one per variable and companion. What the source has already stays, cell by cell. Turbines that
    it has not are made by their nameplates.
    """
    names = sorted(measurements["turbine"].unique())
    turbines = [_turbine(name, nameplates.get(name, Nameplate(None))) for name in names]
    rows_of = dict(iter(measurements.groupby("turbine")))
    return fill_in([(turbine, _columns(rows_of[turbine.name])) for turbine in turbines], day)


def _turbine(name: str, nameplate: Nameplate) -> Turbine:
    return Turbine(
        name=name,
        rated_power_kw=nameplate.rated_power_kw,
        sample_interval_s=nameplate.sample_interval_s,
        companions=list(nameplate.companions),
    )


def _columns(rows: pd.DataFrame) -> dict[str, np.ndarray]:
    columns = [name for name in COLUMNS if rows[name].notna().any()]
    return {name: rows[name].to_numpy() for name in ["timestamp", *columns]}
