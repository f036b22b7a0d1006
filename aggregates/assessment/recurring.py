"""Hours of the day in which a kind of finding is no news, as of curtailment at night.

What is lost in these hours is told apart from the rest: a stop by day is news also where the
turbine is curtailed each night, though the two are less than a day apart.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time

import numpy as np

from aggregates.assessment.checks.all_checks import findings
from aggregates.assessment.conditions import LETTERS, LOSING, Condition, Judgement
from aggregates.assessment.farm import Farm
from aggregates.assessment.findings import Kind, Seen
from aggregates.compute.windows import starts_between
from common.arrays import Array


@dataclass(frozen=True)
class Hours:
    """From `start` to `end` UTC, over midnight where it is before; of a turbine, or "" for all."""

    turbine: str
    kind: Kind
    start: time
    end: time

    def has(self, starts: Array) -> Array:
        """Return which windows begin in these hours, by their starts."""
        of_day = starts - starts.astype("datetime64[D]")
        begin, end = (_since_midnight(at) for at in (self.start, self.end))
        if begin <= end:
            return (of_day >= begin) & (of_day < end)
        return (of_day >= begin) | (of_day < end)

    def is_of(self, seen: Seen) -> bool:
        """Return whether all of a finding lies in these hours."""
        if self.kind != seen.kind or self.turbine not in ("", seen.turbine):
            return False
        return bool(self.has(starts_between(seen.start, seen.end)).all())


def _since_midnight(at: time) -> np.timedelta64:
    return np.timedelta64(3600 * at.hour + 60 * at.minute + at.second, "s")


@dataclass(frozen=True)
class ToldApart:
    """A judgement in which the losses in some hours are not, and by hours one that has them alone.

    `recurring` are all hours, also of kinds that lose nothing.
    """

    usual: Judgement
    of_hours: Mapping[Hours, Judgement]
    recurring: Sequence[Hours]


def told_apart(farm: Farm, judgement: Judgement, recurring: Sequence[Hours]) -> ToldApart:
    """Return the judgement with what is lost in these hours told apart from the rest."""
    usual, of_hours = judgement, {}
    for hours in recurring:
        if hours.kind.value in LOSING:
            in_hours = _windows_of(hours, farm, usual)
            of_kind = usual.is_(Condition(hours.kind.value))
            of_hours[hours] = _without(usual, of_kind & ~in_hours)
            usual = _without(usual, in_hours)
    return ToldApart(usual, of_hours, recurring)


def findings_beside(
    farm: Farm, judgement: ToldApart, first: date, last: date, kind: Kind
) -> Iterator[tuple[Seen, Hours | None]]:
    """Yield the findings of a kind in these days, with the hours in which one of them recurs."""
    for hours, of_hours in judgement.of_hours.items():
        if hours.kind == kind:
            for seen in findings(farm, of_hours, first, last, [kind]):
                yield seen, hours
    for seen in findings(farm, judgement.usual, first, last, [kind]):
        yield seen, next((hours for hours in judgement.recurring if hours.is_of(seen)), None)


def _windows_of(hours: Hours, farm: Farm, judgement: Judgement) -> Array:
    is_of_turbine = np.array([hours.turbine in ("", name) for name in farm.turbines])
    in_hours = is_of_turbine[:, np.newaxis] & hours.has(farm.starts)
    return judgement.is_(Condition(hours.kind.value)) & in_hours


def _without(judgement: Judgement, windows: Array) -> Judgement:
    """Return the judgement that says nothing of some windows."""
    return replace(
        judgement,
        letters=np.where(windows, LETTERS[Condition.UNKNOWN], judgement.letters),
        lost_kwh=np.where(windows, 0, judgement.lost_kwh),
    )
