"""Processes that run runs, named so that another can tell whether they are still there."""

import os
import socket
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

# These states are of proc(5): a zombie, which its parent has not looked after yet, and dead.
ENDED = {"Z", "X"}


def this_one() -> str:
    """Return the name of this process: its host and its number there."""
    return f"{socket.gethostname()}/{os.getpid()}"


def is_gone(name: str) -> bool:
    """Return whether the process certainly ended; of one on another host nothing is certain."""
    host, _, pid = name.rpartition("/")
    return host == socket.gethostname() and not _lives(pid)


def abandoned_by(name: str) -> Q:
    """Return which rows that name this process it has left: it is gone, or silent for a lease.

    A beat that is yet to come is of a clock that was ahead, and tells nothing.
    """
    if is_gone(name):
        return Q()
    lease = settings.RUN_LEASE
    return Q(heartbeat_at__lt=Now() - lease) | Q(heartbeat_at__gt=Now() + lease)


def _lives(pid: str) -> bool:
    try:
        # The state follows the program's name, which stands in brackets and may hold more of them.
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in ENDED
