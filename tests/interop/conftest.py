"""The farm that both libraries load."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_S = 180
# The pure parts of the project run in the libraries' environment too, to be compared with them.
sys.path.insert(0, str(ROOT))


@pytest.fixture(scope="session")
def api() -> Iterator[str]:
    """The address of a served farm: a January of T01, T02 and T03."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(ROOT / ".venv/bin/python"), "-m", "tests.interop.farm", str(port)]
    server = subprocess.Popen(command, cwd=ROOT)
    try:
        wait_for(f"http://127.0.0.1:{port}/health/live", server)
        yield f"http://127.0.0.1:{port}/api"
    finally:
        server.terminate()
        server.wait()


def wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    """Wait until the address answers."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            urlopen(address).close()
            return
        except URLError:
            assert server.poll() is None, "the farm's server ended"
            assert time.monotonic() < deadline, f"{address} does not answer"
            time.sleep(0.2)
