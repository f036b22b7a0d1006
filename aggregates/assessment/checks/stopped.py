"""Stopped: no power in wind, as the turbine's own anemometer or only its neighbours show."""

import numpy as np

from aggregates.assessment.checks.neighbours_wind import price_by_neighbours_wind
from aggregates.assessment.checks.spells import (
    Spell,
    goes_on,
    lost_kwh,
    seen,
    spells,
)
from aggregates.assessment.checks.wording import duration, lost, share, speed
from aggregates.assessment.conditions import Condition, Judgement, unknown
from aggregates.assessment.farm import AT_REST, STRONG_WIND, Farm
from aggregates.assessment.findings import Kind, Seen
from aggregates.assessment.neighbours import median_of_neighbours
from aggregates.compute.windows import WINDOWS_PER_DAY
from common.arrays import Array

# At least an hour within a day, in wind of 5 m/s or more by its own anemometer; what follows within
# a day is the same standstill. On a real year that leaves 35 findings of 328 standstills, with 96 %
# of the energy.
STOPPED_WINDOWS = 6
# A clock that is an hour off makes an hour at rest of each calm that begins or ends.
BY_NEIGHBOURS_WINDOWS = 12
APART_WINDOWS = WINDOWS_PER_DAY
# A curve that promises no more in all that was looked at is of calm weather, or the rated power is
# of another turbine.
DOUBTFUL_SHARE = 0.25


def stopped(farm: Farm, judgement: Judgement) -> list[Seen]:
    """Return when turbines stood still in wind."""
    in_wind = farm.wind_speed >= STRONG_WIND
    return [
        _seen(farm, judgement, Kind.STOPPED, spell, _sentence(farm, judgement, spell))
        for spell in spells(judgement.is_(Condition.STOPPED), APART_WINDOWS)
        if spell.has(STOPPED_WINDOWS, in_wind)
    ]


def stopped_by_neighbours(farm: Farm, judgement: Judgement) -> list[Seen]:
    """Return when turbines stood still while only their neighbours show that there was wind.

    A standstill that its own anemometer sees is another finding, so that each has its price.
    """
    is_unknown = unknown(farm)
    neighbours_wind_speed = median_of_neighbours(np.where(is_unknown, np.nan, farm.wind_speed))
    return [
        _seen(
            farm,
            judgement,
            Kind.STOPPED_BY_NEIGHBOURS,
            spell,
            _sentence_by_neighbours(farm, judgement, spell, neighbours_wind_speed),
        )
        for spell in spells(judgement.is_(Condition.STOPPED_BY_NEIGHBOURS), APART_WINDOWS)
        if spell.has(BY_NEIGHBOURS_WINDOWS, ~is_unknown)
    ]


def _seen(farm: Farm, judgement: Judgement, kind: Kind, spell: Spell, sentence: str) -> Seen:
    is_open = goes_on(farm, spell, farm.relative_power >= AT_REST)
    return seen(farm, kind, spell, sentence, is_open, lost_kwh=lost_kwh(judgement, spell))


def _windows_at_rest(farm: Farm, spell: Spell) -> int:
    """Return how many windows it was at rest: in those where it began or ended, it also ran."""
    return int((spell.of(farm.relative_power) < AT_REST).sum())


def _sentence(farm: Farm, judgement: Judgement, spell: Spell) -> str:
    return (
        f"{farm.turbines[spell.row]} stood still for {duration(_windows_at_rest(farm, spell))}"
        " in wind of"
        f" {speed(spell.mean(farm.wind_speed))} on average"
        f"{lost(lost_kwh(judgement, spell))}.{price_by_neighbours_wind(farm, judgement, spell)}"
        f"{_doubt_of_rating(farm, judgement, spell.row)}"
    )


def _doubt_of_rating(farm: Farm, judgement: Judgement, row: int) -> str:
    """Return that the rated power may be wrong, of which at rest is a share, as a sentence."""
    expected_share = judgement.expected.power_kw[row] / farm.rated_power_kw[row]
    highest = float(np.nan_to_num(expected_share).max())
    if not 0 < highest < DOUBTFUL_SHARE:
        return ""
    return (
        f" In all wind looked at its reference curve promises at most {share(highest)} of its rated"
        " power, which may be stated wrong."
    )


def _sentence_by_neighbours(
    farm: Farm, judgement: Judgement, spell: Spell, neighbours_wind_speed: Array
) -> str:
    lost_by_their_wind_kwh = lost_kwh(judgement, spell)
    price = lost(lost_by_their_wind_kwh)
    if lost_by_their_wind_kwh is not None:
        price += ", by the wind of its neighbours"
    return (
        f"{farm.turbines[spell.row]} stood still for {duration(spell.count)} while most of its"
        f" neighbours produced: its own anemometer read {speed(spell.mean(farm.wind_speed))},"
        f" theirs {speed(spell.mean(neighbours_wind_speed))}{price}.{_doubt_of_zeros(farm, spell)}"
    )


def _doubt_of_zeros(farm: Farm, spell: Spell) -> str:
    """Return that it may be its connection, of which some loggers write 0, as a sentence."""
    if spell.of(farm.wind_speed).any() or spell.of(farm.power_kw).any():
        return ""
    return " Its wind speed and its power are exactly 0: it may have run and sent zeros."
