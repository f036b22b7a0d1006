"""Plausible 1-minute data of a wind farm: NumPy alone, no clock, no database.

Every value is a function of the seed, the turbine and the minute. So a day is the same in whatever
range it is asked for, and ranges that meet join without a jump.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from sourcedata.variables import VARIABLES, Variable

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Column = NDArray[Any]

MINUTES_PER_DAY = 1440
DECIMALS = 2
# The turbine number that stands for what all turbines have in common.
FARM = 0

# About a Senvion MM82.
RATED_POWER_KW = 2050.0
ROTOR_DIAMETER_M = 82.0
HUB_HEIGHT_M = 80.0
CUT_IN_MS, RATED_MS, CUT_OUT_MS = 3.5, 12.5, 25.0
LOWEST_RPM, RATED_RPM, RPM_PER_MS = 8.5, 17.1, 1.9
FEATHERED_DEG = 88.0
# A yaw drive turns the nacelle now and then, not all the time.
YAW_INTERVAL_MIN = 7

SITE_LATITUDE, SITE_LONGITUDE = 48.45, 5.59
TURBINES_PER_ROW = 10
ROW_SPACING_DEG, COLUMN_SPACING_DEG = 0.0045, 0.0068  # 500 m, six rotor diameters

WEATHER_CYCLE_MIN = 5 * MINUTES_PER_DAY


@dataclass(frozen=True)
class Noise:
    """Random numbers that depend on nothing but the seed, the turbine, a name and the time.

    `minutes` since 1970, ascending.
    """

    seed: int
    turbine_number: int
    minutes: Integers

    def varying(self, name: str, scale_min: int = 1) -> Floats:
        """Return a number in [-1, 1) per minute, of mean 0.

        It is drawn every `scale_min` minutes and interpolated in between.
        """
        first, last = self.minutes[[0, -1]] // scale_min
        drawn = self._draw(name, scale_min, int(first), int(last - first) + 2)
        return np.interp(self.minutes / scale_min, np.arange(first, last + 2), drawn)

    def constant(self, name: str) -> float:
        """Return a number in [-1, 1) that holds for all times."""
        return float(self._draw(name, 0, 0, 1)[0])

    def _draw(self, name: str, scale_min: int, first: int, count: int) -> Floats:
        # PCG64 can start at any place of its sequence: the n-th number always belongs to time n.
        key = [self.seed, self.turbine_number, crc32(name.encode()), scale_min]
        bits = np.random.PCG64(key).advance(first)
        return 2 * np.random.Generator(bits).random(count) - 1


def turbine_name(turbine_number: int) -> str:
    """Return `T01` for 1. A name does not depend on how many turbines there are."""
    return f"T{turbine_number:02}"


def turbine_fields(turbine_number: int) -> dict[str, float]:
    """Return what the turbine table says of a simulated turbine, by field."""
    row, column = divmod(turbine_number - 1, TURBINES_PER_ROW)
    return {
        "rated_power_kw": RATED_POWER_KW,
        "latitude": round(SITE_LATITUDE + row * ROW_SPACING_DEG, 6),
        "longitude": round(SITE_LONGITUDE + column * COLUMN_SPACING_DEG, 6),
        "hub_height_m": HUB_HEIGHT_M,
        "rotor_diameter_m": ROTOR_DIAMETER_M,
    }


def simulate(
    turbine_number: int, start: date, days: int, seed: int, missing: float, rated_power_kw: float
) -> dict[str, Column]:
    """Return what the turbine, numbered from 1, measured in each minute of `days` UTC days.

    `timestamp` (datetime64[us], UTC) and a float column per variable, in its unit, each of length
    1440 x days; NaN in the share `missing` (0 to 1) of the cells. A variable of the catalogue
    that is not simulated has no column.
    """
    timestamp = np.datetime64(start, "m") + np.arange(days * MINUTES_PER_DAY)
    minutes = timestamp.astype(np.int64)
    turbine = Noise(seed, turbine_number, minutes)
    signals = _signals(Noise(seed, FARM, minutes), turbine, rated_power_kw)
    columns: dict[str, Column] = {"timestamp": timestamp.astype("datetime64[us]")}
    for variable in VARIABLES:
        if variable.name in signals:
            recorded = _recorded(signals[variable.name], variable)
            columns[variable.name] = _with_gaps(recorded, turbine, variable, missing)
    return columns


def _recorded(values: Floats, variable: Variable) -> Floats:
    # Rounding can make a full turn, which is 0 again, and a negative zero, which nobody records.
    if variable.is_angle:
        return np.round(values % 360, DECIMALS) % 360
    return np.round(values, DECIMALS) + 0.0


def _with_gaps(values: Floats, turbine: Noise, variable: Variable, missing: float) -> Floats:
    chance = (turbine.varying(f"missing {variable.name}") + 1) / 2
    return np.where(chance < missing, np.nan, values)


def _signals(farm: Noise, turbine: Noise, rated_power_kw: float) -> dict[str, Floats]:
    wind_speed = _wind_speed(farm, turbine)
    # What the rotor catches differs from what the anemometer behind it sees.
    scatter = turbine.varying("rotor wind") + turbine.varying("rotor wind", 15)
    rotor_wind = wind_speed * (1 + 0.06 * scatter)
    return {
        "wind_speed": wind_speed,
        "wind_direction": _wind_direction(farm, turbine, wind_speed),
        "power": _power(turbine, rotor_wind, rated_power_kw),
        "ambient_temperature": _ambient_temperature(farm, turbine),
        "rotor_speed": _rotor_speed(turbine, rotor_wind),
        "pitch_angle": _pitch_angle(turbine, rotor_wind),
        "nacelle_direction": _nacelle_direction(farm, turbine),
    }


def _weather_phase(farm: Noise) -> Floats:
    """Return where in its cycle of lows and highs the weather is, in radians."""
    regular = 2 * np.pi * farm.minutes / WEATHER_CYCLE_MIN + np.pi * farm.constant("weather")
    return regular + 1.2 * farm.varying("weather", 3 * MINUTES_PER_DAY)


def _daily_cycle(minutes: Integers, peak_hour: int) -> Floats:
    return np.cos(2 * np.pi * (minutes / 60 - peak_hour) / 24)


def _wind_speed(farm: Noise, turbine: Noise) -> Floats:
    weather = 0.85 * np.sin(_weather_phase(farm)) + 0.35 * farm.varying("wind", 6 * 60)
    # At hub height the nights are windier than the days.
    daily = 0.12 * _daily_cycle(farm.minutes, peak_hour=2)
    gusts = 0.1 * farm.varying("gusts", 30) + 0.06 * turbine.constant("exposure")
    gusts += 0.1 * turbine.varying("gusts", 12) + 0.1 * turbine.varying("gusts", 3)
    turbulence = 0.4 * turbine.varying("turbulence")
    return np.clip(7.0 * np.exp(weather + daily) * (1 + gusts) - 1 + turbulence, 0, 40)


def _mean_direction(farm: Noise) -> Floats:
    """Return the farm's wind direction in degrees, not wrapped: south-east to north-east."""
    return 265 + 130 * np.sin(_weather_phase(farm) + 1) + 20 * farm.varying("direction", 3 * 60)


def _wind_direction(farm: Noise, turbine: Noise, wind_speed: Floats) -> Floats:
    """Return degrees; a light wind wanders more than a strong one."""
    wandering = turbine.varying("direction", 5) + turbine.varying("direction")
    return _mean_direction(farm) + (4 + 30 / (1 + wind_speed)) * wandering


def _nacelle_direction(farm: Noise, turbine: Noise) -> Floats:
    """Return degrees: the wind's direction when the yaw drive last turned, and a small error."""
    last_turn = farm.minutes // YAW_INTERVAL_MIN * YAW_INTERVAL_MIN
    then = Noise(farm.seed, farm.turbine_number, last_turn)
    error = 3 * turbine.constant("yaw error")
    return _mean_direction(then) + error


def _is_running(rotor_wind: Floats) -> NDArray[np.bool_]:
    return (rotor_wind >= CUT_IN_MS) & (rotor_wind < CUT_OUT_MS)


def _power(turbine: Noise, rotor_wind: Floats, rated_power_kw: float) -> Floats:
    """Return kW: none at cut-in, rated from rated wind speed on; standstill draws a little.

    In between it grows as the power of the wind, with the cube of its speed: 0.5 rho A v^3.
    """
    cubic = (rotor_wind**3 - CUT_IN_MS**3) / (RATED_MS**3 - CUT_IN_MS**3)
    produced = np.where(_is_running(rotor_wind), np.minimum(cubic, 1), -0.002)
    return rated_power_kw * (produced + 0.001 * turbine.varying("power"))


def _rotor_speed(turbine: Noise, rotor_wind: Floats) -> Floats:
    """Return rpm: in proportion to the wind within the generator's range, else idling."""
    producing = np.clip(RPM_PER_MS * rotor_wind, LOWEST_RPM, RATED_RPM)
    idling = 0.2 * np.minimum(rotor_wind, CUT_IN_MS)
    steady = np.where(_is_running(rotor_wind), producing, idling)
    return steady * (1 + 0.01 * turbine.varying("rotor speed"))


def _pitch_angle(turbine: Noise, rotor_wind: Floats) -> Floats:
    """Return degrees: flat up to rated wind speed, then about as the NREL 5 MW turbine pitches.

    A fit of a square root to Jonkman et al. (2009), NREL/TP-500-38060, table 7-1.
    """
    surplus_ms = np.maximum(rotor_wind - RATED_MS, 0)
    pitch_deg = np.where(_is_running(rotor_wind), 6.3 * np.sqrt(surplus_ms), FEATHERED_DEG)
    return pitch_deg + 0.1 * turbine.varying("pitch")


def _ambient_temperature(farm: Noise, turbine: Noise) -> Floats:
    """Return degC: warmest in July and in the afternoon."""
    season = -np.cos(2 * np.pi * (farm.minutes / MINUTES_PER_DAY - 20) / 365.25)
    daily = _daily_cycle(farm.minutes, peak_hour=15)
    weather = 3 * farm.varying("temperature", MINUTES_PER_DAY) + 0.5 * farm.varying("clouds", 40)
    return 10 + 8 * season + 4 * daily + weather + 0.2 * turbine.varying("temperature")
