"""Windows of one turbine that belong together, and what is said of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from aggregates.assessment.conditions import Judgement
from aggregates.assessment.farm import Farm
from aggregates.assessment.findings import Kind, Seen
from aggregates.assessment.sequences import bounds
from aggregates.compute.windows import WINDOW, WINDOWS_PER_DAY
from common.arrays import Array

LONG_LOOK_WINDOWS = 14 * WINDOWS_PER_DAY


@dataclass(frozen=True)
class Spell:
    """Windows of the turbine of that row, the first at `start`, the last before `end`.

    `windows` is a row of truth with a column per window of the farm: between start and end there
    may be some that do not belong to it.
    """

    row: int
    start: int
    end: int
    windows: Array

    @property
    def count(self) -> int:
        """How many windows belong to it."""
        return int(self.windows.sum())

    def of(self, table: Array) -> Array:
        """Return the values of its windows."""
        return table[self.row, self.windows]

    def mean(self, table: Array) -> float:
        """Return the mean of the values of its windows; NaN where none has one."""
        values = self.of(table)
        return float(values[~np.isnan(values)].mean()) if (~np.isnan(values)).any() else np.nan

    def has(self, least: int, table: Array, within: int = WINDOWS_PER_DAY) -> bool:
        """Return whether so many windows of it for which the table holds lie close together."""
        sums = np.cumsum(np.concatenate([[0], self.windows & table[self.row]]))
        earlier = np.maximum(np.arange(len(sums)) - within, 0)
        return bool((sums - sums[earlier]).max() >= least)


def spells(table: Array, apart: int = 0) -> Iterator[Spell]:
    """Yield the sequences of true windows of each turbine; those at most so far apart are one."""
    for number, row in enumerate(table):
        for start, end in _merged(list(bounds(row)), apart):
            windows = np.zeros_like(row)
            windows[start:end] = row[start:end]
            yield Spell(number, start, end, windows)


def by_day(table: Array) -> Array:
    """Return the sums of each turbine's days."""
    return table.reshape(len(table), -1, WINDOWS_PER_DAY).sum(axis=2)


def of_days(table: Array) -> Array:
    """Return a table of days as one of windows: each has what its day has."""
    return np.repeat(table, WINDOWS_PER_DAY, axis=1)


def _merged(sequences: list[tuple[int, int]], apart: int) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sequences:
        if merged and start - merged[-1][1] <= apart:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def time_of(farm: Farm, window: int) -> datetime:
    """Return when a window of the farm starts, in UTC; also of the one after the last."""
    first: datetime = farm.starts[0].item()
    return first.replace(tzinfo=UTC) + window * WINDOW


def end_of_look(farm: Farm) -> int:
    """Return how many windows there are until the last that should have arrived by now."""
    expected = np.flatnonzero(farm.is_expected.any(axis=0))
    return int(expected[-1]) + 1 if len(expected) else 0


def goes_on(farm: Farm, spell: Spell, has_ended: Array) -> bool:
    """Return whether nothing since the spell shows that it has ended.

    `has_ended` tells in which windows that would be seen. What a turbine does that is not expected
    to send any more has ended.
    """
    end = end_of_look(farm)
    is_expected = end > 0 and bool(farm.is_expected[spell.row, end - 1])
    return is_expected and not has_ended[spell.row, spell.end :].any()


def lost_kwh(judgement: Judgement, spell: Spell) -> float | None:
    """Return what was lost in the spell's windows, as far as anybody can say; None where not."""
    prices_kwh = spell.of(judgement.lost_kwh)
    return None if np.isnan(prices_kwh).all() else float(np.nansum(prices_kwh))


def most_of_four_weeks(table: Array, judged: Array) -> Array:
    """Return the windows that lie in four weeks of which the table holds in more than half.

    That is of the windows that were judged, a day of them at least. Calms split what lasts into
    many spells, so that no single one need be long. Of less than two weeks nothing is said.
    """
    inside = np.zeros(table.shape, dtype=bool)
    width = min(2 * LONG_LOOK_WINDOWS, table.shape[1])
    if width < LONG_LOOK_WINDOWS:
        return inside
    holds, of = (_rolling_sums(rows, width) for rows in (table & judged, judged))
    for row, is_most in enumerate((2 * holds > of) & (of >= WINDOWS_PER_DAY)):
        for start, end in bounds(is_most):
            inside[row, start : end - 1 + width] = True
    return inside


def _rolling_sums(table: Array, width: int) -> Array:
    """Return the sum of so many windows from each one on, where there are as many."""
    sums = np.cumsum(np.pad(table, ((0, 0), (1, 0))), axis=1)
    return sums[:, width:] - sums[:, :-width]


def is_most_of_look(spell: Spell, judged: Array) -> bool:
    """Return whether the spell is more than half of all windows that were judged, of two weeks.

    What is always so may be a fault, or what it is compared with is not the turbine's own.
    """
    windows = judged[spell.row].sum()
    return bool(windows > LONG_LOOK_WINDOWS and 2 * spell.count > windows)


def seen(
    farm: Farm,
    kind: Kind,
    spell: Spell,
    sentence: str,
    is_open: bool,
    variable: str = "",
    lost_kwh: float | None = None,
) -> Seen:
    """Return what a check says of a spell."""
    return Seen(
        kind=kind,
        turbine=farm.turbines[spell.row],
        variable=variable,
        start=time_of(farm, spell.start),
        end=time_of(farm, spell.end),
        is_open=is_open,
        sentence=sentence,
        lost_kwh=lost_kwh,
    )
