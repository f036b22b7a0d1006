"""What stands in the broker's place, or before it: connections can be lost there without a word."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingUnixStreamServer
from threading import Event, Thread
from urllib.parse import unquote, urlsplit

from django.conf import settings

import embedded

# The setting VAR of a program that reaches the broker through the relay.
RELAYED = "relay"


def nothing(sent: bytes) -> bool:
    return False


@dataclass
class Relay:
    """Passes on what clients and broker say, until a connection is lost: then it stays open."""

    # A connection is lost once a client sends something of this kind.
    loses: Callable[[bytes], bool] = nothing
    lost: list[Event] = field(default_factory=list)

    def lose_all(self) -> None:
        """Lose the connections that there are; later ones are passed on."""
        for connection in self.lost:
            connection.set()

    def pass_on(self, client: socket.socket) -> None:
        is_lost = Event()
        self.lost.append(is_lost)
        with socket.socket(socket.AF_UNIX) as broker, suppress(OSError):
            broker.connect(path_of(settings.CELERY_BROKER_URL))
            Thread(target=self._back, args=[broker, client, is_lost], daemon=True).start()
            while said := client.recv(100_000):
                if self.loses(said):
                    is_lost.set()
                if not is_lost.is_set():
                    broker.sendall(said)

    def _back(self, broker: socket.socket, client: socket.socket, is_lost: Event) -> None:
        with suppress(OSError):
            while said := broker.recv(100_000):
                if not is_lost.is_set():
                    client.sendall(said)


def path_of(url: str) -> str:
    return unquote(urlsplit(url).path)


@contextmanager
def relayed() -> Iterator[Relay]:
    """Run a relay at the address that programs with VAR=RELAYED take for the broker's."""
    relay = Relay()

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            relay.pass_on(self.request)

    folder = settings.VAR_DIR / RELAYED / settings.BROKER_DIR.name
    with listening(embedded.broker_url(folder), Handler):
        yield relay


@contextmanager
def listening(url: str, handler: type[BaseRequestHandler]) -> Iterator[None]:
    """Have a program of the test's own listen at a broker's address."""
    path = Path(path_of(url))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with Listener(str(path), handler) as server:
        Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield
        server.shutdown()
    path.unlink()


class Silence(BaseRequestHandler):
    """Hears everything, and says nothing."""

    def handle(self) -> None:
        with suppress(OSError):
            while self.request.recv(10_000):
                pass


class Listener(ThreadingUnixStreamServer):
    """A server that waits for none of its visitors when it ends."""

    daemon_threads = True
    block_on_close = False
