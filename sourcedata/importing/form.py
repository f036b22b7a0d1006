"""How the tables of an export are to be understood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

MOST_NEW_TURBINES = 100


@dataclass(frozen=True)
class Form:
    """What the columns of a table mean.

    `time_columns` are joined by a blank where there are several, and read by `time_format`, None
    being ISO 8601. `columns` has, by variable, the column or the expression that it is read from.
    All rows are of `turbine`; or each of the one that its cell of `turbine_column` names; or those
    of a file of the one that `filename_pattern` tells from the file's name; or `wide` says how a
    column's name is made of the turbine's and of what was measured.

    Times without an offset are in `timezone`; a time labels the start of its sample, or its end if
    `label_is_end`. Times that are nearly regular are taken for regular unless `keeps_times`. Cells
    equal to one of `missing` hold no value, like empty ones and the usual words for nothing.
    `decimal` is the decimal mark of text, None being the point where nobody said it.
    `replaces` lets a table stand for all that its turbines have between its first time and its
    last. `sample_interval_s` and `rated_power_kw`, where not None, are set on the turbines.
    """

    time_columns: Sequence[str]
    columns: Mapping[str, str]
    turbine: str | None = None
    turbine_column: str | None = None
    filename_pattern: str | None = None
    wide: str | None = None
    time_format: str | None = None
    timezone: tzinfo = UTC
    label_is_end: bool = False
    keeps_times: bool = False
    decimal: str | None = None
    missing: Sequence[str] = ()
    encoding: str | None = None
    sheet: str | None = None
    replaces: bool = False
    most_new_turbines: int = MOST_NEW_TURBINES
    sample_interval_s: int | None = None
    rated_power_kw: float | None = None

    @property
    def labels_its_end(self) -> bool:
        """Whether a table replaces others up to a time that labels the end of a sample."""
        return self.replaces and self.label_is_end
