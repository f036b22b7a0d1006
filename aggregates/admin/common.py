"""What several pages share: who may start runs, and how that is done and told."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.contrib import messages
from django.http import HttpRequest
from django.utils.dateparse import parse_date

from aggregates.api.filters import KnownTurbines
from aggregates.models import Outcome, Run
from aggregates.runs import queueing
from aggregates.source.gateway import SourceUnavailable
from common.wording import listed

WORDS_OF_OUTCOMES = {
    Outcome.QUEUED: "Queued",
    Outcome.JOINED: "Taken in by runs that wait",
    Outcome.ACTIVE: "Under way already",
    Outcome.CURRENT: "Current, so nothing was queued",
}
# A page of more rows is too long to read.
MOST_SHOWN = 200


def may_run(request: HttpRequest) -> bool:
    """Return whether the visitor may start runs."""
    return request.user.has_perm("aggregates.run_aggregation")


def submit(
    request: HttpRequest, days: Iterable[date], turbines: Sequence[str] = (), force: bool = False
) -> list[Run]:
    """Ask for runs in the visitor's name, and tell what became of them; return the runs."""
    name = request.user.get_username()
    try:
        requests, failure = queueing.submit(days, turbines, name, force)
    except SourceUnavailable as error:
        messages.error(request, str(error))
        return []
    for outcome in Outcome:
        days_with_outcome = [
            str(request_outcome.day)
            for request_outcome in requests
            if request_outcome.outcome == outcome
        ]
        if days_with_outcome:
            messages.info(request, f"{WORDS_OF_OUTCOMES[outcome]}: {listed(days_with_outcome)}.")
    if failure:
        messages.warning(request, failure)
    return [request_outcome.run for request_outcome in requests if request_outcome.run]


def day_of(text: str) -> date | None:
    """Return the day that an address names, if it names one."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    # The very last one has no end.
    return day if day != date.max else None


def is_known_turbine(request: HttpRequest, name: str) -> bool:
    """Return whether there is a turbine of that name; it may be, where the source is away."""
    try:
        return name in KnownTurbines()
    except SourceUnavailable as error:
        messages.warning(request, str(error))
        return True
