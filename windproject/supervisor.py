"""Runs programs of the Procfile together, until one of them ends: supervisor.py NAME ...

A program of its own without Django, for it lives as long as they do and does little.
"""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Printer

PROCFILE = Path(__file__).parent.parent / "Procfile"


class Terminal:
    """Where the programs' lines are shown. Where nobody reads them any more, all is to end."""

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


def main(names: Sequence[str]) -> int:
    """Run the programs. Returns the exit code."""
    commands = parse_procfile(PROCFILE.read_text()).processes
    manager = Manager(Printer(Terminal(sys.stdout)))
    for name in names:
        manager.add_process(name, commands[name])

    def end(*_: Any) -> None:
        manager.terminate()

    # The terminal's window was closed; honcho itself hears of Ctrl-C and SIGTERM alone.
    signal.signal(signal.SIGHUP, end)
    manager.loop()
    code = int(manager.returncode or 0)
    # Ended by a signal: as a shell tells it.
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
