"""Making what is used next while what was made before is used."""

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from django.db import connections

Argument = TypeVar("Argument")
Made = TypeVar("Made")


def prefetch(
    work: Callable[[Argument], Made], arguments: Sequence[Argument]
) -> Generator[Made, None, None]:
    """Return what the work makes of each argument, in their order.

    The first is made at once; each other one by a thread, while the caller is busy with the one
    before. What is raised there is raised here. The thread has database connections of its own; it
    ends with the generator, which is to be exhausted or closed. It must wait for no lock that the
    caller holds: no database sees that the caller waits for it.
    """
    made = [work(argument) for argument in arguments[:1]]
    return _prefetch(work, made, arguments[1:])


def _prefetch(
    work: Callable[[Argument], Made], made: list[Made], arguments: Sequence[Argument]
) -> Generator[Made, None, None]:
    thread = ThreadPoolExecutor(max_workers=1)
    try:
        for argument in arguments:
            coming = thread.submit(copy_context().run, work, argument)
            yield made.pop()
            made.append(coming.result())
        yield from made
    finally:
        if arguments:
            thread.submit(connections.close_all)
        # A caller that is told to stop does not wait for what is no longer needed.
        thread.shutdown(wait=False)
