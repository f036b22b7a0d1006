"""What may be typed on the command line to describe an export, as `argparse` calls it."""

from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from math import inf
from typing import cast

import numpy as np
import pyarrow as pa

from common.wording import quoted
from sourcedata.importing.cells.turbine_names import filename_pattern
from sourcedata.importing.cells.wide import Pattern
from sourcedata.importing.files.encodings import checked_encoding
from sourcedata.importing.files.headers import on_one_line
from sourcedata.importing.refusal import ImportRefused
from sourcedata.importing.times.time_cells import parse
from sourcedata.importing.times.time_formats import time_format
from sourcedata.importing.times.zones import zone
from sourcedata.limits import (
    END_OF_TIME,
    FIRST_TIME,
    LEAST_TYPED_POWER_KW,
    MOST_POWER_KW,
    SAMPLE_INTERVALS_S,
    problem_of_turbine_name,
)
from sourcedata.variable import COMPANIONS
from sourcedata.variables import ANGLE_NAMES, COLUMNS, VARIABLE_NAMES


def variable_and_column(text: str) -> tuple[str, str]:
    """Return the two sides of VARIABLE=COLUMN; without a column, a form's is left out.

    Raises:
        ArgumentTypeError: where there is no `=`, or no such variable.
    """
    variable, sign, column = text.partition("=")
    if not sign:
        raise ArgumentTypeError(f"{quoted(text)} has no =; write it as VARIABLE=COLUMN")
    if variable not in COLUMNS:
        raise ArgumentTypeError(_why_no_variable(variable))
    return variable, on_one_line(column)


def _why_no_variable(name: str) -> str:
    of, _, companion = name.rpartition("_")
    if companion in COMPANIONS and of in ANGLE_NAMES:
        return (
            f"{of} is an angle, and the {companion} of the readings within its samples cannot be"
            " pooled: its mean is a direction, not a sum"
        )
    if companion in COMPANIONS and of in VARIABLE_NAMES:
        return (
            f"there is no column for {name}: in the file that VARIABLES_FILE names, write"
            f' companions = ["{companion}"] under [{of}], then: manage.py migrate'
        )
    return (
        f"{quoted(name)} is no variable; allowed: {', '.join(COLUMNS)}; others are declared in the"
        " file that VARIABLES_FILE names"
    )


def turbine_name(text: str) -> str:
    """Return a turbine's name; raise ArgumentTypeError where no turbine can have it."""
    if problem := problem_of_turbine_name(text):
        raise ArgumentTypeError(problem)
    return text


def timezone(text: str) -> tzinfo:
    """Return the zone of that name; raise ArgumentTypeError where there is none."""
    try:
        return zone(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def format_of_times(text: str) -> str:
    """Return the format; raise ArgumentTypeError where no time can be read by it."""
    try:
        time_format(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error
    return text


def encoding(text: str) -> str:
    """Return the name of an encoding; raise ArgumentTypeError where there is none."""
    return _checked(text, checked_encoding)


def pattern_of_names(text: str) -> str:
    """Return the pattern of wide columns; raise ArgumentTypeError where it is none."""
    return _checked(text, Pattern.of)


def pattern_of_files(text: str) -> str:
    """Return the regular expression; raise ArgumentTypeError where it is none."""
    return _checked(text, filename_pattern)


def _checked(text: str, check: Callable[[str], object]) -> str:
    try:
        check(text)
    except ImportRefused as error:
        raise ArgumentTypeError(str(error).rstrip(".")) from error
    return text


def missing_value(text: str) -> str:
    """Return the text; raise ArgumentTypeError where no cell can equal it."""
    if not text.isprintable():
        raise ArgumentTypeError(f"{quoted(text)} contains a character that cannot be shown")
    return text


def sample_interval_s(text: str) -> int:
    """Return whole seconds; raise ArgumentTypeError where they are not from 1 to 600."""
    return _whole_number(text, *SAMPLE_INTERVALS_S)


def count(text: str) -> int:
    """Return a whole number of 1 or more; raise ArgumentTypeError where it is none."""
    return _whole_number(text, 1, 1_000_000)


def _whole_number(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
        raise ArgumentTypeError(f"{quoted(text)} is no whole number from {least} to {most}")
    return int(text)


def rated_power_kw(text: str) -> float:
    """Return kW; raise ArgumentTypeError where they are not from 1 to 1e9."""
    try:
        power_kw = float(text)
    except ValueError:
        power_kw = -inf
    # Not a number compares as false.
    if not LEAST_TYPED_POWER_KW <= power_kw <= MOST_POWER_KW:
        allowed = f"from {LEAST_TYPED_POWER_KW} to {MOST_POWER_KW:g}"
        raise ArgumentTypeError(f"{quoted(text)} is no number of kilowatts {allowed}")
    return power_kw


def moment(text: str) -> datetime:
    """Return a time in UTC, of a day its midnight; raise ArgumentTypeError where it is none."""
    parsed = parse(pa.array([f"{text}T00:00" if len(text) == len("2025-08-31") else text]))
    local, offset = parsed.local[0], parsed.offset[0]
    if np.isnat(local):
        raise ArgumentTypeError(f"{quoted(text)} is no time such as 2025-08-31T10:00+02:00")
    utc = local - (np.timedelta64(0) if np.isnat(offset) else offset)
    at = cast(datetime, utc.item())
    if not FIRST_TIME <= at.replace(tzinfo=UTC) <= END_OF_TIME:
        raise ArgumentTypeError(f"{quoted(text)} is not from 1970 to 2099, UTC")
    return at.replace(tzinfo=UTC)
