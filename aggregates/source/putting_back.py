"""Measurements that were let go, put back into this deployment's source."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
from django.conf import settings

from aggregates.errors import RunFailed
from sourcedata.dropped_months import dropped, forget_dropped
from sourcedata.loading import RangeIsNotEmpty, append, empty_range
from sourcedata.models import Turbine
from sourcedata.nameplate import Nameplate
from sourcedata.variables import COLUMNS

__all__ = ["dropped", "forget_dropped", "put_back", "require_own_source"]


def require_own_source() -> None:
    """Refuse where the measurements are another deployment's.

    Raises:
        RunFailed: saying so.
    """
    if settings.SOURCE_API_URL:
        raise RunFailed(
            "The measurements are those of another deployment (SOURCE_API_URL), which alone may"
            " put them back."
        )


def put_back(day: date, measurements: pd.DataFrame, nameplates: Mapping[str, Nameplate]) -> None:
    """Store the measurements of a UTC day, all or nothing.

    `measurements` has the columns `turbine`, `timestamp` (datetime64[us], UTC without a zone) and
    one per variable and companion. Turbines that the source has not are made by their nameplates.

    Raises:
        RunFailed: where a turbine has measurements on that day.
    """
    names = sorted(measurements["turbine"].unique())
    turbines = [_turbine(name, nameplates.get(name, Nameplate(None))) for name in names]
    rows_of = dict(iter(measurements.groupby("turbine")))
    try:
        with empty_range(turbines, day, day, replace=False) as stored:
            for turbine in stored:
                append(turbine, _columns(rows_of[turbine.name]))
    except RangeIsNotEmpty as error:
        raise RunFailed(str(error)) from error


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
