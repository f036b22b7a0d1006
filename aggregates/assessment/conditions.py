"""What a turbine did in each window: one condition, and what it cost. The first that matches wins.

Each rule takes a farm and returns a table of truth, a row per turbine and a column per window. Its
figures were tried on a real year of four turbines and on a simulated farm of thirty:
docs/findings.md tells what each rule finds, and what it cannot see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from aggregates.assessment.anemometers import reads_too_much
from aggregates.assessment.farm import AT_REST, STRONG_WIND, Farm, once
from aggregates.assessment.frozen import frozen_power, frozen_wind_speed
from aggregates.assessment.neighbours import median_of_neighbours, most_neighbours
from aggregates.assessment.reference_curve import (
    Curves,
    Expected,
    energy_kwh,
    normalised_wind_speed,
    usable,
)
from aggregates.assessment.sequences import bounds, lasting, next_to
from aggregates.compute.windows import WINDOWS_PER_DAY
from common.arrays import Array


class Condition(StrEnum):
    """What a turbine did in a window."""

    UNKNOWN = "unknown"
    CUT_OUT = "cut_out"
    STOPPED = "stopped"
    STOPPED_BY_NEIGHBOURS = "stopped_by_neighbours"
    DERATED = "derated"
    CALM = "calm"
    PRODUCING = "producing"


# A day of a turbine is kept as one of these letters for each of its windows.
LETTERS = {
    Condition.UNKNOWN: "?",
    Condition.CUT_OUT: "o",
    Condition.STOPPED: "S",
    Condition.STOPPED_BY_NEIGHBOURS: "N",
    Condition.DERATED: "D",
    Condition.CALM: "c",
    Condition.PRODUCING: "p",
}
CONDITIONS = {letter: condition for condition, letter in LETTERS.items()}
LOSING = (Condition.STOPPED, Condition.STOPPED_BY_NEIGHBOURS, Condition.DERATED)

# Powers are shares of the rated power, wind speeds in m/s, durations in windows.
NO_POWER = 0.01
SLIGHTLY_EXPECTED, WORTH_LOOKING = 0.02, 0.05
LIGHT_WIND, HIGHEST_WIND = 3.5, 40.0
WEAK = 0.85
NEIGHBOURS_RUN, NEIGHBOURS_PRODUCE = 0.02, 0.10
SEEN_BY_NEIGHBOURS_WINDOWS = 6
DERATED_WINDOWS, DERATED_SPREADS = 3, 3
# Where the own wind promises so many times what the neighbours' wind does, one of them is wrong.
FAR_MORE = 1.7
NEAR_CUT_OUT, BACK_FROM_CUT_OUT = 1.0, 18.0


@dataclass(frozen=True)
class Judgement:
    """What every turbine of a farm did: tables with a row per turbine, a column per window.

    `letters` names the condition (as LETTERS), `lost_kwh` is what it cost, 0 where nothing was lost
    and NaN where nobody can say. `expected` is what it is judged by.
    """

    letters: Array
    expected: Expected
    lost_kwh: Array

    def is_(self, condition: Condition) -> Array:
        """Return the windows of that condition."""
        return self.letters == LETTERS[condition]

    def of_windows(self, columns: slice) -> "Judgement":
        """Return the judgement of some of the windows."""
        expected = Expected(
            self.expected.power_kw[:, columns],
            self.expected.spread_kw[:, columns],
            self.expected.at_neighbours_wind_kw[:, columns],
        )
        return Judgement(self.letters[:, columns], expected, self.lost_kwh[:, columns])


def expected(farm: Farm, curves: Curves) -> Expected:
    """Return what each turbine should have given; NaN for one without a curve."""
    wind_speed = normalised_wind_speed(farm)
    is_measured = ~_has_no_wind(farm) & usable(farm)
    runs = is_measured & (farm.relative_power > NEIGHBOURS_RUN)
    running = np.where(runs, wind_speed, np.nan)
    neighbours_wind_speed = median_of_neighbours(running)
    tables = [np.full(farm.shape, np.nan) for _ in range(3)]
    for number, turbine in enumerate(farm.turbines):
        for valid in curves.get(turbine, ()):
            of_days = (slice(number, number + 1), valid.windows_of(farm))
            tables[0][of_days] = valid.curve.expected_kw(wind_speed[of_days])
            tables[1][of_days] = valid.curve.expected_spread_kw(wind_speed[of_days])
            tables[2][of_days] = valid.curve.expected_kw(neighbours_wind_speed[of_days])
    return Expected(*tables)


def judge(farm: Farm, curves: Curves) -> Judgement:
    """Return the condition of every window, and what it cost."""
    by_curve = expected(farm, curves)
    rules = conditions(farm, by_curve)
    letters = np.select(
        list(rules.values()),
        [LETTERS[condition] for condition in rules],
        LETTERS[Condition.UNKNOWN],
    )
    return Judgement(letters, by_curve, _lost_kwh(farm, by_curve, letters))


def judge_by_day(farm: Farm, curves: Curves, first: int, last: int) -> Judgement:
    """Return the same of some of the farm's days, by their numbers, `last` not included.

    Each is judged by itself, the day before it and the day after it, so that it is judged alike
    however many are judged with it.
    """
    parts = []
    for number in range(first, last):
        around = max(number - 1, 0)
        judgement = judge(farm.of_days(around, number + 2), curves)
        start = (number - around) * WINDOWS_PER_DAY
        parts.append(judgement.of_windows(slice(start, start + WINDOWS_PER_DAY)))
    return joined(parts)


def joined(parts: Sequence[Judgement]) -> Judgement:
    """Return judgements of times that follow each other as one."""
    return Judgement(
        np.hstack([part.letters for part in parts]),
        Expected(
            np.hstack([part.expected.power_kw for part in parts]),
            np.hstack([part.expected.spread_kw for part in parts]),
            np.hstack([part.expected.at_neighbours_wind_kw for part in parts]),
        ),
        np.hstack([part.lost_kwh for part in parts]),
    )


def conditions(farm: Farm, expected: Expected) -> dict[Condition, Array]:
    """Return where each condition's rule matches, in the order in which the first one wins."""
    expected_share = expected.power_kw / farm.rated_power_kw
    # Of power without wind the anemometer is dead: nothing can be said.
    is_calm = (expected_share < SLIGHTLY_EXPECTED) & (farm.relative_power < WORTH_LOOKING)
    is_unknown = unknown(farm)
    stop = stopped(farm, expected, is_unknown)
    return {
        Condition.UNKNOWN: is_unknown,
        Condition.CUT_OUT: cut_out(farm),
        Condition.STOPPED: stop,
        Condition.STOPPED_BY_NEIGHBOURS: stopped_by_neighbours(farm, is_unknown),
        Condition.DERATED: derated(farm, expected, stop),
        Condition.CALM: is_calm,
        # At rest in light wind, a turbine without a curve may be calm or stopped: nobody can tell.
        Condition.PRODUCING: (expected_share >= SLIGHTLY_EXPECTED)
        | (np.isnan(expected_share) & (farm.relative_power >= AT_REST)),
    }


@once
def unknown(farm: Farm) -> Array:
    """Return the windows of which nothing can be said: too few samples, or none to be believed.

    Nor can anything be said of a turbine whose rated power nobody knows.
    """
    no_values = np.isnan(farm.wind_speed) | np.isnan(farm.relative_power)
    return no_values | ~usable(farm) | frozen_power(farm) | _has_no_wind(farm)


@once
def _has_no_wind(farm: Farm) -> Array:
    """Return the windows whose wind speed is none: it stands still, or its neighbours deny it."""
    return frozen_wind_speed(farm) | reads_too_much(farm)


def cut_out(farm: Farm) -> Array:
    """Return the windows at rest from a storm on until the wind has dropped: no loss.

    They begin where the highest wind of a window is at most 1 m/s below the cut-out wind, and last
    while the turbine is at rest and the mean wind stays above 18 m/s.
    """
    resting = (farm.relative_power < AT_REST) & (farm.wind_speed > BACK_FROM_CUT_OUT)
    is_storm = farm.highest_wind_speed >= farm.cut_out_m_s - NEAR_CUT_OUT
    out = np.zeros_like(resting)
    for number, row in enumerate(resting):
        for start, end in bounds(row):
            out[number, start:end] = is_storm[number, max(start - 1, 0) : start + 1].any()
    return out


def at_rest_in_wind(farm: Farm) -> Array:
    """Return the windows without power in wind that every turbine runs in; no curve is needed."""
    in_wind = (farm.wind_speed >= STRONG_WIND) & (farm.wind_speed <= HIGHEST_WIND)
    return in_wind & (farm.relative_power < AT_REST)


def at_rest_in_light_wind(farm: Farm, expected: Expected, is_unknown: Array) -> Array:
    """Return the windows at rest in light wind while the neighbours run."""
    in_wind = (farm.wind_speed >= LIGHT_WIND) & (farm.wind_speed < STRONG_WIND)
    should_run = expected.power_kw >= SLIGHTLY_EXPECTED * farm.rated_power_kw
    neighbours_run = _most_neighbours_give(farm, NEIGHBOURS_RUN, is_unknown)
    return in_wind & should_run & (farm.relative_power < NO_POWER) & neighbours_run


def partly_at_rest(farm: Farm, expected: Expected, at_rest: Array) -> Array:
    """Return the windows next to a stop in which much is missing: it began or ended within them.

    Not where so little is expected that nothing can be said of a share of it.
    """
    is_worth = expected.power_kw > WORTH_LOOKING * farm.rated_power_kw
    return next_to(at_rest) & is_worth & (farm.power_kw < WEAK * expected.power_kw)


def stopped(farm: Farm, expected: Expected, is_unknown: Array) -> Array:
    """Return the windows of a standstill in wind, as the turbine's own anemometer sees it.

    A window in which a storm's rest began or ended has lost nothing, as the rest itself has not;
    and next to windows of which nothing can be said, no rest is known.
    """
    at_rest = at_rest_in_wind(farm) | at_rest_in_light_wind(farm, expected, is_unknown)
    is_stop = at_rest & ~cut_out(farm) & ~is_unknown
    return at_rest | partly_at_rest(farm, expected, is_stop)


def stopped_by_neighbours(farm: Farm, is_unknown: Array) -> Array:
    """Return the windows at rest in which only the neighbours show that there was wind.

    As with an iced anemometer: most neighbours give above 10 % of their rated power, for an hour.
    """
    neighbours_produce = _most_neighbours_give(farm, NEIGHBOURS_PRODUCE, is_unknown)
    unseen = (farm.relative_power < NO_POWER) & neighbours_produce & ~at_rest_in_wind(farm)
    return lasting(unseen, SEEN_BY_NEIGHBOURS_WINDOWS)


def _most_neighbours_give(farm: Farm, share: float, is_unknown: Array) -> Array:
    """Return where most neighbours give more; one of which nothing can be said is no neighbour."""
    gives_more = ~is_unknown & (farm.relative_power > share)
    return most_neighbours(gives_more, ~is_unknown)


def derated(farm: Farm, expected: Expected, stop: Array) -> Array:
    """Return the windows of too little power for half an hour, beyond what normal windows spread.

    Not where a storm made the turbine go slow, and not where its anemometer alone says that there
    is much wind. Where the curve's spread is not known, none.
    """
    weak = farm.power_kw < expected.power_kw - DERATED_SPREADS * expected.spread_kw
    weak &= farm.power_kw < WEAK * expected.power_kw
    weak &= expected.power_kw > WORTH_LOOKING * farm.rated_power_kw
    is_storm = farm.highest_wind_speed >= farm.cut_out_m_s
    weak &= ~stop & ~is_storm & ~_reads_too_much(farm, expected)
    return lasting(weak, DERATED_WINDOWS)


def _reads_too_much(farm: Farm, expected: Expected) -> Array:
    """Return where the power is what the neighbours' wind promises, and far less than the own's."""
    at_neighbours_wind_kw = expected.at_neighbours_wind_kw
    is_enough = farm.power_kw >= WEAK * at_neighbours_wind_kw
    return is_enough & (expected.power_kw > FAR_MORE * at_neighbours_wind_kw)


def _lost_kwh(farm: Farm, expected: Expected, letters: Array) -> Array:
    """Return what was missing where something was lost."""
    lost = np.zeros(farm.shape)
    for condition in LOSING:
        is_unseen = condition is Condition.STOPPED_BY_NEIGHBOURS
        should_have_kw = expected.at_neighbours_wind_kw if is_unseen else expected.power_kw
        is_it = letters == LETTERS[condition]
        lost[is_it] = energy_kwh(np.maximum(should_have_kw - farm.power_kw, 0)[is_it])
    return lost
