"""What a turbine gives by the wind of its neighbours, which its own anemometer has no part in."""

import numpy as np

from aggregates.assessment.checks.spells import Spell, lost_kwh
from aggregates.assessment.checks.wording import energy
from aggregates.assessment.conditions import Condition, Judgement
from aggregates.assessment.farm import Farm
from aggregates.assessment.reference_curve import energy_kwh
from aggregates.compute.windows import WINDOWS_PER_DAY
from common.arrays import Array

# What is usual is of the days before, as many and of as many windows.
DAYS_BEFORE, LEAST_WINDOWS = 60, 100
# Two prices that differ by more are both told.
FAR_APART = 1.25


def before(start: int) -> slice:
    """Return the windows before one that tell what is usual."""
    return slice(max(start - DAYS_BEFORE * WINDOWS_PER_DAY, 0), start)


def to_neighbours_wind(
    farm: Farm, judgement: Judgement, row: int, columns: slice, is_normal: Array
) -> float:
    """Return a turbine's energy over what its curve gives at its neighbours' wind.

    Of the normal windows among those columns; NaN where too few of them tell. It is not 1 for a
    healthy one: anemometers of one type differ, and so does the ground. In a real year it is 0.87
    for one of four turbines and 1.22 for another.
    """
    power_kw = farm.power_kw[row, columns]
    promised_kw = judgement.expected.at_neighbours_wind_kw[row, columns]
    tells = is_normal[row, columns] & ~np.isnan(promised_kw)
    if tells.sum() < LEAST_WINDOWS or not promised_kw[tells].sum():
        return np.nan
    return float(power_kw[tells].sum() / promised_kw[tells].sum())


def promised_kw(farm: Farm, judgement: Judgement, row: int, start: int) -> Array:
    """Return what a turbine gives for its neighbours' wind, by what it gave for it before a window.

    As its curve says, where too few windows tell.
    """
    is_normal = judgement.is_(Condition.PRODUCING)
    usual = to_neighbours_wind(farm, judgement, row, before(start), is_normal)
    by_curve_kw: Array = judgement.expected.at_neighbours_wind_kw[row]
    return by_curve_kw if np.isnan(usual) else usual * by_curve_kw


def price_by_neighbours_wind(farm: Farm, judgement: Judgement, spell: Spell) -> str:
    """Return what it lost by its neighbours' wind, as a sentence, where that is far from its price.

    Then nobody can tell which anemometer is right. Where no two neighbours run, its own counts.
    """
    price_kwh = lost_kwh(judgement, spell)
    if not price_kwh:
        return ""
    their_kw = promised_kw(farm, judgement, spell.row, spell.start)[spell.windows]
    by_their_wind = energy_kwh(np.maximum(their_kw - spell.of(farm.power_kw), 0))
    own = spell.of(judgement.lost_kwh)
    their_kwh = float(np.nansum(np.where(np.isnan(their_kw), own, by_their_wind)))
    if price_kwh / FAR_APART <= their_kwh <= price_kwh * FAR_APART:
        return ""
    return f" By its neighbours' wind it would be {energy(their_kwh)}."
