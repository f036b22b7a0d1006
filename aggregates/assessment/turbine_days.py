"""What each turbine did on each day: its conditions in one text, its energy, and what was lost."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from aggregates.assessment.conditions import SLIGHTLY_EXPECTED, Condition, Judgement
from aggregates.assessment.farm import AT_REST, Farm
from aggregates.assessment.reference_curve import energy_kwh
from aggregates.compute.windows import WINDOWS_PER_DAY
from common.arrays import Array


@dataclass(frozen=True)
class AssessedTurbineDay:
    """What one turbine did on one UTC day; None where no window tells.

    `conditions` has a letter per window. `expected_kwh` is of the windows that have an expected
    power and a power; `producing_kwh` and `producing_expected_kwh` are of those without a loss,
    which compare a turbine with its neighbours. `windows_at_rest` and `windows_seen_by_neighbours`
    count the windows of a standstill as its own anemometer and as its neighbours see it, out of the
    `windows_to_run` in which it could have run. `wind_speed` is the day's mean in m/s.
    """

    turbine: str
    day: date
    conditions: str
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


def assessed_turbine_days(farm: Farm, judgement: Judgement) -> Iterator[AssessedTurbineDay]:
    """Yield what each turbine did on each day, by day and turbine; silent ones are left out."""
    tables = _tables_by_day(farm, judgement)
    has_values = ~np.isnan(farm.wind_speed) | ~np.isnan(farm.power_kw)
    with_values: Array = np.any(_by_day(has_values), axis=2)
    letters = _by_day(judgement.letters)
    for day_number, day in enumerate(farm.days.tolist()):
        for number in np.flatnonzero(with_values[:, day_number]).tolist():
            figures = {
                name: _none_for_nan(table[number, day_number]) for name, table in tables.items()
            }
            yield AssessedTurbineDay(
                turbine=farm.turbines[number],
                day=day,
                conditions="".join(letters[number, day_number]),
                **figures,
            )


def _none_for_nan(figure: np.generic) -> Any:
    return None if np.isnan(figure) else figure.item()


def _tables_by_day(farm: Farm, judgement: Judgement) -> dict[str, Array]:
    """Return each figure as a table with a row per turbine and a column per day."""
    is_known = ~np.isnan(farm.power_kw) & ~np.isnan(judgement.expected.power_kw)
    expected_kw = np.where(is_known, judgement.expected.power_kw, np.nan)
    is_producing = is_known & judgement.is_(Condition.PRODUCING)
    at_rest = judgement.is_(Condition.STOPPED) & (farm.relative_power < AT_REST)
    to_run = judgement.expected.power_kw >= SLIGHTLY_EXPECTED * farm.rated_power_kw
    to_run &= ~judgement.is_(Condition.UNKNOWN) & ~judgement.is_(Condition.CUT_OUT)
    return {
        "energy_kwh": _sums(energy_kwh(farm.power_kw)),
        "expected_kwh": _sums(energy_kwh(expected_kw)),
        "producing_kwh": _of(is_producing, energy_kwh(farm.power_kw)),
        "producing_expected_kwh": _of(is_producing, energy_kwh(expected_kw)),
        "lost_stopped_kwh": _lost(judgement, Condition.STOPPED),
        "lost_stopped_by_neighbours_kwh": _lost(judgement, Condition.STOPPED_BY_NEIGHBOURS),
        "lost_derated_kwh": _lost(judgement, Condition.DERATED),
        "windows_at_rest": _by_day(at_rest).sum(axis=2),
        "windows_seen_by_neighbours": _by_day(judgement.is_(Condition.STOPPED_BY_NEIGHBOURS)).sum(
            axis=2
        ),
        "windows_to_run": _by_day(to_run | at_rest).sum(axis=2),
        "wind_speed": _means(farm.wind_speed),
    }


def _by_day(table: Array) -> Array:
    return table.reshape(len(table), -1, WINDOWS_PER_DAY)


def _sums(table: Array) -> Array:
    """Return the sums of each day; NaN where no window has a value."""
    by_day = _by_day(table)
    return np.where(np.isnan(by_day).all(axis=2), np.nan, np.nansum(by_day, axis=2))


def _means(table: Array) -> Array:
    windows = (~np.isnan(_by_day(table))).sum(axis=2)
    return _sums(table) / np.maximum(windows, 1)


def _of(mask: Array, table: Array) -> Array:
    return np.nansum(_by_day(np.where(mask, table, 0)), axis=2)


def _lost(judgement: Judgement, condition: Condition) -> Array:
    return _of(judgement.is_(condition), judgement.lost_kwh)
