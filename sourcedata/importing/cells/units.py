"""The units that columns come in, and how each becomes the unit of the variable."""

from collections.abc import Mapping
from math import pi

from common.wording import listed, quoted
from sourcedata.importing.refusal import ImportRefused
from sourcedata.variables import COMPANION_NAMES, UNITS

OTHER_SPELLINGS = {
    **dict.fromkeys(["ms-1", "mps", "m/sec"], "m/s"),
    **dict.fromkeys(["kmh", "kph", "km/hr", "kmh-1"], "km/h"),
    "mi/h": "mph",
    **dict.fromkeys(["kt", "kts", "knot", "knots"], "kn"),
    **dict.fromkeys(["°C", "C", "Celsius"], "degC"),
    **dict.fromkeys(["°F", "F", "Fahrenheit"], "degF"),
    "Kelvin": "K",
    **dict.fromkeys(["°", "degree", "degrees", "Grad"], "deg"),
    **dict.fromkeys(["radian", "radians"], "rad"),
    **dict.fromkeys(["1/min", "min-1", "U/min", "r/min"], "rpm"),
    "rads-1": "rad/s",
}
# What becomes of the value x, by the variable's unit and the column's. Divisors are whole where
# they can be: 1234 W are 1.234 kW to the bit.
CONVERSIONS: Mapping[str, Mapping[str, str]] = {
    "kW": {"W": "x / 1000", "MW": "x * 1000"},
    "m/s": {"km/h": "x / 3.6", "mph": "x * 0.44704", "kn": "x * 1852 / 3600"},
    "degC": {"degF": "(x - 32) / 1.8", "K": "x - 273.15"},
    "deg": {"rad": f"x * 180 / {pi}"},
    "rpm": {"rad/s": f"x * 30 / {pi}"},
}

# A standard deviation is a difference, of which the origin of a scale is no part.
OF_DIFFERENCES: Mapping[str, Mapping[str, str]] = {"degC": {"degF": "x / 1.8", "K": "x"}}


def conversion(variable: str, unit: str) -> str:
    """Return the expression that makes x, a value in `unit`, one in the variable's unit.

    Raises:
        ImportRefused: where the variable does not come in such a unit.
    """
    own = UNITS[variable]
    is_difference = variable in COMPANION_NAMES and variable.endswith("_std")
    of_differences = OF_DIFFERENCES.get(own, {}) if is_difference else {}
    allowed = {own: "x", **CONVERSIONS.get(own, {}), **of_differences}
    spelled = OTHER_SPELLINGS.get(unit, unit)
    if spelled not in allowed:
        raise ImportRefused(f"{quoted(unit)} is no unit of {variable}; allowed: {listed(allowed)}.")
    return allowed[spelled]


def spellings(unit: str) -> list[str]:
    """Return all ways in which a unit is written, the longest first."""
    spelled = OTHER_SPELLINGS.get(unit, unit)
    others = [other for other, plain in OTHER_SPELLINGS.items() if plain == spelled]
    return sorted({unit, spelled, *others}, key=len, reverse=True)
