"""Advisory locks of the target database; they end with the transaction."""

from collections.abc import Collection
from datetime import date

from django.db import connections

from windproject.routers import TARGET

# Any numbers, the same in every process.
REQUEST = 5_271_002
LOAD = 5_271_004
ALERT = 5_271_005
# A lock is named by two numbers, of 32 bits each.
NUMBERS = 2**31

HOLDERS = """
SELECT pg_terminate_backend(pid) FROM pg_locks
WHERE locktype = 'advisory' AND granted AND classid = %s AND objid = ANY(%s::bigint[])
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def take_turns_to_ask(day: date) -> None:
    """Wait for those who ask for a run of the day, or take one back, at the same moment."""
    _lock(REQUEST, day.toordinal())


def take_turns_to_load(chunk: int) -> None:
    """Wait until nobody else loads the statistics of the chunk of that number."""
    _lock(LOAD, chunk % NUMBERS)


def expel_loaders(chunks: Collection[int]) -> None:
    """End the sessions that load one of the chunks: nothing of theirs is to be committed.

    A worker that stands still would else keep what it has locked for as long as it does.
    """
    if chunks:
        with connections[TARGET].cursor() as cursor:
            cursor.execute(HOLDERS, [LOAD, [chunk % NUMBERS for chunk in chunks]])


def take_turns_to_alert() -> None:
    """Wait for the tick of another scheduler that looks for what is to be told."""
    _lock(ALERT, 0)


def _lock(kind: int, number: int) -> None:
    with connections[TARGET].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [kind, number])
