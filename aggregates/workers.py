"""Processes that run runs, named so that another can tell whether they are still there."""

import os
import socket
from pathlib import Path


def this_one() -> str:
    """Return the name of this process: its host and its number there."""
    return f"{socket.gethostname()}/{os.getpid()}"


def is_gone(name: str) -> bool:
    """Return whether the process certainly ended; of one on another host nothing is certain."""
    host, _, pid = name.rpartition("/")
    return host == socket.gethostname() and not Path(f"/proc/{pid}").exists()
