"""A database server that stands still while somebody waits for it."""

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings

from tests.processes import environment

# The visitor prints which process serves it, how long it then waits for it in vain, and what
# another one says.
VISITOR = """
import django
django.setup()
import sys, time
from django.contrib.auth.models import Permission
from django.db import OperationalError, connection, transaction
from common.postgres import watchdog
watchdog.start(longest_s=1)

def ask(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()

def stand_still():
    print(*ask("SELECT pg_backend_pid()"), flush=True)
    sys.stdin.readline()
    global began
    began = time.monotonic()

try:
{wait}
except OperationalError:
    connection.close()
print(time.monotonic() - began, flush=True)
print(*ask("SELECT 7"), flush=True)
"""
WAITS = {
    "a statement": """
    stand_still()
    ask("SELECT 1")
""",
    "a kept connection that is looked at": """
    stand_still()
    connection.close_if_unusable_or_obsolete()
    ask("SELECT 1")
""",
    "the end of a transaction": """
    with transaction.atomic():
        stand_still()
""",
    "rows that are kept there": """
    with transaction.atomic():
        rows = Permission.objects.iterator(chunk_size=1)
        next(rows)
        stand_still()
        list(rows)
""",
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS)
def test_whoever_waits_for_it_is_freed_and_connects_anew(wait: str) -> None:
    command, pipe = [sys.executable, "-c", VISITOR.format(wait=wait)], subprocess.PIPE
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
