"""Rejected: values came that cannot be, such as a power of 99999 kW."""

import numpy as np

from aggregates.assessment.checks.silent import samples_of
from aggregates.assessment.checks.spells import Spell, goes_on, seen, spells
from aggregates.assessment.checks.wording import duration, named
from aggregates.assessment.conditions import Judgement
from aggregates.assessment.farm import Farm
from aggregates.assessment.findings import Kind, Seen
from aggregates.assessment.sequences import lasting
from aggregates.compute.windows import WINDOWS_PER_DAY
from common.arrays import Array

# One sample in ten for an hour: a day may be complete all the same. Both are of this project.
REJECTED_PART, REJECTED_WINDOWS = 0.1, 6
APART_WINDOWS = WINDOWS_PER_DAY


def rejected(farm: Farm, judgement: Judgement) -> list[Seen]:
    """Return when one sample in ten of a variable was rejected for an hour or more."""
    return [
        seen(
            farm,
            Kind.REJECTED,
            spell,
            _sentence(farm, variable, spell),
            goes_on(farm, spell, (samples_of(farm, variable) > 0) & ~_is_rejected(farm, variable)),
            variable,
        )
        for variable in farm.rejected
        for spell in spells(lasting(_is_rejected(farm, variable), REJECTED_WINDOWS), APART_WINDOWS)
    ]


def _is_rejected(farm: Farm, variable: str) -> Array:
    cannot_be = farm.rejected[variable]
    return (cannot_be > 0) & (cannot_be >= REJECTED_PART * samples_of(farm, variable))


def _sentence(farm: Farm, variable: str, spell: Spell) -> str:
    counts = spell.of(farm.rejected[variable]), spell.of(samples_of(farm, variable))
    cannot_be, came = (np.sum(numbers) for numbers in counts)
    return (
        f"{cannot_be:.0f} of the {came:.0f} samples of {farm.turbines[spell.row]}'s"
        f" {named(variable)} in {duration(spell.count)} were rejected: no turbine can measure"
        " such values."
    )
