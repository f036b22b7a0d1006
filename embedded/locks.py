"""File locks. The kernel releases them however their holder dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from embedded.accounts import Account

POLL_SECONDS = 0.02


def open_lock(path: Path, account: Account) -> int:
    """Open the file, made for `account` where it does not exist, and return its descriptor."""
    flags = os.O_RDWR | os.O_NOFOLLOW
    with suppress(FileExistsError):
        descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
        if os.geteuid() == 0:
            os.fchown(descriptor, account.uid, account.gid)
        return descriptor
    return os.open(path, flags)


def try_lock(descriptor: int, operation: int) -> bool:
    """Take the lock (LOCK_SH or LOCK_EX) if that is possible at once, and return whether it was."""
    try:
        fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_for_lock(descriptor: int, operation: int, seconds: float) -> None:
    """Take the lock. Raises TimeoutError if it cannot be had in so many seconds."""
    deadline = time.monotonic() + seconds
    while not try_lock(descriptor, operation):
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(POLL_SECONDS)


@contextmanager
def exclusive(path: Path, account: Account, seconds: float) -> Iterator[int]:
    """Hold the exclusive lock on the file. Raises TimeoutError as `wait_for_lock` does."""
    descriptor = open_lock(path, account)
    try:
        wait_for_lock(descriptor, fcntl.LOCK_EX, seconds)
        yield descriptor
    finally:
        # To close it is not enough: a process forked meanwhile has a copy, and would hold the lock.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)
