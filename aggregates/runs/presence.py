"""A worker's presence: it tells that it is there, and leaves days to newer code that is there too.

The database's clock says when, so that no worker's own decides anything.
"""

import logging
import os
import socket
from collections.abc import Sequence
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any

from celery.signals import worker_ready, worker_shutting_down
from celery.worker.state import active_requests
from django.db import Error, connection
from django.db.models.functions import Now

from aggregates.compute.rules import code_version
from aggregates.models import Chunk, Run, Worker
from aggregates.models.workers import REMEMBERED, SEEN_EVERY_S, Code

logger = logging.getLogger(__name__)

# A worker that takes hints again tells so at once.
LOOKED_EVERY_S = 1
_goes_round = Event()
# A signal tells that the worker goes, maybe a second one in the middle of the first: what they do
# may wait for no lock, and to put into this queue does not.
_ends = SimpleQueue[None]()


@worker_ready.connect
def begin(sender: Any, **kwargs: Any) -> None:
    """Tell so from now on, as long as the worker's own loop goes round and takes hints."""
    sender.timer.call_repeatedly(LOOKED_EVERY_S, _look_whether_it_takes_hints, [sender])
    # A thread, so that a database that does not answer keeps no message from being taken.
    slots = sender.controller.concurrency
    Thread(target=_tell_until_the_end, args=[slots], daemon=True).start()


def _look_whether_it_takes_hints(consumer: Any) -> None:
    if consumer.takes_hints:
        _goes_round.set()


@worker_shutting_down.connect
def end(**kwargs: Any) -> None:
    """Tell that this worker goes."""
    _ends.put(None)


def _tell_until_the_end(slots: int) -> None:
    while not _ends_within(LOOKED_EVERY_S):
        if _goes_round.is_set():
            _tell(slots)
            _ends_within(SEEN_EVERY_S)
        _goes_round.clear()
    Worker.objects.filter(**_this_one()).delete()


def _ends_within(pause_s: float) -> bool:
    """Wait so long; return whether the worker was told to end meanwhile, or before."""
    try:
        _ends.put(_ends.get(timeout=pause_s))
    except Empty:
        return False
    return True


def _tell(slots: int) -> None:
    try:
        tell(busy_with([request.worker_pid for request in [*active_requests]]), slots)
    except Error as error:
        logger.warning("This worker cannot tell that it is there: %s", error)
    finally:
        connection.close()


def tell(busy_with: str, slots: int) -> None:
    """Note that this worker is there, what it is busy with, and how much it does at a time."""
    code = Code.objects.seen(code_version())
    signs = {"code": code, "seen_at": Now(), "busy_with": busy_with, "slots": slots}
    Worker.objects.update_or_create(**_this_one(), defaults=signs)
    Worker.objects.filter(seen_at__lt=Now() - REMEMBERED).delete()


def busy_with(processes: Sequence[int]) -> str:
    """Return what these processes of this host aggregate."""
    names = [f"{socket.gethostname()}/{process}" for process in processes]
    runs = Run.objects.filter(status=Run.Status.RUNNING, worker__in=names)
    chunks = Chunk.objects.open().filter(worker__in=names).exclude(run__in=runs)
    return ", ".join(map(str, [*runs, *chunks.select_related("run")]))


def _this_one() -> dict[str, Any]:
    return {"host": socket.gethostname(), "process": os.getpid()}


def is_outdated() -> bool:
    """Return whether workers are there whose code is newer than that of this process."""
    Code.objects.seen(code_version())
    return Worker.objects.alive().newer_than(code_version()).exists()


def time() -> datetime:
    """Return the time, by the clock of the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (clock_time,) = cursor.fetchone()
    return clock_time
