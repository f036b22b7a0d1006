"""Real processes of the project, on the databases and the broker of the test session."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from urllib.parse import unquote, urlsplit

from django.conf import settings

PATIENCE_S = 30
ENVIRONMENT = {"DJANGO_SETTINGS_MODULE": "tests.settings", "TEST_PROCESS": "1"}


def environment(**changes: str) -> dict[str, str]:
    """Return the environment of a program that works on the databases of the tests."""
    return os.environ | ENVIRONMENT | changes


@contextmanager
def process(*arguments: str, **changes: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program of this Python, and end it and what it started at the end of the block."""
    child = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=environment(**changes),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield child
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def wait_until(happened: Callable[[], object], what: str) -> None:
    """Wait until something has happened; fail, naming it, where it does not."""
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline, f"in {PATIENCE_S} s there was no {what}"
        time.sleep(0.05)


Process = AbstractContextManager[subprocess.Popen[bytes]]


def broker() -> Process:
    """Run the broker."""
    return process("manage.py", "broker")


def worker(**changes: str) -> Process:
    """Run a worker."""
    return process("-m", "celery", "-A", "windproject", "worker", "--concurrency=1", **changes)


def beat() -> Process:
    """Run a scheduler."""
    return process("-m", "celery", "-A", "windproject", "beat", "--schedule=", "--pidfile=")


def broker_answers() -> bool:
    """Return whether the broker takes connections."""
    with socket.socket(socket.AF_UNIX) as link:
        return link.connect_ex(os.fsencode(unquote(urlsplit(settings.CELERY_BROKER_URL).path))) == 0
