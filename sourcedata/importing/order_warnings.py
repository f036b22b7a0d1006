"""What is likely wrong with times by how they follow each other: for a person to judge."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise

from common.wording import quoted
from sourcedata.importing.steps_back import MOST_TURNED, StepsBack
from sourcedata.importing.survey import Survey

DAY_S = 86_400
# From a day's last sample to the first one of the same day of the next month.
SHORTEST_JUMP_S, LONGEST_JUMP_S = 27 * DAY_S, 32 * DAY_S
DAY_FIRST = "%Y-%d-%m"
GIVEN_TWICE = "given twice"
# A farm that is silent for longer is rarer than a wrong clock.
LONGEST_SILENCE_DAYS = 366
WRONG_CLOCK = "was a clock wrong, or a year? They are stored as they are."


def warnings_of_order(look: Survey) -> Iterator[str]:
    """Yield a sentence for each thing that is likely wrong with the order of the times."""
    yield from _of_midnights(look)
    yield from _of_clocks(look)
    yield from _of_steps_back(look)
    yield from _of_far_times(look)
    yield from _of_days_a_month_apart(look)


def _of_midnights(look: Survey) -> Iterator[str]:
    """Yield the turbines whose midnights seem to be written with the day that ends."""
    turbines = [number for number in look.spans if _are_a_day_early(look, number)]
    if turbines:
        yield (
            f"Midnights of {named_turbines(names_of(look, turbines))} stand behind the day that"
            " they begin: are they written with the day that ends? They are stored a day early;"
            " write them as 24:00, or with the next day, and import the file again with --replace."
        )


def _are_a_day_early(look: Survey, number: int) -> bool:
    """Return whether times step back by a day less an interval, and ahead by one more, in turn.

    The last one, or the first one where the rows stand newest first, has one of these steps alone.
    """
    steps, interval_s = look.steps, look.interval_s(number)
    lengths_s = steps.seconds[number]
    turned = min(steps.forward[number], steps.back[number])
    into, out_of = lengths_s[DAY_S - interval_s], lengths_s[DAY_S + interval_s]
    if not turned or into != turned:
        return False
    ends_at_first = steps.last(number) == look.spans[number][0]
    is_oldest_first = steps.forward[number] > steps.back[number]
    return bool(out_of >= max(turned - 1, 1) or (turned == 1 and ends_at_first == is_oldest_first))


def _of_clocks(look: Survey) -> Iterator[str]:
    for day, word in _changed_clocks(look):
        yield (
            f"On {day} an hour is {word}: were clocks changed, and the times written without"
            " their offset, or with a wrong one?"
        )


def _changed_clocks(look: Survey) -> list[tuple[date, str]]:
    step_s = look.steps.usual_s
    days = look.clock.days(step_s, len(look.spans)) if step_s else ()
    return [each for each in days if each[1] == GIVEN_TWICE or not look.steps.are_mostly_gaps]


def _of_steps_back(look: Survey) -> Iterator[str]:
    """Yield the turbines whose times go one way, but for a few steps into what stands before."""
    turbines = dict(turned_turbines(look))
    if turbines:
        first = min(turbines.values(), key=lambda steps: steps.row)
        count = sum(steps.count for steps in turbines.values())
        times = "once" if count == 1 else f"{count:,} times"
        yield (
            f"The times of {named_turbines(names_of(look, turbines))} step"
            f" {'back' if first.is_back else 'ahead'} {times}, first by {first.length_s:,} s in"
            f" {look.reading.table.place(first.row)}, where all others go the other way: were"
            " clocks put back, are midnights written with the day that ends, do the times lack a"
            " part, such as AM or PM, or were files or turbines put together? Of rows of one time"
            " the last values count."
        )


def _of_far_times(look: Survey) -> Iterator[str]:
    """Yield the turbines whose times leave for other days and come back, or else a gap of years."""
    told = {number for number, _ in turned_turbines(look)}
    away = {
        number: excursion
        for number, excursion in look.excursions.first.items()
        if number not in told and _is_in_order(look, number)
    }
    if away:
        first = min(away.values(), key=lambda excursion: excursion.row)
        yield (
            f"The times of {named_turbines(names_of(look, away))} leave for"
            f" {first.time.item():%Y-%m-%d %H:%M} UTC in {look.reading.table.place(first.row)}, and"
            f" come back later to where they would have been: {WRONG_CLOCK}"
        )
    else:
        for last, after in pairwise(sorted(look.months)):
            if (after - last).days > LONGEST_SILENCE_DAYS:
                yield f"No times lie between {last:%Y-%m} and {after:%Y-%m}: {WRONG_CLOCK}"


def turned_turbines(look: Survey) -> Iterator[tuple[int, StepsBack]]:
    """Yield the turbines with such steps of which no other warning tells."""
    days = {day for day, word in _changed_clocks(look) if word == GIVEN_TWICE}
    for number in look.spans:
        is_back = look.steps.forward[number] >= look.steps.back[number]
        steps = look.turned.of_turbine(number, is_back=is_back)
        is_told = not steps or steps.days <= days or _are_a_day_early(look, number)
        if steps and not is_told and _is_in_order(look, number):
            yield number, steps


def _is_in_order(look: Survey, number: int) -> bool:
    forward, back = look.steps.forward[number], look.steps.back[number]
    return min(forward, back) <= MOST_TURNED * (forward + back)


def _of_days_a_month_apart(look: Survey) -> Iterator[str]:
    """Yield the turbines that have one day of each month: day and month may be exchanged."""
    turbines = [number for number in look.spans if _is_a_day_a_month(look, number)]
    if turbines:
        yield (
            f"The times of {named_turbines(names_of(look, turbines))} are of one day a month: are"
            f" day and month exchanged{_exchanged(look.reading.form.time_format)}?"
        )


def _is_a_day_a_month(look: Survey, number: int) -> bool:
    lengths_s = look.steps.seconds[number]
    jumps = {length: count for length, count in lengths_s.items() if length > DAY_S}
    within_s = sum(length * count for length, count in lengths_s.items() if length not in jumps)
    is_a_month = all(SHORTEST_JUMP_S < length < LONGEST_JUMP_S for length in jumps)
    days = sum(jumps.values()) + 1
    # A single row a month is none that a midnight cuts off.
    has_days = lengths_s.total() >= 2 * days
    return bool(jumps) and is_a_month and has_days and within_s <= days * DAY_S


def _exchanged(written: str | None) -> str:
    """Return the advice that names the format with day and month exchanged, where it has both."""
    if written is None:
        return f", so that --time-format begins with {DAY_FIRST}"
    if "%d" not in written or "%m" not in written:
        return ""
    other = written.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")
    return f", and --time-format '{other}' meant"


def names_of(look: Survey, numbers: Iterable[int]) -> list[str]:
    """Return the names of turbines."""
    return [look.turbines[number] for number in numbers]


def named_turbines(turbines: Sequence[str]) -> str:
    """Return the first of some turbines, and how many others there are, after `of`."""
    others = len(turbines) - 1
    return quoted(turbines[0]) + (f", and of {others:,} more turbines," if others else "")
