"""Whether the triggers of the source are what they must be, and making them so."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.backends.utils import CursorWrapper

from sourcedata.triggers import TRIGGERS, Trigger
from windproject.partitions import partitions, rights_of_triggers, search_path

TABLES = sorted({trigger.table for trigger in TRIGGERS})
BODIES = {trigger.name: trigger.body for trigger in TRIGGERS}

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
# CREATE OR REPLACE FUNCTION waits for nobody, so that a writer who fired an older function may
# commit later. CREATE TRIGGER waits for all who write to its table: a function that was made in the
# same transaction is the one that each later writer fires. Triggers of a partition may be younger.
MADE = """
    SELECT pg_proc.oid, proname, pg_proc.xmin::text, bool_and(
        CASE WHEN tgrelid = 'data'::regclass THEN pg_trigger.xmin = pg_proc.xmin
        ELSE age(pg_trigger.xmin) <= age(pg_proc.xmin) END)
    FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE tgname = ANY(%s)
      AND tgrelid = ANY(ARRAY(SELECT relid FROM pg_partition_tree('data')))
    GROUP BY pg_proc.oid ORDER BY pg_proc.oid
"""


class Function(NamedTuple):
    """A function of triggers of `data`, in one of its versions.

    `came_with_triggers` says that it was made together with them.
    """

    oid: int
    name: str
    made_by: str
    came_with_triggers: bool


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
    cursor.execute(FUNCTIONS, [search_path(cursor), [*BODIES], [*BODIES.values()]])
    return {name for (name,) in cursor.fetchall()}


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
    names = [partition.name for partition in partitions(cursor, "data")]
    found = {(fault.table, fault.trigger): fault for fault in faults(cursor, names)}
    renewed = {fault.trigger.name for fault in found.values() if fault.table in TABLES}
    renewed |= {made.name for made in functions(cursor) if not made.came_with_triggers}
    _make_functions(cursor, renewed)
    mended = [
        found.get((table, trigger), Fault(table, trigger, "was not made with its function"))
        for table, trigger in _places(names)
        if (table, trigger) in found or trigger.name in renewed
    ]
    for fault in mended:
        for statement in _mending(fault):
            cursor.execute(statement)
    return mended


def _make_functions(cursor: CursorWrapper, names: Collection[str]) -> None:
    rights = rights_of_triggers(cursor)
    for name, body in BODIES.items():
        if name in names:
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
                f" {rights} AS $function${body}$function$"
            )
            # Else anybody could let it count rows of a table of their own.
            cursor.execute(f"REVOKE EXECUTE ON FUNCTION {name}() FROM PUBLIC")


def _mending(fault: Fault) -> Iterator[str]:
    name, table = fault.trigger.name, fault.table
    # A row's trigger comes to a partition from its table.
    if table in TABLES or not fault.trigger.is_of_each_row:
        yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
        yield fault.trigger.statement(table)
    # Also in a session that replicates.
    yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"
