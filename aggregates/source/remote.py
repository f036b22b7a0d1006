"""The questions of `sourcedata.reader`, asked of another deployment's REST API.

The answers are the same to the last bit, but for an infinity, which JSON has no number for: it is
missing. Every function raises SourceUnavailable where the other deployment does not answer, or
with something that cannot be right.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple

import pandas as pd
from django.conf import settings

from aggregates.source.answers import problem
from aggregates.source.client import MOST_ROWS, ask
from aggregates.source.remote_turbines import MOST_TURBINES, RemoteTurbine, turbines_by_name
from aggregates.source.remote_variables import SharedColumns, shared_columns
from common.arrays import utc_datetime64
from common.days import DAY, FIRST_DAY, LAST_DAY, day_bounds
from common.let_go import MonthElsewhere
from common.postgres.partitions import month_of
from common.wording import quoted
from sourcedata.reader import RosterEntry, Snapshot, TurbineDay
from sourcedata.variables import COMPANION_NAMES, VARIABLE_NAMES, columns_of

# More names might be too long for an address.
TURBINES_PER_REQUEST = 10
# No source has measurements of more months.
MOST_MONTHS = 12 * (LAST_DAY.year - FIRST_DAY.year + 1)
# A turbine gives at most one sample a second.
MOST_SAMPLES_PER_DAY = 86_400
# A history of many years takes the source longer than anybody waits for it.
DAYS_PER_REQUEST = 366
# Revisions and numbers of samples are PostgreSQL's bigint.
END_OF_NUMBERS = 2**63

# The revision and the number of samples, by day and turbine.
Versions = Mapping[tuple[date, str], tuple[int, int]]
NO_VERSION = (0, 0)
NO_MEASUREMENTS = pd.DataFrame(
    {"turbine": pd.Series(dtype=object), "timestamp": pd.Series(dtype="datetime64[us]")}
)


def turbine_names() -> list[str]:
    """Return the names of all turbines, in order."""
    return list(turbines_by_name())


def roster() -> Mapping[str, RosterEntry]:
    """Return every turbine's entry, by name, in order."""
    return turbines_by_name()


def day_range() -> tuple[date, date] | None:
    """Return the first and the last day that has measurements, or None where there are none."""
    turbines = turbines_by_name().values()
    firsts = [turbine.first_day for turbine in turbines if turbine.first_day]
    lasts = [turbine.last_day for turbine in turbines if turbine.last_day]
    return (min(firsts), max(lasts)) if firsts and lasts else None


def measured_days(first: date, last: date) -> list[date]:
    """Return the days from `first` to `last` that have measurements of any turbine, in order."""
    return sorted({day.day for day in turbine_days(first, last) if day.samples})


def months_let_go(first: date, last: date) -> list[MonthElsewhere]:
    """Return the months with days from `first` to `last` that were let go, in order."""
    answer = ask("/api/let-go", {}, MOST_MONTHS)
    firsts, addresses = answer.days("month", str), answer.column("lake_address", str)
    is_month = all(month == month_of(month) for month in firsts)
    answer.require(is_month, "names a month by another day than its first")
    months = [*map(MonthElsewhere, firsts, addresses)]
    return sorted(month for month in months if month_of(first) <= month.first <= last)


def turbine_days(first: date, last: date, turbines: Collection[str] = ()) -> list[TurbineDay]:
    """Return the turbine-days from `first` to `last`, both included, by day and turbine.

    No `turbines` means all.
    """
    first, last = max(first, FIRST_DAY), min(last, LAST_DAY)
    if last < first:
        return []
    versions: dict[tuple[date, str], tuple[int, int]] = {}
    for start, end in _periods(first, last):
        versions |= _versions(start, end)
    # The turbines are asked for last, so that one which came in between is known.
    by_name = turbines_by_name(with_all={turbine for _, turbine in versions})
    return [
        _turbine_day(day, turbine, versions[day, turbine], by_name[turbine])
        for day, turbine in sorted(versions)
        if not turbines or turbine in turbines
    ]


def snapshot(
    day: date, turbines: Sequence[str], variables: Sequence[str] = VARIABLE_NAMES
) -> Snapshot:
    """Return what there is of some turbines on one UTC day, as the reader does.

    The revisions are asked for before the measurements, so that a change in between leaves a
    turbine-day stale, never wrongly current. Of one that went in between there is nothing, and no
    values of variables that the other deployment does not have.
    """
    before = _versions(day, day)
    there = [turbine for turbine in turbines if (day, turbine) in before]
    samples = {turbine: before[day, turbine][1] for turbine in there}
    shared = shared_columns(variables)
    frames = [_measurements(portion, shared) for portion in portions(day, samples)]
    frame = pd.concat([NO_MEASUREMENTS, *frames], ignore_index=True)
    frame = frame.reindex(columns=[*NO_MEASUREMENTS, *columns_of(variables, COMPANION_NAMES)])
    kept = _still_there(day, there, Counter(frame["turbine"]), before)
    frame = frame[frame["turbine"].isin(kept)]
    turbine = pd.Categorical(frame["turbine"], categories=kept)
    by_name = turbines_by_name(with_all=kept)
    turbine_days = [_turbine_day(day, name, before[day, name], by_name[name]) for name in kept]
    return Snapshot(
        # It lacked them when the measurements were asked for.
        [of_day.without(shared.lacking) for of_day in turbine_days],
        frame.assign(turbine=turbine).sort_values(["turbine", "timestamp"], ignore_index=True),
    )


def faults() -> list[str]:
    """Return nothing: whether another deployment's triggers count, it says itself."""
    return []


def transactions() -> None:
    """Return nothing: another deployment notices itself that its files were put back."""


def recount(first: date, last: date) -> list[tuple[date, str]]:
    """Count nothing: the other deployment counts its own."""
    return []


def require_empty(day: date, turbines: Collection[str], but: Collection[str]) -> None:
    """Do nothing: the other deployment knows which of its turbine-days have measurements."""


def _turbine_day(
    day: date, turbine: str, version: tuple[int, int], nameplate: RemoteTurbine
) -> TurbineDay:
    return TurbineDay(turbine, day, *version, nameplate.nameplate)


def _periods(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Yield the first and the last day of the periods in which a longer one is asked for.

    Each has at most DAYS_PER_REQUEST of the days from the first to the last with measurements.
    """
    starts = [first]
    if (last - first).days >= DAYS_PER_REQUEST and (measured := day_range()):
        numbers = range(measured[0].toordinal(), measured[1].toordinal(), DAYS_PER_REQUEST)
        starts += [day for day in map(date.fromordinal, numbers) if first < day <= last]
    return zip(starts, [*(start - DAY for start in starts[1:]), last], strict=True)


def _versions(first: date, last: date) -> Versions:
    # All turbines are asked for: as many names as a run may have are too long for an address.
    most_items = ((last - first).days + 1) * MOST_TURBINES
    answer = ask("/api/days", {"start": first, "end": last + DAY}, most_items)
    days, turbines = answer.days("day", str), answer.column("turbine", str)
    answer.require(all(first <= day <= last for day in days), "names a day that is not asked for")
    keys = list(zip(days, turbines, strict=True))
    answer.require(len(set(keys)) == len(keys), "names a turbine twice on one day")
    revisions, samples = answer.column("revision", int), answer.column("samples", int)
    for numbers in (revisions, samples):
        possible = all(0 <= number < END_OF_NUMBERS for number in numbers)
        answer.require(possible, "gives a revision or a number of samples that cannot be")
    versions = dict(zip(keys, zip(revisions, samples, strict=True), strict=True))
    # Revision 0 has what the other deployment aggregated once and does not keep any more.
    return {key: version for key, version in versions.items() if version[0]}


class Portion(NamedTuple):
    """What is asked for at a time: the measurements of some turbines in [start, end)."""

    turbines: Sequence[str]
    start: datetime
    end: datetime


def portions(day: date, samples: Mapping[str, int]) -> Iterator[Portion]:
    """Yield the portions of a day of turbines that have so many samples each.

    Each has so few rows that its answer is not too large: where those of one turbine are too many,
    it is a part of the day.
    """
    start, end = day_bounds(day)
    for turbines in _groups(samples):
        is_small = sum(samples[turbine] for turbine in turbines) <= MOST_ROWS
        parts = 1 if is_small else math.ceil(MOST_SAMPLES_PER_DAY / MOST_ROWS)
        times = [*(start + number * DAY / parts for number in range(parts)), end]
        yield from (Portion(turbines, *bounds) for bounds in pairwise(times))


def _groups(samples: Mapping[str, int]) -> Iterator[Sequence[str]]:
    """Yield the turbines that are asked for together."""
    group: list[str] = []
    rows = 0
    for turbine, number in samples.items():
        if group and (rows + number > MOST_ROWS or len(group) == TURBINES_PER_REQUEST):
            yield group
            group, rows = [], 0
        group, rows = [*group, turbine], rows + number
    if group:
        yield group


def _measurements(portion: Portion, shared: SharedColumns) -> pd.DataFrame:
    turbines, start, end = portion
    times = {"start": start.isoformat(), "end": end.isoformat()}
    parameters = {**times, "turbine": turbines, **shared.parameters}
    answer = ask("/data", parameters, len(turbines) * MOST_SAMPLES_PER_DAY)
    names = answer.column("turbine", str)
    answer.require({*names} <= {*turbines}, "names a turbine that is not asked for")
    # Companions are in it where any of the turbines has them.
    columns = [name for name in shared.names if name in VARIABLE_NAMES or answer.has(name)]
    cells = {name: answer.numbers(name) for name in columns}
    frame = pd.DataFrame({"turbine": names, "timestamp": answer.times("timestamp"), **cells})
    bounds = utc_datetime64(start), utc_datetime64(end)
    within = frame["timestamp"].between(*bounds, inclusive="left")
    answer.require(bool(within.all()), "names a timestamp that is not asked for")
    twice = frame.duplicated(["turbine", "timestamp"])
    answer.require(not twice.any(), "names a timestamp of a turbine twice")
    return frame


def _still_there(
    day: date, turbines: Sequence[str], rows: Mapping[str, int], before: Versions
) -> list[str]:
    """Return the turbines that the source still knows on the day.

    Where a turbine gave another number of rows than it had samples, its revision must have moved
    on: then the turbine-day is stale and will be asked for again, or gone.

    Raises:
        SourceUnavailable: where it has not.
    """
    wrong = [turbine for turbine in turbines if rows[turbine] != before[day, turbine][1]]
    after = _versions(day, day) if wrong else before
    for turbine in wrong:
        revision, samples = before[day, turbine]
        if after.get((day, turbine), NO_VERSION)[0] == revision:
            raise problem(
                f"{settings.SOURCE_API_URL}/data",
                f"gives {rows[turbine]} measurements of {quoted(turbine)} and has {samples}",
            )
    return [turbine for turbine in turbines if (day, turbine) in after]
