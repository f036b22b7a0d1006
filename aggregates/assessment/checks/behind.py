"""Behind: for days on end a turbine gives less of what its wind promises than its farm does."""

from dataclasses import dataclass

import numpy as np

from aggregates.assessment.checks.icing import iced
from aggregates.assessment.checks.neighbours_wind import before, to_neighbours_wind
from aggregates.assessment.checks.spells import (
    Spell,
    by_day,
    goes_on,
    is_most_of_look,
    of_days,
    seen,
    spells,
)
from aggregates.assessment.checks.wording import days, energy, share
from aggregates.assessment.conditions import Condition, Judgement
from aggregates.assessment.farm import Farm
from aggregates.assessment.findings import Kind, Seen
from aggregates.assessment.neighbours import LEAST_NEIGHBOURS
from aggregates.assessment.reference_curve import energy_kwh
from aggregates.compute.windows import WINDOWS_PER_DAY
from common.arrays import Array

# Over seven days with 100 windows or more, energy over expected energy, over the farm's median of
# the same days, is below 0.93. 15 % less for five days is found in 93 of 100 cases that were put
# into a real year; at 0.90 in 68.
WEEK, LEAST_WINDOWS = 7, 100
FAR_BEHIND = 0.93
# A week has four days of 20 such windows, and a turbine that is new has 28 before it is judged: its
# curve is of the same few days, and of whatever wind they had.
DAY_WINDOWS, LEAST_DAYS, LEAST_DAYS_OF_NEW = 20, 4, 28
# The days are those that lie nearer to 15 % less than to nothing less, taken together.
DAY_BEHIND = (1 + 0.85) / 2
# A loss shows by the neighbours' wind as well, against the 60 days before. Of 72 healthy
# anemometers that were set 5 or 8 % higher 4 claim a loss, and of 46 losses of 15 % 40 do; at 0.97,
# 12 and 45.
AS_BEFORE = 0.93


@dataclass(frozen=True)
class Yields:
    """Energy given and expected in kWh, and windows, of each turbine in each day or week."""

    given: Array
    expected: Array
    windows: Array

    @property
    def tells(self) -> Array:
        """Which days have enough windows to count."""
        return self.windows >= DAY_WINDOWS

    def of_weeks(self) -> "Yields":
        """Return the sums of each day with the six before it; none where too few of them tell."""
        is_week = _of_weeks(self.tells) >= LEAST_DAYS
        windows = np.where(is_week, _of_weeks(self.windows), 0)
        return Yields(_of_weeks(self.given), _of_weeks(self.expected), windows)

    def ratio(self, least_windows: int) -> Array:
        """Return energy over expected energy; NaN where too few windows tell."""
        enough = (self.windows >= least_windows) & (self.expected > 0)
        return np.divide(
            self.given, self.expected, out=np.full(self.given.shape, np.nan), where=enough
        )


def behind(farm: Farm, judgement: Judgement) -> list[Seen]:
    """Return the days on which turbines lay behind their farm."""
    is_normal = judgement.is_(Condition.PRODUCING) & ~iced(farm, judgement)
    yields = _yields(farm, judgement, is_normal)
    ratio = yields.of_weeks().ratio(LEAST_WINDOWS)
    to_farm = ratio / _median_of_farm(ratio)
    should_have = yields.expected * _median_of_farm(yields.ratio(1))
    lacking = np.nan_to_num(DAY_BEHIND * should_have - yields.given)
    has_caught_up = of_days(to_farm >= FAR_BEHIND)
    return [
        seen(
            farm,
            Kind.BEHIND,
            worst,
            _sentence(
                farm,
                worst,
                yields,
                should_have,
                _to_before(farm, judgement, worst, is_normal),
            ),
            goes_on(farm, weeks, has_caught_up),
        )
        for weeks in spells(of_days(_and_six_before(to_farm < FAR_BEHIND)))
        for worst in [_worst(weeks, lacking, yields.windows[weeks.row] > 0)]
        # A week may be far behind while none of its days lacks enough to be told.
        if worst.count and _is_known_for_long(farm, yields, worst)
    ]


def _yields(farm: Farm, judgement: Judgement, is_normal: Array) -> Yields:
    is_normal = is_normal & ~np.isnan(judgement.expected.power_kw)
    given, expected = (
        by_day(energy_kwh(np.where(is_normal, power_kw, 0)))
        for power_kw in (farm.power_kw, judgement.expected.power_kw)
    )
    return Yields(given, expected, by_day(is_normal))


def _is_known_for_long(farm: Farm, yields: Yields, spell: Spell) -> bool:
    """Return whether the turbine is not new, or has been there for long enough before the spell."""
    sent_at_first = (~np.isnan(farm.power_kw[spell.row, : WEEK * WINDOWS_PER_DAY])).any()
    days_before = yields.tells[spell.row, : spell.start // WINDOWS_PER_DAY].sum()
    return bool(sent_at_first or days_before >= LEAST_DAYS_OF_NEW)


def _of_weeks(table: Array) -> Array:
    sums = np.zeros(table.shape)
    if table.shape[1] >= WEEK:
        weeks = np.lib.stride_tricks.sliding_window_view(table, WEEK, axis=1)
        sums[:, WEEK - 1 :] = weeks.sum(axis=2)
    return sums


def _median_of_farm(ratio: Array) -> Array:
    """Return the median of all turbines in each column; NaN with fewer than two neighbours."""
    enough = (~np.isnan(ratio)).sum(axis=0) > LEAST_NEIGHBOURS
    medians = np.full(ratio.shape[1], np.nan)
    if enough.any():
        medians[enough] = np.nanmedian(ratio[:, enough], axis=0)
    return medians


def _and_six_before(table: Array) -> Array:
    days_of_weeks = table.copy()
    for back in range(1, WEEK):
        days_of_weeks[:, :-back] |= table[:, back:]
    return days_of_weeks


def _worst(weeks: Spell, lacking: Array, has_windows: Array) -> Spell:
    """Return the days in a row, of some weeks, that lack most; it ran on the outer ones."""
    first, last = weeks.start // WINDOWS_PER_DAY, weeks.end // WINDOWS_PER_DAY
    sums = np.concatenate([[0], np.cumsum(lacking[weeks.row, first:last])])
    # Row i, column j: what the days from i on lack before j.
    start, end = np.unravel_index(np.argmax(np.triu(sums - sums[:, np.newaxis])), (len(sums),) * 2)
    ran = first + int(start) + np.flatnonzero(has_windows[first + int(start) : first + int(end)])
    days = (int(ran[0]), int(ran[-1]) + 1) if len(ran) else (first, first)
    bounds = days[0] * WINDOWS_PER_DAY, days[1] * WINDOWS_PER_DAY
    windows = np.zeros_like(weeks.windows)
    windows[slice(*bounds)] = True
    return Spell(weeks.row, *bounds, windows)


def _sentence(
    farm: Farm, spell: Spell, yields: Yields, should_have: Array, to_before: float
) -> str:
    of_spell = spell.row, slice(spell.start // WINDOWS_PER_DAY, spell.end // WINDOWS_PER_DAY)
    given, promised = yields.given[of_spell].sum(), np.nansum(should_have[of_spell])
    lasting = f"for {days(spell.count // WINDOWS_PER_DAY)} while it ran"
    sentence = (
        f"{farm.turbines[spell.row]} gave {share(given / promised)} of what its wind promises and"
        f" its farm gives, {lasting}"
    )
    if np.isnan(to_before):
        return f"{sentence}; too few windows before or in that time tell whether that is a loss."
    if to_before >= AS_BEFORE:
        return (
            f"{sentence}; by its neighbours' wind it gives what it gave before, so that its"
            " anemometer may read too much."
        )
    sentence += f": {energy(promised - given)} less."
    if is_most_of_look(spell, ~np.isnan(farm.power_kw)):
        sentence += " That is most of the time looked at: its reference curve may not be its own."
    return sentence


def _to_before(farm: Farm, judgement: Judgement, spell: Spell, is_normal: Array) -> float:
    """Return what it gives by its neighbours' wind over what it gave so before the spell.

    NaN where too few windows tell.
    """
    ratio_before, ratio = (
        to_neighbours_wind(farm, judgement, spell.row, columns, is_normal)
        for columns in (before(spell.start), slice(spell.start, spell.end))
    )
    return ratio / ratio_before if ratio_before else np.nan
