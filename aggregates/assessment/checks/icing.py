"""Icing: too little power in the cold. Ice is the reason of a loss, not a second loss."""

import numpy as np

from aggregates.assessment.checks.spells import Spell, goes_on, lost_kwh, seen, spells
from aggregates.assessment.checks.wording import duration, energy
from aggregates.assessment.conditions import (
    NO_POWER,
    WEAK,
    WORTH_LOOKING,
    Condition,
    Judgement,
    unknown,
)
from aggregates.assessment.farm import FREE_OF_ICE_DEGC, Farm
from aggregates.assessment.findings import Kind, Seen
from aggregates.assessment.frozen import believable_temperature
from aggregates.assessment.reference_curve import BIN_M_S, energy_kwh, normalised_wind_speed
from aggregates.assessment.sequences import lasting
from common.arrays import Array

# IEA Wind Task 19 (T19IceLossMethod): below 1 degC, below the tenth percentile of the bin, three
# windows in a row. That also finds ice in one of 67 windows at 8 to 12 degC; so here it takes six
# windows, and power below 85 % of what is expected.
COLD_DEGC = 1.0
ICED_WINDOWS = 6
# The percentile is of windows above 3 degC, without ice; of fewer than 36 in a bin it says nothing.
LEAST_REFERENCE_WINDOWS = 36
PERCENTILE = 10
APART_WINDOWS = 36


def iced(farm: Farm, judgement: Judgement) -> Array:
    """Return the windows of too little power in the cold for an hour or more."""
    return lasting(_is_judged(farm, judgement) & _is_weak(farm, judgement), ICED_WINDOWS)


def icing(farm: Farm, judgement: Judgement) -> list[Seen]:
    """Return when turbines had ice, as their power and the temperature show."""
    temperature = believable_temperature(farm)
    is_free = temperature >= COLD_DEGC
    is_free |= _is_judged(farm, judgement) & (farm.power_kw >= WEAK * judgement.expected.power_kw)
    return [
        seen(
            farm,
            Kind.ICING,
            spell,
            _sentence(farm, judgement, spell, spell.mean(temperature)),
            goes_on(farm, spell, is_free),
            lost_kwh=_price_kwh(judgement, spell),
        )
        for spell in spells(iced(farm, judgement), APART_WINDOWS)
    ]


def _price_kwh(judgement: Judgement, spell: Spell) -> float | None:
    """Return what its derated windows lost; None where none of them is derated."""
    return lost_kwh(judgement, spell) or None


def _is_judged(farm: Farm, judgement: Judgement) -> Array:
    is_cold = believable_temperature(farm) < COLD_DEGC
    is_worth = judgement.expected.power_kw > WORTH_LOOKING * farm.rated_power_kw
    at_rest = judgement.is_(Condition.STOPPED) | judgement.is_(Condition.STOPPED_BY_NEIGHBOURS)
    # In light wind no neighbour may run that would show a stop: no power is no sign of ice.
    at_rest |= farm.relative_power < NO_POWER
    return is_cold & is_worth & ~at_rest & ~unknown(farm)


def _is_weak(farm: Farm, judgement: Judgement) -> Array:
    below_most = farm.power_kw < _tenth_percentile(farm, judgement)
    return below_most & (farm.power_kw < WEAK * judgement.expected.power_kw)


def _tenth_percentile(farm: Farm, judgement: Judgement) -> Array:
    """Return the power that nine in ten windows without ice exceed in the same bin of wind."""
    bins = np.floor(normalised_wind_speed(farm) / BIN_M_S + 0.5)
    is_reference = judgement.is_(Condition.PRODUCING)
    is_reference &= believable_temperature(farm) > FREE_OF_ICE_DEGC
    percentiles = np.full(farm.shape, np.nan)
    for row, of_turbine in enumerate(bins):
        for number in np.unique(of_turbine[is_reference[row]]):
            in_bin = of_turbine == number
            powers = farm.power_kw[row, in_bin & is_reference[row]]
            if len(powers) >= LEAST_REFERENCE_WINDOWS:
                percentiles[row, in_bin] = np.percentile(powers, PERCENTILE)
    return percentiles


def _sentence(farm: Farm, judgement: Judgement, spell: Spell, temperature: float) -> str:
    power_kw, expected_kw = spell.of(farm.power_kw), spell.of(judgement.expected.power_kw)
    less_kwh = float(energy_kwh(expected_kw - power_kw).sum())
    given = f"{power_kw.sum() / expected_kw.sum():.0%}"
    return (
        f"{farm.turbines[spell.row]} gave {given} of what its wind promised for"
        f" {duration(spell.count)} at {temperature:.1f} degC on average,"
        f" as with ice on its blades; {energy(less_kwh)}"
        f" less{_counted(_price_kwh(judgement, spell))}.".replace("%", " %")
    )


def _counted(price_kwh: float | None) -> str:
    """Return how much of what is missing counts as lost: that of windows far below the curve."""
    return f", of which {energy(price_kwh)} count as lost" if price_kwh else ""
