"""What each turbine of a farm comes to over some days, the worst first, out of its turbine-days."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import mean, median
from typing import NamedTuple

# A farm of fewer has no median that says anything of one of them.
LEAST_TURBINES = 3


class DayFigures(NamedTuple):
    """What one turbine did on one UTC day: figures of an assessment; None where nothing tells."""

    turbine: str
    day: date
    energy_kwh: float | None
    expected_kwh: float | None
    producing_kwh: float
    producing_expected_kwh: float
    lost_stopped_kwh: float
    lost_stopped_by_neighbours_kwh: float
    lost_derated_kwh: float
    windows_at_rest: int
    windows_seen_by_neighbours: int
    windows_to_run: int
    wind_speed: float | None

    @property
    def lost_kwh(self) -> float:
        """The energy that was lost, whatever the condition."""
        return self.lost_stopped_kwh + self.lost_stopped_by_neighbours_kwh + self.lost_derated_kwh


@dataclass(frozen=True)
class TurbineTotals:
    """What one turbine comes to over some days; None where nothing tells.

    `own_ratio` is its energy over the expected one in the windows without a loss; `ratio` is that
    over the median of the farm. Availabilities are 0 to 1, as its own anemometer saw it, and as its
    neighbours saw it as well. `days` has its days in order.
    """

    turbine: str
    energy_kwh: float | None = None
    expected_kwh: float | None = None
    lost_kwh: float = 0
    own_ratio: float | None = None
    ratio: float | None = None
    availability: float | None = None
    availability_with_neighbours: float | None = None
    wind_speed: float | None = None
    days: Sequence[DayFigures] = ()

    @property
    def is_silent(self) -> bool:
        """Whether nothing tells what it did."""
        return not self.days

    @property
    def worst_day(self) -> date | None:
        """The day on which it lost most."""
        worst = max(self.days, key=lambda day: day.lost_kwh, default=None)
        return worst.day if worst else None


def totals(
    days: Iterable[DayFigures], percent: Mapping[str, int] | None = None
) -> list[TurbineTotals]:
    """Return what each turbine comes to, the worst first.

    `percent` says how complete each is; whoever is named there is never left out. First are those
    of which nothing tells, then those that lost most, or of which most was not seen.
    """
    percent = percent or {}
    by_turbine: dict[str, list[DayFigures]] = {name: [] for name in percent}
    for day in days:
        by_turbine.setdefault(day.turbine, []).append(day)
    ratios = {name: _own_ratio(of_turbine) for name, of_turbine in by_turbine.items()}
    against = _median([ratio for ratio in ratios.values() if ratio is not None])
    of_farm = [
        _total(name, of_turbine, ratios[name], against) for name, of_turbine in by_turbine.items()
    ]
    return sorted(of_farm, key=lambda total: _worst_first(total, percent.get(total.turbine, 100)))


def _worst_first(total: TurbineTotals, percent: int) -> tuple[bool, float, float, str]:
    """Order by what was lost, and by what nobody saw: as much as in the time that was seen."""
    unseen_kwh = (total.energy_kwh or 0) * (100 - percent) / max(percent, 1)
    ratio = 1.0 if total.ratio is None else total.ratio
    return not total.is_silent, -round(total.lost_kwh + unseen_kwh), ratio, total.turbine


def _total(
    turbine: str, days: Sequence[DayFigures], own_ratio: float | None, against: float | None
) -> TurbineTotals:
    at_rest = sum(day.windows_at_rest for day in days)
    seen_by_neighbours = sum(day.windows_seen_by_neighbours for day in days)
    to_run = sum(day.windows_to_run for day in days)
    return TurbineTotals(
        turbine=turbine,
        energy_kwh=sum_of(day.energy_kwh for day in days),
        expected_kwh=sum_of(day.expected_kwh for day in days),
        lost_kwh=sum(day.lost_kwh for day in days),
        own_ratio=own_ratio,
        ratio=own_ratio / against if own_ratio is not None and against else None,
        availability=_part(to_run - at_rest, to_run),
        availability_with_neighbours=_part(to_run - at_rest, to_run + seen_by_neighbours),
        wind_speed=_mean(day.wind_speed for day in days),
        days=sorted(days, key=lambda day: day.day),
    )


def _own_ratio(days: Sequence[DayFigures]) -> float | None:
    expected_kwh = sum(day.producing_expected_kwh for day in days)
    return _part(sum(day.producing_kwh for day in days), expected_kwh)


def _part(number: float, of: float) -> float | None:
    return number / of if of > 0 else None


def _median(ratios: Sequence[float]) -> float | None:
    return median(ratios) if len(ratios) >= LEAST_TURBINES else None


def _mean(values: Iterable[float | None]) -> float | None:
    those = [value for value in values if value is not None]
    return mean(those) if those else None


def sum_of(values: Iterable[float | None]) -> float | None:
    """Return the sum of those that are there; None where none is."""
    those = [value for value in values if value is not None]
    return sum(those) if those else None


def by_day(days: Iterable[DayFigures]) -> Mapping[date, Sequence[DayFigures]]:
    """Return the turbine-days of each day."""
    grouped: dict[date, list[DayFigures]] = defaultdict(list)
    for day in days:
        grouped[day.day].append(day)
    return grouped
