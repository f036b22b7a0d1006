"""Leaving a call that may never return, as one that looks up the name of a host.

A thread of its own makes the call. Nobody waits for that thread, not even the end of the program.
"""

import asyncio
import socket
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextvars import copy_context
from functools import partial
from threading import Thread
from typing import Any, TypeVar

Returned = TypeVar("Returned")


def begun(call: Callable[[], Returned]) -> Future[Returned]:
    """Begin the call, and return what will have what it returns or raises."""
    outcome: Future[Returned] = Future()
    # A call that has begun cannot be taken back by whoever leaves it.
    outcome.set_running_or_notify_cancel()
    Thread(target=copy_context().run, args=[_keep, outcome, call], daemon=True).start()
    return outcome


def within(
    limit_s: float,
    call: Callable[[], Returned],
    late: Callable[[Future[Returned]], object] = lambda _: None,
) -> Returned:
    """Return what the call returns; what it raises is raised here.

    Raises:
        TimeoutError: where it takes longer; `late` then gets what comes of it in the end.
    """
    outcome = begun(call)
    try:
        return outcome.result(limit_s)
    except TimeoutError:
        if outcome.done():
            # The call itself raised it, or has just returned.
            return outcome.result()
        outcome.add_done_callback(late)
        raise TimeoutError(f"there was no answer after {limit_s:g} seconds") from None


def run(coroutine: Coroutine[Any, Any, Returned]) -> Returned:
    """Run the coroutine as `asyncio.run` does, which waits in the end for what was given up."""
    with asyncio.Runner(loop_factory=LeavingLoop) as runner:
        return runner.run(coroutine)


class LeavingLoop(asyncio.SelectorEventLoop):
    """An event loop that leaves the look-up of a name when whoever asked gives up."""

    async def getaddrinfo(self, host: Any, port: Any, **hints: Any) -> Any:
        """Return the addresses of the host."""
        return await asyncio.wrap_future(begun(partial(socket.getaddrinfo, host, port, **hints)))


def _keep(outcome: Future[Returned], call: Callable[[], Returned]) -> None:
    try:
        outcome.set_result(call())
    except BaseException as error:  # whoever waits for the call is to hear of it
        outcome.set_exception(error)
