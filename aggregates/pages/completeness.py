"""How complete a day is, in words: the same on the board, on its page and on the first page."""

from aggregates.compute.arrival import Completeness
from aggregates.pages.sentences import counted
from aggregates.states import DayState, TurbineDayState

# More are counted, and named on the page of the day.
MOST_NAMED = 5


def of_completeness(day: DayState) -> str:
    """Say how many of the expected turbines are complete, and name the others, the worst first."""
    named = [_incomplete(turbine_day) for turbine_day in day.incomplete[:MOST_NAMED]]
    more = len(day.incomplete) - len(named)
    if more:
        named.append(f"{more:,} more")
    complete = f"{day.complete:,} of {counted(day.expected_turbines, 'turbine')} complete"
    return ", ".join([complete, *named])


def _incomplete(turbine_day: TurbineDayState) -> str:
    if turbine_day.completeness is Completeness.SILENT:
        return f"{turbine_day.turbine} silent"
    return f"{turbine_day.turbine} {turbine_day.percent} %"
