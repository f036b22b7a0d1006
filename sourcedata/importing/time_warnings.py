"""What is likely wrong with the times of a table: for a person to judge."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from common.days import now
from common.wording import quoted
from sourcedata.importing.regular import LEAST_NEAR
from sourcedata.importing.survey import Survey, ends
from sourcedata.limits import LONGEST_INTERVAL_S

# A time that is late by a greater share of its interval is meant so.
MOST_LATE = 0.05
LEAST_TIMES = 3
# From this share of rows on that contradict those before them, their times lack something.
LEAST_CONTRADICTING = 0.1
# No farm has measurements of a minute from before.
FIRST_SCADA = datetime(1990, 1, 1, tzinfo=UTC)
DAY_S = 86_400


def warnings_of_times(look: Survey) -> Iterator[str]:
    """Yield a sentence for each thing that is likely wrong with the times of a table."""
    yield from _of_steps(look)
    yield from _of_times_that_come_twice(look)
    yield from _of_midnights(look)
    yield from _of_collided(look)
    yield from _of_late_times(look)
    yield from _of_times(look)
    yield from _of_clocks(look)


def _of_steps(look: Survey) -> Iterator[str]:
    turbines = defaultdict(list)
    for number in look.spans:
        step_s, interval_s = look.steps.median_of_turbine_s(number), look.interval_s(number)
        if step_s is not None and step_s != interval_s:
            turbines[step_s, interval_s].append(look.turbines[number])
    for (step_s, interval_s), names in turbines.items():
        is_interval = 0 < step_s <= LONGEST_INTERVAL_S
        meant = f": is --sample-interval {step_s} meant?" if is_interval else "."
        yield (
            f"The times of {named_turbines(names)} are {step_s:,} s apart, and the samples"
            f" {interval_s:,} s{meant}"
        )


def _of_times_that_come_twice(look: Survey) -> Iterator[str]:
    """Yield the turbines of which many rows have the time of the row before, and other values."""
    turbines = [
        number
        for number, count in look.contradicting.items()
        if count >= LEAST_CONTRADICTING * look.of[number]
    ]
    if turbines:
        rows, of = (
            sum(counted[number] for number in turbines) for counted in (look.contradicting, look.of)
        )
        yield (
            f"{rows:,} of {of:,} rows of {named_turbines(_names(look, turbines))} have the time of"
            " the row before and other values, of which the last count: do the times lack a part,"
            " such as fractions of seconds, or are these several turbines?"
        )


def _of_midnights(look: Survey) -> Iterator[str]:
    """Yield the turbines whose midnights seem to be written with the day that ends."""
    turbines = [number for number in look.spans if _are_a_day_early(look, number)]
    if turbines:
        yield (
            f"Midnights of {named_turbines(_names(look, turbines))} stand behind the day that they"
            " begin: are they written with the day that ends? They are stored a day early; write"
            " them as 24:00, or with the next day, and import the file again with --replace."
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


def _names(look: Survey, numbers: Iterable[int]) -> list[str]:
    return [look.turbines[number] for number in numbers]


def _of_collided(look: Survey) -> Iterator[str]:
    """Yield the turbines whose nearly regular times were not moved, for too many would be one."""
    if look.collided:
        yield (
            f"The nearly regular times of {named_turbines([*look.collided])} were left as they"
            f" are, for {sum(look.collided.values()):,} would fall together."
        )


def _of_late_times(look: Survey) -> Iterator[str]:
    """Yield the turbines whose times are all a little late, or early, by the same."""
    turbines = defaultdict(list)
    for number, counted in look.late_s.items():
        for late_s, _ in counted.most_common(1):
            alike = sum(counted[late_s + beside_s] for beside_s in (-1, 0, 1))
            is_little = 0 < abs(late_s) <= MOST_LATE * look.interval_s(number)
            if is_little and alike >= max(LEAST_TIMES, LEAST_NEAR * look.of[number]):
                turbines[late_s, look.interval_s(number)].append(look.turbines[number])
    for (late_s, interval_s), names in turbines.items():
        off = f"{abs(late_s)} s {'late' if late_s > 0 else 'early'}"
        yield (
            f"The times of {named_turbines(names)} are {off},"
            f" nearly all alike, beside multiples of {interval_s:,} s: is the clock wrong? They are"
            " stored as they are."
        )


def named_turbines(turbines: Sequence[str]) -> str:
    """Return the first of some turbines, and how many others there are, after `of`."""
    others = len(turbines) - 1
    return quoted(turbines[0]) + (f", and of {others:,} more turbines," if others else "")


def _of_times(look: Survey) -> Iterator[str]:
    if span := ends(look):
        first, last = span
        if first < FIRST_SCADA:
            yield f"The times begin on {first:%Y-%m-%d}: is it the right --time-format?"
        if last > now():
            yield (
                f"The times reach to {last:%Y-%m-%d %H:%M} UTC, which is yet to come: are they"
                " local ones, which need --timezone?"
            )


def _of_clocks(look: Survey) -> Iterator[str]:
    if look.steps.median_s:
        for day, word in look.clock.days(look.steps.median_s, len(look.spans)):
            yield (
                f"On {day} an hour is {word}: were clocks changed, and the times written without"
                " their offset, or with a wrong one?"
            )
