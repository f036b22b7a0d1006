"""Whether the triggers of the source are what they must be, and making them so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.backends.utils import CursorWrapper

from common.postgres.partitions import partitions
from sourcedata.triggers import TRIGGERS, Trigger

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
# Names in it are those of PostgreSQL itself, whatever others make.
SEARCH_PATH = "search_path=pg_catalog, pg_temp"
# CREATE OR REPLACE FUNCTION waits for nobody, so that a writer who fired an older function may
# commit later. `mend` waits for all writers, and makes a function and its comment in one
# transaction: whoever replaces the function later leaves the comment as it is.
COMMENT = "Made while nobody wrote. It counts as long as nobody replaces it."
MADE = """
    SELECT pg_proc.oid, proname, pg_proc.xmin::text,
        coalesce(pg_proc.xmin = pg_description.xmin, false)
    FROM pg_proc LEFT JOIN pg_description
        ON classoid = 'pg_proc'::regclass AND objoid = pg_proc.oid
    WHERE pg_proc.oid IN (SELECT tgfoid FROM pg_trigger WHERE tgname = ANY(%s)
        AND tgrelid = ANY(ARRAY(SELECT relid FROM pg_partition_tree('data'))))
    ORDER BY pg_proc.oid
"""
SCHEMA = """
    SELECT nspname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE pg_class.oid = 'data'::regclass
"""


class Function(NamedTuple):
    """A function of triggers of `data`, in one of its versions.

    `is_as_made` says that nobody replaced it since all writers were waited for.
    """

    oid: int
    name: str
    made_by: str
    is_as_made: bool


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
    cursor.execute(STORED, [[*TABLES, *partitions]])
    stored = {(table, name): rest for table, name, *rest in cursor.fetchall()}
    right = _right_functions(cursor)
    return [
        Fault(table, trigger, reason)
        for table, trigger in _places(partitions)
        if (reason := _reason(trigger, table, stored.get((table, trigger.name)), right))
    ]


def _places(partitions: Sequence[str]) -> list[tuple[str, Trigger]]:
    """Return each table that must have triggers, with each of them; partitions come last."""
    of_tables = [(trigger.table, trigger) for trigger in TRIGGERS]
    of_data = [trigger for trigger in TRIGGERS if trigger.table == "data"]
    return of_tables + [(name, trigger) for name in partitions for trigger in of_data]


def _right_functions(cursor: CursorWrapper) -> set[str]:
    bodies = _bodies(cursor)
    cursor.execute(FUNCTIONS, [SEARCH_PATH, [*bodies], [*bodies.values()]])
    return {name for (name,) in cursor.fetchall()}


def _bodies(cursor: CursorWrapper) -> Mapping[str, str]:
    """Return the functions' bodies, by name."""
    cursor.execute(SCHEMA)
    (schema,) = cursor.fetchone()
    return {trigger.name: trigger.body_in(schema) for trigger in TRIGGERS}


def _reason(trigger: Trigger, table: str, stored: Sequence[Any] | None, right: set[str]) -> str:
    if stored is None:
        return "is missing"
    definition, enabled, is_ours = stored
    if definition != trigger.statement(table) or trigger.name not in right or not is_ours:
        return "is of another version"
    return "" if enabled == "A" else "is not ALWAYS"


def functions(cursor: CursorWrapper) -> list[Function]:
    """Return the functions that the triggers of `data` and of its partitions have."""
    cursor.execute(MADE, [[trigger.name for trigger in TRIGGERS]])
    return [Function(*row) for row in cursor.fetchall()]


def mend(cursor: CursorWrapper) -> list[Fault]:
    """Make every trigger of the source what it must be; return what was wrong before.

    Takes the rights of the tables' owner, and waits for whoever writes measurements. What is right
    stays untouched: a new trigger or function is another state of all partitions that have it.
    """
    replaced = {made.name for made in functions(cursor) if not made.is_as_made}
    bodies, right = _bodies(cursor), _right_functions(cursor) - replaced
    mended = faults(cursor, [partition.name for partition in partitions(cursor, "data")])
    for name in bodies.keys() - right:
        _make_function(cursor, name, bodies[name])
    for fault in mended:
        for statement in _mending(fault):
            cursor.execute(statement)
    return mended


def _make_function(cursor: CursorWrapper, name: str, body: str) -> None:
    cursor.execute(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
        f" SECURITY DEFINER SET {SEARCH_PATH} AS $function${body}$function$"
    )
    # Else anybody could let it count rows of a table of their own.
    cursor.execute(f"REVOKE EXECUTE ON FUNCTION {name}() FROM PUBLIC")
    cursor.execute(f"COMMENT ON FUNCTION {name}() IS %s", [COMMENT])


def _mending(fault: Fault) -> Iterator[str]:
    name, table = fault.trigger.name, fault.table
    # A row's trigger comes to a partition from its table.
    if table in TABLES or not fault.trigger.is_of_each_row:
        yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
        yield fault.trigger.statement(table)
    # Also in a session that replicates.
    yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"
