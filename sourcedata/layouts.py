"""The shapes that measurements and turbines are given in, as tables of columns."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from common.arrays import Array
from common.rest.tables import Batch, TableSchema

LastKnown = Sequence[Mapping[str, Any]]


def measurement_schema(variables: Sequence[str]) -> TableSchema:
    """Return the columns of a row per turbine and time; times are UTC."""
    texts_and_times = [("timestamp", pa.timestamp("us", tz="UTC")), ("turbine", pa.string())]
    return pa.schema([*texts_and_times, *((name, pa.float64()) for name in variables)])


def measurement_batch(schema: TableSchema, turbine: str, columns: Sequence[Array]) -> Batch:
    """Return the measurements of a turbine, null where a value is missing."""
    timestamp, *values = columns
    cells = [
        pa.array(timestamp, schema.types[0]),
        pa.repeat(turbine, len(timestamp)),
        *(pa.array(column, from_pandas=True) for column in values),
    ]
    return pa.record_batch(cells, schema=schema)


FULL = pa.schema(
    [
        ("name", pa.string()),
        ("rated_power_kw", pa.float64()),
        ("latitude", pa.float64()),
        ("longitude", pa.float64()),
        ("hub_height_m", pa.float64()),
        ("rotor_diameter_m", pa.float64()),
        ("sample_interval_s", pa.int64()),
        ("companions", pa.string()),
        ("commissioned_on", pa.string()),
        ("retired_on", pa.string()),
        ("first_day", pa.string()),
        ("last_day", pa.string()),
        ("days_measured", pa.int64()),
        ("samples", pa.int64()),
        ("first_measurement", pa.timestamp("us", tz="UTC")),
        ("last_measurement", pa.timestamp("us", tz="UTC")),
        ("future_measurement", pa.timestamp("us", tz="UTC")),
    ]
)


def full(turbines: LastKnown) -> Batch:
    """Return all that is known of each turbine, its days as YYYY-MM-DD, its times in UTC.

    Its companions have commas between them.
    """
    days = ("first_day", "last_day", "commissioned_on", "retired_on")
    rows = [
        {
            **row,
            **{name: row[name] and row[name].isoformat() for name in days},
            "companions": ",".join(row["companions"]),
        }
        for row in turbines
    ]
    return pa.RecordBatch.from_pylist(rows, schema=FULL)


# OpenOA's asset table, by what is known here; what is not it takes as null.
OPENOA_NAMES = {
    "asset_id": "name",
    "latitude": "latitude",
    "longitude": "longitude",
    "rated_power": "rated_power_kw",
    "hub_height": "hub_height_m",
    "rotor_diameter": "rotor_diameter_m",
}
OPENOA = pa.schema(
    [
        ("asset_id", pa.string()),
        *((name, pa.float64()) for name in [*OPENOA_NAMES][1:]),
        ("elevation", pa.float64()),
        ("type", pa.string()),
    ]
)


def openoa(turbines: LastKnown) -> Batch:
    """Return OpenOA's asset table; degrees, kW and m."""
    rows = [
        {**{name: turbine[ours] for name, ours in OPENOA_NAMES.items()}, "type": "turbine"}
        for turbine in turbines
    ]
    return pa.RecordBatch.from_pylist(rows, schema=OPENOA)


LAYOUTS: Mapping[str, Callable[[LastKnown], Batch]] = {"full": full, "openoa": openoa}
