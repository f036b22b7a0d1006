"""What stands in the broker's place."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingUnixStreamServer
from threading import Thread
from urllib.parse import unquote, urlsplit


def path_of(url: str) -> str:
    return unquote(urlsplit(url).path)


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
