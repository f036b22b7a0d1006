"""What the page of a day says of the farm."""

from aggregates.pages.completeness import of_completeness
from aggregates.pages.sentences import Sentence, joined, sentence
from aggregates.pages.sentences import state as in_its_colour
from aggregates.states import DayState

NO_TURBINES = "No turbine has measurements or statistics of this day."
NO_STATISTICS = "There are no statistics of this day."
NO_RUNS = "This day never ran."


def of_day(day: DayState) -> Sentence:
    """Say how the day stands, and how many turbines are in which state."""
    turbines = [
        sentence(f"{number:,} ", in_its_colour(state)) for state, number in day.turbines.items()
    ]
    arrived = of_completeness(day) if day.expected_turbines else "nothing was expected"
    return sentence(
        in_its_colour(day.state),
        f"; {arrived}; {day.samples:,} of {day.expected_samples:,} samples,"
        f" {day.windows:,} windows; turbines: ",
        joined(turbines) or "none",
        ".",
    )


def of_others(shown: int, more: int) -> Sentence:
    """Say that there are turbines which are not shown; nothing where all are."""
    return sentence(f"The worst {shown}; {more:,} more are not shown.") if more else Sentence()


def of_none(is_known: bool, state: str) -> Sentence:
    """Say why no day is listed."""
    if not is_known:
        return sentence("Which days there are is not known while the source does not answer.")
    if state:
        return sentence("No such day.")
    return sentence("Every day of the year that has measurements is current.")
