"""Signs of life of a run or a chunk, while its worker gets something done of it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Protocol

from django.conf import settings
from django.db import Error, connection

from common import progress

logger = logging.getLogger(__name__)

BEATS_PER_LEASE = 4


class Leased(Protocol):
    """A run or a chunk, which is a worker's as long as it gives signs of life."""

    def beat(self) -> None: ...


@contextmanager
def beating(leased: Leased) -> Iterator[None]:
    """Within the block the worker keeps its lease, as long as it notes progress."""
    ended = Event()
    thread = Thread(target=_beat_until, args=(ended, leased), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _beat_until(ended: Event, leased: Leased) -> None:
    steps = progress.steps()
    try:
        while not ended.wait(settings.RUN_LEASE.total_seconds() / BEATS_PER_LEASE):
            before, steps = steps, progress.steps()
            if steps != before:
                _beat(leased)
    finally:
        # The connection is this thread's alone, and nobody else closes it.
        connection.close()


def _beat(leased: Leased) -> None:
    try:
        leased.beat()
    except Error as error:
        # The run meets the same, and ends by it.
        logger.warning("%s gives no sign of life: %s", leased, error)
        connection.close()
