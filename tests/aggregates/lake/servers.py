"""Spark Connect servers, in processes of their own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_START_S = 300


@contextmanager
def sail_server() -> Iterator[str]:
    """Yield the address of Sail, which reads Delta itself."""
    port = free_port()
    sail = Path(sys.executable).with_name("sail")
    command = [str(sail), "spark", "server", "--ip", "127.0.0.1", "--port", str(port)]
    with listening(command, port):
        yield f"sc://127.0.0.1:{port}"


@contextmanager
def listening(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run the program while it is needed, from when it listens at the port."""
    # A client leaves variables that a server would take for its own.
    environment = {name: of for name, of in os.environ.items() if not name.startswith("SPARK")}
    # The workers of Apache Spark run the Python that its server runs.
    environment["PYSPARK_PYTHON"] = command[0]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port)
        yield process
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(port: int) -> None:
    """Wait until somebody listens at the port.

    Raises:
        TimeoutError: where nobody does.
    """
    end = time.monotonic() + LONGEST_START_S
    while time.monotonic() < end:
        with socket.socket() as visitor:
            if not visitor.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)
    raise TimeoutError(f"Nobody listens at port {port}.")
