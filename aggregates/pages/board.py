"""The days of a year as a calendar: a cell a day, by state and by its least complete turbine."""

from calendar import Calendar, day_name
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from aggregates.pages.completeness import of_completeness
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
MEANINGS: Mapping[State, str] = {
    State.FAILED: "not computed: its last run says why",
    State.RUNNING: "being computed",
    State.QUEUED: "waits for a worker",
    State.STALE: "its measurements have changed since it was computed",
    State.MISSING: "never computed yet",
    State.ARCHIVED: "computed, and its measurements are no longer kept",
    State.CURRENT: "computed from the measurements as they are now",
    State.EMPTY: "has no measurements",
}
# Completeness is shown in as many steps.
STEPS = 4


THIN_SPACE = "\u2009"


@dataclass(frozen=True)
class Cell:
    """One day: its mark, its completeness in steps from 0 to STEPS, and all of it in words.

    `iso` is its date as text, `number` its day of the month. The completeness is that of the
    turbine with the least; `percent` has it where it is too low.
    """

    iso: str
    number: int
    state: State
    mark: str
    completeness: int
    percent: int | None
    text: str

    @property
    def shown(self) -> str:
        """Its mark, and its completeness where that is low."""
        return self.mark if self.percent is None else f"{self.mark}{THIN_SPACE}{self.percent}%"


@dataclass(frozen=True)
class Month:
    """A month: weeks of seven days from Monday on, None where a day is no part of the board."""

    first: date
    weeks: Sequence[Sequence[Cell | None]]


@dataclass(frozen=True)
class Board:
    """Months, newest first, as the newest are asked about; and what their marks mean, by state."""

    months: Sequence[Month]
    weekdays: Sequence[str] = tuple(name[:2] for name in day_name)
    legend: Sequence[tuple[State, str, str]] = tuple(
        (state, MARKS[state], MEANINGS[state]) for state in State
    )
    of_colours: str = (
        "The fuller the colour, the more came of the samples that were expected of the turbine with"
        " the fewest; below 90 % it says how many."
    )


def board(days: Sequence[DayState]) -> Board:
    """Return the board of these days."""
    return Board(_months(days))


def _months(days: Sequence[DayState]) -> list[Month]:
    cells = {day.day: _cell(day) for day in days}
    firsts = sorted({day.replace(day=1) for day in cells}, reverse=True)
    return [Month(first, _weeks(first, cells)) for first in firsts]


def _weeks(first: date, cells: Mapping[date, Cell]) -> list[list[Cell | None]]:
    """Return the month's weeks, but for those without any day of the board."""
    weeks = [
        [cells.get(day) if day.month == first.month else None for day in week]
        for week in Calendar().monthdatescalendar(first.year, first.month)
    ]
    return [week for week in weeks if any(week)]


def _cell(day: DayState) -> Cell:
    return Cell(
        iso=str(day.day),
        number=day.day.day,
        state=day.state,
        mark=MARKS[day.state],
        completeness=(day.percent or 0) * STEPS // 100,
        percent=day.percent if day.incomplete else None,
        text=_text(day),
    )


def _text(day: DayState) -> str:
    text = f"{day.day}: {day.state}"
    if day.expected_turbines:
        text += f", {of_completeness(day)}"
    if day.samples:
        text += f", {day.samples:,} samples"
    if day.windows:
        text += f", {day.windows:,} windows with values"
    if day.last_run:
        text += f"; last run {day.last_run.status}, {day.last_run.queued_at:%Y-%m-%d %H:%M}"
    return text
