"""How somebody else's export is to be read, and how a refusal of it is worded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo


@dataclass(frozen=True)
class Export:
    """What the columns of a file mean.

    `columns` has the column of each variable, with values in the variable's unit. All rows are of
    `turbine`, or each of the one that its cell of `turbine_column` names. Times without an offset
    are in `timezone`; a time labels the start of its sample, or its end if `label_is_end`. Cells
    equal to one of `missing` hold no value, like empty ones and NaN. `sample_interval_s` and
    `rated_power_kw`, where not None, are set on the turbines of the file.
    """

    time_column: str
    columns: Mapping[str, str]
    turbine: str | None = None
    turbine_column: str | None = None
    timezone: tzinfo = UTC
    label_is_end: bool = False
    missing: Sequence[str] = ()
    sample_interval_s: int | None = None
    rated_power_kw: float | None = None

    @property
    def wanted_columns(self) -> list[str]:
        """Return the names of the columns that are read."""
        turbine_columns = [] if self.turbine_column is None else [self.turbine_column]
        return [self.time_column, *turbine_columns, *self.columns.values()]
