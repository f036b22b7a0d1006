"""What a worker does with its turn: it walks the most urgent run, and lets live days past."""

from aggregates.models import Run
from aggregates.runs import chunks, pipeline, presence, queueing, reconciler, slots
from aggregates.runs.chunks import Others


def work_on_next() -> None:
    """Walk the most urgent run that waits to its end; a message too many finds none."""
    waiting = Run.objects.most_urgent()
    if waiting and presence.is_outdated():
        queueing.pass_on(waiting)
        return
    if run := slots.take_next(presence.time()):
        pipeline.walk(run, Others(queueing.call_helpers, _let_past))
        # A message that met no free slot is gone; this one takes its place.
        queueing.announce_next()


def _let_past(run: Run) -> None:
    """Let live days past a backfill that has the only slot, and the tick that queues them."""
    now = presence.time()
    if slots.is_live(run, now):
        return
    reconciler.tick_if_late(now)
    if live := slots.take_live(now):
        pipeline.walk(live, Others(queueing.call_helpers, lambda run: None))


def help_with(run: Run) -> None:
    """Aggregate a chunk of a run that another worker leads, if one still waits."""
    if not presence.is_outdated() and slots.may_work_on(run, presence.time()):
        chunks.help_with(run)
