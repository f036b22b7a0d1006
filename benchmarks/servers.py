"""The web servers that benchmarks ask: one process each."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from http.client import HTTPConnection, HTTPException
from time import sleep
from urllib.parse import urlencode

from django.conf import settings
from django.db import connections

PROJECT_PORT, BASELINE_PORT = 8401, 8402


@contextmanager
def served(port: int, *arguments: str, **environment: str) -> Iterator[None]:
    """Run a web server, one process, while the block lasts."""
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments], env=os.environ | environment, cwd=settings.BASE_DIR
    )
    try:
        while not _answers(port):
            sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    try:
        get(port, "/")
    except (OSError, HTTPException):
        return False
    return True


def ours() -> AbstractContextManager[None]:
    """Run this project's web server."""
    return served(
        PROJECT_PORT,
        *("gunicorn", "windproject.wsgi", "--config", "python:windproject.gunicorn"),
        *("--bind", f"127.0.0.1:{PROJECT_PORT}"),
        DJANGO_SETTINGS_MODULE="benchmarks.settings",
        API_PUBLIC_READ="1",
    )


def baseline() -> AbstractContextManager[None]:
    """Run the other one."""
    server = connections["source"].get_connection_params()
    account = f"{server['user']}:{server.get('password', '')}"
    place = urlencode({"host": server["host"], "port": server["port"]})
    return served(
        BASELINE_PORT,
        *("uvicorn", "--app-dir", "benchmarks", "baseline:app"),
        *("--port", str(BASELINE_PORT), "--log-level", "warning"),
        BASELINE_DATABASE_URL=f"postgresql+psycopg2://{account}@/{server['dbname']}?{place}",
    )


def get(port: int, path: str, link: HTTPConnection | None = None) -> int:
    """Return how many bytes the server answers with."""
    link = link or HTTPConnection("127.0.0.1", port)
    link.request("GET", path)
    answer = link.getresponse()
    length = 0
    while part := answer.read(2**16):
        length += len(part)
    if path != "/" and answer.status != 200:
        raise RuntimeError(f"{path} answers with status {answer.status}")
    return length
