"""A simulated farm that is live: the minutes of all its turbines, as they pass."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import numpy as np

from common.arrays import Array
from common.databases import SOURCE
from common.days import day_start
from common.postgres.partitions import ensure_months
from common.postgres.pgcopy import copy_in
from common.refusals import refuse_left_out
from sourcedata.models import Turbine
from sourcedata.simulated_faults import arrives_at, with_fault
from sourcedata.simulation import RATED_POWER_KW, Column, simulate

MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class LiveFarm:
    """Turbines by their numbers, of which each minute is written once it has passed.

    A minute is labelled by its start. With `has_faults` some of them are late, wrong or missing.
    """

    turbines: Mapping[int, Turbine]
    seed: int
    missing: float
    has_faults: bool
    _day: date | None = None
    _columns: dict[int, Mapping[str, Column]] = field(default_factory=dict)

    def write(self, first: datetime, end: datetime) -> int:
        """Write what arrives of the minutes in [first, end); return how many rows that is.

        Both are whole minutes, in UTC.
        """
        due = [
            sample
            for arrival in _minutes(first, end)
            for sample in self._arriving(_number(arrival))
        ]
        if due:
            ensure_months(SOURCE, "data", {_time(minute).date() for _, minute in due})
            refuse_left_out("data", copy_in(SOURCE, "data", self._table(due)), len(due))
        return len(due)

    def _arriving(self, minute: int) -> Iterator[tuple[int, int]]:
        """Yield the turbines' numbers and the minutes whose samples arrive after this minute."""
        for number in self.turbines:
            if not self.has_faults:
                yield number, minute
                continue
            for measured in range(minute - 60, minute + 1):
                if arrives_at(number, measured) == minute:
                    yield number, measured

    def _table(self, due: Sequence[tuple[int, int]]) -> dict[str, Array]:
        rows = [self._sample(number, minute) for number, minute in due]
        ids = [self.turbines[number].pk for number, _ in due]
        names = rows[0].keys()
        cells = {name: np.array([row[name] for row in rows]) for name in names}
        return {"turbine_id": np.array(ids, dtype=np.int64), **cells}

    def _sample(self, number: int, minute: int) -> Mapping[str, np.generic]:
        time = _time(minute)
        place = (time - day_start(time.date())) // MINUTE
        columns = self._measured(number, time.date())
        return {name: column[place] for name, column in columns.items()}

    def _measured(self, number: int, day: date) -> Mapping[str, Column]:
        """Return what the turbine records on the day; of the days one is kept."""
        if day != self._day:
            self._day, self._columns = day, {}
        if number not in self._columns:
            power_kw = self.turbines[number].rated_power_kw or RATED_POWER_KW
            columns = simulate(number, day, 1, self.seed, self.missing, power_kw)
            minutes = columns["timestamp"].astype("datetime64[m]").astype(np.int64)
            is_faulty = self.has_faults
            self._columns[number] = with_fault(number, minutes, columns) if is_faulty else columns
        return self._columns[number]


def _minutes(first: datetime, end: datetime) -> Iterator[datetime]:
    while first < end:
        yield first
        first += MINUTE


def _number(minute: datetime) -> int:
    return (minute - EPOCH) // MINUTE


def _time(minute: int) -> datetime:
    return EPOCH + minute * MINUTE
