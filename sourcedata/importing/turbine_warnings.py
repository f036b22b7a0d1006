"""What is likely wrong with whose rows a table has: for a person to judge."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from common.wording import listed, quoted
from sourcedata.importing.cells import turbine_names
from sourcedata.importing.survey import Survey

MOST_NAMED = 5
# What people write in several ways: WTG 01, wtg_1 and WTG-1, or 1 and 1.0.
BEFORE_NUMBER = re.compile(r"(?<=[^\W\d_])[\s_-]+(?=\d)")
ZEROS = re.compile(r"(?<![\d.])0+(?=\d)|\.0+$")


def warnings_of_turbines(look: Survey) -> Iterator[str]:
    """Yield a sentence for each thing that is likely wrong with the turbines of rows."""
    yield from _of_new_names(look)
    if look.reading.form.filename_pattern is not None:
        yield from _of_cut_numbers(look, look.reading.form.filename_pattern)


def _of_new_names(look: Survey) -> Iterator[str]:
    """Yield the turbines that are new, and named as another one but for how it is written."""
    alike = defaultdict(list)
    for name in {**look.before, **dict.fromkeys(look.turbines)}:
        alike[_plain(name)].append(name)
    new = (name for name in look.turbines if name not in look.before)
    pairs = {name: alike[_plain(name)][0] for name in new}
    said = [f"{quoted(name)} as {quoted(other)}" for name, other in pairs.items() if name != other]
    if said:
        yield (
            f"New turbines are named nearly as others: {listed(said[:MOST_NAMED])}. Are they the"
            " same? Then write one name in the file, and delete what came in by the other one."
        )


def _plain(name: str) -> str:
    return ZEROS.sub("", BEFORE_NUMBER.sub("", name.casefold()))


def _of_cut_numbers(look: Survey, typed: str) -> Iterator[str]:
    """Yield that the turbine's number is a part of a longer one in the name of the file."""
    reading = look.reading
    pattern, in_zip = turbine_names.filename_pattern(typed), Path(reading.table.file)
    told = turbine_names.told_by(pattern, reading.path, in_zip.relative_to(reading.path))
    if told and told.cuts_number:
        yield (
            f"{quoted(typed)} takes the turbine {quoted(told.name)} out of a longer number in"
            f" {quoted(told.text)}: is it another one? Then let the expression take all of it, as"
            " by [0-9]+."
        )
