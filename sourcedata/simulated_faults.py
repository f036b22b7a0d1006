"""Faults of simulated turbines: what they do to the measurements, and to when these arrive.

Each of the turbines from T02 to T07 has one, over and over; the others are well. Pure NumPy, no
clock: whether a fault is there depends on the minute alone.
"""

from collections.abc import Callable, Mapping

import numpy as np

from sourcedata.simulation import FEATHERED_DEG, Column, Floats, Integers

SILENT, LATE, FROZEN, STOPPED, WEAK, TURNED = range(2, 8)
NAMES: Mapping[int, str] = {
    SILENT: "falls silent for 50 minutes of every 3 hours",
    LATE: "sends what it measures in 20 minutes of every hour at their end",
    FROZEN: "has a wind speed that stands still for 3 of every 6 hours",
    STOPPED: "stands still in wind for 2 of every 6 hours",
    WEAK: "gives 15 % less power",
    TURNED: "has a vane that is 40 degrees off",
}
STOPPED_KW, LOST_SHARE, TURN_DEG = -12.0, 0.15, 40.0


def arrives_at(turbine_number: int, minute: int) -> int | None:
    """Return after which minute, since 1970, the sample of `minute` arrives; None for never."""
    if turbine_number == SILENT and minute % 180 < 50:
        return None
    if turbine_number == LATE and minute % 60 < 20:
        return minute - minute % 60 + 20
    return minute


def with_fault(
    turbine_number: int, minutes: Integers, columns: Mapping[str, Column]
) -> dict[str, Column]:
    """Return what a turbine records, whose fault changes what it measures.

    `minutes` since 1970 are those of the columns, which are as `simulate` returns them.
    """
    change = CHANGES.get(turbine_number)
    return {**columns, **(change(minutes, columns) if change else {})}


def _frozen(minutes: Integers, columns: Mapping[str, Column]) -> dict[str, Floats]:
    wind_speed = columns["wind_speed"]
    # It keeps the value that it had when it froze.
    began = np.maximum(np.arange(len(minutes)) - minutes % 360, 0)
    return {"wind_speed": np.where(minutes % 360 < 180, wind_speed[began], wind_speed)}


def _stopped(minutes: Integers, columns: Mapping[str, Column]) -> dict[str, Floats]:
    stands = minutes % 360 < 120
    still = {"power": STOPPED_KW, "rotor_speed": 0.0, "pitch_angle": FEATHERED_DEG}
    return {name: np.where(stands, value, columns[name]) for name, value in still.items()}


def _weak(minutes: Integers, columns: Mapping[str, Column]) -> dict[str, Floats]:
    return {"power": columns["power"] * (1 - LOST_SHARE)}


def _turned(minutes: Integers, columns: Mapping[str, Column]) -> dict[str, Floats]:
    return {"wind_direction": (columns["wind_direction"] + TURN_DEG) % 360}


CHANGES: Mapping[int, Callable[[Integers, Mapping[str, Column]], dict[str, Floats]]] = {
    FROZEN: _frozen,
    STOPPED: _stopped,
    WEAK: _weak,
    TURNED: _turned,
}
