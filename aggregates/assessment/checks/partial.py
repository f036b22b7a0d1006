"""Partial: too few samples of a turbine-day arrived."""

import numpy as np

from aggregates.assessment.checks.silent import samples, silences
from aggregates.assessment.checks.spells import (
    Spell,
    by_day,
    end_of_look,
    of_days,
    seen,
    spells,
    time_of,
)
from aggregates.assessment.checks.wording import days, share
from aggregates.assessment.conditions import Judgement
from aggregates.assessment.farm import Farm
from aggregates.assessment.findings import Kind, Seen
from aggregates.compute.windows import LEAST_COVERAGE, WINDOWS_PER_DAY
from common.arrays import Array


def partial(farm: Farm, judgement: Judgement) -> list[Seen]:
    """Return the days of which less than 90 % of a turbine's samples arrived, days on end as one.

    Not a day without any, nor the hours of a silence that goes past midnight: those are silent. A
    day that goes on is partial as soon as it cannot be complete any more.
    """
    is_judged = farm.is_expected & ~_silent_past_midnight(farm)
    expected = by_day(np.where(is_judged, farm.expected_samples, 0))
    arrived = by_day(np.where(is_judged, samples(farm), 0))
    of_whole_day = by_day(farm.expected_samples)
    is_partial = (arrived > 0) & (arrived < LEAST_COVERAGE * expected)
    is_partial &= expected - arrived > (1 - LEAST_COVERAGE) * of_whole_day
    return [
        seen(
            farm,
            Kind.PARTIAL,
            spell,
            _sentence(farm, spell, arrived, expected),
            spell.end >= end_of_look(farm),
        )
        for spell in spells(of_days(is_partial))
    ]


def _silent_past_midnight(farm: Farm) -> Array:
    past_midnight = np.zeros(farm.shape, dtype=bool)
    for spell in silences(farm):
        goes_past = spell.start // WINDOWS_PER_DAY != (spell.end - 1) // WINDOWS_PER_DAY
        if goes_past or spell.end == end_of_look(farm):
            past_midnight[spell.row] |= spell.windows
    return past_midnight


def _sentence(farm: Farm, spell: Spell, arrived: Array, expected: Array) -> str:
    first, last = spell.start // WINDOWS_PER_DAY, spell.end // WINDOWS_PER_DAY
    came, should = (table[spell.row, first:last].sum() for table in (arrived, expected))
    when = str(farm.days[first]) if last == first + 1 else days(last - first)
    return (
        f"{share(came / should)} of {farm.turbines[spell.row]}'s samples of"
        f" {when}{_so_far(farm, spell)} arrived,"
        f" {came:.0f} of {should:.0f}."
    )


def _so_far(farm: Farm, spell: Spell) -> str:
    """Return until when samples were counted, of days that go on; empty of others."""
    end = end_of_look(farm)
    return f" until {time_of(farm, end):%H:%M} UTC" if end < spell.end else ""
