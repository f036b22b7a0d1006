"""A database server that stands still in the middle of a statement."""

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings

from tests.processes import environment

# The visitor prints which process serves it, and what becomes of its next two statements.
VISITOR = """
import django
django.setup()
import sys, time
from django.db import OperationalError, connection
from common.postgres import watchdog
watchdog.start(longest_s=1)
with connection.cursor() as cursor:
    cursor.execute("SELECT pg_backend_pid()")
    print(*cursor.fetchone(), flush=True)
    sys.stdin.readline()
    began = time.monotonic()
    try:
        cursor.execute("SELECT 1")
    except OperationalError:
        print(time.monotonic() - began, flush=True)
connection.close()
with connection.cursor() as cursor:
    cursor.execute("SELECT 7")
    print(*cursor.fetchone(), flush=True)
"""


@pytest.mark.django_db(transaction=True)
def test_whoever_waits_for_it_is_freed_and_connects_anew() -> None:
    command, pipe = [sys.executable, "-c", VISITOR], subprocess.PIPE
    own = environment()
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, env=own, cwd=settings.BASE_DIR
    ) as visitor:
        assert visitor.stdin
        assert visitor.stdout
        server = int(visitor.stdout.readline())
        os.kill(server, signal.SIGSTOP)
        try:
            visitor.stdin.write(b"\n")
            visitor.stdin.flush()
            assert 1 < float(visitor.stdout.readline()) < 4
            assert visitor.stdout.readline() == b"7\n"
        finally:
            os.kill(server, signal.SIGCONT)
