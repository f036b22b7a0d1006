"""What is expected of the source's turbines: the one place that decides it.

Its rule is that of `compute/arrival.py`; what it depends on is the roster, the silences of the farm
that people were told of, and two settings.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from aggregates.compute.arrival import (
    ENDLESS,
    Expectation,
    Service,
    SilentPeriod,
    longest_wait,
    quiet_days,
)
from aggregates.models import Silence
from aggregates.source.arrivals import Arrivals
from aggregates.source.gateway import RosterEntry
from aggregates.source.last_known import LastKnown
from common.days import day_start

# Clocks may be ahead so far without a word, and samples be labelled by their ends.
AHEAD = timedelta(minutes=10)


def expectation(arrivals: Arrivals, at: datetime) -> Expectation:
    """Return what was to be expected of the turbines by that time."""
    entries = {name: service_of(entry) for name, entry in arrivals.roster.items()}
    silences = _silences_of_farm()
    end = _declared_end(silences)
    services = {name: service.until(end) for name, service in entries.items() if service}
    quiet = quiet_days(arrivals.measured_days, at.date(), settings.LIVE, silences)
    return Expectation(services, set(quiet), at, settings.ARRIVAL)


def expectation_of(last_known: LastKnown, at: datetime) -> Expectation:
    """Return what was to be expected by that time, or by when the source said what arrived."""
    return expectation(last_known.arrivals, last_known.as_of(at))


def _declared_end(silences: Sequence[SilentPeriod]) -> datetime:
    """Return since when nothing is expected, as somebody declared; ENDLESS where nobody did."""
    ended = [silence for silence in silences if silence.is_ended_by_person]
    return min((silence.since for silence in ended if silence.until == ENDLESS), default=ENDLESS)


@dataclass(frozen=True)
class SilentTurbine:
    """A turbine that should have sent, and since when it did not; `since` is in UTC."""

    name: str
    since: datetime


def silent_turbines(arrivals: Arrivals, expected: Expectation) -> list[SilentTurbine]:
    """Return the turbines that are silent for longer than samples take to arrive."""
    if not expected.is_live:
        return []
    return [
        SilentTurbine(name, since)
        for name, entry in arrivals.roster.items()
        if (since := _silent_since(entry, expected.at))
    ]


def in_service(arrivals: Arrivals, at: datetime) -> list[str]:
    """Return the names of the turbines that are in service at that time."""
    services = {name: service_of(entry) for name, entry in arrivals.roster.items()}
    return [
        name for name, service in services.items() if service and service.start <= at < service.end
    ]


def _silent_since(entry: RosterEntry, at: datetime) -> datetime | None:
    service = service_of(entry)
    if service is None or not service.start <= at < service.end:
        return None
    since = max(entry.last_measurement or service.start, service.start)
    is_late = at - since > longest_wait(settings.ARRIVAL, entry.sample_interval_s)
    return since if is_late else None


def ended_at(arrivals: Arrivals, expected: Expectation) -> datetime | None:
    """Return the last measurement of a farm of which nothing is expected any more.

    None where something is, and where it never sent anything.
    """
    if expected.is_live:
        return None
    times = [entry.last_measurement for entry in arrivals.roster.values()]
    return max((time for time in times if time), default=None)


def ahead(arrivals: Arrivals, at: datetime) -> Iterator[tuple[str, datetime]]:
    """Yield the turbines whose newest measurement is yet to come, as of a wrong clock, and that."""
    for name, entry in arrivals.roster.items():
        if entry.future_measurement and entry.future_measurement - at > AHEAD:
            yield name, entry.future_measurement


def service_of(entry: RosterEntry) -> Service | None:
    """Return when a turbine is expected to send; None where it never did and nobody says when."""
    start = entry.first_measurement
    if entry.commissioned_on:
        start = day_start(entry.commissioned_on)
    if start is None:
        return None
    end = day_start(entry.retired_on) if entry.retired_on else ENDLESS
    return Service(start, end, entry.sample_interval_s)


def _silences_of_farm() -> list[SilentPeriod]:
    return [
        SilentPeriod(silence.since, silence.sent_again_at or ENDLESS, bool(silence.ended_by))
        for silence in Silence.objects.of_farm()
    ]
