"""A Celery worker that stands still at a chosen point of a run, so that a test can break it there.

Run as a program: PAUSE_AT names the point, and the file PAUSE_FILE comes into being when it is
reached; the worker goes on when the file is gone. With BUSY it notes progress meanwhile.
"""

import os
import signal
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import django

django.setup()

from aggregates.runs import chunks, load
from common import progress
from sourcedata import reader
from windproject.celery import app

# Where a run stands still: before or after which function, as its module calls it.
POINTS: dict[str, tuple[Any, str, str]] = {
    "extract": (reader, "copy_out", "before"),
    "transform": (chunks, "transform", "before"),
    "load": (load, "copy_in", "after"),
    "commit": (load, "replace", "after"),
}


def pausing(function: Callable[..., Any], when: str, file: Path) -> Callable[..., Any]:
    def paused(*arguments: Any, **keywords: Any) -> Any:
        if when == "before":
            pause(file)
        result = function(*arguments, **keywords)
        if when == "after":
            pause(file)
        return result

    return paused


@cache
def pause(file: Path) -> None:
    """Stand still, once in each process."""
    file.touch()
    if "DEAF" in os.environ:
        # Somebody who is stuck in a library hears of no limit.
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while file.exists():
        if "BUSY" in os.environ:
            progress.note()
        time.sleep(0.02)


if __name__ == "__main__":
    module, name, when = POINTS[os.environ["PAUSE_AT"]]
    setattr(module, name, pausing(getattr(module, name), when, Path(os.environ["PAUSE_FILE"])))
    app.worker_main(["worker", "--concurrency=1"])
