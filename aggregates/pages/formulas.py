"""How one value follows from its samples, in words and with the numbers: for people to check.

Computed sample by sample with Python's own mathematics, not by the code that made the statistics.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, cos, degrees, fsum, hypot, log, radians, remainder, sin, sqrt

from aggregates.compute.rules import ROUNDING_DEG, SHORTEST_RESULTANT
from aggregates.compute.statistic_names import COUNT, MAXIMUM, MEAN, MINIMUM
from sourcedata.variables import Variable

TURN_DEG, HALF_TURN_DEG = 360, 180


@dataclass(frozen=True)
class Formula:
    """What was computed, and what it comes to; None where there is no such value."""

    text: str
    value: float | None


def turned(value: float, variable: Variable) -> float:
    """Return what the statistics are made of: an angle in the turn of its variable."""
    if variable.is_angle:
        return _in_circle(value)
    if variable.is_signed_angle and abs(value) > HALF_TURN_DEG:
        return remainder(value, TURN_DEG)
    return value


def _in_circle(degrees: float) -> float:
    # The remainder of a tiny negative number rounds to a whole turn, which is 0 again.
    return degrees % TURN_DEG % TURN_DEG


def formula(statistic: str, is_angle: bool, samples: Sequence[float]) -> Formula:
    """Return how the statistic follows from the samples that were used, angles in degrees."""
    if not samples:
        return Formula("No sample was used, so there is no value.", None)
    if statistic == COUNT:
        return Formula("the number of samples that were used", float(len(samples)))
    return (_of_angles if is_angle else _of_quantities)(statistic, samples)


def pooled(statistic: str, means: Sequence[float], told: Sequence[float], readings: int) -> Formula:
    """Return how a statistic follows from what samples tell of so many readings within each.

    `told` are their standard deviations, or their least or greatest readings.
    """
    if statistic in (MINIMUM, MAXIMUM):
        word, choose = ("least", min) if statistic == MINIMUM else ("greatest", max)
        text = f"the {word} of the readings, of which each sample's {word} is"
        return Formula(f"{text} {', '.join(map(_short, told))}", choose(told))
    freedom = len(means) * readings - 1
    if not freedom:
        return Formula("One reading has no standard deviation.", None)
    mean = fsum(means) / len(means)
    within = (readings - 1) * fsum(deviation**2 for deviation in told)
    between = readings * fsum((sample - mean) ** 2 for sample in means)
    text = (
        f"of {readings} readings a sample: √((Σ(k - 1)s² + kΣ(x - {_short(mean)})²) / (nk - 1))"
        f" = √(({_short(within)} + {_short(between)}) / {freedom})"
    )
    return Formula(text, sqrt((within + between) / freedom))


def _of_quantities(statistic: str, samples: Sequence[float]) -> Formula:
    mean = fsum(samples) / len(samples)
    if statistic == MEAN:
        return Formula(f"({' + '.join(map(_short, samples))}) / {len(samples)}", mean)
    if statistic in (MINIMUM, MAXIMUM):
        word, choose = ("least", min) if statistic == MINIMUM else ("greatest", max)
        return Formula(f"the {word} of {', '.join(map(_short, samples))}", choose(samples))
    if len(samples) == 1:
        return Formula("One sample has no standard deviation.", None)
    squares = fsum((sample - mean) ** 2 for sample in samples)
    text = f"√(Σ(x - {_short(mean)})² / (n - 1)) = √({_short(squares)} / {len(samples) - 1})"
    return Formula(text, sqrt(squares / (len(samples) - 1)))


def _of_angles(statistic: str, samples: Sequence[float]) -> Formula:
    s = fsum(sin(radians(sample)) for sample in samples) / len(samples)
    c = fsum(cos(radians(sample)) for sample in samples) / len(samples)
    vector = f"s = {_short(s)} (mean of the sines), c = {_short(c)} (of the cosines)"
    resultant = min(1.0, hypot(s, c))
    if resultant < SHORTEST_RESULTANT:
        return Formula(f"{vector}: the directions cancel out, there is only a count.", None)
    mean = _in_circle(degrees(atan2(s, c)))
    if statistic == MEAN:
        return Formula(f"{vector}; atan2(s, c)", mean)
    if statistic in (MINIMUM, MAXIMUM):
        return _extreme(statistic, mean, samples)
    if len(samples) == 1:
        return Formula("One sample has no standard deviation.", None)
    text = f"{vector}; R = √(s² + c²) = {_short(resultant)}; √(-2 ln R) in degrees"
    return Formula(text, degrees(sqrt(-2 * log(resultant))))


def _extreme(statistic: str, mean: float, samples: Sequence[float]) -> Formula:
    def deviation(sample: float) -> float:
        right = remainder(sample - mean, TURN_DEG)
        return right + TURN_DEG if right < ROUNDING_DEG - HALF_TURN_DEG else right

    side, choose = ("left", min) if statistic == MINIMUM else ("right", max)
    sample = choose(samples, key=deviation)
    text = f"the sample farthest to the {side} of the mean; {_short(mean)} {deviation(sample):+.6g}"
    return Formula(text, sample)


def _short(number: float) -> str:
    return f"{number:.6g}"
