"""`manage.py serve`."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from io import StringIO
from urllib.request import urlopen

import psutil
import pytest
from django.contrib.auth.models import User
from honcho.printer import Printer

from tests.processes import PATIENCE_S, environment, process, wait_until
from windproject.management.commands.serve import Command
from windproject.supervisor import STARTED_S, KeepingManager

pytestmark = pytest.mark.long


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/") as page:
            return "Log in" in page.read().decode()
    except OSError:
        return False


def lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def has_ended(process: psutil.Process) -> bool:
    return not lives(process)


def wait_until_ended(started: Sequence[psutil.Process]) -> None:
    for program in started:
        with suppress(psutil.NoSuchProcess):
            wait_until(partial(has_ended, program), f"end of {program.cmdline()}")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGHUP])
def test_everything_runs_until_ctrl_c_or_a_closed_window_and_nothing_after_it(how: int) -> None:
    port = free_port()
    with process("manage.py", "serve", WEB_PORT=str(port), VAR=f"serve{how}") as served:
        wait_until(lambda: answers(port), "page that asks to log in")
        started = psutil.Process(served.pid).children(recursive=True)
        assert "served already, by process" in second_serve(f"serve{how}")
        os.kill(served.pid, how)
        assert served.wait(timeout=10) in (0, 130, 143, -how)
        wait_until_ended(started)


def second_serve(var: str) -> str:
    """Try to serve what is served already, and return what is said to that."""
    command = [sys.executable, "manage.py", "serve"]
    served = subprocess.run(
        command, env=environment(VAR=var), capture_output=True, text=True, timeout=30, check=False
    )
    assert served.returncode == 1
    return served.stderr


@pytest.mark.django_db(transaction=True)
def test_everything_ends_when_nobody_reads_its_lines_any_more() -> None:
    port = free_port()
    command = [sys.executable, "manage.py", "serve"]
    own = environment(WEB_PORT=str(port), VAR="serve-pipe")
    with subprocess.Popen(
        command, env=own, stdout=subprocess.PIPE, start_new_session=True
    ) as served:
        wait_until(lambda: answers(port), "page that asks to log in")
        started = psutil.Process(served.pid).children(recursive=True)
        assert served.stdout is not None
        served.stdout.close()
        answers(port)
        served.wait(timeout=20)
        wait_until_ended(started)


def worker_of(served: psutil.Process) -> psutil.Process | None:
    """Return the worker's main process, whose children are its other ones."""
    return next(
        (
            child
            for child in served.children(recursive=True)
            if " windproject worker " in command_of(child)
        ),
        None,
    )


def command_of(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


@pytest.mark.django_db(transaction=True)
def test_a_program_that_ends_by_itself_is_started_again() -> None:
    port = free_port()
    with process("manage.py", "serve", WEB_PORT=str(port), VAR="serve-again") as served:
        wait_until(lambda: answers(port), "page that asks to log in")
        time.sleep(STARTED_S)
        first = worker_of(psutil.Process(served.pid))
        assert first
        first.kill()
        wait_until(lambda: worker_of(psutil.Process(served.pid)) not in (None, first), "worker")
        assert answers(port)
        os.kill(served.pid, signal.SIGTERM)
        assert served.wait(timeout=20) == 143


@pytest.mark.django_db(transaction=True)
def test_nothing_outlives_a_supervisor_that_was_killed() -> None:
    port = free_port()
    with process("manage.py", "serve", WEB_PORT=str(port), VAR="serve-killed") as served:
        wait_until(lambda: answers(port), "page that asks to log in")
        started = psutil.Process(served.pid).children(recursive=True)
        os.kill(served.pid, signal.SIGKILL)
        wait_until_ended(started)


@pytest.mark.django_db(transaction=True)
def test_a_program_whose_keeper_was_killed_is_started_again() -> None:
    port = free_port()
    with process("manage.py", "serve", WEB_PORT=str(port), VAR="serve-keeper") as served:
        wait_until(lambda: worker_of(psutil.Process(served.pid)), "worker")
        first = worker_of(psutil.Process(served.pid))
        assert first
        first.parent().kill()
        wait_until(lambda: worker_of(psutil.Process(served.pid)) not in (None, first), "worker")
        assert served.poll() is None


def test_a_program_whose_keeper_was_killed_is_tried_until_it_can_start() -> None:
    manager = KeepingManager(Printer(StringIO()), broker="")
    manager.add_process("web", "exec false")
    program = manager._processes["web"]
    manager._keep_again(program)
    told = [manager.events.get(timeout=PATIENCE_S) for _ in range(4)]
    manager.ended.value = True
    program["process"].join()
    again = "ended with code 1; it is started again in 2 s\n"
    assert [message.data for message in told if message.type == "line"].count(again) == 2


@pytest.mark.django_db(transaction=True)
def test_a_program_that_cannot_start_ends_them_all() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with process("manage.py", "serve", WEB_PORT=port, VAR="serve-taken") as served:
            assert served.wait(timeout=60) not in (0, None)


@pytest.mark.django_db
def test_the_administrator_is_made_once_and_the_password_kept_for_its_owner(tmp_path) -> None:
    kept, output = tmp_path / "admin-password", StringIO()
    Command(stdout=output)._ensure_administrator(kept)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert kept.read_text().strip() in output.getvalue()
    assert User.objects.get().check_password(kept.read_text().strip())
    Command(stdout=output)._ensure_administrator(tmp_path / "another")
    assert not (tmp_path / "another").exists()
