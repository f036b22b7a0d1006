"""Derated: a turbine runs and gives far less than its wind promises."""

import numpy as np

from aggregates.assessment.checks.icing import iced
from aggregates.assessment.checks.neighbours_wind import price_by_neighbours_wind, promised_kw
from aggregates.assessment.checks.spells import (
    Spell,
    goes_on,
    lost_kwh,
    most_of_four_weeks,
    seen,
    spells,
)
from aggregates.assessment.checks.wording import duration, lost
from aggregates.assessment.conditions import WEAK, WORTH_LOOKING, Condition, Judgement
from aggregates.assessment.farm import AT_REST, FREE_OF_ICE_DEGC, Farm
from aggregates.assessment.findings import Kind, Seen
from aggregates.assessment.frozen import believable_temperature
from aggregates.compute.windows import WINDOWS_PER_DAY
from common.arrays import Array

# At least an hour within a day; what follows within a day is the same.
DERATED_WINDOWS = 6
APART_WINDOWS = WINDOWS_PER_DAY
# Of 14 losses that were put into a real year, limits and shares of the power, the own wind promised
# up to 1.32 times what that of the neighbours did; of eight spells of an anemometer that was set
# 15 % higher, from 1.41 times on.
FAR_MORE_THAN_THEIRS = 4 / 3


def derated(farm: Farm, judgement: Judgement) -> list[Seen]:
    """Return when turbines gave too little for an hour or more, and no ice explains it."""
    expected_kw = judgement.expected.power_kw
    is_normal = (expected_kw > WORTH_LOOKING * farm.rated_power_kw) & (
        farm.power_kw >= WEAK * expected_kw
    )
    temperature = believable_temperature(farm)
    is_derated = told(farm, judgement)
    is_long = most_of_four_weeks(is_derated, expected_kw > WORTH_LOOKING * farm.rated_power_kw)
    return [
        _seen(
            farm,
            judgement,
            spell,
            is_normal,
            _no_price(spell, is_long, _far_less_kw(farm, judgement, spell)),
            spell.mean(temperature),
        )
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


def _far_less_kw(farm: Farm, judgement: Judgement, spell: Spell) -> float | None:
    """Return the mean power that the neighbours' wind promised where that is far less; else None.

    It is of all derated windows of these hours: those in which its power is too little for their
    wind too would prove by their choice what they are to prove.
    """
    weak = judgement.is_(Condition.DERATED)[spell.row].copy()
    weak[: spell.start] = weak[spell.end :] = False
    own_kw = judgement.expected.power_kw[spell.row, weak]
    their_kw = promised_kw(farm, judgement, spell.row, spell.start)[weak]
    tells = ~np.isnan(their_kw)
    is_known = 2 * tells.sum() >= len(tells)
    is_far = own_kw[tells].sum() > FAR_MORE_THAN_THEIRS * their_kw[tells].sum()
    return float(their_kw[tells].mean()) if is_known and is_far else None


def _no_price(spell: Spell, is_long: Array, far_less_kw: float | None) -> str:
    """Return why it has no price, as the end of a sentence; empty where it has one."""
    if spell.of(is_long).any():
        return (
            "it was so for most of two weeks or more, so it has no price. Either it is limited for"
            " long, or its reference curve is not its own"
        )
    if far_less_kw is None:
        return ""
    return (
        f"by its neighbours' wind and what it usually gives, {far_less_kw:.0f} kW were promised, so"
        " it has no price. Its anemometer may read too much"
    )


def _seen(
    farm: Farm,
    judgement: Judgement,
    spell: Spell,
    is_normal: Array,
    no_price: str,
    temperature: float,
) -> Seen:
    price = None if no_price else lost_kwh(judgement, spell)
    sentence = _sentence(farm, judgement, spell, price, no_price)
    sentence += "" if no_price else _doubt(temperature)
    is_open = goes_on(farm, spell, is_normal)
    return seen(farm, Kind.DERATED, spell, sentence, is_open, lost_kwh=price)


def _sentence(
    farm: Farm, judgement: Judgement, spell: Spell, price: float | None, no_price: str
) -> str:
    power_kw, expected_kw = spell.of(farm.power_kw), spell.of(judgement.expected.power_kw)
    given = f"{power_kw.sum() / expected_kw.sum():.0%}".replace("%", " %")
    said = (
        f"{farm.turbines[spell.row]} ran and gave {given} of what its wind promised for"
        f" {duration(spell.count)}, {power_kw.mean():.0f} kW for {expected_kw.mean():.0f} kW"
    )
    if no_price:
        return f"{said}: {no_price}."
    their_price = price_by_neighbours_wind(farm, judgement, spell)
    return f"{said}{lost(price)}.{their_price}"


def _doubt(temperature: float) -> str:
    """Return what else it may be: below 3 degC a real year has as many windows above the curve."""
    if not temperature < FREE_OF_ICE_DEGC:
        return ""
    return f" It was {temperature:.1f} degC: ice on blades or anemometer may be the reason."
