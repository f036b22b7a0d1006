"""How a table was understood where nobody said it: for a person to know."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC

import numpy as np

from common.wording import listed, quoted
from sourcedata.importing.survey import Survey
from sourcedata.importing.times.time_formats import ZONES_H

MOST_NAMED = 5


def notes_of(look: Survey) -> Iterator[str]:
    """Yield a sentence for each thing that was understood, and not said."""
    yield from _new_turbines(look)
    if look.without_offset and look.reading.form.timezone == UTC:
        yield "Times without an offset were taken as UTC."
    if zones := sorted(look.zones - {"utc"}):
        said = listed(f"{zone.upper()} as +{ZONES_H[zone]:02}:00" for zone in zones)
        yield f"Names of zones behind times were taken as offsets, all the year: {said}."
    if look.moved:
        most_s = look.most_moved / np.timedelta64(1, "s")
        yield f"{look.moved:,} times were moved to a regular one, by {most_s:g} s at most."
    if look.days_alone:
        yield f"{look.days_alone:,} times are a day alone, and were taken as its midnight."
    if look.told_apart:
        yield (
            f"{look.told_apart:,} times that clocks showed twice were told apart by the order of"
            " the rows."
        )
    if look.by_start:
        yield (
            "Ends that were read as the start by its clock plus the interval, for clocks were"
            f" changed between: {look.by_start:,}."
        )
    if left_out := look.reading.table.left_out:
        yield f"Left out below the table: {listed(left_out)}."
    if repeated_at := look.reading.table.repeated_at:
        yield (
            f"The header stands again in {len(repeated_at):,} lines, the first of which is line"
            f" {repeated_at[0]}; they were passed over."
        )
    if passed_over := look.reading.table.passed_over:
        yield (
            "Passed over in the zip, for they have no table, or none of the columns that are named:"
            f" {listed(passed_over)}."
        )
    yield from _units(look)
    for column in look.reading.columns.wanted:
        if (twin := f"{column}#2") in look.reading.table.columns:
            yield (
                f"Of several columns {quoted(column)} the first was read; the next is"
                f" {quoted(twin)}."
            )
    for name in sorted(look.reading.trimmed):
        yield f"The name {quoted(name)} was taken without the blanks around it."


def _new_turbines(look: Survey) -> Iterator[str]:
    of_interval = defaultdict(list)
    for number, name in enumerate(look.turbines):
        if name not in look.before:
            of_interval[look.interval_s(number), _why(look, number)].append(name)
    for (interval_s, why), names in of_interval.items():
        yield (
            f"New turbines: {len(names):,} ({listed(names[:MOST_NAMED])}), with samples every"
            f" {interval_s} s, {why}."
        )


def _why(look: Survey, number: int) -> str:
    """Return what tells how far the samples of a new turbine are apart."""
    if look.reading.form.sample_interval_s is not None:
        return "as --sample-interval says"
    is_told = look.steps.usual_of_turbine_s(number) == look.interval_s(number)
    return "as the file tells" if is_told else "for the file does not tell"


def _units(look: Survey) -> Iterator[str]:
    units = look.reading.table.units
    columns = [column for column in look.reading.columns.wanted if column in units]
    if columns:
        said = listed(f"{column} ({units[column]})" for column in columns)
        yield f"Rows of units below the header were left out: {said}."
