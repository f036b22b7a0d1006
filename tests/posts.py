"""Somebody's program that takes a POST of JSON, which stands for what lies outside."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest


class Posts:
    """What was posted, and what is answered."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}/secret"
        self.bodies: list[Any] = []
        self.status = 200


@pytest.fixture
def posts() -> Iterator[Posts]:
    """A server that takes posts while the test runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            received.bodies.append(json.loads(self.rfile.read(length)))
            self.send_response(received.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        received = Posts(server.server_port)
        Thread(target=server.serve_forever, daemon=True).start()
        yield received
        server.shutdown()
