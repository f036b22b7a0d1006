"""A small picture of a window's samples, for the page that explains its value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregates.compute.statistic_names import MAXIMUM, MEAN, MINIMUM
from aggregates.pages.explanation import Explanation

WIDTH, HEIGHT, MARGIN = 480, 160, 12
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


def picture(found: Explanation, statistic: str) -> Picture | None:
    """Return the picture, or None where no sample has a value."""
    shown = [one for one in found.samples if one.value is not None and abs(one.value) < 1e300]
    if not shown:
        return None
    # What was left out may lie so far off that the others would be one line.
    scaled = [one for one in shown if one.is_used] or shown
    values = [one.level for one in scaled if one.level is not None]
    least, greatest = min(values), max(values)

    def height(value: float) -> float:
        share = (value - least) / (greatest - least) if greatest > least else 0.5
        share = min(max(share, 0), 1)
        return round(HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN), 1)

    def across(time: datetime) -> float:
        share = (time - found.start) / (found.end - found.start)
        return round(MARGIN + share * (WIDTH - 2 * MARGIN), 1)

    points = [
        Point(
            x=across(one.timestamp),
            y=height(one.level or 0.0),
            is_used=one.is_used,
            text=f"{one.timestamp:%H:%M:%S}: {one.value:g}, {one.verdict}",
        )
        for one in shown
    ]
    is_shown = statistic in LEVELS and found.value is not None and least <= found.value <= greatest
    level = height(found.value) if is_shown and found.value is not None else None
    return Picture(points, level, least, greatest)
