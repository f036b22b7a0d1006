"""Whether the triggers of the source are what they must be, and making them so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.backends.utils import CursorWrapper

from sourcedata.triggers import TRIGGERS, Trigger
from windproject.partitions import partitions, rights_of_triggers, search_path

TABLES = sorted({trigger.table for trigger in TRIGGERS})

STORED = """
    SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(pg_trigger.oid, true), tgenabled,
        pronamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'data'::regclass)
    FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE tgrelid = ANY(%s::regclass[]) AND NOT tgisinternal
"""
FUNCTIONS = """
    SELECT proname FROM pg_proc JOIN pg_language ON pg_language.oid = prolang
    WHERE pronamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'data'::regclass)
      AND pronargs = 0 AND lanname = 'plpgsql' AND prosecdef AND proconfig = ARRAY[%s]
      AND (proname, prosrc) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
"""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a trigger of a table: it is missing, say."""

    table: str
    trigger: Trigger
    reason: str

    def __str__(self) -> str:
        return f"{self.trigger.name} on {self.table} {self.reason}"


def faults(cursor: CursorWrapper, partitions: Sequence[str]) -> list[Fault]:
    """Return what is wrong with the triggers of the source's tables and of these partitions."""
    tables = [(table, table) for table in TABLES] + [(name, "data") for name in partitions]
    cursor.execute(STORED, [[name for name, _ in tables]])
    stored = {(table, name): rest for table, name, *rest in cursor.fetchall()}
    right = _right_functions(cursor)
    return [
        Fault(table, trigger, reason)
        for table, like in tables
        for trigger in TRIGGERS
        if trigger.table == like
        and (reason := _reason(trigger, table, stored.get((table, trigger.name)), right))
    ]


def _right_functions(cursor: CursorWrapper) -> set[str]:
    bodies = {trigger.name: trigger.body for trigger in TRIGGERS}
    cursor.execute(FUNCTIONS, [search_path(cursor), [*bodies], [*bodies.values()]])
    return {name for (name,) in cursor.fetchall()}


def _reason(trigger: Trigger, table: str, stored: Sequence[Any] | None, right: set[str]) -> str:
    if stored is None:
        return "is missing"
    definition, enabled, is_ours = stored
    if definition != trigger.statement(table) or trigger.name not in right or not is_ours:
        return "is of another version"
    return "" if enabled == "A" else "is not ALWAYS"


def mend(cursor: CursorWrapper) -> list[Fault]:
    """Make every trigger of the source what it must be; return what was wrong before.

    Takes the rights of the tables' owner, and waits for whoever writes measurements. What is right
    stays untouched: a new trigger or function is another state of all partitions that have it.
    """
    mended = faults(cursor, [partition.name for partition in partitions(cursor, "data")])
    right = _right_functions(cursor)
    rights = rights_of_triggers(cursor)
    for trigger in {trigger.name: trigger for trigger in TRIGGERS}.values():
        if trigger.name not in right:
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql"
                f" {rights} AS $function${trigger.body}$function$"
            )
            # Else anybody could let it count rows of a table of their own.
            cursor.execute(f"REVOKE EXECUTE ON FUNCTION {trigger.name}() FROM PUBLIC")
    for fault in mended:
        for statement in _mending(fault):
            cursor.execute(statement)
    return mended


def _mending(fault: Fault) -> Iterator[str]:
    name, table = fault.trigger.name, fault.table
    # A row's trigger comes to a partition from its table.
    if table in TABLES or not fault.trigger.is_of_each_row:
        yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
        yield fault.trigger.statement(table)
    # Also in a session that replicates.
    yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"
