"""Wind against neighbours: an anemometer reads far less than those around it."""

import numpy as np

from aggregates.assessment.checks.icing import COLD_DEGC
from aggregates.assessment.checks.spells import Spell, goes_on, seen, spells
from aggregates.assessment.checks.wording import duration, speed
from aggregates.assessment.conditions import Judgement
from aggregates.assessment.farm import SPEED, STRONG_WIND, TEMPERATURE, Farm
from aggregates.assessment.findings import Kind, Seen
from aggregates.assessment.frozen import frozen_wind_speed
from aggregates.assessment.neighbours import median_of_neighbours
from aggregates.assessment.sequences import lasting
from aggregates.compute.windows import LEAST_COVERAGE, WINDOWS_PER_DAY
from common.arrays import Array

# Below 0.6 of the median of the others, where that is 5 m/s or more, for an hour. At 0.7, gusts of
# warm days come in. With fewer than three others, one that reads too much pulls their median.
TOO_LITTLE, TOO_LITTLE_WINDOWS = 0.6, 6
LEAST_OTHERS = 3
APART_WINDOWS = WINDOWS_PER_DAY


def wind_against_neighbours(farm: Farm, judgement: Judgement) -> list[Seen]:
    """Return when anemometers read less than 0.6 of what their neighbours read for an hour."""
    wind_speed = np.where(_is_believable(farm), farm.wind_speed, np.nan)
    of_others = _of_others(wind_speed)
    is_judged = (of_others >= STRONG_WIND) & ~np.isnan(wind_speed)
    too_little = is_judged & (wind_speed < TOO_LITTLE * of_others)
    return [
        seen(
            farm,
            Kind.WIND_AGAINST_NEIGHBOURS,
            spell,
            _sentence(farm, spell, of_others),
            goes_on(farm, spell, is_judged & ~too_little),
            SPEED,
        )
        for spell in spells(lasting(too_little, TOO_LITTLE_WINDOWS), APART_WINDOWS)
    ]


def _is_believable(farm: Farm) -> Array:
    return (farm.coverage(SPEED) >= LEAST_COVERAGE) & ~frozen_wind_speed(farm)


def _of_others(wind_speed: Array) -> Array:
    is_there = ~np.isnan(wind_speed)
    others = is_there.sum(axis=0) - is_there
    return np.where(others >= LEAST_OTHERS, median_of_neighbours(wind_speed), np.nan)


def _sentence(farm: Farm, spell: Spell, of_others: Array) -> str:
    temperature = spell.mean(farm.table(TEMPERATURE))
    cold = f", at {temperature:.1f} degC: it may be iced" if temperature < COLD_DEGC else ""
    return (
        f"{farm.turbines[spell.row]}'s anemometer read {speed(spell.mean(farm.wind_speed))} where"
        f" its neighbours read {speed(spell.mean(of_others))} for {duration(spell.count)}{cold}."
    )
