"""Bringing days of the lake in step with what the two databases have.

A turbine-day of which a database knows something is in the lake as it is there; one that it let go,
or never knew, stays in the lake as it is.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from aggregates import reader
from aggregates.lake import reading
from aggregates.lake.commits import replace_day, together
from aggregates.lake.contents import KEPT, Kept
from aggregates.lake.reading import Content, Key, rows_of_all
from aggregates.lake.staying import kept_contents
from aggregates.lake.tables import DAY as DAY_COLUMN
from aggregates.lake.tables import STATISTICS, TURBINE
from aggregates.source import gateway
from common.days import DAY, days_between

# So many days are compared at a time.
STRETCH = timedelta(days=30)


@dataclass(frozen=True)
class DayBehind:
    """A UTC day of a table of which the lake has not what is kept."""

    kept: Kept
    day: date

    def write(self) -> None:
        """Replace the day in the lake, in one commit.

        Raises:
            LakeUnavailable: where the lake does not do its part.
            SourceUnavailable: where the source does not answer; the lake is as it was.
        """
        replace_day(self.kept.table, self.day, self._batches)

    def _batches(self) -> Iterator[Any]:
        in_lake = reading.contents(self.kept.table, self.day, self.day)
        contents = kept_contents(self.kept, self.day, self.day, in_lake)
        turbines = {turbine for (_, turbine), (rows, *_) in contents.items() if rows}
        let_go = self._let_go({turbine for _, turbine in in_lake.keys() - contents.keys()})
        return self._rows(turbines, let_go, reading.retired_values(self.kept.table, self.day))

    def _rows(self, turbines: Collection[str], let_go: Any, retired: Any) -> Iterator[Any]:
        for group in gateway.turbine_groups(sorted({*turbines, *let_go[TURBINE].to_pylist()})):
            names = [name for name in group if name in turbines]
            others = let_go.filter(pc.field(TURBINE).isin(list(group)))
            yield from together(self.kept.table, _rows(self.kept, self.day, names, retired), others)

    def _let_go(self, turbines: Collection[str]) -> Any:
        """Return the lake's rows of turbines, all of their columns."""
        table = self.kept.table
        if not turbines:
            return table.schema.empty_table()
        return reading.whole_rows_of(table, self.day, turbines)


def days_behind(first: date, last: date, tables: Collection[Kept] = KEPT) -> list[DayBehind]:
    """Return the days from `first` to `last`, both included, that are to be written; newest first.

    Raises:
        LakeUnavailable: where the lake does not do its part.
        SourceUnavailable: where the source does not answer.
    """
    behind = [DayBehind(kept, day) for kept in tables for day in _days_behind(kept, first, last)]
    return sorted(behind, key=lambda each: each.day, reverse=True)


def _days_behind(kept: Kept, first: date, last: date) -> set[date]:
    in_lake = reading.contents(kept.table, first, last)
    contents = kept_contents(kept, first, last, in_lake)
    days = {day for day, _ in keys_behind(kept, contents, in_lake)}
    return days | reading.days_of_strays(kept.table, first, last)


def keys_behind(
    kept: Kept, contents: Mapping[Key, Content], in_lake: Mapping[Key, Sequence[Content]]
) -> set[Key]:
    """Return the turbine-days of `contents` that the lake has not, or otherwise."""
    behind = {key for key, has in contents.items() if is_behind(has, in_lake.get(key, []))}
    # Who counts windows knows nothing of those that have values of removed variables alone.
    same = {key for key in behind if _has_same_version(contents[key], in_lake.get(key, []))}
    return behind - {
        (day, turbine)
        for day in {day for day, _ in same}
        for turbine, rows in _rows_to_write(kept, day, same).items()
        if rows == rows_of_all(in_lake[day, turbine])
    }


def _has_same_version(content: Content, in_lake: Sequence[Content]) -> bool:
    return [version for _, *version in in_lake] == [[*content[1:]]]


def _rows_to_write(kept: Kept, day: date, keys: Collection[Key]) -> Mapping[str, int]:
    turbines = sorted(turbine for of_day, turbine in keys if of_day == day)
    rows = _rows(kept, day, turbines, reading.retired_values(kept.table, day))
    return Counter(rows[TURBINE].to_pylist())


def _rows(kept: Kept, day: date, turbines: Sequence[str], retired: Any) -> Any:
    """Return the database's rows with the lake's values of removed variables, which are `retired`.

    A window of a turbine that has those alone stays.
    """
    rows, keys = kept.rows(day, turbines), kept.table.order
    if retired is None:
        return rows
    joined = rows.join(retired, keys=keys)
    if kept.table is not STATISTICS:
        return joined
    versions = rows.group_by([DAY_COLUMN, TURBINE, *kept.table.version]).aggregate([])
    alone = retired.join(rows.select(keys), keys, join_type="left anti")
    return pa.concat_tables(
        [joined, alone.join(versions, TURBINE, join_type="inner")], promote_options="default"
    )


def is_behind(content: Content, in_lake: Sequence[Content]) -> bool:
    """Return whether the lake has a turbine-day otherwise than the database; 0 rows are none."""
    rows, *_ = content
    return [*in_lake] != ([content] if rows else [])


def kept_days() -> tuple[date, date] | None:
    """Return the first and the last day of which the databases have anything, or None.

    Raises:
        SourceUnavailable: where the source does not answer.
    """
    ranges = [each for each in (gateway.day_range(), reader.day_range()) if each]
    days = [day for each in ranges for day in each]
    return (min(days), max(days)) if days else None


def stretches(first: date, last: date) -> list[tuple[date, date]]:
    """Return the days from `first` to `last`, both included, in parts to compare; newest first."""
    starts = [*days_between(first, last)][:: STRETCH.days]
    return [(start, min(start + STRETCH - DAY, last)) for start in reversed(starts)]
