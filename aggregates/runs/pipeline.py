"""The one room behind every door: asking for runs, and walking a run from start to end."""

import logging
import traceback
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connections

from aggregates import versions
from aggregates.errors import RunFailed, RunTakenOver, SamplesLost, SourceUnavailable
from aggregates.models import ACTIVE, Outcome, Run
from aggregates.runs import chunks, restores
from aggregates.runs.heartbeat import beating
from aggregates.runs.journal import keeping
from aggregates.source import gateway
from aggregates.source.gateway import TurbineDay
from common import let_go
from common.databases import TARGET
from common.logs import about
from common.postgres.outages import is_outage
from common.wording import first_line, listed
from sourcedata.variables import VARIABLE_NAMES

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RequestedDay:
    """What became of one day of a request; `run` is None where there is nothing to do."""

    day: date
    outcome: Outcome
    run: Run | None


def pending_days(first: date, last: date, turbines: Collection[str] = ()) -> list[date]:
    """Return the days from `first` to `last` that have a turbine-day which is not current.

    Raises:
        SourceUnavailable: where the source does not answer.
    """
    restores.notice()
    not_current = versions.not_current(first, last, turbines)
    return sorted({turbine_day.day for turbine_day in not_current})


@dataclass(frozen=True)
class DayPlan:
    """What would become of one day of a request, and why."""

    day: date
    outcome: Outcome
    reason: str


def preview(
    days: Collection[date], turbines: Collection[str], force: bool = False
) -> list[DayPlan]:
    """Return what `request` would do with each of the days, in their order, without doing it.

    Takes one question to the source and two queries, however many days.

    Raises:
        SourceUnavailable: where the source does not answer.
    """
    if not days:
        return []
    restores.notice()
    turbine_days = gateway.turbine_days(min(days), max(days), turbines)
    by_day = defaultdict(list)
    for turbine_day in turbine_days:
        by_day[turbine_day.day].append(turbine_day)
    outdated = Counter(turbine_day.day for turbine_day in versions.outdated(turbine_days))
    active = {run.day: run for run in Run.objects.filter(day__in=days, status__in=ACTIVE)}
    plans = []
    for day in days:
        plan = _plan(day, by_day[day], outdated[day], force)
        run = active.get(day)
        plans.append(_beside(run, plan, turbines, force) if run else plan)
    return plans


def _beside(active: Run, plan: DayPlan, turbines: Collection[str], force: bool) -> DayPlan:
    """Return what becomes of a plan for a day that has an active run."""
    if plan.outcome == Outcome.CURRENT:
        return plan
    if active.status == Run.Status.RUNNING:
        return DayPlan(plan.day, Outcome.ACTIVE, f"{active} is under way")
    if not active.can_take_in(turbines, force):
        return DayPlan(
            plan.day, Outcome.ACTIVE, f"{active} waits, and forces other turbines or none"
        )
    return DayPlan(plan.day, Outcome.JOINED, f"{active} waits and takes this request in")


def _plan(day: date, turbine_days: Sequence[TurbineDay], outdated: int, force: bool) -> DayPlan:
    measured = sum(1 for turbine_day in turbine_days if turbine_day.samples)
    if measured and not force and not outdated:
        return DayPlan(day, Outcome.CURRENT, "its statistics equal its measurements")
    if not measured and not outdated:
        return DayPlan(day, Outcome.QUEUED, "it has no measurements: the run will end empty")
    number = len(turbine_days)
    if force:
        return DayPlan(day, Outcome.QUEUED, f"turbines computed again, as forced: {number}")
    return DayPlan(day, Outcome.QUEUED, f"turbines that are not current: {outdated} of {number}")


def request(
    days: Collection[date], turbines: Collection[str], requested_by: str, force: bool = False
) -> list[RequestedDay]:
    """Ask for a run of each day, unless what is asked for is current and not forced.

    No `turbines` means all.

    Raises:
        SourceUnavailable: where the source does not answer.
    """
    requested = []
    for plan in preview(days, turbines, force):
        run, outcome = None, plan.outcome
        if outcome != Outcome.CURRENT:
            # Another run of the day may have begun or ended since; this asks under a lock.
            run, outcome = Run.objects.request(plan.day, turbines, requested_by, force)
        requested.append(RequestedDay(plan.day, outcome, run))
    return requested


def execute(run: Run, others: chunks.Others = chunks.NOBODY) -> bool:
    """Take a queued run and walk it to its end; return False where another worker was faster.

    Otherwise as `walk`.
    """
    return run.start() and walk(run, others)


def walk(run: Run, others: chunks.Others = chunks.NOBODY) -> bool:
    """Walk a run that was started here to its end: aggregate its day, and record how that went.

    Returns False where another worker took the run over. What is found not to be current is
    aggregated; with the run's `force`, everything. `others` help, and are let past.

    Raises:
        django.db.DatabaseError: where the target cannot even take the run's end.
    """
    with about(run=run.pk, day=run.day), keeping(run):
        logger.info("The run starts, attempt %s, on %s.", run.attempt, run.worker)
        with beating(run):
            is_ended = _walk(run, others)
        if is_ended:
            level = logging.INFO if run.is_well else logging.ERROR
            logger.log(level, "The run %s. %s", run.status, run.error or run.summary)
        return is_ended


def _walk(run: Run, others: chunks.Others) -> bool:
    try:
        status = _aggregate(run, others)
    except RunTakenOver as error:
        logger.warning("%s", error)
        return False
    except RunFailed as error:
        return _end(run, Run.Status.FAILED, str(error))
    except SoftTimeLimitExceeded:
        return _end(run, Run.Status.FAILED, "The run took longer than a worker may work on one.")
    except MemoryError:
        # A smaller chunk, or less beside it, does: it is no bug, and is tried again.
        return _end(run, Run.Status.FAILED, "The worker had too little memory: see CHUNK_TURBINES.")
    except Exception as error:
        if is_outage(error):
            return _end(run, Run.Status.FAILED, f"The target database fails: {first_line(error)}.")
        logger.exception("%s", run)
        return _end(run, Run.Status.ERRORED, repr(error), traceback.format_exc())
    except BaseException:
        _end(run, Run.Status.FAILED, "The worker was told to stop.")
        raise
    return _end(run, status)


def _end(run: Run, status: Run.Status, error: str = "", traceback: str = "") -> bool:
    target = connections[TARGET]
    if target.errors_occurred and not target.is_usable():
        # A server that was restarted meanwhile takes a new connection.
        target.close()
    return run.finish(status, error, traceback)


def _where_they_may_be(day: date) -> str:
    try:
        return let_go.named(gateway.months_let_go(day, day))
    except SourceUnavailable:
        # What is lost is told also where another deployment does not say what it let go.
        return ""


def _aggregate(run: Run, others: chunks.Others) -> Run.Status:
    restores.notice()
    turbine_days = gateway.turbine_days(run.day, run.day, run.turbines)
    measured = [turbine_day.turbine for turbine_day in turbine_days if turbine_day.samples]
    gateway.require_empty(run.day, run.turbines, but=measured)
    wanted = turbine_days if run.force else versions.outdated(turbine_days)
    variables = VARIABLE_NAMES if run.force else versions.outdated_variables(wanted)
    run.note(versions.fingerprint(wanted), len(wanted), variables)
    logger.info("Turbines to aggregate: %s of %s.", len(wanted), len(turbine_days))
    if len(variables) < len(VARIABLE_NAMES):
        logger.info("The rules of these alone are others now: %s.", listed(variables))
    with_lost_samples = chunks.lead(run, [turbine_day.turbine for turbine_day in wanted], others)
    if with_lost_samples:
        raise SamplesLost(with_lost_samples, _where_they_may_be(run.day))
    return Run.Status.SUCCEEDED if measured else Run.Status.EMPTY


def aggregate_now(
    day: date, turbines: Collection[str], requested_by: str, force: bool = False
) -> RequestedDay:
    """Ask for a run of the day and walk it to its end in this process.

    Raises:
        SourceUnavailable: where the source does not answer.
    """
    (requested,) = request([day], turbines, requested_by, force)
    if requested.run and not execute(requested.run):
        return RequestedDay(day, Outcome.ACTIVE, requested.run)
    return requested
