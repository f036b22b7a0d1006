"""Frozen: a sensor repeats one value where what it measures cannot stand still."""

from collections.abc import Callable

import numpy as np

from aggregates.assessment.checks.spells import Spell, goes_on, seen, spells
from aggregates.assessment.checks.wording import duration, named, value
from aggregates.assessment.conditions import AT_REST, STRONG_WIND, Judgement, frozen_wind_speed
from aggregates.assessment.farm import DIRECTION, POWER, SPEED, TEMPERATURE, Farm
from aggregates.assessment.findings import Kind, Seen
from aggregates.assessment.sequences import unchanged
from aggregates.compute.windows import WINDOWS_PER_DAY
from common.arrays import Array

# So many windows in a row whose means differ by less, in the variable's unit. The wind speed's rule
# stands in `conditions`. A vane is still in calm air, so it is judged from 5 m/s on; power is the
# same at standstill and at rated power, so between 2 and 98 % of it; the temperature may
# stand still for hours of fog, but not for a day. All were tried on a real year, which has none.
DIRECTION_WINDOWS, POWER_WINDOWS, TEMPERATURE_WINDOWS = 12, 6, 144
TOLERANCE = 0.001
MOST_POWER = 0.98
APART_WINDOWS = WINDOWS_PER_DAY


def frozen_direction(farm: Farm) -> Array:
    """Return the windows in which the wind direction stood still in wind."""
    in_wind = (farm.wind_speed >= STRONG_WIND) & ~frozen_wind_speed(farm)
    return unchanged(np.where(in_wind, farm.table(DIRECTION), np.nan), DIRECTION_WINDOWS, TOLERANCE)


def frozen_power(farm: Farm) -> Array:
    """Return the windows in which the power stood still, neither at rest nor at its most."""
    moves = (farm.relative_power > AT_REST) & (farm.relative_power < MOST_POWER)
    return unchanged(np.where(moves, farm.power_kw, np.nan), POWER_WINDOWS, TOLERANCE)


def frozen_temperature(farm: Farm) -> Array:
    """Return the windows in which the temperature stood still for a day."""
    return unchanged(farm.table(TEMPERATURE), TEMPERATURE_WINDOWS, TOLERANCE)


RULES: dict[str, Callable[[Farm], Array]] = {
    SPEED: frozen_wind_speed,
    DIRECTION: frozen_direction,
    POWER: frozen_power,
    TEMPERATURE: frozen_temperature,
}


def frozen(farm: Farm, judgement: Judgement) -> list[Seen]:
    """Return when each variable stood still."""
    return [
        seen(
            farm,
            Kind.FROZEN,
            spell,
            _sentence(farm, variable, spell),
            goes_on(farm, spell, ~is_frozen & ~np.isnan(farm.table(variable))),
            variable,
        )
        for variable, rule in RULES.items()
        for is_frozen in [rule(farm)]
        for spell in spells(is_frozen, APART_WINDOWS)
    ]


def _sentence(farm: Farm, variable: str, spell: Spell) -> str:
    levels = spell.of(farm.table(variable))
    times = "" if np.ptp(levels) < 1 else ", and at other values,"
    return (
        f"{farm.turbines[spell.row]}'s {named(variable)} stood still at"
        f" {value(variable, float(np.median(levels)))}{times} for {duration(spell.count)}: its"
        " sensor repeats one value. Nothing that needs it was judged then."
    )
