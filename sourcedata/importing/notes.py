"""How a table was understood where nobody said it: for a person to know."""

from collections.abc import Iterator

import numpy as np

from common.wording import listed, quoted
from sourcedata.importing.survey import Survey, Turbines

MOST_NAMED = 5


def notes_of(look: Survey, before: Turbines) -> Iterator[str]:
    """Yield a sentence for each thing that was understood, and not said."""
    new = [name for name in look.turbines if name not in before]
    if new and look.reading.form.sample_interval_s is None:
        interval_s = look.corrections.interval_s[new[0]]
        # Without two rows of a turbine the file has no step.
        why = "as the file tells" if look.steps.median_s else "for the file does not tell"
        yield (
            f"New turbines: {len(new):,} ({listed(new[:MOST_NAMED])}), with samples every"
            f" {interval_s} s, {why}."
        )
    if look.moved:
        most_s = look.most_moved / np.timedelta64(1, "s")
        yield f"{look.moved:,} times were moved to a regular one, by {most_s:g} s at most."
    if look.corrections.is_second_pass.any():
        twice = len(look.corrections.is_second_pass)
        yield f"{twice:,} times that clocks showed twice were told apart by the order of the rows."
    if left_out := look.reading.table.left_out:
        yield f"Left out below the table: {listed(left_out)}."
    yield from _units(look)
    for column in look.reading.columns.wanted:
        if (twin := f"{column}#2") in look.reading.table.columns:
            yield (
                f"Of several columns {quoted(column)} the first was read; the next is"
                f" {quoted(twin)}."
            )
    for name in sorted(look.reading.trimmed):
        yield f"The name {quoted(name)} was taken without the blanks around it."


def _units(look: Survey) -> Iterator[str]:
    units = look.reading.table.units
    columns = [column for column in look.reading.columns.wanted if column in units]
    if columns:
        said = listed(f"{column} ({units[column]})" for column in columns)
        yield f"Rows of units below the header were left out: {said}."
