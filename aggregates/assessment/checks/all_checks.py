"""All checks of a farm together: what a person should look at, the dearest first."""

from collections.abc import Callable, Collection
from datetime import date

from aggregates.assessment.checks.behind import behind
from aggregates.assessment.checks.derated import derated
from aggregates.assessment.checks.direction_shifted import direction_shifted
from aggregates.assessment.checks.frozen import frozen
from aggregates.assessment.checks.icing import icing
from aggregates.assessment.checks.partial import partial
from aggregates.assessment.checks.rejected import rejected
from aggregates.assessment.checks.silent import silent
from aggregates.assessment.checks.stopped import stopped, stopped_by_neighbours
from aggregates.assessment.checks.whole_farm import shared
from aggregates.assessment.checks.wind_against_neighbours import wind_against_neighbours
from aggregates.assessment.conditions import Judgement
from aggregates.assessment.farm import Farm
from aggregates.assessment.findings import Kind, Seen
from common.days import DAY, day_start

CHECKS: dict[Kind, Callable[[Farm, Judgement], list[Seen]]] = {
    Kind.SILENT: silent,
    Kind.PARTIAL: partial,
    Kind.REJECTED: rejected,
    Kind.FROZEN: frozen,
    Kind.STOPPED: stopped,
    Kind.STOPPED_BY_NEIGHBOURS: stopped_by_neighbours,
    Kind.ICING: icing,
    Kind.WIND_AGAINST_NEIGHBOURS: wind_against_neighbours,
    Kind.DERATED: derated,
    Kind.BEHIND: behind,
    Kind.DIRECTION_SHIFTED: direction_shifted,
}
ALL = tuple(CHECKS)
# A direction is compared with its last 20 days with wind, which calm weather stretches: so many
# days before the first one should be in the farm.
DAYS_BEFORE = 30


def findings(
    farm: Farm, judgement: Judgement, first: date, last: date, kinds: Collection[Kind] = ALL
) -> list[Seen]:
    """Return what is to be looked at from the first day to the last, both included.

    The farm may have days before them, which some checks compare with. What costs most stands
    first, then what has no price, in the order of the kinds.
    """
    if 0 in farm.shape:
        return []
    of_turbines = [finding for kind in kinds for finding in CHECKS[kind](farm, judgement)]
    start, end = day_start(first), day_start(last + DAY)
    of_farm = shared(of_turbines, farm.turbines)
    return sorted(
        (finding for finding in of_farm if finding.start < end and finding.end > start), key=_rank
    )


def _rank(finding: Seen) -> tuple[float, int, str, object]:
    order = list(CHECKS).index(finding.kind)
    return -(finding.lost_kwh or 0), order, finding.turbine, finding.start
