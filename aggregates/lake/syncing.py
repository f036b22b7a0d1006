"""Bringing days of the lake in step with what the two databases have.

A turbine-day of which a database knows something is in the lake as it is there; one that it let go,
or never knew, stays in the lake as it is.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow.compute as pc

from aggregates import reader
from aggregates.lake import reading
from aggregates.lake.commits import replace_day, together
from aggregates.lake.contents import KEPT, Kept
from aggregates.lake.held import held
from aggregates.lake.reading import Content, Key, rows_of_all
from aggregates.lake.tables import MEASUREMENTS, TURBINE
from aggregates.models import AggregatedDay
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
        names = sorted(turbines | {*let_go[TURBINE].unique().to_pylist()})
        retired = reading.retired_values(self.kept.table, self.day)
        for group in gateway.turbine_groups(names):
            rows = self.kept.rows(self.day, [name for name in group if name in turbines])
            if retired is not None:
                rows = rows.join(retired, keys=self.kept.table.order)
            others = let_go.filter(pc.field(TURBINE).isin(list(group)))
            yield from together(self.kept.table, rows, others)

    def _let_go(self, turbines: Collection[str]) -> Any:
        """Return the lake's rows of turbines, all of their columns."""
        table = self.kept.table
        if not turbines:
            return table.schema.empty_table()
        return reading.whole_rows_of(table, self.day, turbines)


def days_behind(first: date, last: date) -> list[DayBehind]:
    """Return the days from `first` to `last`, both included, that are to be written; newest first.

    Raises:
        LakeUnavailable: where the lake does not do its part.
        SourceUnavailable: where the source does not answer.
    """
    behind = [DayBehind(kept, day) for kept in KEPT for day in _days_behind(kept, first, last)]
    return sorted(behind, key=lambda each: each.day, reverse=True)


def _days_behind(kept: Kept, first: date, last: date) -> set[date]:
    in_lake = reading.contents(kept.table, first, last)
    contents = kept_contents(kept, first, last, in_lake)
    behind = [key for key, has in contents.items() if is_behind(has, in_lake.get(key, []))]
    return {day for day, _ in behind} | reading.days_of_strays(kept.table, first, last)


def kept_contents(
    kept: Kept, first: date, last: date, in_lake: Mapping[Key, Sequence[Content]]
) -> Mapping[Key, Content]:
    """Return what the database keeps, but for the turbine-days that stay in the lake as they are.

    They are those that were let go, of which samples may have come again since, and those of which
    measurements went while nobody has confirmed it.
    """
    contents = kept.contents(first, last)
    stay = {*held(kept, first, last, in_lake)}
    if kept.table is MEASUREMENTS:
        stay |= _not_confirmed(contents, in_lake)
    return {key: content for key, content in contents.items() if key not in stay}


def _not_confirmed(
    contents: Mapping[Key, Content], in_lake: Mapping[Key, Sequence[Content]]
) -> set[Key]:
    """Return the turbine-days of fewer rows than the lake has that were not aggregated so.

    A run takes no loss of more than half until somebody confirms it: a source that was lost and
    begins anew takes nothing from the lake.
    """
    fewer = [
        key for key, (rows, *_) in contents.items() if rows < rows_of_all(in_lake.get(key, []))
    ]
    if not fewer:
        return set()
    days = AggregatedDay.objects.filter(day__range=(min(fewer)[0], max(fewer)[0]))
    revisions = {row[:2]: row[2] for row in days.values_list("day", "turbine", "revision")}
    # Of one that was never aggregated and has nothing any more, nobody is asked.
    to_confirm = [key for key in fewer if contents[key][0] or key in revisions]
    return {key for key in to_confirm if revisions.get(key) != contents[key][1]}


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
