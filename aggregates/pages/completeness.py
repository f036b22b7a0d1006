"""How complete a day is, in words: the same on the board, on its page and on the first page."""

from aggregates.pages.sentences import counted
from aggregates.states import DayState

# More are counted, and named on the page of the day.
MOST_NAMED = 5


def of_completeness(day: DayState) -> str:
    """Say how many of the expected turbines are complete, and name the others, the worst first."""
    named = [turbine_day.arrived for turbine_day in day.incomplete[:MOST_NAMED]]
    more = len(day.incomplete) - len(named)
    if more:
        named.append(f"{more:,} more")
    complete = f"{day.complete:,} of {counted(day.expected_turbines, 'turbine')} complete"
    return ", ".join([complete, *named])
