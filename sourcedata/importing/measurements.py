"""Measurements as they come out of a table, and what has to be known of all of it to read them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from common.arrays import Array


@dataclass(frozen=True)
class Measured:
    """Measurements of a table that follow each other, all arrays of one length.

    `turbine` numbers the turbines as the reading does, `timestamp` is when the sample starts
    (datetime64[us] in UTC), `values` has NaN where a value is missing, `row` is the number of the
    row in the table. `moved` is by how much a time was moved to the regular one near it.
    `cells` has the numbers of the cells themselves, of variables whose values are made of them.
    """

    turbine: Array
    timestamp: Array
    values: Mapping[str, Array]
    row: Array
    moved: Array
    cells: Mapping[str, Array] = field(default_factory=dict)


class AssumedIntervals(dict[str, int]):
    """How far the samples of turbines are apart in seconds, as long as only a part was looked at.

    It is what is given, else what is known of the turbine, else that of a turbine of which nothing
    is known; those that were asked for are kept.
    """

    def __init__(self, given_s: int | None, known_s: Mapping[str, int], usual_s: int) -> None:
        super().__init__()
        self._given_s, self._known_s, self._usual_s = given_s, known_s, usual_s

    def __missing__(self, turbine: str) -> int:
        """Return what is assumed of a turbine that was not asked for yet."""
        self[turbine] = self._given_s or self._known_s.get(turbine, self._usual_s)
        return self[turbine]


@dataclass(frozen=True)
class Corrections:
    """What a first look at the whole table tells of how each of its rows is to be read.

    `is_second_pass` has a bool for each time that clocks showed twice, in the order of the rows.
    `interval_s` is how far the samples of each turbine are apart, by its name; `is_regular` names
    those whose times are nearly regular.
    """

    is_second_pass: Array = field(default_factory=lambda: np.empty(0, dtype=bool))
    interval_s: Mapping[str, int] = field(default_factory=dict)
    is_regular: frozenset[str] = frozenset()

    def __eq__(self, other: object) -> bool:
        """Return whether they say the same, so that no third look is needed."""
        return (
            isinstance(other, Corrections)
            and np.array_equal(self.is_second_pass, other.is_second_pass)
            and self.interval_s == other.interval_s
            and self.is_regular == other.is_regular
        )
