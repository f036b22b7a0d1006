"""The parent of the embedded server: it stops it when nobody uses it any more.

A program of its own, on the standard library alone:

    keeper.py USERS_LOCK SERVER_LOCK SOCKET_DIRECTORY LOG UID GID DATA POSTGRES [ARGUMENT ...]

It ends as soon as POSTGRES runs and goes on in the background, until every process has given up
its lock on USERS_LOCK. SERVER_LOCK is inherited by the server, so it is held for as long as one
process of it lives; if that is the case already, the exit code is BUSY.
"""

import ctypes
import fcntl
import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress

BUSY = os.EX_TEMPFAIL
PR_SET_PDEATHSIG = 1
LOG_BYTES = 1_000_000
LIBC = ctypes.CDLL(None)


def main(arguments: Sequence[str]) -> int:
    """Start the server and keep it. Returns the exit code."""
    users_lock, server_lock, socket_directory, log, uid, gid, data_directory, *command = arguments
    lock = os.open(server_lock, os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return BUSY
    if os.fork():
        return 0
    keeper = os.getpid()
    server = os.fork()
    if server == 0:
        os.set_inheritable(lock, True)
        folders = [data_directory, socket_directory]
        _become_server(keeper, int(uid), int(gid), log, folders, command)
    os.close(lock)
    unused = threading.Event()
    threading.Thread(
        target=_stop_when_unused, args=(server, users_lock, unused), daemon=True
    ).start()
    # The server is left unreaped, so that its number cannot come to stand for another process.
    os.waitid(os.P_PID, server, os.WEXITED | os.WNOWAIT)
    if unused.is_set():
        # A folder that holds the data too is not empty, and stays.
        with suppress(OSError):
            os.rmdir(socket_directory)
    return 0


def _stop_when_unused(server: int, users_lock: str, unused: threading.Event) -> None:
    fcntl.flock(os.open(users_lock, os.O_RDWR), fcntl.LOCK_EX)
    unused.set()
    os.kill(server, signal.SIGINT)


def _become_server(
    keeper: int, uid: int, gid: int, log: str, folders: Sequence[str], command: list[str]
) -> None:
    try:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
        # This comes after the change of account, which would undo it.
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() == keeper:
            _write_to(log)
            _remove_stale_pid_files(folders)
            os.execve(command[0], command, {"PATH": os.defpath})
    except OSError as error:
        print(f"FATAL:  {command[0]} cannot be started: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(1)


def _write_to(log: str) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    if os.fstat(descriptor).st_size > LOG_BYTES:
        os.ftruncate(descriptor, 0)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)


def _remove_stale_pid_files(folders: Sequence[str]) -> None:
    # This process holds SERVER_LOCK, so no server lives. PostgreSQL could only guess from whether
    # a process of the number in the file lives, and by now that may be any.
    for folder in folders:
        for name in os.listdir(folder):
            if name == "postmaster.pid" or name.startswith(".s.PGSQL."):
                os.unlink(os.path.join(folder, name))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
