"""Real workers and a broker on the benchmarks' databases."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from time import perf_counter, sleep

from celery import current_app
from django.conf import settings

from aggregates.models import ACTIVE, Run, Worker
from aggregates.runs import queueing


@contextmanager
def process(*arguments: str) -> Iterator[int]:
    """Run a program of this Python while the block lasts; yields its process id."""
    child = subprocess.Popen(
        [sys.executable, *arguments], cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL
    )
    try:
        yield child.pid
    finally:
        child.terminate()
        child.wait()


@contextmanager
def broker() -> Iterator[None]:
    """Run the broker while the block lasts."""
    with process("manage.py", "broker"):
        current_app.connection_for_write().ensure_connection(max_retries=100, interval_step=0.1)
        yield


@contextmanager
def workers(number: int) -> Iterator[Sequence[int]]:
    """Run so many workers of one process each; yields the ids of the processes that work."""
    with ExitStack() as running:
        celery = ("-m", "celery", "--quiet", "-A", "windproject", "worker", "--concurrency=1")
        started = [
            running.enter_context(process(*celery, f"--hostname=worker{index}@%h"))
            for index in range(number)
        ]
        while Worker.objects.alive().filter(process__in=started).count() < number:
            sleep(0.2)
        yield [int(child) for pid in started for child in _children(pid)]


def _children(pid: int) -> Sequence[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def seconds_for(days: Sequence[date]) -> float:
    """Return how long the workers take for the days, from the request for them on."""
    started = perf_counter()
    _, failure = queueing.submit(days, [], requested_by="benchmark")
    assert not failure, failure
    while Run.objects.filter(status__in=ACTIVE).exists():
        sleep(0.05)
    took = perf_counter() - started
    assert all(run.is_well for run in Run.objects.order_by("-id")[: len(days)])
    return took


def peak_memory_mb(pid: int) -> float:
    """Return the most memory that the process was ever resident in."""
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1000


def busy_s() -> float:
    """Return how long this machine's cores were busy since it started, all added up."""
    user, nice, system, *_ = Path("/proc/stat").read_text().split()[1:]
    return (int(user) + int(nice) + int(system)) / 100
