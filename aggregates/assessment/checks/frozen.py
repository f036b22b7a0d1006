"""Frozen: a sensor repeats one value where what it measures cannot stand still."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from aggregates.assessment.checks.spells import Spell, goes_on, seen, spells
from aggregates.assessment.checks.wording import duration, energy, named, value
from aggregates.assessment.conditions import Judgement
from aggregates.assessment.farm import DIRECTION, POWER, SPEED, TEMPERATURE, Farm
from aggregates.assessment.findings import Kind, Seen
from aggregates.assessment.frozen import (
    DIRECTION_WINDOWS,
    POWER_WINDOWS,
    SPEED_WINDOWS,
    TEMPERATURE_WINDOWS,
    frozen_direction,
    frozen_power,
    frozen_temperature,
    frozen_wind_speed,
)
from aggregates.assessment.reference_curve import energy_kwh
from aggregates.compute.windows import WINDOWS_PER_DAY
from common.arrays import Array

APART_WINDOWS = WINDOWS_PER_DAY
# Of values that are written in steps, neighbours are equal by chance, the more often the wider the
# steps. A real year that was rounded has none up to four times a fine step where it takes three
# times as long, and hundreds beyond: of these nothing is said.
LONGER, COARSE = 3, 4
NARROWEST = 0.10


class Rule(NamedTuple):
    """Where a variable stands still, for how many windows at least, and what a fine step of it is.

    The step is in the variable's unit, that of power a share of the rated power.
    """

    holds: Callable[[Farm], Array]
    windows: int
    fine_step: float


RULES = {
    SPEED: Rule(frozen_wind_speed, SPEED_WINDOWS, 0.05),
    DIRECTION: Rule(frozen_direction, DIRECTION_WINDOWS, 2),
    POWER: Rule(frozen_power, POWER_WINDOWS, 0.0025),
    TEMPERATURE: Rule(frozen_temperature, TEMPERATURE_WINDOWS, 0.5),
}


def frozen(farm: Farm, judgement: Judgement) -> list[Seen]:
    """Return when each variable stood still."""
    return [
        seen(
            farm,
            Kind.FROZEN,
            spell,
            _sentence(farm, judgement, variable, spell),
            goes_on(farm, spell, ~is_frozen & ~np.isnan(farm.table(variable))),
            variable,
        )
        for variable, rule in RULES.items()
        for is_frozen in [rule.holds(farm)]
        for spell in spells(is_frozen, APART_WINDOWS)
        if _is_no_chance(farm, variable, spell)
    ]


def _is_no_chance(farm: Farm, variable: str, spell: Spell) -> bool:
    """Return whether it lasts for longer than the steps in which the values are written explain."""
    values = farm.relative_power if variable == POWER else farm.table(variable)
    step = _step(values[spell.row]) / RULES[variable].fine_step
    if step <= 1:
        return True
    return step <= COARSE and spell.count >= LONGER * RULES[variable].windows


def _step(values: Array) -> float:
    """Return how far apart the values of a turbine are at least, but for a few."""
    steps = np.diff(np.unique(values[~np.isnan(values)]))
    return float(np.quantile(steps, NARROWEST)) if len(steps) else 0.0


def _sentence(farm: Farm, judgement: Judgement, variable: str, spell: Spell) -> str:
    levels = spell.of(farm.table(variable))
    times = "" if np.ptp(levels) < 1 else ", and at other values,"
    return (
        f"{farm.turbines[spell.row]}'s {named(variable)} stood still at"
        f" {value(variable, float(np.median(levels)))}{times} for {duration(spell.count)}:"
        f" {_reason(variable)}. Nothing that needs it was judged then."
        f"{_held(farm, judgement, spell) if variable == POWER else ''}"
    )


def _held(farm: Farm, judgement: Judgement, spell: Spell) -> str:
    """Return what a turbine that is held does not give, as a sentence; it is no price."""
    less_kw = spell.of(judgement.expected.power_kw) - spell.of(farm.power_kw)
    less_kwh = float(np.nansum(energy_kwh(np.maximum(less_kw, 0))))
    return f" Held, it gives {energy(less_kwh)} less than its wind promised." if less_kwh else ""


def _reason(variable: str) -> str:
    """Return why it stood still: a turbine that is limited holds its power as a sensor may."""
    held = " or the turbine is held at it, by a limit or by its top" if variable == POWER else ""
    return f"{'either ' if held else ''}its sensor repeats one value{held}"
