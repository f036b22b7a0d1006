"""Derated: a turbine runs and gives far less than its wind promises."""

import numpy as np

from aggregates.assessment.checks.icing import iced
from aggregates.assessment.checks.spells import (
    Spell,
    by_neighbours_wind,
    goes_on,
    lost_kwh,
    most_of_four_weeks,
    seen,
    spells,
)
from aggregates.assessment.checks.wording import duration, lost
from aggregates.assessment.conditions import WEAK, WORTH_LOOKING, Condition, Judgement
from aggregates.assessment.farm import AT_REST, FREE_OF_ICE_DEGC, TEMPERATURE, Farm
from aggregates.assessment.findings import Kind, Seen
from aggregates.compute.windows import WINDOWS_PER_DAY
from common.arrays import Array

# At least an hour within a day; what follows within a day is the same.
DERATED_WINDOWS = 6
APART_WINDOWS = WINDOWS_PER_DAY


def derated(farm: Farm, judgement: Judgement) -> list[Seen]:
    """Return when turbines gave too little for an hour or more, and no ice explains it."""
    expected_kw = judgement.expected.power_kw
    is_normal = (expected_kw > WORTH_LOOKING * farm.rated_power_kw) & (
        farm.power_kw >= WEAK * expected_kw
    )
    is_derated = told(farm, judgement)
    is_long = most_of_four_weeks(is_derated, expected_kw > WORTH_LOOKING * farm.rated_power_kw)
    return [
        _seen(farm, judgement, spell, is_normal, is_long)
        for spell in spells(is_derated, APART_WINDOWS)
        if spell.has(DERATED_WINDOWS, is_derated)
    ]


def told(farm: Farm, judgement: Judgement) -> Array:
    """Return the derated windows that nothing else explains.

    Where the neighbours' wind is known, the power must be too low for that too: an anemometer that
    reads too much makes a turbine look weak.
    """
    at_neighbours_wind_kw = judgement.expected.at_neighbours_wind_kw
    is_weak = farm.power_kw < WEAK * at_neighbours_wind_kw
    is_confirmed = np.isnan(at_neighbours_wind_kw) | is_weak
    runs = farm.relative_power >= AT_REST
    return judgement.is_(Condition.DERATED) & ~iced(farm, judgement) & is_confirmed & runs


def _seen(farm: Farm, judgement: Judgement, spell: Spell, is_normal: Array, is_long: Array) -> Seen:
    price = None if spell.of(is_long).any() else lost_kwh(judgement, spell)
    sentence = _sentence(farm, judgement, spell, price)
    is_open = goes_on(farm, spell, is_normal)
    return seen(farm, Kind.DERATED, spell, sentence, is_open, lost_kwh=price)


def _sentence(farm: Farm, judgement: Judgement, spell: Spell, price: float | None) -> str:
    power_kw, expected_kw = spell.of(farm.power_kw), spell.of(judgement.expected.power_kw)
    given = f"{power_kw.sum() / expected_kw.sum():.0%}".replace("%", " %")
    said = (
        f"{farm.turbines[spell.row]} ran and gave {given} of what its wind promised for"
        f" {duration(spell.count)}, {power_kw.mean():.0f} kW for {expected_kw.mean():.0f} kW"
    )
    if price is None:
        return (
            f"{said}: it was so for most of two weeks or more, so it has no price. Either it is"
            " limited for long, or its reference curve is not its own."
        )
    their_price = by_neighbours_wind(farm, judgement, spell)
    return f"{said}{lost(price)}.{their_price}{_doubt(farm, spell)}"


def _doubt(farm: Farm, spell: Spell) -> str:
    """Return what else it may be: below 3 degC a real year has as many windows above the curve."""
    temperature = spell.mean(farm.table(TEMPERATURE))
    if not temperature < FREE_OF_ICE_DEGC:
        return ""
    return f" It was {temperature:.1f} degC: ice on blades or anemometer may be the reason."
