"""Silent: a turbine sent nothing where its samples should have arrived."""

import numpy as np

from aggregates.assessment.checks.spells import Spell, goes_on, seen, spells
from aggregates.assessment.checks.wording import duration
from aggregates.assessment.conditions import Judgement
from aggregates.assessment.farm import Farm
from aggregates.assessment.findings import Kind, Seen
from aggregates.assessment.sequences import lasting
from aggregates.compute.statistic_names import COUNT
from common.arrays import Array

# A window or two are late now and then; half an hour is told. Both are of this project.
SILENT_WINDOWS = 3
# A connection that comes and goes within an hour is one silence.
APART_WINDOWS = 6


def samples(farm: Farm) -> Array:
    """Return how many samples of a turbine arrived in each window: most of any variable.

    A sample that was rejected has arrived.
    """
    arrived = np.zeros(farm.shape)
    for variable in {name for name, statistic in farm.values if statistic == COUNT}:
        arrived = np.maximum(arrived, samples_of(farm, variable))
    for variable in farm.rejected:
        arrived = np.maximum(arrived, samples_of(farm, variable))
    return arrived


def samples_of(farm: Farm, variable: str) -> Array:
    """Return how many values of a variable arrived in each window, used or rejected."""
    rejected = farm.rejected.get(variable, np.zeros(farm.shape))
    return np.nan_to_num(farm.table(variable, COUNT)) + rejected


def silences(farm: Farm) -> list[Spell]:
    """Return when each turbine was silent."""
    is_silent = lasting(farm.is_expected & (samples(farm) == 0), SILENT_WINDOWS)
    return list(spells(is_silent, APART_WINDOWS))


def silent(farm: Farm, judgement: Judgement) -> list[Seen]:
    """Return when turbines sent nothing for half an hour or more."""
    has_sent = samples(farm) > 0
    return [
        seen(farm, Kind.SILENT, spell, _sentence(farm, spell), goes_on(farm, spell, has_sent))
        for spell in silences(farm)
    ]


def _sentence(farm: Farm, spell: Spell) -> str:
    return f"{farm.turbines[spell.row]} sent nothing for {duration(spell.count)}."
