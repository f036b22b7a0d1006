"""Wind against neighbours: an anemometer reads far less than those around it, or far more."""

import numpy as np

from aggregates.assessment.anemometers import (
    believable_wind_speed,
    reads_too_little,
    reads_too_much,
    wind_speed_of_others,
)
from aggregates.assessment.checks.icing import COLD_DEGC
from aggregates.assessment.checks.spells import Spell, goes_on, seen, spells
from aggregates.assessment.checks.wording import duration, speed
from aggregates.assessment.conditions import Judgement
from aggregates.assessment.farm import SPEED, STRONG_WIND, Farm
from aggregates.assessment.findings import Kind, Seen
from aggregates.assessment.frozen import believable_temperature
from aggregates.compute.windows import WINDOWS_PER_DAY
from common.arrays import Array

APART_WINDOWS = WINDOWS_PER_DAY


def wind_against_neighbours(farm: Farm, judgement: Judgement) -> list[Seen]:
    """Return when anemometers read less than 0.6 of what their neighbours read, or more than 1/0.6.

    What reads too little may be iced; what reads too much is in another unit, or wrong.
    """
    too_little, too_much = reads_too_little(farm), reads_too_much(farm)
    temperature = believable_temperature(farm)
    wind_speed = believable_wind_speed(farm)
    of_others = wind_speed_of_others(wind_speed)
    is_judged = (np.fmax(wind_speed, of_others) >= STRONG_WIND) & ~np.isnan(wind_speed + of_others)
    agrees = is_judged & ~too_little & ~too_much
    return [
        seen(
            farm,
            Kind.WIND_AGAINST_NEIGHBOURS,
            spell,
            f"{_sentence(farm, spell, of_others)}{reason(spell.mean(temperature))}.",
            goes_on(farm, spell, agrees),
            SPEED,
        )
        for contradicted, reason in ((too_little, _ice), (too_much, _consequence))
        for spell in spells(contradicted, APART_WINDOWS)
    ]


def _sentence(farm: Farm, spell: Spell, of_others: Array) -> str:
    return (
        f"{farm.turbines[spell.row]}'s anemometer read {speed(spell.mean(farm.wind_speed))} where"
        f" its neighbours read {speed(spell.mean(of_others))} for {duration(spell.count)}"
    )


def _ice(temperature: float) -> str:
    return f", at {temperature:.1f} degC: it may be iced" if temperature < COLD_DEGC else ""


def _consequence(temperature: float) -> str:
    return ": it reads too much, or in another unit. Nothing that needs it was judged then"
