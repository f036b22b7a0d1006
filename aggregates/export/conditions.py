"""The condition of each window, as the assessments say, beside the stored values."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial

import numpy as np

from aggregates.assessment.conditions import LETTERS, Condition
from aggregates.compute.windows import WINDOWS_PER_DAY
from aggregates.export.assessments import AssessmentState, states
from aggregates.export.blocks import Block, by_window
from aggregates.export.parts import TICK
from aggregates.models import Assessment
from common.arrays import Array

# Whoever leaves standstills out means all of them, whoever saw them.
TAKES_IN = {Condition.STOPPED: (Condition.STOPPED, Condition.STOPPED_BY_NEIGHBOURS)}


def with_conditions(block: Block) -> Block:
    """Return the block with its conditions, of days that nobody assessed with empty texts."""
    first, last = (time.astype(object).date() for time in block.starts[[0, -1]])
    by_day = dict(
        Assessment.objects.filter(turbine=block.turbine, day__range=(first, last)).values_list(
            "day", "conditions"
        )
    )
    return replace(block, conditions=by_window(block, partial(_letters, by_day)))


def _letters(by_day: Mapping[date, str], day: date) -> Array:
    return np.array([*by_day.get(day, [""] * WINDOWS_PER_DAY)])


def without(block: Block, names: Collection[str]) -> Block:
    """Return the block without the values of windows in any of these conditions."""
    chosen = [Condition(name) for name in names]
    letters = [LETTERS[each] for name in chosen for each in TAKES_IN.get(name, (name,))]
    left_out = np.isin(block.conditions, letters)
    return replace(block, values=np.where(left_out, np.nan, block.values))


def behind(start: datetime, end: datetime, turbines: Collection[str]) -> Mapping[str, str]:
    """Return the headers that tell how many turbine-days' conditions are not those of today."""
    of_days = states(start.date(), (end - TICK).date(), turbines)
    return {
        f"{state.capitalize()}-Assessments": str(of_days[state])
        for state in (AssessmentState.MISSING, AssessmentState.STALE)
    }
