"""What is measured, in which unit, and which values are possible.

To add a variable, declare it here, add the field of the same name to `Measurement` and make
its migration. Everything else follows from this list.
"""

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True)
class Variable:
    """A measured quantity, and how OpenOA and FLASC name it, where they have a place for it.

    `minimum` and `maximum` bound its valid values, both inclusive. A direction `is_angle`: it is
    taken modulo 360 and averaged as a unit vector. One that `is_signed_angle` is averaged as it
    is; what lies outside -180 to 180 is taken into it by whole turns.
    """

    name: str
    unit: str
    minimum: float
    maximum: float
    is_angle: bool = False
    is_signed_angle: bool = False
    per_rated_power: bool = False
    openoa_name: str | None = None
    flasc_name: str | None = None

    def valid_range(self, rated_power_kw: float | None) -> tuple[float, float]:
        """Return the lowest and highest valid value, in the variable's unit.

        The bounds of a variable that is `per_rated_power` are multiples of the turbine's rated
        power; where that is not known, every finite value is valid.
        """
        if not self.per_rated_power:
            return self.minimum, self.maximum
        if rated_power_kw is None:
            return -inf, inf
        return self.minimum * rated_power_kw, self.maximum * rated_power_kw


# Sources begin the turn at 0 or at -180, and some go a turn beyond.
ANGLES_DEG = (-360, 720)

VARIABLES = (
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
VARIABLE_NAMES = tuple(variable.name for variable in VARIABLES)
ANGLE_NAMES = tuple(variable.name for variable in VARIABLES if variable.is_angle)
UNITS = {variable.name: variable.unit for variable in VARIABLES}
