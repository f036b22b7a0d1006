"""`manage.py serve`."""

import os
import signal
import socket
import stat
from io import StringIO
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest
from django.contrib.auth import authenticate

from tests.processes import process, wait_until
from windproject.management.commands.serve import Command


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/") as page:
            return "Log in" in page.read().decode()
    except URLError:
        return False


def lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.django_db(transaction=True)
def test_everything_runs_until_ctrl_c_and_nothing_after_it() -> None:
    port = free_port()
    with process("manage.py", "serve", WEB_PORT=str(port)) as served:
        wait_until(lambda: answers(port), "page that asks to log in")
        started = psutil.Process(served.pid).children(recursive=True)
        os.kill(served.pid, signal.SIGINT)
        assert served.wait(timeout=10) in (0, 130, -signal.SIGINT)
        wait_until(lambda: not any(map(lives, started)), "end of all processes")


@pytest.mark.django_db
def test_the_administrator_is_made_once_and_the_password_kept_for_its_owner(tmp_path) -> None:
    kept, output = tmp_path / "admin-password", StringIO()
    Command(stdout=output)._ensure_administrator(kept)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert kept.read_text().strip() in output.getvalue()
    assert authenticate(username="admin", password=kept.read_text().strip())
    Command(stdout=output)._ensure_administrator(tmp_path / "another")
    assert not (tmp_path / "another").exists()
