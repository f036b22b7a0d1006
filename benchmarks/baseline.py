"""How the endpoint of measurements is usually written: FastAPI, SQLAlchemy, a list of dicts.

What `/data` is compared with: the same rows from the same tables. Served by uvicorn; the
environment variable BASELINE_DATABASE_URL names the source database.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from sqlalchemy import ForeignKey, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from sourcedata.variables import VARIABLE_NAMES

app = FastAPI()
engine = create_engine(os.environ["BASELINE_DATABASE_URL"])


class SourceTables(DeclarativeBase):
    """The tables of the source."""


class BaselineTurbine(SourceTables):
    """A turbine, as far as the endpoint needs it."""

    __tablename__ = "turbine"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class BaselineMeasurement(SourceTables):
    """The values that one turbine measured at one time."""

    __tablename__ = "data"
    turbine_id: Mapped[int] = mapped_column(ForeignKey("turbine.id"), primary_key=True)
    timestamp: Mapped[datetime] = mapped_column(primary_key=True)
    wind_speed: Mapped[float | None]
    wind_direction: Mapped[float | None]
    power: Mapped[float | None]
    ambient_temperature: Mapped[float | None]
    rotor_speed: Mapped[float | None]
    pitch_angle: Mapped[float | None]
    nacelle_direction: Mapped[float | None]
    turbine: Mapped[BaselineTurbine] = relationship()


def session() -> Iterator[Session]:
    """Yield a session for a request."""
    with Session(engine) as opened:
        yield opened


@app.get("/data")
def data(
    start: datetime, end: datetime, turbine: str, session: Annotated[Session, Depends(session)]
) -> list[dict[str, Any]]:
    """Return the turbine's measurements in [start, end), by time."""
    query = (
        select(BaselineMeasurement)
        .join(BaselineMeasurement.turbine)
        .where(
            BaselineTurbine.name == turbine,
            BaselineMeasurement.timestamp >= start,
            BaselineMeasurement.timestamp < end,
        )
        .order_by(BaselineMeasurement.timestamp)
    )
    return [
        {
            "timestamp": row.timestamp,
            "turbine": row.turbine.name,
            **{name: getattr(row, name) for name in VARIABLE_NAMES},
        }
        for row in session.scalars(query)
    ]
