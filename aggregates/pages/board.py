"""The days of a year as a calendar: a cell a day, by state and coverage."""

from calendar import Calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from aggregates.states import DayState, State

# What tells the states apart where colours do not.
MARKS: Mapping[State, str] = {
    State.FAILED: "✕",
    State.RUNNING: "▶",
    State.QUEUED: "…",
    State.STALE: "≠",
    State.MISSING: "?",
    State.ARCHIVED: "▪",
    State.CURRENT: "✓",
    State.EMPTY: "",
}
# Coverage is shown in as many steps.
STEPS = 4


@dataclass(frozen=True)
class Cell:
    """One day: its mark, its coverage in steps from 0 to STEPS, and all of it in words.

    `iso` is its date as text, `number` its day of the month.
    """

    iso: str
    number: int
    state: State
    mark: str
    coverage: int
    text: str


@dataclass(frozen=True)
class Month:
    """A month: weeks of seven days from Monday on, None where a day is no part of the board."""

    first: date
    weeks: Sequence[Sequence[Cell | None]]


def months(days: Sequence[DayState]) -> list[Month]:
    """Return the months of these days, newest first, as the newest are asked about."""
    cells = {found.day: _cell(found) for found in days}
    firsts = sorted({day.replace(day=1) for day in cells}, reverse=True)
    return [Month(first, _weeks(first, cells)) for first in firsts]


def _weeks(first: date, cells: Mapping[date, Cell]) -> list[list[Cell | None]]:
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    return [
        [cells.get(day) if day.month == first.month else None for day in week] for week in weeks
    ]


def _cell(found: DayState) -> Cell:
    share = found.samples / found.expected_samples if found.expected_samples else 0
    coverage = min(round(share * STEPS), STEPS)
    return Cell(
        str(found.day), found.day.day, found.state, MARKS[found.state], coverage, _text(found)
    )


def _text(found: DayState) -> str:
    text = f"{found.day}: {found.state}"
    if found.samples:
        text += f", {found.samples:,} of {found.expected_samples:,} samples"
    if found.windows:
        text += f", {found.windows:,} windows with values"
    if found.last_run:
        text += f"; last run {found.last_run.status}, {found.last_run.queued_at:%Y-%m-%d %H:%M}"
    return text
