"""What arrived of a period, and of whom more may be expected, as the source says it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from django.conf import settings

from aggregates.source import gateway
from aggregates.source.gateway import Nameplate, RosterEntry, TurbineDay
from common.days import days_between, today


@dataclass(frozen=True)
class Arrivals:
    """The turbine-days from `first` to `last`, both included, and the roster of all turbines.

    `measured_days` are the days, of those and around them, that have measurements of any turbine.
    """

    first: date
    last: date
    turbine_days: Sequence[TurbineDay]
    roster: Mapping[str, RosterEntry]
    measured_days: Collection[date]

    def until(self, first: date, last: date) -> "Arrivals":
        """Return what is known here of the days from `first` to `last`."""
        first, last = max(first, self.first), min(last, self.last)
        days = [day for day in self.turbine_days if first <= day.day <= last]
        return Arrivals(first, last, days, self.roster, self.measured_days)


def arrivals(first: date, last: date, turbines: Collection[str] = ()) -> Arrivals:
    """Return what arrived of some turbines from `first` to `last`, both included.

    No `turbines` means all. The roster has all of them, whichever are asked for.

    Raises:
        SourceUnavailable: where the source does not answer.
    """
    turbine_days = gateway.turbine_days(first, last, turbines)
    # The turbines are asked for last, so that one which came in between is known.
    roster = gateway.roster()
    measured = {turbine_day.day for turbine_day in turbine_days if turbine_day.samples}
    measured |= _measured_around(first, last, measured, roster)
    return Arrivals(first, last, turbine_days, roster, measured)


def _measured_around(
    first: date, last: date, measured: Collection[date], roster: Mapping[str, RosterEntry]
) -> set[date]:
    """Return the measured days that tell whether the farm was live on those without measurements.

    The source is asked only where days without any lie before its last measurement.
    """
    times = [entry.last_measurement for entry in roster.values() if entry.last_measurement]
    times += [entry.first_measurement for entry in roster.values() if entry.first_measurement]
    ends = {time.date() for time in times}
    if not ends:
        return set()
    days = days_between(max(first, min(ends)), min(last, max(ends), today()))
    unmeasured = [day for day in days if day not in measured]
    if not unmeasured:
        return ends
    around = unmeasured[0] - settings.LIVE, unmeasured[-1] + settings.LIVE
    return ends | set(gateway.measured_days(*around))


def as_json(arrivals: Arrivals) -> dict[str, Any]:
    """Return what `from_json` makes the same of."""
    return {
        "first": arrivals.first,
        "last": arrivals.last,
        # The roster has their nameplates.
        "turbine_days": [day[:-1] for day in arrivals.turbine_days],
        "roster": {name: asdict(entry) for name, entry in arrivals.roster.items()},
        "measured_days": sorted(arrivals.measured_days),
    }


def from_json(written: Mapping[str, Any]) -> Arrivals:
    """Return what was written by `as_json`."""
    roster = {name: _entry(entry) for name, entry in written["roster"].items()}
    return Arrivals(
        date.fromisoformat(written["first"]),
        date.fromisoformat(written["last"]),
        # What was kept before an upgrade has fields behind these.
        [_turbine_day(roster, *row[:4]) for row in written["turbine_days"]],
        roster,
        {date.fromisoformat(day) for day in written["measured_days"]},
    )


def _turbine_day(
    roster: Mapping[str, RosterEntry], turbine: str, day: str, revision: int, samples: int
) -> TurbineDay:
    entry = roster.get(turbine)
    nameplate = entry.nameplate if entry else Nameplate(None)
    return TurbineDay(turbine, date.fromisoformat(day), revision, samples, nameplate)


READERS: Mapping[str, Callable[[Any], Any]] = {
    "_on": date.fromisoformat,
    "_measurement": datetime.fromisoformat,
    "companions": tuple,
    "lacking": tuple,
}


def _entry(written: Mapping[str, Any]) -> RosterEntry:
    # What was kept before an upgrade lacks the fields that it brought.
    names = [field.name for field in fields(RosterEntry) if field.name in written]
    columns = {name: written[name] for name in names}
    for ending, read in READERS.items():
        there = {name: columns[name] for name in names if name.endswith(ending)}
        columns |= {name: read(value) for name, value in there.items() if value is not None}
    return RosterEntry(**columns)
