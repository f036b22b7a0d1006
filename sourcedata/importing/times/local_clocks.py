"""From what clocks showed in a zone to UTC, also where they were changed: whole arrays at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

import numpy as np

from common.arrays import Array
from common.days import DAY, FIRST_DAY, LAST_DAY, day_start, days_between

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class ClockChanges:
    """The moments at which a zone's clocks were changed, in order, and by how much.

    `moments` is datetime64[us] in UTC. `offsets` has one more, as timedelta64[us]: how far clocks
    were ahead of UTC before the first moment, after it, and so on.
    """

    moments: Array
    offsets: Array


@dataclass(frozen=True)
class Offsets:
    """How far clocks were ahead of UTC when they showed some times, as timedelta64[us].

    Where a time was shown twice, `is_ambiguous`, the first pass was at `first` and the second at
    `second`, which are the same elsewhere. Where no clock showed it, `is_missing`, neither holds.
    `is_of_start` marks those of the ends of samples that only the clock at the start may have
    shown, one interval before: where nothing else is known, `second` holds for them.
    """

    first: Array
    second: Array
    is_ambiguous: Array
    is_missing: Array
    is_of_start: Array


def offsets(local: Array, zone: tzinfo) -> Offsets:
    """Return how far clocks of a zone were ahead of UTC when they showed `local`, datetime64[us].

    NaT is neither ambiguous nor missing. What lies outside of the days that can be stored has the
    offset of the nearest of them.
    """
    changes = clock_changes(zone)
    before, after = changes.offsets[:-1], changes.offsets[1:]
    # The change that comes next on the first pass, and the one that was last.
    number = np.searchsorted(changes.moments + before, local, side="right")
    first = changes.offsets[number]
    never = np.array(["NaT"], dtype="datetime64[us]")
    is_ambiguous = np.append(changes.moments + after, never)[number] <= local
    is_missing = np.append(never, changes.moments + after)[number] > local
    second = np.where(is_ambiguous, np.append(after, changes.offsets[-1:])[number], first)
    return Offsets(first, second, is_ambiguous, is_missing, np.zeros(len(local), dtype=bool))


def offsets_of_ends(local: Array, interval: Array, zone: tzinfo) -> Offsets:
    """Return how far clocks were ahead of UTC when they showed the ends of samples.

    Some loggers write what the clock showed at the end, others what it showed at the start plus the
    `interval` (timedelta64). These differ only for a sample during which clocks were changed: a
    label that no clock showed, and one at which clocks were put back, are taken by their start.
    """
    ends, starts = offsets(local, zone), offsets(local - interval, zone)
    is_put_back = starts.is_ambiguous & ~ends.is_ambiguous
    is_put_ahead = ends.is_missing & ~starts.is_missing
    return Offsets(
        np.where(is_put_back | is_put_ahead, starts.first, ends.first),
        np.where(is_put_ahead, starts.first, ends.second),
        ends.is_ambiguous | is_put_back,
        ends.is_missing & starts.is_missing,
        is_put_back | is_put_ahead,
    )


@lru_cache
def clock_changes(zone: tzinfo) -> ClockChanges:
    """Return when the clocks of a zone are changed, on any day that can be stored.

    No zone changes its clocks twice between two midnights of UTC.
    """
    midnights = [day_start(day) for day in days_between(FIRST_DAY - DAY, LAST_DAY + 2 * DAY)]
    ahead = [_offset(moment, zone) for moment in midnights]
    changed = [day for day in range(1, len(ahead)) if ahead[day] != ahead[day - 1]]
    moments = [_moment(midnights[day - 1], midnights[day], zone) for day in changed]
    return ClockChanges(
        np.array([moment.replace(tzinfo=None) for moment in moments], dtype="datetime64[us]"),
        np.array([ahead[0], *(ahead[day] for day in changed)], dtype="timedelta64[us]"),
    )


def _moment(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """Return the second of the change that lies in (before, after]."""
    offset = _offset(before, zone)
    while after - before > SECOND:
        middle = before + (after - before) // (2 * SECOND) * SECOND
        if _offset(middle, zone) == offset:
            before = middle
        else:
            after = middle
    return after


def _offset(moment: datetime, zone: tzinfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
