"""Runs programs of the Procfile together, until it is told to end.

supervisor.py SOCKET NAME ...: where SOCKET is not empty, the broker listens there, and the others
start when it does.

One that ends by itself is started again; one that cannot start at all ends the others too. This is
a program of its own without Django, for it lives as long as they do and does little.
"""

import ctypes
import math
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Sequence
from functools import partial
from multiprocessing.sharedctypes import RawValue
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TextIO

from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Printer
from honcho.process import Popen, Process

PROCFILE = Path(__file__).parent.parent / "Procfile"
# A program that ends sooner than this after the start of all could not start at all.
STARTED_S = 10
# A program is started again after a pause: a server that it needs may be starting as well.
PAUSE_S = 2
# This option of prctl(2) says which signal a process gets when its parent is gone.
SET_PARENT_DEATH_SIGNAL = 1
BROKER = "broker"
# After so long the other programs start all the same, and wait for the broker themselves.
BROKER_STARTS_S, POLL_S = 10, 0.05


class Terminal:
    """Shows the programs' lines; where nobody reads them any more, all programs are to end."""

    def __init__(self, output: TextIO) -> None:
        self.output = output

    def write(self, text: str) -> None:
        """Write the text, unless it is too late for that."""
        try:
            self.output.write(text)
            self.output.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.output.fileno())
            os.kill(os.getpid(), signal.SIGTERM)

    def flush(self) -> None:
        """Do nothing: every write is flushed."""

    def isatty(self) -> bool:
        """Return whether colours can be shown."""
        return self.output.isatty()


class KeptProcess(Process):  # type: ignore[misc]  # it has no types
    """A program that is started again where it ends by itself."""

    def __init__(self, *arguments: Any, ended: ctypes.c_bool, broker: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.ended = ended
        self.broker = broker if self.name != BROKER else ""
        # The time of its first start, before which nothing is known of whether it can start.
        self.started = math.inf
        # The program is to hear the signals that honcho has this process ignore.
        self._child_ctor = partial(Popen, preexec_fn=_begin_program)

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        """Run the program, in a process of its own, until all are to end."""
        end_with_parent(signal.SIGKILL)
        _wait_for(self.broker)
        self.started = min(self.started, monotonic())
        super().run(events, ignore_signals)
        while self._is_kept() and not self._ends_within_the_pause():
            super().run(events, ignore_signals)
        super()._send_message({"returncode": self._child.returncode}, type="stop")

    def _ends_within_the_pause(self) -> bool:
        sleep(PAUSE_S)
        return self.ended.value

    def _is_kept(self) -> bool:
        return not self.ended.value and monotonic() - self.started >= STARTED_S

    def _send_message(self, data: Any, type: str = "line") -> None:
        """Pass on what honcho tells of a run of the program, but not yet that it is over."""
        if type != "stop":
            super()._send_message(data, type)
        elif self._is_kept():
            text = f"ended with code {data['returncode']}; it is started again in {PAUSE_S} s"
            super()._send_message(f"{text}\n", "line")


def end_with_parent(number: signal.Signals) -> None:
    """Have this process end when its parent was killed, which then cannot end it."""
    ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, number)


def _wait_for(broker: str) -> None:
    """Wait until somebody listens at the socket, so that nobody complains of a healthy start."""
    until = monotonic() + BROKER_STARTS_S
    while broker and monotonic() < until:
        with socket.socket(socket.AF_UNIX) as link:
            if not link.connect_ex(broker):
                return
        sleep(POLL_S)


def _begin_program() -> None:
    end_with_parent(signal.SIGTERM)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


class KeepingManager(Manager):  # type: ignore[misc]  # as above
    """Runs programs together, and starts those again that end by themselves."""

    def __init__(self, printer: Printer, broker: str) -> None:
        super().__init__(printer)
        # All processes see it, and a signal may come at any time: it has no lock to wait for.
        self.ended = RawValue(ctypes.c_bool, False)
        self._process_ctor = partial(KeptProcess, ended=self.ended, broker=broker)

    def _all_started(self) -> bool:
        """Return whether all programs run; the loop asks each time it goes round."""
        for program in self._processes.values():
            if not (self.ended.value or program["process"].is_alive()):
                self._keep_again(program)
        return bool(super()._all_started())

    def _keep_again(self, program: dict[str, Any]) -> None:
        """Start the process anew that keeps a program: somebody killed it, and the program ends.

        Until it has ended, the new one may not be able to start: it is tried as often as it takes.
        """
        program["obj"].started = -math.inf
        keep = {"target": program["obj"].run, "args": (self.events, True)}
        program["process"] = multiprocessing.Process(name=program["obj"].name, **keep)
        program["process"].start()

    def terminate(self) -> None:
        """End all programs."""
        self.ended.value = True
        super().terminate()


def main(broker: str, names: Sequence[str]) -> int:
    """Run the programs. Returns the exit code."""
    commands = parse_procfile(PROCFILE.read_text()).processes
    manager = KeepingManager(Printer(Terminal(sys.stdout)), broker)
    for name in names:
        # No shell is to stand between the two: it would outlive the one and not end the other.
        manager.add_process(name, f"exec {commands[name]}")

    def end(*_: Any) -> None:
        manager.terminate()

    # SIGHUP comes when the terminal's window is closed; honcho itself hears of the others alone.
    signal.signal(signal.SIGHUP, end)
    manager.loop()
    code = int(manager.returncode or 0)
    # A program that a signal ended is told as a shell tells it.
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
