"""What most turbines of a farm share is one finding of the farm, not one of each turbine."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from aggregates.assessment.checks.wording import energy, named
from aggregates.assessment.farm import POWER
from aggregates.assessment.findings import WHOLE_FARM, Kind, Seen
from common.wording import listed

# What the turbines did together, by kind; of a variable where the kind is of one.
DONE = {
    Kind.SILENT: "sent nothing",
    Kind.PARTIAL: "sent less than 90 % of their samples",
    Kind.REJECTED: "sent values of their {variable} that no turbine can measure",
    Kind.FROZEN: "repeated one value of their {variable}",
    Kind.STOPPED: "stood still in wind",
    Kind.STOPPED_BY_NEIGHBOURS: "stood still while their neighbours produced",
    Kind.ICING: "gave too little in the cold, as with ice on their blades,",
    Kind.WIND_AGAINST_NEIGHBOURS: "had anemometers that read far less or far more than the others",
    Kind.DERATED: "ran and gave far less than their wind promised",
    Kind.BEHIND: "gave less than the rest of the farm",
    Kind.DIRECTION_SHIFTED: "disagree about the direction (nobody can say which have turned)",
}


def shared(findings: Collection[Seen], turbines: Sequence[str]) -> list[Seen]:
    """Return the findings; those that most turbines have at the same time are one of the farm."""
    of_kinds = defaultdict(list)
    for finding in findings:
        of_kinds[finding.kind, finding.variable].append(finding)
    return [finding for group in of_kinds.values() for finding in _of_kind(group, len(turbines))]


def _of_kind(group: list[Seen], turbines: int) -> Iterator[Seen]:
    of_turbines = group
    for start, end in _times_of_most(group, turbines):
        together = [finding for finding in of_turbines if _is_mostly_in(finding, start, end)]
        if _are_most(together, turbines):
            of_turbines = [finding for finding in of_turbines if finding not in together]
            yield _of_farm(together, turbines)
    yield from of_turbines


def _are_most(findings: Collection[Seen], turbines: int) -> bool:
    """Return whether they are of more than half of the turbines, and of two at least."""
    sharing = len({finding.turbine for finding in findings})
    return sharing >= 2 and 2 * sharing > turbines


def _times_of_most(group: list[Seen], turbines: int) -> Iterator[tuple[datetime, datetime]]:
    """Yield from when to when most turbines have such a finding."""
    times = sorted({time for finding in group for time in (finding.start, finding.end)})
    begun = None
    for start, end in pairwise(times):
        have_it = [finding for finding in group if finding.start <= start and end <= finding.end]
        if _are_most(have_it, turbines):
            begun = begun or start
        elif begun:
            yield begun, start
            begun = None
    if begun:
        yield begun, times[-1]


def _is_mostly_in(finding: Seen, start: datetime, end: datetime) -> bool:
    common = min(finding.end, end) - max(finding.start, start)
    return 2 * common >= finding.end - finding.start


def _of_farm(together: list[Seen], turbines: int) -> Seen:
    prices = [finding.lost_kwh for finding in together if finding.lost_kwh is not None]
    first = together[0]
    return Seen(
        kind=first.kind,
        turbine=WHOLE_FARM,
        variable=first.variable,
        start=min(finding.start for finding in together),
        end=max(finding.end for finding in together),
        is_open=any(finding.is_open for finding in together),
        sentence=_sentence(together, turbines, prices),
        lost_kwh=sum(prices) if prices else None,
    )


def _sentence(together: list[Seen], turbines: int, prices: list[float]) -> str:
    names = sorted({finding.turbine for finding in together})
    who = f"{len(names)} of {turbines} turbines ({listed(names)})"
    price = f"; {energy(sum(prices))} were lost" if prices else ""
    return f"{who} {_done(together[0])} in the same time{price}."


def _done(finding: Seen) -> str:
    done = DONE[finding.kind].format(variable=named(finding.variable))
    may_be_held = (finding.kind, finding.variable) == (Kind.FROZEN, POWER)
    return f"{done}, by a limit or by their sensors," if may_be_held else done
