"""What is likely wrong with which columns of a wide table are read: for a person to judge."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator

from common.wording import listed, quoted
from sourcedata.importing.cells.wide import Pattern
from sourcedata.importing.columns import wanted_of_turbines
from sourcedata.importing.survey import Survey
from sourcedata.importing.time_warnings import named_turbines

# What parts the words of a name.
JOINT = re.compile(r"[\W_]+")


def warnings_of_wide(look: Survey) -> Iterator[str]:
    """Yield a sentence for each thing that is likely wrong with the columns of turbines."""
    if look.reading.form.wide:
        yield from _of_gaps(look)
        yield from _of_turbines_within_others([*filter(None, look.reading.columns.mapped)])
        yield from _of_names_nearly_alike(look, look.reading.form.wide)


def _of_gaps(look: Survey) -> Iterator[str]:
    """Yield the variables that some turbines have no column for."""
    turbines = defaultdict(list)
    for turbine, own in look.reading.columns.mapped.items():
        there = {each.variable for each in own}
        for variable in look.reading.form.columns.keys() - there:
            turbines[variable].append(turbine or "")
    for variable, names in sorted(turbines.items()):
        yield (
            f"There is no column for {variable} of {named_turbines(names)} as there is of others:"
            " is it named otherwise?"
        )


def _of_names_nearly_alike(look: Survey, wide: str) -> Iterator[str]:
    """Yield the columns that are passed over for a letter's case, or a blank."""
    reading = look.reading
    others = [name for name in reading.table.columns if name not in reading.columns.wanted]
    if names := Pattern.of(wide).nearly(others, wanted_of_turbines(reading.form)):
        yield (
            f"Columns that {quoted(wide)} matches but for capitals or blanks were passed over:"
            f" {listed(map(quoted, names))}. Name them as the others are."
        )


def _of_turbines_within_others(names: Collection[str]) -> Iterator[str]:
    """Yield the turbines that are named as another one with more words, as `std_1` beside `1`."""
    turbines = {*names}
    pairs = {name: _within(name, turbines) for name in names}
    said = [f"{quoted(name)} beside {quoted(other)}" for name, other in pairs.items() if other]
    if said:
        yield (
            f"Some turbines are named as others with more words: {listed(said)}. Are these words of"
            " what was measured? Then leave such columns out of the file."
        )


def _within(name: str, names: set[str]) -> str:
    """Return another name that this one begins or ends with, empty where there is none."""
    joints = list(JOINT.finditer(name))
    parts = [part for each in joints for part in (name[: each.start()], name[each.end() :])]
    return next((part for part in parts if part in names), "")
