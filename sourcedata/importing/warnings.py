"""What is likely wrong with a table, or with how it is understood: for a person to judge."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import numpy as np

from common.days import now
from common.wording import listed, quoted
from sourcedata.importing.cells.arithmetic import evaluated
from sourcedata.importing.cells.expressions import parsed
from sourcedata.importing.cells.mapped import Mapped
from sourcedata.importing.cells.unit_words import BRACKETED, other_unit, strange_unit
from sourcedata.importing.cells.units import conversion
from sourcedata.importing.figures import WORDS, VariableFigures
from sourcedata.importing.regular import LEAST_NEAR
from sourcedata.importing.survey import Survey, ends
from sourcedata.limits import LONGEST_INTERVAL_S
from sourcedata.variables import COLUMNS, TELLS, UNITS, VARIABLES, Variable

# From this share of its values on that cannot be, a variable is not what it was taken for.
MOSTLY = 0.5
# A time that is late by a greater share of its interval is meant so.
MOST_LATE = 0.05
# So many files are told with what they lack.
MOST_SHOWN = 5
LEAST_TIMES, MOST_FREQUENT = 3, 5
# On which side of its mean a companion cannot lie.
SIDES = {"min": "above", "max": "below"}
# No turbine gives more; the greatest that was built has about half of it.
MOST_POWER_KW = 50_000
KW_PER_MW = 1000
# No farm has measurements of a minute from before.
FIRST_SCADA = datetime(1990, 1, 1, tzinfo=UTC)
# A calm day's power tells nothing, nor does the noise of an instrument.
LEAST_SHARE = 0.1
# The units in which a variable comes by mistake.
OTHER_UNITS = {
    "power": ["W", "MW"],
    "wind_speed": ["km/h"],
    "ambient_temperature": ["K", "degF"],
    "rotor_speed": ["rad/s"],
}


def warnings_of(look: Survey) -> Iterator[str]:
    """Yield a sentence for each thing that is likely wrong."""
    for name, figures in look.figures.items():
        variable = COLUMNS[name]
        if figures.there:
            yield from _of_range(look, variable, figures)
            yield from _of_numbers_that_stand_apart(look, variable)
            yield from _of_directions(variable, figures)
            if name == "power":
                yield from _of_power(look, figures)
    yield from _of_files_passed_over(look)
    yield from _of_cut(look)
    yield from _of_companions(look)
    yield from _of_units(look)
    yield from _of_steps(look)
    yield from _of_collided(look)
    yield from _of_late_times(look)
    yield from _of_times(look)
    yield from _of_clocks(look)


def _of_range(look: Survey, variable: Variable, figures: VariableFigures) -> Iterator[str]:
    if figures.outside < MOSTLY * figures.there:
        return
    least, most = variable.valid_range(look.greatest_rated_power_kw)
    said = (
        f"{figures.outside:,} of {figures.there:,} values of {variable.name} lie"
        f" {_beyond(least, most)} {variable.unit}"
    )
    (median,) = figures.quantiles([0.5])
    units = [
        unit
        for unit in OTHER_UNITS.get(variable.name, [])
        if _fits(variable, unit, median, least, most)
    ]
    companion, of = TELLS.get(variable.name, ("", variable))
    if companion in SIDES:
        side = f"or {SIDES[companion]} {of.name}"
        yield f"{said}, {side}, and are not used: are minimum and maximum exchanged?"
    else:
        yield f"{said}: is it {' or '.join(units)}?" if units else f"{said}."


def _beyond(least: float, most: float) -> str:
    return f"below {least:g}" if most == np.inf else f"outside {least:g} to {most:g}"


def _of_power(look: Survey, figures: VariableFigures) -> Iterator[str]:
    """Yield that powers are watts or megawatts, where their range does not tell it."""
    (median,) = figures.quantiles([0.5])
    if look.greatest_rated_power_kw is None:
        if median > MOST_POWER_KW:
            yield f"Half of all power lies above {median:,.0f} kW, which no turbine gives: is it W?"
        return
    least, most = COLUMNS["power"].valid_range(look.greatest_rated_power_kw)
    # A turbine that stands still draws some kilowatts, which would be megawatts below the range.
    is_possible = least <= figures.minimum * KW_PER_MW and figures.maximum * KW_PER_MW <= most
    if is_possible and figures.maximum * KW_PER_MW > LEAST_SHARE * most:
        yield f"power goes from {figures.minimum:g} to {figures.maximum:g} kW only: is it MW?"


def _fits(variable: Variable, unit: str, median: float, least: float, most: float) -> bool:
    expression, _ = parsed(conversion(variable.name, unit))
    (value,) = evaluated(expression, np.array([median]))
    return bool(least <= value <= most)


def _of_numbers_that_stand_apart(look: Survey, variable: Variable) -> Iterator[str]:
    """Yield the cells that may mean no value: as they are written, whatever is made of them."""
    figures = look.cells.get(variable.name, look.figures[variable.name])
    said = f"The column of {variable.name}" if variable.name in look.cells else variable.name
    often = [value for value, _ in figures.frequent.most_common(MOST_FREQUENT)]
    candidates = {figures.minimum, figures.maximum, *often} | (WORDS & figures.frequent.keys())
    low, high = _bulk_of(figures)
    least, most = figures.quantiles([0, 1], [*WORDS]) or (-np.inf, np.inf)
    for value in sorted(candidates):
        times, is_word = figures.frequent[value], value in WORDS
        is_often = times >= LEAST_TIMES
        is_far = value < low - (high - low) or value > high + (high - low)
        is_extreme = not least <= value <= most
        if (is_far and (is_often or is_word)) or (is_extreme and is_often and is_word):
            yield (
                f"{said} is {value:g} in {times:,} rows: does it mean that there is"
                f" no value? Then add --missing-value {value:g}."
            )


def _bulk_of(figures: VariableFigures) -> tuple[float, float]:
    """Return between which values nearly all lie that mean one; of none, what nothing exceeds."""
    extremes = {figures.minimum, figures.maximum}
    for left_out in (WORDS | extremes, WORDS):
        if bulk := figures.quantiles([0.01, 0.99], list(left_out)):
            return bulk[0], bulk[1]
    return 0.0, 0.0


def _of_directions(variable: Variable, figures: VariableFigures) -> Iterator[str]:
    if variable.is_angle and (figures.minimum < 0 or figures.maximum > 360):
        yield (
            f"The values of {variable.name} go from {figures.minimum:g} to {figures.maximum:g}"
            " degrees: they are taken modulo 360."
        )


def _of_files_passed_over(look: Survey) -> Iterator[str]:
    if lacking := look.reading.table.may_be_data:
        yield (
            f"{len(lacking):,} more files of the zip may be data, and were passed over:"
            f" {' '.join(lacking[:MOST_SHOWN])} Import what is data by a command of its own."
        )


def _of_cut(look: Survey) -> Iterator[str]:
    for last in look.reading.table.cut:
        yield (
            f"The file ends with {last}, which is shorter than all cells above it and has no line"
            " end: was the file cut?"
        )


def _of_companions(look: Survey) -> Iterator[str]:
    """Yield the companions that come without what they are companions of."""
    for variable in VARIABLES:
        columns = variable.companion_columns.values()
        alone = [column for column in columns if column in look.figures]
        if alone and variable.name not in look.figures:
            yield (
                f"Samples of {listed(alone)} count only where the source has {variable.name} at the"
                " same time: this table has none."
            )


def _of_units(look: Survey) -> Iterator[str]:
    """Yield the variables of which a column is named with another unit than theirs.

    Of several columns that say the same of a variable, the first one is named.
    """
    told: dict[tuple[str, str], str] = {}
    for turbine, of_turbine in look.reading.columns.mapped.items():
        for each in of_turbine:
            if each.is_column:
                unit, advice = _unit_beside(look, each, turbine)
                told.setdefault((each.variable, unit), f"{_taken(each)}: {advice}" if unit else "")
    yield from filter(None, told.values())


def _taken(mapped: Mapped) -> str:
    return f"The column {quoted(mapped.column)} is taken as {UNITS[mapped.variable]}"


def _unit_beside(look: Survey, mapped: Mapped, turbine: str | None) -> tuple[str, str]:
    """Return another unit that a column's name has in brackets, or a row below it, and advice."""
    variable = mapped.variable
    in_name = [text for text in BRACKETED.findall(mapped.column) if text != turbine]
    below = look.reading.table.units.get(mapped.column, "").split()
    unit = other_unit(variable, in_name) or (
        "" if in_name else other_unit(variable, [word.strip("[]()") for word in below])
    )
    if unit:
        # In a wide table, the name without the turbine's is what is typed.
        typed = look.reading.form.columns[variable]
        return unit, f"if it is in {unit}, write --map '{variable}={typed}[{unit}]'."
    strange = strange_unit(variable, in_name)
    return strange, f"is {quoted(strange)} another unit? Then convert it by an expression."


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
            f"The times of {_named(names)} are {step_s:,} s apart, and the samples"
            f" {interval_s:,} s{meant}"
        )


def _of_collided(look: Survey) -> Iterator[str]:
    """Yield the turbines whose nearly regular times were not moved, for too many would be one."""
    if look.collided:
        yield (
            f"The nearly regular times of {_named([*look.collided])} were left as they are, for"
            f" {sum(look.collided.values()):,} would fall together."
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
        yield (
            f"The times of {_named(names)} are {abs(late_s)} s {'late' if late_s > 0 else 'early'},"
            f" nearly all alike, beside multiples of {interval_s:,} s: is the clock wrong? They are"
            " stored as they are."
        )


def _named(turbines: Sequence[str]) -> str:
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
