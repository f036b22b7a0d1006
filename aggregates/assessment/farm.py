"""The 10-minute statistics of a whole farm, as the assessment reads them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps

import numpy as np

from aggregates.compute.statistic_names import COUNT, MAXIMUM, MEAN, STD
from aggregates.compute.windows import WINDOW, WINDOWS_PER_DAY
from common.arrays import Array

SPEED, POWER, TEMPERATURE = "wind_speed", "power", "ambient_temperature"
DIRECTION, NACELLE = "wind_direction", "nacelle_direction"
WINDOW_HOURS = WINDOW.total_seconds() / 3600

USUAL_CUT_OUT_M_S = 25.0
# On a real mast 85 in 100 windows of 12 m/s and more reach so many times their mean, or more.
USUAL_GUST = 1.2
# A turbine is at rest below this share of its rated power, and runs in wind of so many m/s.
AT_REST, STRONG_WIND = 0.02, 5.0
# From here on neither blades nor anemometers ice.
FREE_OF_ICE_DEGC = 3.0


@dataclass(frozen=True)
class Traits:
    """What the assessment of a turbine needs to know beside its statistics.

    `elevation_m` is None where nobody has said.
    """

    cut_out_m_s: float = USUAL_CUT_OUT_M_S
    elevation_m: float | None = None


@dataclass(frozen=True)
class Farm:
    """Statistics of all turbines of a farm in windows that follow each other, over whole days.

    `starts` are the windows' starts (datetime64[us], UTC), `traits` has an entry per turbine. A
    table of `values`, by variable and statistic, has a row per turbine and a column per window;
    NaN where there is no value. The others are of the same shape: `rated_power_kw` is NaN where it
    is not known, `expected_samples` is how many samples a window should hold, `is_expected` whether
    any of it should have arrived by now, and `rejected` has, by variable, how many samples were
    rejected, where any were.
    """

    turbines: Sequence[str]
    starts: Array
    traits: Sequence[Traits]
    values: Mapping[tuple[str, str], Array]
    rated_power_kw: Array
    expected_samples: Array
    is_expected: Array
    rejected: Mapping[str, Array]

    @property
    def shape(self) -> tuple[int, int]:
        """How many turbines, and how many windows."""
        return len(self.turbines), len(self.starts)

    @property
    def days(self) -> Array:
        """The days, datetime64[D] in UTC; each has 144 windows."""
        return self.starts[::WINDOWS_PER_DAY].astype("datetime64[D]")

    def of_days(self, first: int, last: int) -> "Farm":
        """Return the farm on some of its days, by their numbers, `last` not included."""
        columns = slice(first * WINDOWS_PER_DAY, last * WINDOWS_PER_DAY)
        return Farm(
            self.turbines,
            self.starts[columns],
            self.traits,
            {signal: table[:, columns] for signal, table in self.values.items()},
            self.rated_power_kw[:, columns],
            self.expected_samples[:, columns],
            self.is_expected[:, columns],
            {variable: table[:, columns] for variable, table in self.rejected.items()},
        )

    def table(self, variable: str, statistic: str = MEAN) -> Array:
        """Return the values of a signal of each turbine; NaN all over where nobody has it."""
        table = self.values.get((variable, statistic))
        return np.full(self.shape, np.nan) if table is None else table

    @property
    def wind_speed(self) -> Array:
        """The mean wind speed in m/s."""
        return self.table(SPEED)

    @property
    def power_kw(self) -> Array:
        """The mean power in kW."""
        return self.table(POWER)

    @cached_property
    def highest_wind_speed(self) -> Array:
        """The highest wind speed of a window in m/s; of one sample, what gusts it usually has."""
        highest = self.table(SPEED, MAXIMUM)
        return np.where(self.table(SPEED, COUNT) == 1, USUAL_GUST * highest, highest)

    @property
    def wind_speed_std(self) -> Array:
        """The standard deviation of the wind speed in m/s; NaN in windows of one sample."""
        return self.table(SPEED, STD)

    def coverage(self, variable: str) -> Array:
        """Return the part of the expected samples of a variable that were used; 0 without any."""
        return np.nan_to_num(self.table(variable, COUNT)) / self.expected_samples

    @property
    def cut_out_m_s(self) -> Array:
        """The wind speed at which a turbine stops to protect itself, in m/s, a column."""
        return np.array([of_turbine.cut_out_m_s for of_turbine in self.traits]).reshape(-1, 1)

    @cached_property
    def followed(self) -> dict[Callable[["Farm"], Array], Array]:
        """What followed from the farm by rules that several others begin with."""
        return {}

    @cached_property
    def relative_power(self) -> Array:
        """The mean power over the rated power; NaN where either is not known."""
        return self.power_kw / self.rated_power_kw


def once(rule: Callable[[Farm], Array]) -> Callable[[Farm], Array]:
    """Have the rule give its table once for a farm; nobody may write into it."""

    @wraps(rule)
    def of_farm(farm: Farm) -> Array:
        if rule not in farm.followed:
            farm.followed[rule] = rule(farm)
            farm.followed[rule].setflags(write=False)
        return farm.followed[rule]

    return of_farm
