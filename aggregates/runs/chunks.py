"""The work itself: a run's turbine-days, chunk by chunk, shared by the workers.

The worker that has the run leads: it does what waits, waits for what others do, and does again
what they abandoned or gave back. What fails in its own hands fails the run.
"""

import logging
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import partial

from aggregates.compute.transform import transform
from aggregates.errors import RunFailed
from aggregates.models import Chunk, Run
from aggregates.runs import load
from aggregates.runs.aggregated_days import stored_days
from aggregates.runs.heartbeat import beating
from aggregates.runs.journal import keeping
from aggregates.runs.load import NewStatistics
from aggregates.source import gateway
from aggregates.source.gateway import Nameplate, Snapshot
from common import progress
from common.logs import about
from common.prefetch import prefetch
from common.wording import listed
from sourcedata.variables import VARIABLE_NAMES, VARIABLES, Variable

logger = logging.getLogger(__name__)

# The leader looks this often whether the others are done.
POLL_S = 0.1


@dataclass(frozen=True)
class Others:
    """What a worker does for others while it leads a run.

    `call` tells the workers that so many chunks of the run wait for help, and `let_past` does what
    is more urgent, between two chunks.
    """

    call: Callable[[Run, int], None]
    let_past: Callable[[Run], None]


NOBODY = Others(call=lambda run, chunks: None, let_past=lambda run: None)


def lead(run: Run, turbines: list[str], others: Others) -> list[str]:
    """Aggregate the turbines on the run's day, with whoever helps.

    Returns the turbines that were left as they were because most of their samples are gone.

    Raises:
        RunFailed: where the source does not answer.
        RunTakenOver: where another worker has taken the run over.
    """
    chunks = Chunk.objects.cut(run, turbines)
    if chunks > 1:
        others.call(run, chunks - 1)
    while waiting := list(run.chunks.open()):
        if chunk := run.chunks.take():
            _aggregate(chunk)
            others.let_past(run)
        else:
            time.sleep(POLL_S)
            # The workers that have these chunks give signs of life of their own.
            progress.note()
            for other in waiting:
                other.take_back()
    return sorted(name for chunk in run.chunks.all() for name in chunk.lost)


def help_with(run: Run) -> bool:
    """Aggregate a chunk of a run that another worker leads; return whether there was one.

    A chunk that fails is given back.
    """
    chunk = run.chunks.filter(run__status=Run.Status.RUNNING).untouched().take()
    if chunk is None:
        return False
    with about(run=run.pk, day=run.day), keeping(chunk.run), beating(chunk):
        try:
            _aggregate(chunk)
        except Exception as error:
            logger.warning("%s is given back: %r", chunk, error)
            chunk.give_back()
    return True


def _aggregate(chunk: Chunk) -> None:
    compute = partial(_compute, chunk.run)
    with closing(prefetch(compute, gateway.turbine_groups(chunk.turbines))) as computed:
        load.replace(chunk, computed)
    if done := [name for name in chunk.turbines if name not in chunk.lost]:
        logger.info("Done: %s.", listed(done))


def _compute(run: Run, turbines: Sequence[str]) -> NewStatistics:
    names = run.variables or VARIABLE_NAMES
    variables: Sequence[Variable] = [each for each in VARIABLES if each.name in names]
    snapshot = gateway.snapshot(run.day, turbines, [variable.name for variable in variables])
    if len(variables) < len(VARIABLES):
        snapshot = _unchanged(snapshot, run.day)
    turbine_days = {turbine_day.turbine: turbine_day for turbine_day in snapshot.turbine_days}
    nameplates = {name: turbine_day.nameplate for name, turbine_day in turbine_days.items()}
    variables = _without_lacking(variables, nameplates.values())
    statistics = transform(snapshot.measurements, run.day, nameplates, variables)
    return NewStatistics(statistics, turbine_days, [variable.name for variable in variables])


def _without_lacking(
    variables: Sequence[Variable], nameplates: Collection[Nameplate]
) -> Sequence[Variable]:
    """Leave out the variables that the source does not have: what is stored of them stays.

    Raises:
        RunFailed: where it has none of them.
    """
    lacking = {name for nameplate in nameplates for name in nameplate.lacking}
    there = [variable for variable in variables if variable.name not in lacking]
    if not there:
        raise RunFailed(f"The source has none of {listed(sorted(lacking))}.")
    if lacking:
        logger.warning("The source has no %s: there are no values of it.", listed(sorted(lacking)))
    return there


def _unchanged(snapshot: Snapshot, day: date) -> Snapshot:
    """Leave out the turbines whose measurements have changed since: they need all variables."""
    stored = stored_days(day, [turbine_day.turbine for turbine_day in snapshot.turbine_days])
    kept = [
        turbine_day
        for turbine_day in snapshot.turbine_days
        if turbine_day.turbine in stored
        and stored[turbine_day.turbine].revision == turbine_day.revision
    ]
    names = [turbine_day.turbine for turbine_day in kept]
    is_kept = snapshot.measurements["turbine"].isin(names)
    return Snapshot(kept, snapshot.measurements[is_kept])
