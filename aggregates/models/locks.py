"""Advisory locks of the target database; they end with the transaction, or their block."""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.db import OperationalError, connections, transaction
from psycopg2 import errorcodes

from common.databases import TARGET
from common.postgres.holders import holder
from common.postgres.lock_numbers import (
    ALERT,
    ASSESS,
    CHANGE,
    DELIVER,
    LAKE,
    LOAD,
    REQUEST,
    TAKE,
)
from common.wording import listed

# A lock is named by two numbers, of 32 bits each.
NUMBERS = 2**31
TRIED_AGAIN_S = 0.5

HOLDERS = """
SELECT pg_terminate_backend(pid) FROM pg_locks
WHERE locktype = 'advisory' AND granted AND classid = %s AND objid = ANY(%s::bigint[])
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""

HELD_BY = """
SELECT pid, usename, application_name FROM pg_locks LEFT JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND granted AND classid = %s AND objid = %s
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""

# The lock's number is the second, since 2020, in which it was taken: 32 bits of them end in 2088.
ANNOUNCE = """
SELECT pg_advisory_xact_lock_shared(
    %s, floor(extract(epoch FROM clock_timestamp() - '2020-01-01Z'::timestamptz))::int
)
"""
# Nor is it later than the last change, after which the next one is stamped whatever clocks do.
# The answer rests on the statement's start, not on the clock: a transaction that announces a change
# after pg_locks was read is not seen there, and stamps the change later than this statement
# started. Any account sees every lock.
KNOWN_UNTIL = """
SELECT least(
    statement_timestamp(), '2020-01-01Z'::timestamptz + min(objid::bigint) * interval '1 second',
    (SELECT coalesce(max(changed_at) + interval '1 microsecond', '2020-01-01Z')
     FROM aggregated_day)
)
FROM pg_locks
WHERE locktype = 'advisory' AND classid = %s
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def take_turns_to_ask(day: date) -> None:
    """Wait for the others who ask for a run of the day, or take one back, at the same moment."""
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


@contextmanager
def alone_to_deliver(channel: str) -> Iterator[bool]:
    """Say whether nobody else delivers by the channel; within the block nobody else begins to.

    The lock is the session's: no transaction is to be open while a channel is waited for.
    """
    with _alone(DELIVER, channel) as is_alone:
        yield is_alone


@contextmanager
def alone_to_assess() -> Iterator[bool]:
    """Say whether nobody else assesses; within the block nobody else begins to."""
    with _alone(ASSESS, "") as is_alone:
        yield is_alone


@contextmanager
def alone_to_write_the_lake(within_s: float = 0) -> Iterator[bool]:
    """Say whether nobody else writes the lake; within the block nobody else begins to.

    Somebody who does is waited for so long. The lock is the session's: no transaction is to be open
    while a store is waited for.
    """
    with _alone(LAKE, "", within_s) as is_alone:
        yield is_alone


@contextmanager
def _alone(kind: int, name: str, within_s: float = 0) -> Iterator[bool]:
    end = time.monotonic() + within_s
    while not (is_alone := _try_lock(kind, name)) and time.monotonic() < end:
        time.sleep(TRIED_AGAIN_S)
    try:
        yield is_alone
    finally:
        if is_alone:
            with connections[TARGET].cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [kind, name])


def _try_lock(kind: int, name: str) -> bool:
    with connections[TARGET].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [kind, name])
        (is_locked,) = cursor.fetchone()
    return bool(is_locked)


def take_turns_to_take() -> None:
    """Wait for the worker that takes a run at the same moment."""
    _lock(TAKE, 0)


def announce_changes() -> None:
    """Tell those who poll for changes that this transaction stamps some from now on.

    Nobody waits for it. To be called in a statement of its own, before that which stamps.
    """
    with connections[TARGET].cursor() as cursor:
        cursor.execute(ANNOUNCE, [CHANGE])


def changes_known_until() -> datetime:
    """Return since when changes are stamped that only their transaction sees; now, if none are."""
    with connections[TARGET].cursor() as cursor:
        cursor.execute(KNOWN_UNTIL, [CHANGE])
        (time,) = cursor.fetchone()
    return time


def _lock(kind: int, number: int) -> None:
    """Take the lock until the transaction ends.

    Raises:
        django.db.OperationalError: where others have it for long, naming them.
    """
    try:
        with transaction.atomic(using=TARGET), connections[TARGET].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [kind, number])
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) != errorcodes.LOCK_NOT_AVAILABLE:
            raise
        who = listed(_holders(kind, number) or ["somebody who is gone"])
        raise OperationalError(
            f"The target's advisory lock ({kind}, {number}) was not to be had: {who} has it."
        ) from error.__cause__


def _holders(kind: int, number: int) -> list[str]:
    with connections[TARGET].cursor() as cursor:
        cursor.execute(HELD_BY, [kind, number])
        return [holder(*row) for row in cursor.fetchall()]
