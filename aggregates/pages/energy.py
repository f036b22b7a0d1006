"""What the farm did on a day, and how much of the farm and of the day that is of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from aggregates import reader
from aggregates.analysis.performance import HOURS, POWER, SPEED
from aggregates.compute.windows import WINDOW, WINDOWS_PER_DAY
from aggregates.reader import DayOfMeans
from aggregates.runs.due import SETTLED_AFTER
from aggregates.states import DayState
from common.days import DAY, day_start

DAYS_BEFORE = 7


@dataclass(frozen=True)
class Yield:
    """What the farm did on a day, so far where it goes on; None where nothing tells.

    `turbines` of the `expected_turbines` gave the energy, in the part `windows_percent` of their
    windows. `usual_mwh` is the mean energy of those of the DAYS_BEFORE before that have any.
    """

    day: date
    is_whole: bool
    energy_mwh: float | None
    turbines: int
    expected_turbines: int
    windows_percent: int | None
    usual_mwh: float | None
    wind_speed_m_s: float | None


def yield_of(day: DayState, at: datetime) -> Yield:
    """Return what the farm did on the day, as far as the statistics tell at that time.

    It is whole where the day is over, and every expected turbine is complete and current.
    """
    powers = reader.means_by_day(POWER, day.day - DAYS_BEFORE * DAY, day.day)
    power, speed = powers.get(day.day), reader.means_by_day(SPEED, day.day, day.day).get(day.day)
    return Yield(
        day=day.day,
        is_whole=day.is_well and day.day < at.date(),
        energy_mwh=_energy_mwh(power) if power else None,
        turbines=power.turbines if power else 0,
        expected_turbines=max(day.expected_turbines, power.turbines if power else 0),
        windows_percent=_percent(power, day, at),
        usual_mwh=_usual_mwh(powers, day.day),
        wind_speed_m_s=speed.total / speed.windows if speed else None,
    )


def _energy_mwh(power_kw: DayOfMeans) -> float:
    return power_kw.total * HOURS / 1000


def _usual_mwh(powers_kw: Mapping[date, DayOfMeans], day: date) -> float | None:
    before = [_energy_mwh(power) for other, power in powers_kw.items() if other < day]
    return sum(before) / len(before) if before else None


def _percent(power: DayOfMeans | None, day: DayState, at: datetime) -> int | None:
    """Return how much of the windows that ended has a value, of all expected turbines.

    Those that are not settled yet are not missed.
    """
    ended = min((at - SETTLED_AFTER[-1] - day_start(day.day)) // WINDOW, WINDOWS_PER_DAY)
    expected = max(ended, 0) * day.expected_turbines
    if not power or not expected:
        return None
    return min(power.windows * 100 // expected, 100)
