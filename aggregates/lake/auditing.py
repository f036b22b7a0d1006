"""The lake held against both databases, value by value."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from aggregates.audit.comparison import TOLERANCE
from aggregates.lake import reading
from aggregates.lake.contents import KEPT, Kept
from aggregates.lake.reading import Content
from aggregates.lake.staying import kept_contents
from aggregates.lake.syncing import DayBehind, keys_behind
from aggregates.lake.tables import DAY, MEASUREMENTS, STATISTICS, TIME, TURBINE
from common.arrays import Array
from sourcedata.variables import ANGLE_NAMES

# Of the version of statistics, what determines them: those that Spark computed have changed at
# another time, and are the same. An assessment of another time may be another one.
DETERMINANTS = ("revision", "rules")
WHOLE_TURN_DEG = 360
# What stands for a turbine in rows that have none.
NO_TURBINE = ""
DIFFERENCE = ["table", TURBINE, TIME, "column", "expected", "in_lake"]


@dataclass(frozen=True)
class LakeAudit:
    """A day of a table of the lake, held against what the database has.

    `turbine_days` of it were compared, with `values` cells, of which `rounded` differ in the last
    bits alone. `behind` names the turbines that the lake has not, or of another version, `held`
    those that stay in the lake as they are while the database has something else of them, and
    `let_go` those that the lake alone has. `differences` has the columns DIFFERENCE.
    """

    day: DayBehind
    turbine_days: int
    values: int
    rounded: int
    behind: Sequence[str]
    held: Sequence[str]
    let_go: Sequence[str]
    differences: pd.DataFrame


def audit_day(
    day: date, tables: Collection[Kept] = KEPT, held_too: bool = False
) -> list[LakeAudit]:
    """Compare a UTC day of each of the tables, value by value.

    With `held_too` also turbine-days that the lake holds, of which the databases have something.

    Raises:
        LakeUnavailable: where the lake does not do its part.
        SourceUnavailable: where the source does not answer.
    """
    return [_audit(kept, day, held_too) for kept in tables]


def _audit(kept: Kept, day: date, held_too: bool) -> LakeAudit:
    in_lake = reading.contents(kept.table, day, day)
    all_contents = kept.contents(day, day)
    contents = all_contents if held_too else kept_contents(kept, day, day, in_lake)
    comparable = [
        key
        for key, content in contents.items()
        if content[0]
        and [_of_values(kept, each) for each in in_lake.get(key, [])] == [_of_values(kept, content)]
    ]
    expected, stored = _frames(kept, day, sorted(turbine for _, turbine in comparable))
    differences, rounded = _compare(kept, expected, stored)
    otherwise = keys_behind(kept, all_contents, in_lake)
    strays = [NO_TURBINE] if reading.days_of_strays(kept.table, day, day) else []
    return LakeAudit(
        DayBehind(kept, day),
        len(comparable),
        expected.size,
        rounded,
        strays + sorted(key[1] for key in otherwise if key in contents),
        sorted(key[1] for key in otherwise if key not in contents),
        sorted(turbine for _, turbine in in_lake.keys() - all_contents.keys()),
        differences,
    )


def _of_values(kept: Kept, content: Content) -> Sequence[Any]:
    """Return what the values of a turbine-day are of."""
    _, *version = content
    names = kept.table.version
    if kept.table is not STATISTICS:
        return version
    return [value for name, value in zip(names, version, strict=True) if name in DETERMINANTS]


def _frames(kept: Kept, day: date, turbines: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the values that the database and the lake have, by turbine and time."""
    if not turbines:
        nothing = kept.table.schema.empty_table()
        return _values(kept, nothing), _values(kept, nothing)
    stored = reading.rows_of(kept.table, day, turbines)
    return _values(kept, kept.rows(day, turbines)), _values(kept, stored)


def _values(kept: Kept, rows: Any) -> pd.DataFrame:
    keys = [name for name in (TURBINE, TIME) if name in rows.column_names]
    frame: pd.DataFrame = rows.drop_columns([DAY, *kept.table.version]).to_pandas()
    return frame.set_index(keys)


def _compare(kept: Kept, expected: pd.DataFrame, stored: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the cells that differ, and how many others are equal but for their last bits."""
    keys = expected.index.union(stored.index).unique()
    stored = stored[~stored.index.duplicated()]
    expected, stored = expected.reindex(keys), stored.reindex(keys)
    different, rounded = [], 0
    for name in expected.columns:
        is_close, is_equal = _are_close(name, expected[name].to_numpy(), stored[name].to_numpy())
        if kept.table is MEASUREMENTS:
            # They were copied, and never computed.
            is_close = is_equal
        rounded += int((is_close & ~is_equal).sum())
        # Most columns are equal, and there are very many of them.
        if not is_close.all():
            apart = ~is_close
            different.append(_differing(kept, name, expected[name][apart], stored[name][apart]))
    nothing = pd.DataFrame(columns=DIFFERENCE)
    return pd.concat(different or [nothing], ignore_index=True), rounded


def _are_close(name: str, expected: Array, stored: Array) -> tuple[Array, Array]:
    is_equal = np.asarray((expected == stored) | (pd.isna(expected) & pd.isna(stored)), dtype=bool)
    if expected.dtype != np.float64:
        return is_equal, is_equal
    distance = np.abs(expected - stored)
    if name.startswith(tuple(ANGLE_NAMES)):
        distance = np.minimum(distance, np.abs(WHOLE_TURN_DEG - distance))
    return is_equal | (distance <= TOLERANCE * np.maximum(np.abs(expected), 1)), is_equal


def _differing(kept: Kept, name: str, expected: pd.Series, stored: pd.Series) -> pd.DataFrame:
    frame = pd.DataFrame({"expected": expected, "in_lake": stored}).reset_index()
    return frame.assign(table=kept.table.name, column=name).reindex(columns=DIFFERENCE)


def damaged_days(audits: Collection[LakeAudit]) -> list[DayBehind]:
    """Return the days that are to be written anew: they have differences, or are behind."""
    return [audit.day for audit in audits if audit.behind or len(audit.differences)]
