"""How the exercise is usually solved: rows read by an ORM, pandas, rows written by the ORM.

What the pipeline is compared with: the same day, the same number of values.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache, partial
from typing import Any

import pandas as pd
from django.db import connections
from sqlalchemy import Engine, create_engine, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from common.databases import SOURCE, TARGET
from common.days import day_bounds
from sourcedata.variables import VARIABLE_NAMES

STATISTICS = ("mean", "min", "max", "std", "count")
TABLE = "bench_usual"


class UsualTables(DeclarativeBase):
    """The tables of both databases."""


class UsualMeasurement(UsualTables):
    """The values that one turbine measured at one time."""

    __tablename__ = "data"
    turbine_id: Mapped[int] = mapped_column(primary_key=True)
    timestamp: Mapped[datetime] = mapped_column(primary_key=True)
    wind_speed: Mapped[float | None]
    wind_direction: Mapped[float | None]
    power: Mapped[float | None]
    ambient_temperature: Mapped[float | None]
    rotor_speed: Mapped[float | None]
    pitch_angle: Mapped[float | None]
    nacelle_direction: Mapped[float | None]


class Statistic(UsualTables):
    """The value of a signal in a window."""

    __tablename__ = TABLE
    signal_id: Mapped[int] = mapped_column(primary_key=True)
    timestamp: Mapped[datetime] = mapped_column(primary_key=True)
    value: Mapped[float]


@cache
def engine(alias: str) -> Engine:
    """Return what leads to the database of that alias."""
    django = connections[alias]
    link = partial(django.get_new_connection, django.get_connection_params())
    return create_engine("postgresql+psycopg2://", creator=link)


def aggregate(day: date) -> None:
    """Read the day's measurements, compute their statistics, and write them."""
    frame = _measurements(day)
    windows = frame.groupby(["turbine_id", pd.Grouper(key="timestamp", freq="10min")])
    statistics = windows[list(VARIABLE_NAMES)].agg(list(STATISTICS))
    with Session(engine(TARGET)) as session:
        session.execute(insert(Statistic), _rows(statistics))
        session.commit()


def _measurements(day: date) -> pd.DataFrame:
    start, end = day_bounds(day)
    query = select(UsualMeasurement).where(
        UsualMeasurement.timestamp >= start, UsualMeasurement.timestamp < end
    )
    names = ["turbine_id", "timestamp", *VARIABLE_NAMES]
    with Session(engine(SOURCE)) as session:
        measurements = session.scalars(query)
        rows = [{name: getattr(row, name) for name in names} for row in measurements]
    return pd.DataFrame(rows)


def _rows(statistics: pd.DataFrame) -> Sequence[Any]:
    """Return a row per value; signals are numbered as they come."""
    statistics.columns = statistics.columns.set_names(["variable", "statistic"])
    rows = statistics.melt(ignore_index=False).dropna().reset_index()
    rows["signal_id"] = rows.groupby(["turbine_id", "variable", "statistic"]).ngroup()
    return rows[["signal_id", "timestamp", "value"]].to_dict("records")
