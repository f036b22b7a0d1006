"""What turbines and measurements can be: every source keeps to it, also another deployment's."""

from typing import cast
from unicodedata import is_normalized

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator

from common.days import FIRST_DAY, LAST_DAY, day_bounds
from common.wording import listed, quoted
from sourcedata.variables import COMPANION_NAMES

# Measurements lie in [FIRST_TIME, END_OF_TIME).
FIRST_TIME, END_OF_TIME = day_bounds(FIRST_DAY)[0], day_bounds(LAST_DAY)[1]
# In seconds, both included: a longer interval would leave windows without a sample.
SAMPLE_INTERVALS_S = SHORTEST_INTERVAL_S, LONGEST_INTERVAL_S = 1, 600
ALLOWED_INTERVALS = [MinValueValidator(SHORTEST_INTERVAL_S), MaxValueValidator(LONGEST_INTERVAL_S)]
# In kilowatts, both included: with others, ranges and squares of powers would not be numbers. What
# is typed must be 1 at least, so that no megawatts are taken for kilowatts.
RATED_POWERS_KW = LEAST_POWER_KW, MOST_POWER_KW = 0.001, 1e9
LEAST_TYPED_POWER_KW = 1
ALLOWED_POWERS = [MinValueValidator(LEAST_TYPED_POWER_KW), MaxValueValidator(MOST_POWER_KW)]
LONGEST_NAME = 100


def problem_of_turbine_name(name: str) -> str:
    """Return the sentence that says why no turbine can have this name, else an empty text.

    A name stands in a URL's list, and is shown on one line.
    """
    if len(name) > LONGEST_NAME:
        return f"The turbine name {quoted(name)} is longer than {LONGEST_NAME} characters."
    if not name or name != name.strip():
        return f"The turbine name {name!r} is empty or starts or ends with a space."
    if not is_normalized("NFC", name):
        return (
            f"The turbine name {name!r} writes a letter and its accent apart: another one could "
            "look the same. Write it in Unicode's composed form (NFC)."
        )
    if "," in name or not name.isprintable():
        return f"The turbine name {name!r} contains a comma or a character that cannot be shown."
    return ""


def validate_turbine_name(name: str) -> None:
    """Refuse a name that no turbine can have.

    Raises:
        ValidationError: naming what is wrong with it.
    """
    if problem := problem_of_turbine_name(name):
        raise ValidationError(problem)


def validate_companions(names: object) -> None:
    """Refuse what is no list of companions.

    Raises:
        ValidationError: naming those that there may be.
    """
    is_list = isinstance(names, list) and all(isinstance(name, str) for name in names)
    if not is_list or not {*cast(list[str], names)} <= {*COMPANION_NAMES}:
        raise ValidationError(
            "Companions are a list of columns that VARIABLES_FILE names, allowed are:"
            f" {listed(COMPANION_NAMES)}."
        )
