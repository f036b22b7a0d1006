"""Direction shifted: a wind direction has turned away from those of the neighbours.

A vane that slipped, or a nacelle whose position is counted wrong. What turns all vanes of a farm
together cannot be seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from aggregates.assessment.checks.angles import circular_median, from_others, median_of_few, wrapped
from aggregates.assessment.checks.spells import Spell, goes_on, seen
from aggregates.assessment.checks.wording import days, degrees, named
from aggregates.assessment.conditions import WORTH_LOOKING, Judgement, unknown
from aggregates.assessment.farm import DIRECTION, NACELLE, STRONG_WIND, Farm
from aggregates.assessment.findings import Kind, Seen
from aggregates.assessment.frozen import frozen_direction
from aggregates.compute.windows import LEAST_COVERAGE, WINDOWS_PER_DAY
from common.arrays import Array

# A day has a value from two hours of wind on (of 5 m/s or more, with power above 5 % of the rated),
# and is believed alone from six hours on; else the next day with a value must say the same.
LEAST_WINDOWS, BELIEVED_WINDOWS = 12, 36
SHIFTED_DEG = 15
# From the first day on, for constant offsets of a real farm reach 15 degrees.
SHIFTED_FROM_THE_FIRST_DEG = 30
# So many days tell what is usual for a vane; so many at another level are its new north.
LEAST_DAYS, USUAL_DAYS = 5, 20
SIGNALS = (DIRECTION, NACELLE)


@dataclass
class Shift:
    """Days on which a turbine's direction lay off what is usual for it, in degrees.

    `usual` is None where nobody knows it. `days` are numbers of days, with a value each. It
    `is_lasting` where the new level has become usual.
    """

    usual: float | None
    days: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    is_over: bool = False
    is_lasting: bool = False

    @property
    def level(self) -> float:
        """The offset; the first day may have begun before the shift."""
        return median_of_few(self.values[1:] or self.values)

    @property
    def turn(self) -> float:
        """By how much it has turned."""
        return float(wrapped(self.level - (self.usual or 0)))


@dataclass
class Vane:
    """What is known of a turbine's direction after some days: what is usual, and its shifts."""

    unshifted: list[float] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)
    doubtful: list[tuple[int, float]] = field(default_factory=list)

    @property
    def usual(self) -> float | None:
        """The median of the last days that were not shifted."""
        enough = len(self.unshifted) >= LEAST_DAYS
        return median_of_few(self.unshifted[-USUAL_DAYS:]) if enough else None

    @property
    def shift(self) -> Shift | None:
        """The shift that goes on."""
        return self.shifts[-1] if self.shifts and not self.shifts[-1].is_over else None

    def see(self, day: int, value: float, windows: int) -> None:
        """Take a day's offset in."""
        if self._is_usual(value):
            self._is_back(value)
        elif self.shift and not self._is_another_level(value):
            self._goes_on(self.shift, day, value)
        else:
            self._begins(day, value, windows)

    def _is_usual(self, value: float) -> bool:
        """A shift is over where the value is nearer to the usual one too than to its level."""
        off = abs(wrapped(value - (self.usual or 0)))
        most = SHIFTED_FROM_THE_FIRST_DEG if self.usual is None else SHIFTED_DEG
        level = self.shift.level if self.shift else None
        nearer_to_level = level is not None and abs(wrapped(value - level)) < off
        return off <= most and not nearer_to_level

    def _is_back(self, value: float) -> None:
        self._end()
        self.unshifted.append(value)

    def _is_another_level(self, value: float) -> bool:
        assert self.shift
        is_sure_of_level = len(self.shift.days) > 1
        return is_sure_of_level and abs(wrapped(value - self.shift.level)) > SHIFTED_DEG

    def _goes_on(self, shift: Shift, day: int, value: float) -> None:
        for number, offset in [*self.doubtful, (day, value)]:
            shift.days.append(number)
            shift.values.append(offset)
        self.doubtful.clear()
        if shift.usual is not None and len(shift.days) >= USUAL_DAYS:
            shift.is_lasting = True
            self.unshifted[:] = shift.values[1:]
            self._end()

    def _begins(self, day: int, value: float, windows: int) -> None:
        self.doubtful.append((day, value))
        is_believed = windows >= BELIEVED_WINDOWS and not self.shift
        if is_believed or len(self.doubtful) > 1:
            began = self.doubtful.copy()
            self._end()
            self.shifts.append(
                Shift(self.usual, [day for day, _ in began], [value for _, value in began])
            )

    def _end(self) -> None:
        self.doubtful.clear()
        if self.shift:
            self.shift.is_over = True


def direction_shifted(farm: Farm, judgement: Judgement) -> list[Seen]:
    """Return when turbines' directions had turned away from those of their neighbours.

    Where the nacelle's direction has turned at the same time, it is the same fault.
    """
    vanes, nacelles = (list(shifts(farm, signal)) for signal in SIGNALS)
    alone = [
        (row, shift)
        for row, shift in nacelles
        if not any(row == other and _meet(shift, vane) for other, vane in vanes)
    ]
    return [
        *(_seen(farm, DIRECTION, row, shift, nacelles) for row, shift in vanes),
        *(_seen(farm, NACELLE, row, shift, []) for row, shift in alone),
    ]


def shifts(farm: Farm, signal: str) -> Iterator[tuple[int, Shift]]:
    """Yield the row of the turbine and each shift of its direction."""
    is_judged = _is_judged(farm, signal)
    if not is_judged.any():
        return
    offsets = np.full(farm.shape, np.nan)
    in_wind = is_judged.any(axis=0)
    directions = np.where(is_judged, farm.table(signal), np.nan)
    offsets[:, in_wind] = from_others(directions[:, in_wind])
    by_days = offsets.reshape(len(offsets), -1, WINDOWS_PER_DAY)
    windows = (~np.isnan(by_days)).sum(axis=2)
    values = np.where(windows >= LEAST_WINDOWS, circular_median(by_days), np.nan)
    for row, of_turbine in enumerate(values):
        vane = Vane()
        for day in np.flatnonzero(~np.isnan(of_turbine)).tolist():
            vane.see(day, float(of_turbine[day]), int(windows[row, day]))
        yield from ((row, shift) for shift in vane.shifts)


def _is_judged(farm: Farm, signal: str) -> Array:
    runs = (farm.wind_speed >= STRONG_WIND) & (farm.relative_power > WORTH_LOOKING)
    is_covered = farm.coverage(signal) >= LEAST_COVERAGE
    return runs & is_covered & ~unknown(farm) & ~frozen_direction(farm)


def _seen(
    farm: Farm, signal: str, row: int, shift: Shift, nacelles: list[tuple[int, Shift]]
) -> Seen:
    start, end = shift.days[0] * WINDOWS_PER_DAY, (shift.days[-1] + 1) * WINDOWS_PER_DAY
    is_shifted = np.zeros(len(farm.starts), dtype=bool)
    is_shifted[start:end] = True
    spell = Spell(row, start, end, is_shifted)
    with_nacelle = any(row == other and _meet(shift, nacelle) for other, nacelle in nacelles)
    sentence = _sentence(farm.turbines[row], signal, shift, with_nacelle, len(farm.days))
    nobody_knows_better = np.zeros(farm.shape, dtype=bool)
    is_open = not shift.is_over and goes_on(farm, spell, nobody_knows_better)
    return seen(farm, Kind.DIRECTION_SHIFTED, spell, sentence, is_open, signal)


def _sentence(
    turbine: str, signal: str, shift: Shift, with_nacelle: bool, days_looked_at: int
) -> str:
    how_long = days(len(shift.days))
    if shift.usual is None:
        said = (
            f"{turbine}'s {named(signal)} is {degrees(shift.level)} off its neighbours' on"
            f" {how_long} with wind of the {days(days_looked_at)} looked at; what was usual before"
            " is not known."
        )
    else:
        said = (
            f"{turbine}'s {named(signal)} has turned by {degrees(shift.turn)} against its"
            f" neighbours', on {how_long} with wind."
        )
    if with_nacelle:
        said += " Its nacelle's direction has turned as well: look at the count of its position."
    if shift.is_lasting:
        said += " That is a lasting step: from then on it is judged by the new direction."
    return said


def _meet(shift: Shift, other: Shift) -> bool:
    return shift.days[0] <= other.days[-1] and other.days[0] <= shift.days[-1]
