"""Asking a server that may not answer, without waiting for it for longer than one can."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from threading import BoundedSemaphore, Lock
from typing import Any, NoReturn, TypeVar

from django.db import close_old_connections

Returned = TypeVar("Returned")


class NotAnswered(Exception):
    """There was no answer in time, or so many wait for one that nobody else may."""


class Bulkhead:
    """A few threads that ask, so that a question without an answer takes no thread of its caller.

    The threads have database connections of their own.
    """

    def __init__(self, threads: int) -> None:
        self.pool = ThreadPoolExecutor(threads)
        # More may ask than there are threads: where answers come, they have a thread in time.
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
        answer = self.pool.submit(copy_context().run, _answered, question)
        answer.add_done_callback(lambda _: self.places.release())
        return partial(_wait, answer)


class SharedAnswer:
    """An answer for all who ask while it is made: they take none of each other's threads."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.coming: Future[Any] | None = None

    def ask(self, question: Callable[[], Returned]) -> Returned:
        """Return the answer that is coming, or make it; what the question raises is raised here."""
        with self.lock:
            coming, is_first = self.coming or Future[Any](), self.coming is None
            self.coming = coming
        if is_first:
            self._make(coming, question)
        answer: Returned = coming.result()
        return answer

    def _make(self, coming: Future[Any], question: Callable[[], Any]) -> None:
        try:
            coming.set_result(question())
        except BaseException as error:  # all who wait for the answer are to hear of it
            coming.set_exception(error)
        with self.lock:
            self.coming = None


def _wait(answer: Future[Returned], within_s: float) -> Returned:
    try:
        return answer.result(within_s)
    except TimeoutError:
        if answer.done():
            # The question itself raised it.
            raise
        answer.cancel()
        raise NotAnswered(f"has not answered after {round(within_s, 1):g} seconds") from None


def _nobody_else(within_s: float) -> NoReturn:
    raise NotAnswered("has not answered those who asked before")


def _answered(question: Callable[[], Returned]) -> Returned:
    close_old_connections()
    try:
        return question()
    finally:
        close_old_connections()
