"""What a declaration of a variable says, and what may be declared."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from common.arrays import Array

# In the order in which they are shown.
STATISTICS = ("mean", "min", "max", "std", "count")
# What a source may tell of the readings within each of its samples.
COMPANIONS = ("std", "min", "max")
# Sources begin the turn at 0 or at -180, and some go a turn beyond.
ANGLES_DEG = (-360.0, 720.0)


def is_on_its_side(companion: str, told: Array, means: Array) -> Array:
    """Mark the minima that are not above their mean, and the maxima that are not below it."""
    if companion == "std":
        return np.ones(len(told), dtype=bool)
    return np.asarray(told <= means if companion == "min" else told >= means)


@dataclass(frozen=True)
class Variable:
    """A measured quantity, and how OpenOA and FLASC name it, where they have a place for it.

    `minimum` and `maximum` bound its valid values, both inclusive. A direction `is_angle`: it is
    taken modulo 360 and averaged as a unit vector. One that `is_signed_angle` is averaged as it
    is; what lies outside -180 to 180 is taken into it by whole turns. `statistics` are those that
    are kept. `companions` name what a source may tell of the readings within each sample: their
    std, min and max, each in a column of its own.
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
    statistics: tuple[str, ...] = STATISTICS
    companions: tuple[str, ...] = ()

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

    @property
    def companion_columns(self) -> Mapping[str, str]:
        """The columns of its companions, by what they tell."""
        return {companion: f"{self.name}_{companion}" for companion in self.companions}

    def as_companion(self, companion: str) -> "Variable":
        """Return what one of its companions is, as a quantity of its own."""
        column = replace(self, name=self.companion_columns[companion], companions=())
        if companion != "std":
            return column
        return replace(column, minimum=0.0, maximum=inf, per_rated_power=False)
