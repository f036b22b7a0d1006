"""Asking a server that may not answer, without waiting for it for longer than one can."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from threading import BoundedSemaphore
from typing import NoReturn, TypeVar

from django.db import close_old_connections

Returned = TypeVar("Returned")


class NotAnswered(Exception):
    """There was no answer in time, or so many wait for one that nobody else may."""


class Bulkhead:
    """A few threads that ask, so that one that never comes back takes none of its caller's.

    They have database connections of their own.
    """

    def __init__(self, threads: int) -> None:
        self.pool = ThreadPoolExecutor(threads)
        # Those may wait for a thread as well who will have one in time, where answers come.
        self.places = BoundedSemaphore(4 * threads)

    def ask(self, question: Callable[[], Returned], within_s: float) -> Returned:
        """Return the answer; what the question raises is raised here.

        Raises:
            NotAnswered: where there is none in time.
        """
        return self.begin(question)(within_s)

    def begin(self, question: Callable[[], Returned]) -> Callable[[float], Returned]:
        """Ask, and return what waits so many seconds for the answer, as `ask` does."""
        if not self.places.acquire(blocking=False):
            return _nobody_else
        asked = self.pool.submit(copy_context().run, _answered, question)
        asked.add_done_callback(lambda _: self.places.release())
        return partial(_wait, asked)


def _wait(asked: Future[Returned], within_s: float) -> Returned:
    try:
        return asked.result(within_s)
    except TimeoutError:
        if asked.done():
            # It is the question's own.
            raise
        asked.cancel()
        raise NotAnswered(f"has not answered after {within_s:g} seconds") from None


def _nobody_else(within_s: float) -> NoReturn:
    raise NotAnswered("has not answered those who asked before")


def _answered(question: Callable[[], Returned]) -> Returned:
    close_old_connections()
    try:
        return question()
    finally:
        close_old_connections()
