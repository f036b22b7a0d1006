"""Another deployment's REST API, which has a reply for each path, right or wrong."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest

from sourcedata.variables import VARIABLE_NAMES

TURBINES, DAYS, DATA, VARIABLES = "/api/turbines", "/api/days", "/data", "/api/variables"
LET_GO = "/api/let-go"
TOKEN = "secret-token"

Reply = Callable[[BaseHTTPRequestHandler], None]


def row(minute: int, **changes: Any) -> dict[str, Any]:
    cells = dict.fromkeys(VARIABLE_NAMES, 1.5)
    return {"turbine": "T01", "timestamp": f"2025-08-31T00:0{minute}:00Z", **cells, **changes}


A_TURBINE: dict[str, Any] = {
    "name": "T01",
    "rated_power_kw": 2000,
    "sample_interval_s": 60,
    "first_day": "2025-08-31",
    "last_day": "2025-08-31",
}
A_DAY = {"turbine": "T01", "day": "2025-08-31", "revision": 7, "samples": 2}
ROWS = [row(0), row(1, power=None)]


def sends(body: bytes, status: int = 200, length: int = 0, header: str = "X: -") -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header(*header.split(": "))
        handler.send_header("Content-Length", str(length or len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def says(value: Any) -> Reply:
    return sends(json.dumps(value).encode())


def measured(**times: str) -> Reply:
    """Return a reply of a turbine whose measurements lie on one day, but for these times."""
    of_day = dict.fromkeys(("first_measurement", "last_measurement"), "2025-08-31T00:00:00Z")
    unknown = dict.fromkeys(("commissioned_on", "retired_on", "future_measurement"))
    return says([A_TURBINE | unknown | of_day | times])


def trickles(handler: BaseHTTPRequestHandler) -> None:
    with suppress(OSError):
        for _ in range(20):
            handler.wfile.write(b"H")
            time.sleep(0.1)


@pytest.fixture
def replies(settings: Any) -> Iterator[dict[str, Reply]]:
    """The replies by path: a turbine has two samples on a day. It is this deployment's source."""
    by_path = {TURBINES: says([A_TURBINE]), DAYS: says([A_DAY]), DATA: says(ROWS)}
    by_path[LET_GO] = says([])
    by_path[VARIABLES] = says([{"name": name, "companions": []} for name in VARIABLE_NAMES])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            by_path[urlsplit(self.path).path](self)

        def log_message(self, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=[0.01]).start()
        settings.SOURCE_API_URL = f"http://127.0.0.1:{server.server_port}"
        settings.SOURCE_API_TOKEN = TOKEN
        yield by_path
        server.shutdown()
