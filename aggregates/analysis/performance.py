"""What a turbine does, read off its 10-minute statistics: power curve, wind rose, energy, coverage.

Every function takes a table as `history.table` returns it: a row per window, by its start (UTC),
and a column per signal, by variable and statistic; NaN where there is no value.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aggregates.compute.statistic_names import COUNT, MEAN
from aggregates.compute.windows import LEAST_COVERAGE, WINDOW
from common.arrays import Array

SPEED, DIRECTION, POWER = "wind_speed", "wind_direction", "power"
BIN_M_S = 0.5
# IEC 61400-12-1 asks a bin for 30 minutes of data at least.
LEAST_WINDOWS = 3
SECTORS = 16
SECTOR_DEG = 360 / SECTORS
# The wind rose's classes end at these speeds; the last class has no end.
CLASSES_M_S = (4, 8, 12, 16)
HOURS = WINDOW.total_seconds() / 3600


@dataclass(frozen=True)
class Bin:
    """The windows whose mean wind speed is at most half a bin away from `centre`, in m/s."""

    centre: float
    wind_speed: float
    power_kw: float
    windows: int

    @property
    def is_sparse(self) -> bool:
        """Whether it has too few windows to rely on."""
        return self.windows < LEAST_WINDOWS


@dataclass(frozen=True)
class PowerCurve:
    """Mean wind speed (m/s) and power (kW) of the windows used, and their means by bin.

    `left_out` counts the windows with both values but too few samples.
    """

    wind_speed: Array
    power_kw: Array
    bins: Sequence[Bin]
    left_out: int


def power_curve(table: pd.DataFrame, expected: float) -> PowerCurve:
    """Return the operational power curve: power over the wind speed at the nacelle.

    Bins are 0.5 m/s wide and centred on multiples of 0.5 m/s, the lower edge included; their
    power is the mean of their windows. Windows below 90 % coverage of the `expected` samples are
    left out. The density of the air is not corrected for, and no window is left out for curtailment
    or faults.

    Source: IEC 61400-12-1:2017, section 9 (method of bins); OpenOA's `IEC` has the same bins from
    0.25 m/s on.
    """
    with_both = table[table[SPEED, MEAN].notna() & table[POWER, MEAN].notna()]
    samples = np.minimum(with_both[SPEED, COUNT], with_both[POWER, COUNT])
    used = with_both[samples >= LEAST_COVERAGE * expected]
    speed, power = used[SPEED, MEAN].to_numpy(), used[POWER, MEAN].to_numpy()
    return PowerCurve(speed, power, _bins(speed, power), len(with_both) - len(used))


def _bins(speed: Array, power: Array) -> list[Bin]:
    numbers = np.floor(speed / BIN_M_S + 0.5)
    grouped = pd.DataFrame({"speed": speed, "power": power}).groupby(numbers)
    means, counts = grouped.mean(), grouped.size()
    rows = zip(counts.index, means["speed"], means["power"], counts, strict=True)
    return [Bin(number * BIN_M_S, *of_bin) for number, *of_bin in rows]


@dataclass(frozen=True)
class Energy:
    """The energy of the windows with a mean power; `capacity_factor` is 0 to 1, or None.

    Nothing stands in for the windows without: `windows` of `of_windows` have a mean power.
    """

    kwh: float
    capacity_factor: float | None
    windows: int
    of_windows: int

    @property
    def mwh(self) -> float:
        """The energy in MWh."""
        return self.kwh / 1000

    @property
    def percent(self) -> float | None:
        """The capacity factor in percent."""
        return None if self.capacity_factor is None else self.capacity_factor * 100


def energy(table: pd.DataFrame, rated_power_kw: float | None) -> Energy:
    """Return the energy, the sum of mean power times 10 minutes, consumption at rest included.

    The capacity factor is of the hours that have power; None without a rated power, or power.
    """
    power = table[POWER, MEAN].dropna()
    kwh = float(power.sum() * HOURS)
    possible_kwh = (rated_power_kw or 0) * len(power) * HOURS
    return Energy(kwh, kwh / possible_kwh if possible_kwh else None, len(power), len(table))


@dataclass(frozen=True)
class WindRose:
    """Shares of the windows, 0 to 1, by sector (clockwise from north) and class of wind speed.

    `windows` have both a direction and a speed; the shares are of these.
    """

    shares: Array
    windows: int
    of_windows: int


def wind_rose(table: pd.DataFrame) -> WindRose:
    """Return the wind rose: 16 sectors, the first of them centred on north, and 5 classes.

    A sector includes its first direction, a class its lower end. Calm is in the lowest class, in
    the sector of its direction, as in brightwind's `freq_table`.
    """
    wind = table[table[DIRECTION, MEAN].notna() & table[SPEED, MEAN].notna()]
    sector = np.floor((wind[DIRECTION, MEAN] + SECTOR_DEG / 2) % 360 / SECTOR_DEG).astype(int)
    speed_class = np.searchsorted(CLASSES_M_S, wind[SPEED, MEAN], side="right")
    counts = np.zeros((SECTORS, len(CLASSES_M_S) + 1))
    np.add.at(counts, (sector.to_numpy(), speed_class), 1)
    return WindRose(counts / max(len(wind), 1), len(wind), len(table))


def coverage(table: pd.DataFrame, expected: float) -> pd.DataFrame:
    """Return the part of the expected samples that were used, 0 to 1, by month and variable.

    The index reads 2025-08; a month counts as far as the table has it.
    """
    counts = pd.DataFrame(table.xs(COUNT, axis="columns", level=1)).fillna(0)
    months = pd.DatetimeIndex(counts.index).strftime("%Y-%m")
    return counts.groupby(months).mean() / expected
