"""What should have arrived of each turbine on each day, and how much of it did.

A turbine is expected to send while it is in service and its farm is live. No clock: the time as of
which the question is put is given.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from aggregates.compute.windows import LEAST_COVERAGE
from common.days import DAY, FIRST_DAY, LAST_DAY, day_bounds, day_start, days_between

DAY_S = 24 * 60 * 60
# A turbine is not called silent before as many samples are late.
LATE_SAMPLES = 2


class Completeness(StrEnum):
    """How much of what was expected of a turbine-day arrived, the worst first."""

    SILENT = "silent"
    PARTIAL = "partial"
    COMPLETE = "complete"  # from LEAST_COVERAGE on


def completeness(samples: int, expected_samples: int) -> Completeness | None:
    """Return how complete a turbine-day is; None where nothing is expected of it."""
    if not expected_samples:
        return None
    if not samples:
        return Completeness.SILENT
    is_complete = samples >= LEAST_COVERAGE * expected_samples
    return Completeness.COMPLETE if is_complete else Completeness.PARTIAL


@dataclass(frozen=True)
class Service:
    """When a turbine is expected to send, in [start, end), and how often; times are UTC."""

    start: datetime
    end: datetime
    sample_interval_s: int

    @property
    def samples_of_a_day(self) -> int:
        """How many samples a whole day should have."""
        return DAY_S // self.sample_interval_s

    def until(self, time: datetime) -> "Service":
        """Return the part of it that lies before a time."""
        return Service(self.start, min(self.end, time), self.sample_interval_s)

    def expected_samples(self, day: date) -> int:
        """Return how many samples it should send on the UTC day."""
        start, end = day_bounds(day)
        length = min(end, self.end) - max(start, self.start)
        return max(int(length.total_seconds()) // self.sample_interval_s, 0)

    def whole_days(self) -> tuple[date, date]:
        """Return the first and the last day that lie in it as a whole; the last may be before."""
        first = self.start.date()
        # A turbine that was retired on Python's first day has no day before it.
        end = max(self.end, day_start(FIRST_DAY)).date()
        return (first if self.start == day_start(first) else first + DAY), end - DAY


# What has no end ends after all days that measurements may be of.
ENDLESS = day_bounds(LAST_DAY)[1]


def longest_wait(arrival: timedelta, sample_interval_s: int) -> timedelta:
    """Return how long after its time a sample may arrive before it is missed."""
    return max(arrival, LATE_SAMPLES * timedelta(seconds=sample_interval_s))


@dataclass(frozen=True)
class SilentPeriod:
    """A time in which nothing arrived of the farm, [since, until), of which people were told.

    `is_ended_by_person` says that somebody declared that nothing more is to be expected.
    """

    since: datetime
    until: datetime
    is_ended_by_person: bool


def quiet_days(
    measured: Collection[date], today: date, live: timedelta, silences: Sequence[SilentPeriod]
) -> Iterator[date]:
    """Yield the days, between those of `measured` and to today, on which the farm was not live.

    Days of `measured` after today, of clocks that are ahead, say nothing of any day.
    A farm is live while something of it arrived within the time `live`, and while it is silent and
    people were told, unless somebody declared its end.
    """
    until_today = {day for day in measured if day < today}
    for before, after in pairwise(sorted({*until_today, today})):
        last = after if after == today and today not in measured else after - DAY
        if _is_quiet(before, after, live, silences):
            yield from days_between(before + DAY, last)


def _is_quiet(before: date, after: date, live: timedelta, silences: Sequence[SilentPeriod]) -> bool:
    within = [
        silence
        for silence in silences
        if silence.since < day_start(after) and day_start(before + DAY) < silence.until
    ]
    if any(silence.is_ended_by_person for silence in within):
        return True
    return after - before > live and not within


class Expectation:
    """How many samples were to be expected of each turbine-day, as of a time.

    Of a day under way, and of one that just ended, those alone that had the time `arrival` to come.
    `at` is that time, and `is_live` says whether any turbine is expected to send then.
    """

    def __init__(
        self,
        services: Mapping[str, Service],
        quiet: Collection[date],
        at: datetime,
        arrival: timedelta,
    ) -> None:
        self.services = {
            turbine: service.until(at - longest_wait(arrival, service.sample_interval_s))
            for turbine, service in services.items()
        }
        self.at = at
        self.quiet = frozenset(quiet)
        is_in_service = any(service.start <= at < service.end for service in services.values())
        self.is_live = is_in_service and at.date() not in self.quiet
        self.whole_days = {
            turbine: (*service.whole_days(), service.samples_of_a_day)
            for turbine, service in self.services.items()
        }

    def samples(self, turbine: str, day: date) -> int:
        """Return how many samples were to be expected; none of a turbine that is not known."""
        if turbine not in self.services or day in self.quiet:
            return 0
        # Most days are whole, and there may be very many.
        first, last, samples_of_a_day = self.whole_days[turbine]
        if first <= day <= last:
            return samples_of_a_day
        return self.services[turbine].expected_samples(day)

    def of_period(self, first: date, last: date) -> Iterator[tuple[date, str]]:
        """Yield the turbine-days, from `first` to `last`, of which anything was to be expected."""
        for turbine, service in self.services.items():
            start, end = max(first, service.start.date()), min(last, service.end.date())
            for day in days_between(start, end):
                if self.samples(turbine, day):
                    yield day, turbine
