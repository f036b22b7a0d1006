"""The power that a turbine gives at a wind speed when nothing is wrong with it.

The curve is the turbine's own: a curve of another, even of the same type, is 1 to 5 % off. Wind
speeds are those of the anemometer at the nacelle, brought to the standard density of the air where
the turbine's elevation is known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from aggregates.assessment.farm import POWER, SPEED, TEMPERATURE, WINDOW_HOURS, Farm
from aggregates.compute.windows import LEAST_COVERAGE
from common.arrays import Array
from common.days import DAY

BIN_M_S = 0.5
LEAST_WINDOWS = 3
# Fewer bins are no curve: a straight line between two points claims what nobody measured.
LEAST_BINS = 5
# A median absolute deviation, times this, estimates the standard deviation of a normal spread.
DEVIATIONS = 1.4826
LEAST_SPREAD = 0.01
# Windows below this share of the curve are dropped before it is fitted again, where it is above
# this share of the rated power; below that, a kilowatt more or less is no sign of anything.
DROPPED_BELOW, DROPPED_ABOVE = 0.75, 0.05
# A curve of another turbine of the type is 1 to 5 % off.
MISFIT = 1.2

STANDARD_DENSITY_KG_M3 = 1.225
STANDARD_TEMPERATURE_DEGC = 15.0
ZERO_DEGC_K = 273.15
GAS_CONSTANT_J_KG_K = 287.05


class NotACurve(Exception):
    """Points of which no reference curve can be made, with the reason as a sentence."""


@dataclass(frozen=True)
class ReferenceCurve:
    """Power over wind speed: ascending bin centres in m/s, and power in kW, which never falls.

    `spread_kw` is how far normal windows lie from it, as a standard deviation; NaN where nobody
    knows. `windows` counts those of each bin.
    """

    wind_speed: Array
    power_kw: Array
    spread_kw: Array
    windows: Array

    def expected_kw(self, wind_speed: Array) -> Array:
        """Return the power expected at wind speeds: none below the first bin, flat above the last.

        NaN where the wind speed is.
        """
        return np.interp(wind_speed, self.wind_speed, self.power_kw, left=0)

    def expected_spread_kw(self, wind_speed: Array) -> Array:
        """Return the spread of normal windows at wind speeds."""
        return np.interp(wind_speed, self.wind_speed, self.spread_kw)

    @cached_property
    def top_kw(self) -> float:
        """The highest power in kW."""
        return float(self.power_kw[-1])


def density_factor(elevation_m: float | None, temperature_degc: Array) -> Array:
    """Return by what a wind speed is multiplied to carry as much at the standard density.

    That is (rho / 1.225)^(1/3), as IEC 61400-12-1 normalises wind speeds; rho is of the temperature
    and the standard pressure of the elevation (ISO 2533), of 15 degC where none was measured. It is
    1 where the elevation is not known.
    """
    if elevation_m is None or np.isnan(elevation_m):
        return np.ones(temperature_degc.shape)
    pressure_pa = 101325 * (1 - 2.25577e-5 * elevation_m) ** 5.25588
    degrees = np.where(np.isnan(temperature_degc), STANDARD_TEMPERATURE_DEGC, temperature_degc)
    density = pressure_pa / (GAS_CONSTANT_J_KG_K * (degrees + ZERO_DEGC_K))
    return np.cbrt(density / STANDARD_DENSITY_KG_M3)


def normalised_wind_speed(farm: Farm) -> Array:
    """Return the farm's mean wind speeds at the standard density, as curves are read with."""
    temperature = farm.table(TEMPERATURE)
    factors = [
        density_factor(of_turbine.elevation_m, row)
        for of_turbine, row in zip(farm.traits, temperature, strict=True)
    ]
    return farm.wind_speed * np.reshape(factors, farm.shape)


def fitted(wind_speed: Array, power_kw: Array, rated_power_kw: float) -> ReferenceCurve | None:
    """Return the curve of windows that were not stopped, or None where there are too few.

    Medians by bins of 0.5 m/s centred on multiples of 0.5 m/s (IEC 61400-12-1, method of bins) of
    the windows with power; what lies far below is dropped, and the curve is fitted again.
    """
    normal = ~np.isnan(wind_speed) & (power_kw > 0)
    first = _binned(wind_speed[normal], power_kw[normal], rated_power_kw)
    if len(first.wind_speed) < LEAST_BINS:
        return None
    expected = first.expected_kw(wind_speed)
    weak = (power_kw < DROPPED_BELOW * expected) & (expected > DROPPED_ABOVE * rated_power_kw)
    normal &= ~weak
    second = _binned(wind_speed[normal], power_kw[normal], rated_power_kw)
    return second if len(second.wind_speed) >= LEAST_BINS else None


def _binned(wind_speed: Array, power_kw: Array, rated_power_kw: float) -> ReferenceCurve:
    numbers = np.floor(wind_speed / BIN_M_S + 0.5).astype(int)
    order = np.argsort(numbers, kind="stable")
    bins, starts, windows = np.unique(numbers[order], return_index=True, return_counts=True)
    # Of no windows at all, numpy.split makes one part.
    of_bins = np.split(power_kw[order], starts[1:]) if len(bins) else []
    enough = windows >= LEAST_WINDOWS
    kept = [powers for powers, is_kept in zip(of_bins, enough, strict=True) if is_kept]
    medians = np.array([np.median(powers) for powers in kept])
    deviations = [
        np.median(np.abs(powers - median)) for powers, median in zip(kept, medians, strict=True)
    ]
    return ReferenceCurve(
        wind_speed=bins[enough] * BIN_M_S,
        power_kw=np.maximum.accumulate(medians) if len(medians) else medians,
        spread_kw=np.maximum(DEVIATIONS * np.array(deviations), LEAST_SPREAD * rated_power_kw),
        windows=windows[enough],
    )


def given(points: Sequence[tuple[float, float]]) -> ReferenceCurve:
    """Return the curve that a person gives as wind speeds in m/s and powers in kW.

    Its spread is not known.

    Raises:
        NotACurve: where the points are too few, not ascending, or not of a power curve.
    """
    if len(points) < LEAST_BINS:
        raise NotACurve(
            f"A power curve needs {LEAST_BINS} points at least; these are {len(points)}."
        )
    wind_speed, power_kw = np.array(points, dtype=float).T
    for number, (speed, power) in enumerate(points, start=1):
        if not (0 <= speed <= 50 and 0 <= power < np.inf):
            raise NotACurve(
                f"Point {number} ({speed:g} m/s, {power:g} kW) cannot be: wind speeds are from 0"
                " to 50 m/s, and powers are not negative."
            )
    if (np.diff(wind_speed) <= 0).any():
        raise NotACurve("The wind speeds must ascend, each above the one before.")
    if (np.diff(power_kw) < 0).any():
        raise NotACurve("The power must not fall: leave out what lies above the cut-out wind.")
    unknown = np.full(len(points), np.nan)
    return ReferenceCurve(wind_speed, power_kw, unknown, np.zeros(len(points), dtype=int))


def with_spread_of(given: ReferenceCurve, own: ReferenceCurve) -> ReferenceCurve:
    """Return a curve that a person gave with the spread of the turbine's own windows."""
    spread = np.interp(given.wind_speed, own.wind_speed, own.spread_kw)
    return ReferenceCurve(given.wind_speed, given.power_kw, spread, given.windows)


def misfit(given: ReferenceCurve, own: ReferenceCurve) -> float | None:
    """Return how many times the turbine's own a curve is that does not fit it; None if it does.

    Such a curve is of another type: what a turbine loses cannot be read off it.
    """
    expected = np.average(given.expected_kw(own.wind_speed), weights=own.windows)
    ratio = float(expected / np.average(own.power_kw, weights=own.windows))
    return None if 1 / MISFIT < ratio < MISFIT else ratio


@dataclass(frozen=True)
class Expected:
    """What each turbine should have given in each window, by its curve.

    `power_kw` and `spread_kw` have the farm's shape; NaN where there is no curve or no wind.
    `at_neighbours_wind_kw` is the same at the median wind of the neighbours that run and whose
    wind was measured.
    """

    power_kw: Array
    spread_kw: Array
    at_neighbours_wind_kw: Array


def usable(farm: Farm) -> Array:
    """Return the windows of which a curve may be made: enough samples of wind and power."""
    return (farm.coverage(SPEED) >= LEAST_COVERAGE) & (farm.coverage(POWER) >= LEAST_COVERAGE)


def energy_kwh(power_kw: Array) -> Array:
    """Return the energy of each window of a mean power."""
    return power_kw * WINDOW_HOURS


@dataclass(frozen=True)
class ValidCurve:
    """A curve, and the days that it is valid for, both included."""

    first: date
    last: date
    curve: ReferenceCurve

    def windows_of(self, farm: Farm) -> slice:
        """Return which windows of the farm it is valid for."""
        bounds = np.array([self.first, self.last + DAY], dtype=farm.starts.dtype)
        return slice(*np.searchsorted(farm.starts, bounds).tolist())


# The curves of each turbine, by its name.
Curves = Mapping[str, Sequence[ValidCurve]]
