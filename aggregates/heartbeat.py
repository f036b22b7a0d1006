"""Signs of life of a run, while its worker is busy with it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from django.conf import settings
from django.db import DatabaseError, connection

from aggregates.models import Run

logger = logging.getLogger(__name__)

BEATS_PER_LEASE = 4


@contextmanager
def beating(run: Run) -> Iterator[None]:
    """Within the block the run keeps its lease, as long as this process is not stopped."""
    ended = Event()
    thread = Thread(target=_beat_until, args=(ended, run), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _beat_until(ended: Event, run: Run) -> None:
    try:
        while not ended.wait(settings.RUN_LEASE.total_seconds() / BEATS_PER_LEASE):
            _beat(run)
    finally:
        # Of this thread alone.
        connection.close()


def _beat(run: Run) -> None:
    try:
        run.beat()
    except DatabaseError as error:
        # The run meets the same, and ends by it.
        logger.warning("%s gives no sign of life: %s", run, error)
        connection.close()
