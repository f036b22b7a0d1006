"""A power curve as a person writes it: a line for each point, `wind;power`."""

import re
from collections.abc import Sequence

from aggregates.assessment.reference_curve import NotACurve
from common.wording import quoted

MOST_POINTS = 500
NUMBER = r"[+-]?\d+(?:\.\d+)?"
# A comma is a decimal point where a semicolon, a tab or a space stands between the two.
POINT = re.compile(rf"({NUMBER})\s*[;,\t ]\s*({NUMBER})")


def points_of_lines(text: str) -> list[tuple[float, float]]:
    """Return the points, wind speed in m/s and power in kW; empty lines are left out.

    Raises:
        NotACurve: where a line is no point, or there are too many.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1)]
    written = [(number, line) for number, line in lines if line]
    if len(written) > MOST_POINTS:
        raise NotACurve(
            f"A power curve has {MOST_POINTS} points at most; these are {len(written)}."
        )
    return [_point(number, line) for number, line in written]


def _point(number: int, line: str) -> tuple[float, float]:
    has_decimal_commas = bool(re.search(r"[;\t ]", line))
    match = POINT.fullmatch(line.replace(",", ".") if has_decimal_commas else line)
    if not match:
        raise NotACurve(
            f"Line {number}, {quoted(line)}, is no point: a line is a wind speed in m/s, a"
            " semicolon and a power in kW, such as 8.5;1200. Headings and other words are to be"
            " left out."
        )
    return float(match[1]), float(match[2])


def lines_of_points(points: Sequence[Sequence[float]]) -> str:
    """Return the points as they may be written."""
    return "\n".join(f"{wind_speed:g};{power_kw:.10g}" for wind_speed, power_kw, *_ in points)
