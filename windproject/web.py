"""The web server's worker: gunicorn's threads, which no slow visitor and no slow server fills.

A request here is an HTTP request. It gets a thread when all of it has come, so that a visitor who
sends slowly takes none, and who takes no answer gets no second one: of several that come at once,
the first is answered and the connection closed. Threads are shared out by what requests may have
to wait for: those that wait for the source, or for somebody who reads a download slowly, take none
of the others'. Where too many wait for theirs, the next one is told so at once.
"""

import fcntl
import re
import selectors
import socket
import struct
import termios
import time
from collections import Counter, deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from gunicorn.http import get_parser
from gunicorn.workers.gthread import TConn, ThreadWorker

from common import waits
from common.rest.uploads import LONGEST_UPLOAD

# No address takes more bytes; a form or a list of turbines is far shorter.
LONGEST_REQUEST = 128 * 1024
# An address and cookies take less; headers that come byte by byte are looked through each time.
LONGEST_HEADERS = 16 * 1024
HEADERS_END = b"\r\n\r\n"
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:\s*0*(\d*)", re.I)
# A length of more digits says more bytes than there are.
MOST_DIGITS = 18
# A path, or what `OPTIONS *` asks for. gunicorn takes more: for it `x://host/path` has a path.
ADDRESS = re.compile(rb"[A-Z]+ (\*(?= )|/[^ ?#]*)")
# Files of these folders may have more than SMALL_FILE bytes.
LARGE_FILES = tuple(
    b"/static/%b/" % folder
    for folder in (b"plotly", b"drf_spectacular_sidecar", b"rest_framework", b"admin/js/vendor")
)
SMALL_FILE = 64 * 1024
CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.I)


@dataclass(frozen=True)
class Lane:
    """Requests of one kind: by how their addresses begin, and how many have a thread or wait.

    Further ones are refused with the status `full`, and so is one that has waited for a thread for
    longer than `longest_s`.
    """

    addresses: tuple[bytes, ...]
    threads: int
    waiting: int
    longest_s: float = waits.PAGE_QUEUED_S
    full: str = "429 Too Many Requests"
    # The kernel is told to take so many bytes of an answer at once, however slowly they are read.
    taken_at_once: int = 0
    # It has those alone that may change something: neither GET nor HEAD.
    of_changes: bool = False
    # Where their bodies may be as long, the application reads them as they come: it sees first who
    # sends one.
    longest_body: int = 0

    def has(self, path: bytes, is_change: bool) -> bool:
        return path.startswith(self.addresses) and is_change >= self.of_changes


LANES = (
    Lane((b"/health/live",), threads=2, waiting=100, longest_s=waits.QUEUED_S),
    # Large files take a thread for as long as somebody reads them.
    Lane(LARGE_FILES, threads=4, waiting=50, longest_s=waits.DOWNLOAD_QUEUED_S),
    # The kernel takes all of a small one at once.
    Lane((b"/static/",), threads=4, waiting=50, taken_at_once=SMALL_FILE),
    # All who come while the servers are asked wait for one answer.
    Lane((b"/health/ready",), threads=24, waiting=24, longest_s=waits.QUEUED_S),
    # These wait for the source only so long, in threads of their own.
    Lane((b"/health/", b"/metrics"), threads=3, waiting=20, longest_s=waits.QUEUED_S),
    # Other deployments rely on an answer in time, whatever it is.
    Lane((b"/api/days",), threads=12, waiting=12, longest_s=waits.QUEUED_S),
    # A table that a program sends, which is stored before it is answered.
    Lane(
        (b"/data",),
        threads=2,
        waiting=4,
        longest_s=waits.DOWNLOAD_QUEUED_S,
        of_changes=True,
        longest_body=LONGEST_UPLOAD,
    ),
    # These ask the source directly, or are downloads, which last as long as somebody reads them.
    Lane(
        (b"/data", b"/api/turbines", b"/admin/sourcedata/"),
        threads=4,
        waiting=4,
        longest_s=waits.DOWNLOAD_QUEUED_S,
    ),
    # These are downloads, too, or as long.
    Lane(
        (b"/api/values", b"/api/assessments", b"/api/findings", b"/api/signals", b"/api/schema"),
        threads=5,
        waiting=5,
        longest_s=waits.DOWNLOAD_QUEUED_S,
    ),
    # These may wait for the broker.
    Lane((b"/api/runs",), threads=3, waiting=10),
    # A password takes a processor half a second, to be checked or set: all would wait for a flood.
    Lane(
        (b"/admin/login/", b"/admin/password_change/", b"/admin/auth/user/"),
        threads=1,
        waiting=5,
        full="503 Service Unavailable",
        of_changes=True,
    ),
    # These pages wait longer than others for the source.
    Lane((b"/admin/aggregates/signal/", b"/admin/aggregates/run/run-days/"), threads=4, waiting=20),
    # These are other pages, and addresses that ask the target alone.
    Lane((b"/",), threads=10, waiting=50),
)


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # it has no types
    """Takes requests when they are whole, and runs each in the threads of its lane."""

    def init_process(self) -> None:
        self.pools = {lane: ThreadPoolExecutor(lane.threads) for lane in LANES}
        # The requests of each lane that have a thread or wait for one; only the main thread counts.
        self.taken = Counter[Lane]()
        # Those that may wait for a thread, in the order in which they came, and until when.
        self.queues = {lane: deque[tuple[float, Future[Any]]]() for lane in LANES}
        self.closing = deque[TConn]()
        super().init_process()

    def accept(self, listener: socket.socket) -> None:
        """Take a connection, and wait for its request."""
        try:
            client, address = listener.accept()
        except OSError:
            # The visitor has gone again, or another process was faster.
            return
        self.nr_conns += 1
        conn = TConn(self.cfg, client, address, listener.getsockname())
        conn.parser = get_parser(self.cfg, client, address)
        self._wait_for_request(conn)

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """Wait for a further request on a connection that was kept, once its answer was taken.

        Answers that nobody takes would add up, until a thread waits for room for one of them.
        """
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        if untaken(client):
            self._close(conn)
        else:
            self._wait_for_request(conn)

    def _wait_for_request(self, conn: TConn) -> None:
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + waits.REQUEST_S
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._look_at_request, conn))

    def _look_at_request(self, conn: TConn, client: socket.socket) -> None:
        """Take what has come to where the parser looks first; start the request if that is all.

        The kernel may have no room for a whole request, and then tells of any part of it.
        """
        try:
            part = client.recv(LONGEST_REQUEST)
        except BlockingIOError:
            return
        except OSError:
            part = b""
        received = _received(conn) + part
        conn.parser.unreader.buf = BytesIO(received)
        if part and not is_whole(received):
            missing = least_length(received) - len(received)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, missing)
            return
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        self._start(conn, received)

    def _start(self, conn: TConn, received: bytes) -> None:
        """Run the request in its lane, or answer that it cannot be."""
        lane = lane_of(received)
        refusal = refusal_of(received)
        if not refusal and self.taken[lane] >= lane.threads + lane.waiting:
            refusal = busy(lane)
        if refusal or not is_whole(received):
            self._end(conn, refusal)
            return
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
        conn.data_ready = True
        # Of a body that was refused, nobody reads the rest.
        conn.is_last = bool(lane.longest_body) or len(received) > whole_length(received)
        self.taken[lane] += 1
        until = time.monotonic() + lane.longest_s
        running = self.pools[lane].submit(self._run, conn, lane, until)
        self.queues[lane].append((until, running))
        running.add_done_callback(
            lambda done: self.method_queue.defer(self._finish, lane, conn, done)
        )

    def _run(self, conn: TConn, lane: Lane, until: float) -> Any:
        if time.monotonic() < until:
            if lane.taken_at_once:
                conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, lane.taken_at_once)
            return self.handle(conn)
        with suppress(OSError):
            conn.sock.send(busy(lane))
        return False

    def _finish(self, lane: Lane, conn: TConn, done: Future[Any]) -> None:
        self.taken[lane] -= 1
        if done.cancelled():
            self._end(conn, busy(lane))
        elif done.exception() or not done.result():
            self._close(conn)
        else:
            self.finish_request(conn, done)

    def _end(self, conn: TConn, answer: bytes) -> None:
        # All others wait for this thread: of who takes nothing, the answer is dropped.
        with suppress(OSError):
            conn.sock.setblocking(False)
            conn.sock.send(answer)
        self._close(conn)

    def _close(self, conn: TConn) -> None:
        """Close a connection when the visitor has, or soon: what they still send is thrown away.

        Closed at once, it could take the end of the answer with it; waiting would stop all others.
        """
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._closed(conn)
            return
        conn.timeout = time.monotonic() + waits.CLOSED_S
        self.closing.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._throw_away, conn))

    def _throw_away(self, conn: TConn, client: socket.socket) -> None:
        try:
            is_open = bool(client.recv(LONGEST_REQUEST))
        except BlockingIOError:
            is_open = True
        except OSError:
            is_open = False
        if not is_open:
            self.closing.remove(conn)
            self._stop_looking(conn)

    def murder_pending(self) -> None:
        """Close what has waited too long: for its request, a thread, or the visitor to close."""
        super().murder_pending()
        for queue in self.queues.values():
            while queue and queue[0][0] <= time.monotonic():
                # One that has a thread goes on.
                queue.popleft()[1].cancel()
        while self.closing and self.closing[0].timeout <= time.monotonic():
            self._stop_looking(self.closing.popleft())

    def _stop_looking(self, conn: TConn) -> None:
        self.poller.unregister(conn.sock)
        self._closed(conn)

    def _closed(self, conn: TConn) -> None:
        self.nr_conns -= 1
        conn.close()

    def enqueue_req(self, conn: TConn) -> None:
        """Close a connection on which more came together with a request than is served."""
        self._close(conn)

    def handle_request(self, request: Any, conn: TConn) -> Any:
        """Run the application; whoever takes nothing of a part of the answer for long is left."""
        conn.sock.settimeout(waits.PART_TAKEN_S)
        if conn.is_last:
            # The answer's headers say that the connection ends with it.
            request.force_close()
        return super().handle_request(request, conn)


def untaken(client: socket.socket) -> int:
    """Return how many bytes of what was sent have not come to the other side.

    A visitor who asks again after they read an answer has told so in the same packet at the latest.
    """
    (length,) = struct.unpack("i", fcntl.ioctl(client, termios.TIOCOUTQ, bytes(4)))
    return int(length)


def _received(conn: TConn) -> bytes:
    return bytes(conn.parser.unreader.buf.getvalue())


def is_whole(received: bytes) -> bool:
    """Return whether these bytes are a request to its end, or such that no end is waited for."""
    headers, end, body = received.partition(HEADERS_END)
    has_come = bool(end) and len(body) >= awaited_body(received, headers)
    return has_come or bool(refusal_of(received))


def least_length(received: bytes) -> int:
    """Return how long the request is at least, of which these bytes are the beginning."""
    return max(whole_length(received), len(received) + 1)


def whole_length(received: bytes) -> int:
    """Return how long the request is, as far as it is waited for; 0 while its headers come."""
    headers, end, _ = received.partition(HEADERS_END)
    return len(headers) + len(end) + awaited_body(received, headers) if end else 0


def awaited_body(received: bytes, headers: bytes) -> int:
    """Return how many bytes of the body are waited for, before the request gets a thread."""
    return 0 if lane_of(received).longest_body else length_of_body(headers)


def length_of_body(headers: bytes) -> int:
    """Return how long the body is said to be, in bytes; 0 where nothing is said."""
    said = CONTENT_LENGTH.search(headers)
    digits = said[1] if said else b""
    return int(digits or 0) if len(digits) <= MOST_DIGITS else 10**MOST_DIGITS


def refusal_of(received: bytes) -> bytes:
    """Return the answer to a request whose headers or body are not taken, else nothing."""
    headers, end, _ = received.partition(HEADERS_END)
    if len(headers) > LONGEST_HEADERS:
        return answer(
            "431 Request Header Fields Too Large", f"Headers hold at most {LONGEST_HEADERS} bytes."
        )
    if end and not ADDRESS.match(received):
        return answer("400 Bad Request", "Ask for a path, which begins with /.")
    if end and CHUNKED.search(headers):
        return answer("411 Length Required", "Say how long the body is: Content-Length.")
    longest = LONGEST_REQUEST
    if end and (longest_body := lane_of(received).longest_body):
        longest += longest_body
    if end and len(headers) + len(end) + length_of_body(headers) > longest:
        return answer("413 Content Too Large", f"A request holds at most {longest} bytes.")
    return b""


def lane_of(received: bytes) -> Lane:
    """Return the lane of a request, by its address as the application will read it."""
    address = ADDRESS.match(received)
    path = unquote_to_bytes(address[1]) if address else b""
    is_change = not received.startswith((b"GET ", b"HEAD "))
    return next(lane for lane in LANES if lane.has(path, is_change) or lane is LANES[-1])


def busy(lane: Lane) -> bytes:
    """Return the answer to a request that too many came before."""
    return answer(lane.full, "Too many wait for the same. Come again in a second.")


def answer(status: str, sentence: str) -> bytes:
    """Return a whole answer, with which the connection ends."""
    body = f"{sentence}\n"
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n"
        f"Retry-After: 1\r\nConnection: close\r\n\r\n{body}"
    ).encode()
