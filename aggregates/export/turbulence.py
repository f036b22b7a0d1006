"""The turbulence intensity of windows, where their std is that of the readings within samples."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial

import numpy as np

from aggregates.assessment.farm import SPEED
from aggregates.compute.statistic_names import MEAN, STD
from aggregates.compute.windows import WINDOWS_PER_DAY
from aggregates.export.blocks import Block, blocks, by_window
from aggregates.export.parts import Part
from aggregates.models import AggregatedDay
from common.arrays import Array

# The std of means is 0.4 to 0.8 of it: turbulence read off that would be none.
COLUMN = f"{SPEED}_{STD}"


def with_turbulence(block: Block) -> Block:
    """Return the block with the std of the wind speed over its mean, where it may be read so."""
    (speeds,) = blocks(
        [Part(block.turbine, block.starts, block.expected_samples)], [(SPEED, MEAN), (SPEED, STD)]
    )
    mean, std = np.where(_is_pooled(block), speeds.values, np.nan)
    return replace(block, turbulence=std / np.where(mean > 0, mean, np.nan))


def _is_pooled(block: Block) -> Array:
    """Mark the windows whose std of the wind speed is that of the readings within samples."""
    first, last = (time.astype(object).date() for time in block.starts[[0, -1]])
    rows = AggregatedDay.objects.filter(turbine=block.turbine, day__range=(first, last))
    companions = dict(rows.values_list("day", "companions"))
    return by_window(block, partial(_of_day, companions))


def _of_day(companions: Mapping[date, Mapping[str, list[int]] | None], day: date) -> Array:
    of_means = (companions.get(day) or {}).get(COLUMN)
    if of_means is None:
        return np.zeros(WINDOWS_PER_DAY, dtype=bool)
    return ~np.isin(np.arange(WINDOWS_PER_DAY), of_means)
