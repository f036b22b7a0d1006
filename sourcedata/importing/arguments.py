"""What may be typed on the command line to describe an export, as `argparse` calls it."""

from argparse import ArgumentTypeError
from math import inf
from zoneinfo import ZoneInfo, available_timezones

from common.wording import quoted
from sourcedata.limits import SAMPLE_INTERVALS_S, problem_of_turbine_name
from sourcedata.variables import VARIABLE_NAMES


def variable_and_column(text: str) -> tuple[str, str]:
    """Return the two sides of VARIABLE=COLUMN.

    Raises:
        ArgumentTypeError: where there is no `=`, or no such variable.
    """
    variable, sign, column = text.partition("=")
    if not sign:
        raise ArgumentTypeError(f"{quoted(text)} has no =; write it as VARIABLE=COLUMN")
    if variable not in VARIABLE_NAMES:
        raise ArgumentTypeError(
            f"{quoted(variable)} is no variable; allowed: {', '.join(VARIABLE_NAMES)}"
        )
    return variable, column


def turbine_name(text: str) -> str:
    """Return a turbine's name; raise ArgumentTypeError where no turbine can have it."""
    if problem := problem_of_turbine_name(text):
        raise ArgumentTypeError(problem)
    return text


def timezone(text: str) -> ZoneInfo:
    """Return the zone of that name; raise ArgumentTypeError where there is none."""
    if text not in available_timezones():
        raise ArgumentTypeError(f"{quoted(text)} is no time zone such as Europe/Paris or UTC")
    return ZoneInfo(text)


def missing_value(text: str) -> str:
    """Return the text; raise ArgumentTypeError where no cell can equal it."""
    if not text.isprintable():
        raise ArgumentTypeError(f"{quoted(text)} contains a character that cannot be shown")
    return text


def sample_interval_s(text: str) -> int:
    """Return whole seconds; raise ArgumentTypeError where they are not from 1 to 600."""
    shortest, longest = SAMPLE_INTERVALS_S
    if not (text.isdecimal() and shortest <= int(text) <= longest):
        raise ArgumentTypeError(f"{quoted(text)} is no whole number from {shortest} to {longest}")
    return int(text)


def rated_power_kw(text: str) -> float:
    """Return kW; raise ArgumentTypeError where they are not at least 1 and finite."""
    try:
        power_kw = float(text)
    except ValueError:
        power_kw = -inf
    # Not a number compares as false.
    if not 1 <= power_kw < inf:
        raise ArgumentTypeError(f"{quoted(text)} is no number of kilowatts, at least 1")
    return power_kw
