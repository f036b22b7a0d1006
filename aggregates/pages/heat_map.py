"""What each turbine lost on each day as a map of cells, and its energy as a small picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from aggregates.analysis.turbine_totals import DayFigures, TurbineTotals, sum_of
from aggregates.pages import addresses
from common.days import days_between
from common.wording import energy

# A period of more days is shown by month.
MOST_COLUMNS = 62
# A cell is the fuller, the more was lost: less than each of these, or more than all.
STEPS_KWH = (10, 100, 1_000, 10_000)
# From this step on a cell has its figure, in MWh.
FIRST_WITH_FIGURE = 3
BAR, HEIGHT = 4, 20


@dataclass(frozen=True)
class LossCell:
    """What a turbine lost on a day, or in a month: how much in steps, and all of it in words.

    `address` leads to the day, or to the worst day of the month; it is empty where nothing tells.
    """

    step: int
    shown: str
    text: str
    address: str


@dataclass(frozen=True)
class HeatMap:
    """The columns' names, and a row of cells for each turbine, in the turbines' order."""

    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[LossCell]]]
    legend: Sequence[tuple[int, str]]


def columns(first: date, last: date) -> Mapping[date, str]:
    """Return in which column each day of the period is, by its name: a day, or a month."""
    days = list(days_between(first, last))
    form = "%m-%d" if len(days) <= MOST_COLUMNS else "%Y-%m"
    return {day: f"{day:{form}}" for day in days}


def heat_map(totals: Sequence[TurbineTotals], of_days: Mapping[date, str]) -> HeatMap:
    """Return the map of some turbines."""
    names = list(dict.fromkeys(of_days.values()))
    rows = [(total.turbine, _cells(total, names, of_days)) for total in totals]
    return HeatMap(names, rows, _legend())


def _cells(
    total: TurbineTotals, names: Sequence[str], of_days: Mapping[date, str]
) -> list[LossCell]:
    by_column, page = _by_column(total, of_days), addresses.of_turbine_days(total.turbine)
    return [_cell(f"{total.turbine}, {name}", page, by_column.get(name, ())) for name in names]


def _by_column(
    total: TurbineTotals, of_days: Mapping[date, str]
) -> Mapping[str, Sequence[DayFigures]]:
    by_column: dict[str, list[DayFigures]] = {}
    for day in total.days:
        by_column.setdefault(of_days[day.day], []).append(day)
    return by_column


def _cell(about: str, page: str, days: Sequence[DayFigures]) -> LossCell:
    if not days:
        return LossCell(0, "", f"{about}: nothing tells", "")
    lost_kwh = sum(day.lost_kwh for day in days)
    worst = max(days, key=lambda day: day.lost_kwh).day
    step = _step(lost_kwh)
    shown = f"{lost_kwh / 1000:.{0 if lost_kwh >= STEPS_KWH[-1] else 1}f}"
    shown = shown if step >= FIRST_WITH_FIGURE else ""
    return LossCell(step, shown, f"{about}: {energy(lost_kwh)} lost", f"{page}{worst}/")


def _step(lost_kwh: float) -> int:
    return sum(lost_kwh >= least for least in STEPS_KWH)


def _legend() -> list[tuple[int, str]]:
    named = [f"{least:,} kWh and more" for least in STEPS_KWH]
    return [(0, "less"), *enumerate(named, start=1)]


def sparkline(total: TurbineTotals, of_days: Mapping[date, str], highest_kwh: float) -> str:
    """Return an SVG path with an upright for the energy of each column, the highest HEIGHT high."""
    by_column = _by_column(total, of_days)
    strokes = []
    for number, name in enumerate(dict.fromkeys(of_days.values())):
        energy_kwh = sum_of(day.energy_kwh for day in by_column.get(name, ()))
        if energy_kwh is not None and energy_kwh > 0:
            height = max(HEIGHT * energy_kwh / highest_kwh, 1)
            strokes.append(f"M{number * BAR + BAR / 2:g} {HEIGHT}v{-height:.1f}")
    return "".join(strokes)


def highest_kwh(totals: Sequence[TurbineTotals], of_days: Mapping[date, str]) -> float:
    """Return the most energy that any turbine gave in a column."""
    sums = [
        sum_of(day.energy_kwh for day in days) or 0
        for total in totals
        for days in _by_column(total, of_days).values()
    ]
    return max(sums, default=0)
