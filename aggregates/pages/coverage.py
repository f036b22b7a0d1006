"""How many of a day's samples were used of each variable, hour by hour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

# From none to all of an hour's samples.
BLOCKS = "·▁▂▃▄▅▆▇█"
HOUR_S = 3600


@dataclass(frozen=True)
class VariableCoverage:
    """A variable's samples of a day that were used, and `percent`, the part of those expected.

    `by_hour` is a picture of 24 letters, and `empty` says in words which hours (UTC) have none.
    """

    variable: str
    samples: int
    percent: int | None
    by_hour: str
    empty: str


def coverage(used: Mapping[str, Sequence[int]], expected: int) -> list[VariableCoverage]:
    """Return the coverage of each variable; `used` has a number per hour, `expected` is a day's."""
    return [_coverage(variable, by_hour, expected) for variable, by_hour in used.items()]


def picture(by_hour: Sequence[int], sample_interval_s: int) -> str:
    """Return a letter per hour, which says how many were used of the samples it should have."""
    return "".join(_block(samples, HOUR_S / sample_interval_s) for samples in by_hour)


def _coverage(variable: str, by_hour: Sequence[int], expected: int) -> VariableCoverage:
    samples = sum(by_hour)
    # Of a day under way, or where nobody knows what to expect, the fullest hour is the measure.
    of_hour = max(expected / len(by_hour), *by_hour)
    return VariableCoverage(
        variable=variable,
        samples=samples,
        percent=min(samples * 100 // expected, 100) if expected else None,
        by_hour="".join(_block(number, of_hour) for number in by_hour),
        empty=_empty(by_hour),
    )


def _block(number: int, expected: float) -> str:
    if not number:
        return BLOCKS[0]
    last = len(BLOCKS) - 1
    return BLOCKS[min(max(round(number / expected * last), 1), last)]


def _empty(by_hour: Sequence[int]) -> str:
    runs = groupby(range(len(by_hour)), key=lambda hour: not by_hour[hour])
    spans = [list(hours) for is_empty, hours in runs if is_empty]
    return ", ".join(f"{span[0]:02}:00 to {span[-1] + 1:02}:00" for span in spans)
