"""Telling people, once, that a turbine or the farm fell silent, and once that it sends again.

A turbine that falls silent again and again is told of every six hours at most; of what people know
nobody is told. Where at least half of the farm falls silent together, that is one message.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from aggregates import expectations
from aggregates.alerting.alerts import raise_alert
from aggregates.expectations import SilentTurbine
from aggregates.models import Acknowledgement, Alert, KnownTurbineDays, Silence, locks
from aggregates.source.arrivals import Arrivals
from common.wording import listed, quoted

# A turbine that was told of is not told of again for so long.
TOLD_EVERY = timedelta(hours=6)
# More are counted.
MOST_NAMED = 10
FARM = ""


@transaction.atomic
def raise_due(arrivals: Arrivals, at: datetime) -> None:
    """Note which turbines are silent at that time, and whether the farm is; tell what is new."""
    locks.take_turns_to_alert()
    silent = {turbine.name: turbine for turbine in _silent_turbines(arrivals, at)}
    going_on = {silence.turbine: silence for silence in Silence.objects.going_on()}
    for name in sorted(silent.keys() - going_on.keys()):
        going_on[name] = Silence.objects.create(turbine=name, since=silent[name].since)
    farm = going_on.pop(FARM, None)
    _end_those_that_sent_again(going_on, silent, arrivals, at)
    if farm is None and silent and _is_whole_farm(silent.values(), arrivals, at):
        since = max(turbine.since for turbine in silent.values())
        farm = Silence.objects.create(turbine=FARM, since=since)
    if farm is None:
        _tell_of_turbines([going_on[name] for name in sorted(silent)], at)
    elif _sends_again(farm, silent, arrivals, at):
        _end_farm(farm, sorted(silent), at)
    elif not (farm.told_at or farm.ended_by or _acknowledged(at).has(FARM, at.date())):
        _tell_of_farm(farm, len(silent), arrivals, at)


def _silent_turbines(arrivals: Arrivals, at: datetime) -> list[SilentTurbine]:
    return expectations.silent_turbines(arrivals, expectations.expectation(arrivals, at))


def _end_those_that_sent_again(
    going_on: Mapping[str, Silence],
    silent: Collection[str],
    arrivals: Arrivals,
    at: datetime,
) -> None:
    """End what goes on no more; one that was told of, and sent again, is told of."""
    for name in sorted(going_on.keys() - silent):
        silence, entry = going_on[name], arrivals.roster.get(name)
        last = entry.last_measurement if entry else None
        if silence.told_at and last and last > silence.since:
            message = f"{quoted(name)} sends again, after {_length(at - silence.since)}."
            raise_alert(None, Alert.Event.BACK, message, turbine=name)
        silence.sent_again_at = at
        silence.save(update_fields=["sent_again_at"])


def _is_whole_farm(silent: Iterable[SilentTurbine], arrivals: Arrivals, at: datetime) -> bool:
    """Return whether all turbines are silent, or at least half fell silent together.

    Those that were late for half of the time count with those that are silent: the first of many is
    not told of apart.
    """
    in_service = len(expectations.in_service(arrivals, at))
    newest = max(turbine.since for turbine in silent)
    late = _silent_turbines(arrivals, at + settings.ARRIVAL / 2)
    together = [turbine for turbine in late if abs(turbine.since - newest) <= settings.ARRIVAL]
    return 2 * len(together) >= in_service or len(list(silent)) == in_service


def _tell_of_farm(farm: Silence, silent: int, arrivals: Arrivals, at: datetime) -> None:
    message = (
        f"Nothing arrives of {silent:,} of the farm's"
        f" {len(expectations.in_service(arrivals, at)):,} turbines; the last measurement is of"
        f" {farm.since:%Y-%m-%d %H:%M} UTC."
    )
    raise_alert(None, Alert.Event.SILENT, message)
    farm.told_at = at
    farm.save(update_fields=["told_at"])


def _sends_again(farm: Silence, silent: Collection[str], arrivals: Arrivals, at: datetime) -> bool:
    """Return whether most of the farm's turbines send again."""
    times = [entry.last_measurement for entry in arrivals.roster.values()]
    has_sent = any(time > farm.since for time in times if time)
    return has_sent and 2 * len(silent) < len(expectations.in_service(arrivals, at))


def _end_farm(farm: Silence, silent: Sequence[str], at: datetime) -> None:
    """End the farm's silence, and name those that are silent still."""
    farm.sent_again_at = at
    farm.save(update_fields=["sent_again_at"])
    if farm.told_at:
        still = f"; still silent: {_named(silent)}" if silent else ""
        message = f"The farm sends again, after {_length(at - farm.since)}{still}."
        raise_alert(None, Alert.Event.BACK, message)
        Silence.objects.going_on().filter(turbine__in=silent).update(told_at=at)


def _tell_of_turbines(silences: Sequence[Silence], at: datetime) -> None:
    untold = [silence for silence in silences if not silence.told_at]
    if not untold:
        return
    told = Silence.objects.filter(turbine__in=[silence.turbine for silence in untold])
    last_told = dict(told.values_list("turbine").annotate(Max("told_at")))
    acknowledged = _acknowledged(at)
    for silence in untold:
        before = last_told.get(silence.turbine)
        is_flapping = before is not None and at - before < TOLD_EVERY
        if is_flapping or acknowledged.has(silence.turbine, at.date()):
            continue
        message = (
            f"{quoted(silence.turbine)} is silent: its last measurement is of"
            f" {silence.since:%Y-%m-%d %H:%M} UTC."
        )
        raise_alert(None, Alert.Event.SILENT, message, turbine=silence.turbine)
        silence.told_at = at
        silence.save(update_fields=["told_at"])


def _acknowledged(at: datetime) -> KnownTurbineDays:
    return Acknowledgement.objects.turbine_days(at.date(), at.date())


def _named(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return listed(names[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _length(time: timedelta) -> str:
    minutes = int(time.total_seconds()) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"
