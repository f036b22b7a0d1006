"""The tables of the lake: what each of their columns holds, in which unit. Pure.

Their rows lie by UTC day, and within a day by turbine and time. A turbine-day's rows all have the
same version, in the columns that `version` names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from sourcedata.variables import COLUMNS, UNITS, VARIABLES

DAY, TURBINE, TIME = "day", "turbine", "timestamp"
UTC_TIME = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True)
class LakeTable:
    """A table of the lake; `version` names the columns that tell of which version a row is."""

    name: str
    description: str
    fields: Sequence[Any]
    version: Sequence[str]
    order: Sequence[str] = (TURBINE, TIME)

    @cached_property
    def schema(self) -> Any:
        """Its columns, each with a comment."""
        return pa.schema(self.fields)

    @property
    def comments(self) -> Mapping[str, str]:
        """What its columns hold, by their names."""
        return {field.name: field.metadata[b"comment"].decode() for field in self.fields}


def _field(name: str, kind: Any, comment: str) -> Any:
    return pa.field(name, kind, metadata={"comment": comment})


KEYS = [_field(DAY, pa.date32(), "UTC day"), _field(TURBINE, pa.string(), "name of the turbine")]
REVISION = _field("revision", pa.int64(), "what the turbine-day's measurements are")
VERSION = [
    REVISION,
    _field("rules", pa.string(), "what else determines the turbine-day's statistics"),
    _field("changed_at", UTC_TIME, "when a statistic of the turbine-day changed last, UTC"),
]

MEASUREMENTS = LakeTable(
    "measurements",
    "One row per sample of a turbine, as it was measured.",
    [
        *KEYS,
        _field(TIME, UTC_TIME, "time of the sample, UTC"),
        *(_field(name, pa.float64(), UNITS[name]) for name in COLUMNS),
        REVISION,
    ],
    version=["revision"],
)
STATISTICS = LakeTable(
    "statistics",
    "One row per turbine and window of ten minutes that has a value.",
    [
        *KEYS,
        _field(TIME, UTC_TIME, "start of the window, UTC"),
        *(
            _field(
                f"{variable.name}_{statistic}",
                pa.float64(),
                "samples" if statistic == "count" else variable.unit,
            )
            for variable in VARIABLES
            for statistic in variable.statistics
        ),
        *VERSION,
    ],
    version=["revision", "rules", "changed_at"],
)
ASSESSMENTS = LakeTable(
    "assessments",
    "One row per turbine-day that was aggregated: how complete it is, and what it is worth.",
    [
        *KEYS,
        *VERSION,
        _field("aggregated_at", UTC_TIME, "when its statistics were computed last, UTC"),
        _field("sample_interval_s", pa.int32(), "s"),
        _field("rated_power_kw", pa.float64(), "kW"),
        _field("samples", pa.int32(), "samples that came"),
        _field("windows", pa.int32(), "windows that have values"),
        _field("most_windows", pa.int32(), "windows that had values at most"),
        _field("missing_samples", pa.string(), "samples without a value by variable, JSON"),
        _field("rejected_samples", pa.string(), "impossible values by variable and window, JSON"),
        _field("companions", pa.string(), "windows of means alone by companion, JSON"),
        _field("conditions", pa.string(), "a letter for each of the 144 windows"),
        _field("energy_kwh", pa.float64(), "kWh"),
        _field("expected_kwh", pa.float64(), "kWh that the reference curve gives at its wind"),
        _field("producing_kwh", pa.float64(), "kWh while it was producing"),
        _field("producing_expected_kwh", pa.float64(), "kWh expected while it was producing"),
        _field("lost_stopped_kwh", pa.float64(), "kWh"),
        _field("lost_stopped_by_neighbours_kwh", pa.float64(), "kWh"),
        _field("lost_derated_kwh", pa.float64(), "kWh"),
        _field("windows_at_rest", pa.int32(), "windows"),
        _field("windows_seen_by_neighbours", pa.int32(), "windows"),
        _field("windows_to_run", pa.int32(), "windows"),
        _field("wind_speed", pa.float64(), "m/s, mean of the day"),
        _field("assessment_version", pa.string(), "what determined the assessment"),
        _field("curve_version", pa.string(), "the reference curve it was judged by"),
        _field("assessed_at", UTC_TIME, "when it was assessed, UTC"),
    ],
    version=["revision", "rules", "changed_at", "aggregated_at", "assessed_at"],
    order=[TURBINE],
)
TABLES = (MEASUREMENTS, STATISTICS, ASSESSMENTS)
