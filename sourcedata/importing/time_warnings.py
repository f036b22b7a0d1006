"""What is likely wrong with the times of a table: for a person to judge."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime

from common.days import now
from sourcedata.importing.order_warnings import named_turbines, names_of, warnings_of_order
from sourcedata.importing.regular import LEAST_NEAR
from sourcedata.importing.survey import Survey, ends
from sourcedata.limits import LONGEST_INTERVAL_S

# A time that is late by a greater share of its interval is meant so.
MOST_LATE = 0.05
LEAST_TIMES = 3
# From this share of its times on that are early, a turbine's samples lie in a wrong window.
MOSTLY_EARLY = 0.5
# From this share of rows on that contradict those before them, their times lack something.
LEAST_CONTRADICTING = 0.1
# No farm has measurements of a minute from before.
FIRST_SCADA = datetime(1990, 1, 1, tzinfo=UTC)


def warnings_of_times(look: Survey) -> Iterator[str]:
    """Yield a sentence for each thing that is likely wrong with the times of a table."""
    yield from _of_steps(look)
    yield from _of_other_samples(look)
    yield from _of_times_that_come_twice(look)
    yield from warnings_of_order(look)
    yield from _of_collided(look)
    yield from _of_late_times(look)
    yield from _of_times(look)


def _of_steps(look: Survey) -> Iterator[str]:
    turbines = defaultdict(list)
    for number in look.spans:
        step_s, interval_s = look.steps.usual_of_turbine_s(number), look.interval_s(number)
        if step_s is not None and step_s != interval_s:
            turbines[step_s, interval_s].append(look.turbines[number])
    for (step_s, interval_s), names in turbines.items():
        is_interval = 0 < step_s <= LONGEST_INTERVAL_S
        meant = f": is --sample-interval {step_s} meant?" if is_interval else "."
        yield (
            f"The times of {named_turbines(names)} are {step_s:,} s apart, and the samples"
            f" {interval_s:,} s{meant}"
        )


def _of_other_samples(look: Survey) -> Iterator[str]:
    """Yield the turbines whose samples seem to be longer or shorter for a while."""
    turbines = defaultdict(list)
    for number in look.spans:
        for other_s in look.steps.others_of_turbine_s(number):
            turbines[other_s, look.interval_s(number)].append(look.turbines[number])
    for (other_s, interval_s), names in turbines.items():
        if other_s != interval_s:
            yield (
                f"For a while the times of {named_turbines(names)} are {other_s:,} s apart, and all"
                f" samples were taken as {interval_s:,} s long: did their length change? Then cut"
                " the file there, and import each part by a command of its own, with its"
                " --sample-interval."
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
            f"{rows:,} of {of:,} rows of {named_turbines(names_of(look, turbines))} have the time"
            " of the row before and other values, of which the last count: do the times lack a"
            " part, such as fractions of seconds, or are these several turbines?"
        )


def _of_collided(look: Survey) -> Iterator[str]:
    """Yield the turbines whose nearly regular times were not moved, for too many would be one."""
    if look.collided:
        yield (
            f"The nearly regular times of {named_turbines([*look.collided])} were left as they"
            f" are, for {sum(look.collided.values()):,} would fall together."
        )


def _of_late_times(look: Survey) -> Iterator[str]:
    """Yield the turbines whose times are all a little late, or early, by the same.

    Where they are not alike, it is those that are early of which most lie in another window.
    """
    turbines = defaultdict(list)
    early = []
    for number in look.late_s:
        if late_s := _late_alike_s(look, number):
            turbines[late_s, look.interval_s(number)].append(look.turbines[number])
        elif _is_mostly_early(look, number):
            early.append(number)
    for (late_s, interval_s), names in turbines.items():
        off = f"{abs(late_s)} s {'late' if late_s > 0 else 'early'}"
        yield (
            f"The times of {named_turbines(names)} are {off},"
            f" nearly all alike, beside multiples of {interval_s:,} s: is the clock wrong? They are"
            " stored as they are."
        )
    if early:
        yield (
            f"Most times of {named_turbines(names_of(look, early))} are some seconds before a"
            " multiple of their interval, so that samples lie in the window before their own: is"
            " the clock wrong? They are stored as they are."
        )


def _late_alike_s(look: Survey, number: int) -> int:
    """Return by how much nearly all times of a turbine are late, or early; 0 where they are not."""
    counted, rows = look.late_s[number], look.of[number]
    for late_s, _ in counted.most_common(1):
        alike = sum(counted[late_s + beside_s] for beside_s in (-1, 0, 1))
        is_little = abs(late_s) <= MOST_LATE * look.interval_s(number)
        if is_little and alike >= max(LEAST_TIMES, LEAST_NEAR * rows):
            return late_s
    return 0


def _is_mostly_early(look: Survey, number: int) -> bool:
    most_s = MOST_LATE * look.interval_s(number)
    early = sum(count for late_s, count in look.late_s[number].items() if -most_s <= late_s < 0)
    return early >= LEAST_TIMES and early > MOSTLY_EARLY * look.of[number]


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
