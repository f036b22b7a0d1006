"""What the values of a variable look like: for people to see whether a table is understood."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from common.arrays import Array

# Quantiles of a longer column are those of so many of its values, drawn by chance.
MOST_DRAWN = 100_000
# Of more different values the rarer half is forgotten.
MOST_DIFFERENT = 20_000
# A value is counted that comes more often in some ten thousand rows.
LEAST_OFTEN = 2
# These stand for "no value" in many loggers, however seldom they come.
WORDS = {-999.0, -9999.0, -999.9, -9999.9, -99999.0, -7999.0, 999.0, 9999.0, 99999.0, 32767.0}
SEED = 1


@dataclass
class VariableFigures:
    """The values of a variable, taken block by block.

    `first` and `last` are the first and the last value that is there, in the order of the rows,
    with their times; `repeated` counts values that equal the one before of the same turbine,
    `outside` those beyond what is possible of its turbine, or beside their mean.
    """

    rows: int = 0
    missing: int = 0
    outside: int = 0
    repeated: int = 0
    first: tuple[float, np.datetime64] | None = None
    last: tuple[float, np.datetime64] | None = None
    minimum: float = np.inf
    maximum: float = -np.inf
    frequent: Counter[float] = field(default_factory=Counter)
    _drawn: Array = field(default_factory=lambda: np.empty(0))
    _seen: int = 0
    _before: dict[int, float] = field(default_factory=dict)

    def add(self, turbines: Array, times: Array, values: Array, is_outside: Array) -> None:
        """Take the next rows."""
        is_there = ~np.isnan(values)
        self.rows += len(values)
        self.missing += int((~is_there).sum())
        self.outside += int(is_outside.sum())
        self._count_repeated(turbines, values)
        there = np.flatnonzero(is_there)
        if len(there):
            self.first = self.first or (float(values[there[0]]), times[there[0]])
            self.last = (float(values[there[-1]]), times[there[-1]])
            self._count(values[there])

    def _count(self, values: Array) -> None:
        least, most = float(values.min()), float(values.max())
        self.minimum, self.maximum = min(self.minimum, least), max(self.maximum, most)
        different, counts = np.unique(values, return_counts=True)
        # What stands apart is the least or the greatest of its block, or comes often in one.
        often = (counts > LEAST_OFTEN) | (different == least) | (different == most)
        often |= np.isin(different, [*WORDS])
        self.frequent.update(
            dict(zip(different[often].tolist(), counts[often].tolist(), strict=True))
        )
        if len(self.frequent) > MOST_DIFFERENT:
            self.frequent = Counter(dict(self.frequent.most_common(MOST_DIFFERENT // 2)))
        self._draw(values)

    def _draw(self, values: Array) -> None:
        """Keep a sample of all values so far, each with the same chance."""
        free = MOST_DRAWN - len(self._drawn)
        self._seen += len(values)
        self._drawn = np.concatenate([self._drawn, values[:free]]) if free else self._drawn
        later = values[free:]
        if len(later):
            generator = np.random.default_rng([SEED, self._seen])
            taken = generator.random(len(later)) < MOST_DRAWN / self._seen
            places = generator.integers(0, MOST_DRAWN, int(taken.sum()))
            self._drawn[places] = later[taken]

    def _count_repeated(self, turbines: Array, values: Array) -> None:
        order = np.argsort(turbines, kind="stable")
        numbers, starts = np.unique(turbines[order], return_index=True)
        of_turbines = values[order]
        before = np.concatenate([[np.nan], of_turbines[:-1]])
        before[starts] = [self._before.get(number, np.nan) for number in numbers.tolist()]
        self.repeated += int((of_turbines == before).sum())
        ends = np.append(starts[1:], len(values)) - 1
        self._before.update(zip(numbers.tolist(), of_turbines[ends].tolist(), strict=True))

    @property
    def there(self) -> int:
        """How many values there are."""
        return self.rows - self.missing

    @property
    def has_decimals(self) -> bool:
        """Whether not all values are whole numbers, as far as those that are drawn tell."""
        return bool((self._drawn % 1 != 0).any())

    def different(self, but: Sequence[float]) -> int:
        """Return how many different values were drawn that equal none of `but`."""
        return len(np.setdiff1d(self._drawn, but))

    def quantiles(self, shares: Sequence[float], but: Sequence[float] = ()) -> list[float]:
        """Return the quantiles of the values, those that equal one of `but` left out."""
        values = self._drawn[~np.isin(self._drawn, but)]
        return [float(value) for value in np.quantile(values, shares)] if len(values) else []
