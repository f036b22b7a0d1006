"""A small picture of a window's samples, for the page that explains its value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregates.compute.statistic_names import MAXIMUM, MEAN, MINIMUM
from aggregates.pages.explanation import Explanation

WIDTH, HEIGHT, MARGIN = 480, 160, 12
# Differences of larger numbers overflow.
TOO_LARGE = 1e300
# The statistics that are a level among the samples.
LEVELS = (MEAN, MINIMUM, MAXIMUM)


@dataclass(frozen=True)
class Point:
    """A sample in the picture, in pixels from its left and upper edge, and it in words."""

    x: float
    y: float
    is_used: bool
    text: str


@dataclass(frozen=True)
class Picture:
    """The samples that have a value; `level` is how high the stored one lies, if among them.

    It reaches from the `least` of the samples that were used to the `greatest`.
    """

    points: Sequence[Point]
    level: float | None
    least: float
    greatest: float
    width: int = WIDTH
    height: int = HEIGHT


def picture(explanation: Explanation, statistic: str) -> Picture | None:
    """Return the picture, or None where no sample has a value."""
    shown = [
        sample
        for sample in explanation.samples
        if sample.value is not None and abs(sample.value) < TOO_LARGE
    ]
    if not shown:
        return None
    # What was left out may lie so far off that the others would be one line.
    scaled = [sample for sample in shown if sample.is_used] or shown
    values = [sample.level for sample in scaled if sample.level is not None]
    least, greatest = min(values), max(values)

    def height(value: float) -> float:
        share = (value - least) / (greatest - least) if greatest > least else 0.5
        share = min(max(share, 0), 1)
        return round(HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN), 1)

    def across(time: datetime) -> float:
        share = (time - explanation.start) / (explanation.end - explanation.start)
        return round(MARGIN + share * (WIDTH - 2 * MARGIN), 1)

    points = [
        Point(
            x=across(sample.timestamp),
            y=height(sample.level or 0.0),
            is_used=sample.is_used,
            text=f"{sample.timestamp:%H:%M:%S}: {sample.value:g}, {sample.verdict}",
        )
        for sample in shown
    ]
    is_shown = (
        statistic in LEVELS
        and explanation.value is not None
        and least <= explanation.value <= greatest
    )
    level = height(explanation.value) if is_shown and explanation.value is not None else None
    return Picture(points, level, least, greatest)
