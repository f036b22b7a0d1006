"""What is likely wrong with a table, or with how it is understood: for a person to judge."""

from collections.abc import Iterator, Sequence

import numpy as np

from common.wording import listed, quoted
from sourcedata.importing.cells.arithmetic import evaluated
from sourcedata.importing.cells.expressions import parsed
from sourcedata.importing.cells.units import conversion
from sourcedata.importing.figures import WORDS, VariableFigures
from sourcedata.importing.order_warnings import turned_turbines
from sourcedata.importing.said_of_times import warnings_of_what_is_said
from sourcedata.importing.storing import ImportResult
from sourcedata.importing.survey import Survey
from sourcedata.importing.time_warnings import LEAST_TIMES, warnings_of_times
from sourcedata.importing.turbine_warnings import warnings_of_turbines
from sourcedata.importing.unit_warnings import warnings_of_units
from sourcedata.importing.wide_warnings import warnings_of_wide
from sourcedata.variables import COLUMNS, TELLS, VARIABLES, Variable

# From this share of its values on that cannot be, a variable is not what it was taken for.
MOSTLY = 0.5
# From this share of its times on that several rows disagree at, a table is not understood.
MANY = 0.1
# So many files are told with what they lack.
MOST_SHOWN = 5
MOST_FREQUENT = 5
# Of lines that differ, so many letters are shown before the difference.
LETTERS_BEFORE = 20
# What lies farther from the middle half of the values than so many of its widths is far away.
FAR = 3
# From fewer different values no other one stands apart.
LEAST_DIFFERENT = 5
# On which side of its mean a companion cannot lie.
SIDES = {"min": "above", "max": "below"}
# No turbine gives more; the greatest that was built has about half of it.
MOST_POWER_KW = 50_000
KW_PER_MW = 1000
# Between these lie the megawatts of any turbine, and few kilowatts of a whole table.
LEAST_POWER_MW, MOST_POWER_MW = -0.1, 10
# So much of a turbine's greatest power is more than the noise of a calm day.
PRODUCING_MW = 0.2
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
    yield from _of_hidden(look)
    yield from _of_cut(look)
    yield from _of_files_put_together(look)
    yield from _of_companions(look)
    yield from warnings_of_wide(look)
    yield from warnings_of_turbines(look)
    yield from warnings_of_units(look)
    yield from warnings_of_times(look)
    yield from warnings_of_what_is_said(look)


def warnings_of_result(look: Survey, stored: ImportResult) -> list[str]:
    """Return that a table took the place of earlier ones, or its rows of each other, if so."""
    said = []
    if stored.overwritten:
        said.append(
            f"{stored.overwritten:,} rows that an earlier file of this command wrote were changed"
            " or deleted by this one: are they of different turbines, or of one time?"
        )
    times = stored.inserted + stored.updated + stored.unchanged
    # How times step back tells more of rows that disagree than their number.
    if stored.disagreeing > MANY * times and not any(turned_turbines(look)):
        said.append(
            f"At {stored.disagreeing:,} of {times:,} times several rows disagree, of which the last"
            " counts: are they of several turbines, or do the times lack a part, such as AM or PM?"
        )
    return said


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
        is_possible = figures.minimum >= LEAST_POWER_MW and figures.maximum <= MOST_POWER_MW
        if is_possible and figures.maximum > PRODUCING_MW and figures.has_decimals:
            yield _may_be_mw(figures)
        return
    least, most = COLUMNS["power"].valid_range(look.greatest_rated_power_kw)
    # A turbine that stands still draws some kilowatts, which would be megawatts below the range.
    is_possible = least <= figures.minimum * KW_PER_MW and figures.maximum * KW_PER_MW <= most
    if is_possible and figures.maximum * KW_PER_MW > LEAST_SHARE * most:
        yield _may_be_mw(figures)


def _may_be_mw(figures: VariableFigures) -> str:
    return f"power goes from {figures.minimum:g} to {figures.maximum:g} kW only: is it MW?"


def _fits(variable: Variable, unit: str, median: float, least: float, most: float) -> bool:
    expression, _ = parsed(conversion(variable.name, unit))
    (value,) = evaluated(expression, np.array([median]))
    return bool(least <= value <= most)


def _of_numbers_that_stand_apart(look: Survey, variable: Variable) -> Iterator[str]:
    """Yield the cells that may mean no value: as they are written, whatever is made of them."""
    figures = look.cells.get(variable.name, look.figures[variable.name])
    said = f"The column of {variable.name}" if variable.name in look.cells else variable.name
    often = [value for value, _ in figures.frequent.most_common(MOST_FREQUENT)]
    far = _far_numbers(figures)
    candidates = {figures.minimum, figures.maximum, *often, *far[:MOST_FREQUENT]}
    candidates |= WORDS & figures.frequent.keys()
    low, high = _bulk_of(figures, far)
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


def _bulk_of(figures: VariableFigures, far: Sequence[float]) -> tuple[float, float]:
    """Return between which values nearly all lie that mean one; of none, what nothing exceeds."""
    apart = [*WORDS, figures.minimum, figures.maximum, *far]
    left_out = apart if figures.different(apart) >= LEAST_DIFFERENT else [*WORDS]
    low, high = figures.quantiles([0.01, 0.99], left_out) or (0.0, 0.0)
    return low, high


def _far_numbers(figures: VariableFigures) -> list[float]:
    """Return the whole numbers that come often and far from the middle half, the commonest first.

    A logger may have several for no value, which all together are many.
    """
    low, high = figures.quantiles([0.25, 0.75], [*WORDS]) or (0.0, 0.0)
    margin = FAR * (high - low)
    return [
        value
        for value, times in figures.frequent.most_common()
        if times >= LEAST_TIMES
        and value.is_integer()
        and margin
        and not low - margin <= value <= high + margin
    ]


def _of_directions(variable: Variable, figures: VariableFigures) -> Iterator[str]:
    if variable.is_angle and (figures.minimum < 0 or figures.maximum > 360):
        yield (
            f"The values of {variable.name} go from {figures.minimum:g} to {figures.maximum:g}"
            " degrees: they are taken modulo 360."
        )
    is_within = 0 <= figures.minimum < figures.maximum <= round(2 * np.pi, 4)
    if variable.is_angle and is_within and figures.has_decimals:
        yield (
            f"{variable.name} goes from {figures.minimum:g} to {figures.maximum:g} degrees only:"
            " is it rad?"
        )


def _of_files_passed_over(look: Survey) -> Iterator[str]:
    if lacking := look.reading.table.may_be_data:
        yield (
            f"{len(lacking):,} more files of the zip, or sheets, may be data, and were passed over:"
            f" {' '.join(lacking[:MOST_SHOWN])} Import what is data by a command of its own."
        )


def _of_hidden(look: Survey) -> Iterator[str]:
    hidden, wanted = look.reading.table.hidden, look.reading.columns.wanted
    said = ["the sheet"] if hidden.is_sheet else []
    said += [f"the column {quoted(name)}" for name in hidden.columns if name in wanted]
    if hidden.rows:
        said.append(f"{len(hidden.rows):,} rows, the first of which is row {hidden.rows[0]}")
    if said:
        yield (
            f"Hidden in the workbook, and taken like all else: {listed(said)}. What is not meant"
            " must be deleted there."
        )


def _of_cut(look: Survey) -> Iterator[str]:
    for last in look.reading.table.cut:
        yield (
            f"The file ends with {last}, which is shorter than all cells above it and has no line"
            " end: was the file cut?"
        )


def _of_files_put_together(look: Survey) -> Iterator[str]:
    """Yield the lines above a header that say something else where the header stands again."""
    for first, other in look.reading.table.differing_above:
        pairs = enumerate(zip(first, other, strict=False))
        differing = next((place for place, (a, b) in pairs if a != b), 0)
        start = max(0, differing - LETTERS_BEFORE)
        yield (
            f"Above the header stands {quoted(first[start:])}, and where it stands again"
            f" {quoted(other[start:])}:"
            " was the file put together of several that differ? All of it was read in one way."
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
