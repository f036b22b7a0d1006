"""What is measured, in which unit, and which values are possible.

A deployment adds variables of its own in the file that VARIABLES_FILE names, which is read once. To
add one to those that every deployment has, declare it here, add the field of the same name to
`Measurement` and make its migration. Everything else follows from this list.
"""

import os
from collections.abc import Collection

from sourcedata.variable import ANGLES_DEG, Variable
from sourcedata.variable import COMPANIONS as COMPANIONS
from sourcedata.variable import STATISTICS as STATISTICS
from sourcedata.variable import is_on_its_side as is_on_its_side
from sourcedata.variables_file import declared

BUILT_IN = (
    Variable("wind_speed", "m/s", 0, 50, openoa_name="WMET_HorWdSpd", flasc_name="ws"),
    Variable(
        "wind_direction",
        "deg",
        *ANGLES_DEG,
        is_angle=True,
        openoa_name="WMET_HorWdDir",
        flasc_name="wd",
    ),
    Variable("power", "kW", -0.1, 2, per_rated_power=True, openoa_name="WTUR_W", flasc_name="pow"),
    Variable("ambient_temperature", "degC", -50, 60, openoa_name="WMET_EnvTmp"),
    Variable("rotor_speed", "rpm", 0, 100),
    Variable(
        "pitch_angle", "deg", *ANGLES_DEG, is_signed_angle=True, openoa_name="WROT_BlPthAngVal"
    ),
    Variable("nacelle_direction", "deg", *ANGLES_DEG, is_angle=True),
)
BUILT_IN_NAMES = tuple(variable.name for variable in BUILT_IN)
VARIABLES = declared(os.environ.get("VARIABLES_FILE", "").strip(), BUILT_IN)
VARIABLE_NAMES = tuple(variable.name for variable in VARIABLES)
# Of the others nobody knows how many samples a window's statistics are of.
COUNTED_NAMES = tuple(variable.name for variable in VARIABLES if "count" in variable.statistics)
ANGLE_NAMES = tuple(variable.name for variable in VARIABLES if variable.is_angle)
# What each column of a companion tells, and of which variable.
TELLS = {
    column: (companion, variable)
    for variable in VARIABLES
    for companion, column in variable.companion_columns.items()
}
COMPANION_NAMES = tuple(TELLS)
# What a column of measurements holds: a variable, or a companion of one.
COLUMNS = {variable.name: variable for variable in VARIABLES} | {
    column: variable.as_companion(companion) for column, (companion, variable) in TELLS.items()
}
# The columns that a deployment adds to those that every one has.
FURTHER_NAMES = tuple(name for name in COLUMNS if name not in BUILT_IN_NAMES)


def columns_of(variables: Collection[str], companions: Collection[str]) -> list[str]:
    """Return the columns of these variables, and of those of their companions that are named."""
    wanted = [variable for variable in VARIABLES if variable.name in variables]
    names = [column for of in wanted for column in of.companion_columns.values()]
    return [*(of.name for of in wanted), *(column for column in names if column in companions)]


UNITS = {name: column.unit for name, column in COLUMNS.items()}
