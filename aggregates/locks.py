"""Advisory locks of the target database, most of a day; they end with the transaction."""

from datetime import date

from django.db import connections

from windproject.routers import TARGET

# Any numbers, the same in every process.
REQUEST = 5_271_002
LOAD = 5_271_004
ALERT = 5_271_005

HOLDERS = """
SELECT pg_terminate_backend(pid) FROM pg_locks
WHERE locktype = 'advisory' AND granted AND (classid, objid) = (%s, %s)
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def take_turns_to_ask(day: date) -> None:
    """Wait for those who ask for a run of the day, or take one back, at the same moment."""
    _lock(REQUEST, day.toordinal())


def take_turns_to_load(day: date) -> None:
    """Wait until nobody else replaces statistics of the day."""
    _lock(LOAD, day.toordinal())


def expel_loaders(day: date) -> None:
    """End the session that replaces statistics of the day: its worker was silent for too long.

    A worker that stands still would else keep what it has locked for as long as it does.
    """
    with connections[TARGET].cursor() as cursor:
        cursor.execute(HOLDERS, [LOAD, day.toordinal()])


def take_turns_to_alert() -> None:
    """Wait for the tick of another scheduler that looks for what is to be told."""
    _lock(ALERT, 0)


def _lock(kind: int, number: int) -> None:
    with connections[TARGET].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [kind, number])
