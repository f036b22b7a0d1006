"""Whether the triggers of the source are what they must be, and making them so."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.backends.utils import CursorWrapper

from common.postgres.partitions import partitions
from sourcedata.snapshot import keep_to_the_schema_of_data, names_of_postgresql_alone
from sourcedata.triggers import TRIGGERS, Trigger

TABLES = sorted({trigger.table for trigger in TRIGGERS})

# The tables by the names that somebody reads, and by the oids that mean them whatever the path.
OIDS = """
    SELECT name, name::regclass::oid::text FROM unnest(%s::text[]) AS one (name)
"""
PLACES = "SELECT oid::text, oid::regclass::text FROM pg_class WHERE oid = ANY(%s::oid[])"
# An operator that is not PostgreSQL's own, in the condition of a trigger, is worded like it.
STORED = """
    SELECT tgrelid::text, tgname, pg_get_triggerdef(pg_trigger.oid, true), tgenabled, NOT EXISTS (
        SELECT FROM pg_depend WHERE classid = 'pg_trigger'::regclass AND objid = pg_trigger.oid
        AND refclassid = 'pg_operator'::regclass
    )
    FROM pg_trigger WHERE tgrelid = ANY(%s::oid[]) AND NOT tgisinternal
"""
FUNCTIONS = """
    SELECT proname FROM pg_proc JOIN pg_language ON pg_language.oid = prolang
    WHERE pronamespace = (SELECT relnamespace FROM pg_class WHERE oid = %(data)s)
      AND pronargs = 0 AND lanname = 'plpgsql' AND prosecdef AND proconfig = ARRAY[%(path)s]
      AND (proname, prosrc) IN (SELECT * FROM unnest(%(names)s::text[], %(bodies)s::text[]))
"""
# A function does its work with the rights of its owner.
POWERLESS = """
    SELECT proname, proowner::regrole::text FROM pg_proc
    JOIN pg_class AS root ON root.oid = %(data)s AND pronamespace = relnamespace
    WHERE pronargs = 0 AND proname = ANY(%(names)s) AND NOT (
        has_schema_privilege(proowner, pronamespace, 'USAGE')
        AND has_table_privilege(proowner, root.oid, 'SELECT')
        AND has_table_privilege(proowner, %(turbine)s::oid, 'SELECT')
        AND has_table_privilege(proowner, %(source_day)s::oid, 'SELECT')
        AND has_table_privilege(proowner, %(source_day)s::oid, 'INSERT')
        AND has_table_privilege(proowner, %(source_day)s::oid, 'UPDATE')
    )
"""
OWNER = "SELECT relowner::regrole::text FROM pg_class WHERE oid = %(data)s"
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
    WHERE pg_proc.oid IN (SELECT tgfoid FROM pg_trigger WHERE tgname = ANY(%(triggers)s)
        AND tgrelid = ANY(ARRAY(SELECT relid FROM pg_partition_tree(%(data)s::oid::regclass))))
    ORDER BY pg_proc.oid
"""
SCHEMA = """
    SELECT nspname, quote_ident(nspname) FROM pg_namespace
    WHERE oid = (SELECT relnamespace FROM pg_class WHERE oid = %(data)s)
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


@dataclass(frozen=True)
class Right:
    """What is right: the schema, as a word of SQL, and in it those functions that are as written.

    `places` has what each table is called whatever the path, by the name that it has to the reader.
    `powerless` has the owners, by function, that may not do what it does.
    """

    schema: str
    places: Mapping[str, str]
    functions: Collection[str]
    powerless: Mapping[str, str]


def faults(cursor: CursorWrapper, partitions: Sequence[str]) -> list[Fault]:
    """Return what is wrong with the triggers of the source's tables and of these partitions.

    Names are those that the caller's transaction finds.
    """
    names = [*TABLES, *partitions]
    oids = _oids(cursor, names)
    with names_of_postgresql_alone(cursor) as tables:
        schema, bodies = _bodies(cursor, tables)
        functions = _right_functions(cursor, tables, bodies)
        powerless = _powerless(cursor, tables, bodies)
        right = Right(schema, _places(cursor, oids), functions, powerless)
        cursor.execute(STORED, [[*oids.values()]])
        stored = {(oid, name): rest for oid, name, *rest in cursor.fetchall()}
    return [
        Fault(table, trigger, reason)
        for table, trigger in _wanted(partitions)
        if (reason := _reason(trigger, table, stored.get((oids[table], trigger.name)), right))
    ]


def _oids(cursor: CursorWrapper, names: Sequence[str]) -> Mapping[str, str]:
    cursor.execute(OIDS, [list(names)])
    return dict(cursor.fetchall())


def _places(cursor: CursorWrapper, oids: Mapping[str, str]) -> Mapping[str, str]:
    cursor.execute(PLACES, [[*oids.values()]])
    names = dict(cursor.fetchall())
    return {table: names[oid] for table, oid in oids.items()}


def _wanted(partitions: Sequence[str]) -> list[tuple[str, Trigger]]:
    """Return each table that must have triggers, with each of them; partitions come last."""
    of_tables = [(trigger.table, trigger) for trigger in TRIGGERS]
    of_data = [trigger for trigger in TRIGGERS if trigger.table == "data"]
    return of_tables + [(name, trigger) for name in partitions for trigger in of_data]


def _bodies(cursor: CursorWrapper, tables: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """Return the schema of the tables, as a word of SQL, and the functions' bodies by name."""
    cursor.execute(SCHEMA, tables)
    schema, word = cursor.fetchone()
    return word, {trigger.name: trigger.body_in(schema) for trigger in TRIGGERS}


def _right_functions(
    cursor: CursorWrapper, tables: Mapping[str, str], bodies: Mapping[str, str]
) -> set[str]:
    names, texts = [*bodies], [*bodies.values()]
    cursor.execute(FUNCTIONS, {**tables, "path": SEARCH_PATH, "names": names, "bodies": texts})
    return {name for (name,) in cursor.fetchall()}


def _powerless(
    cursor: CursorWrapper, tables: Mapping[str, str], names: Collection[str]
) -> Mapping[str, str]:
    """Return the owners, by function, that may not do what the function does."""
    cursor.execute(POWERLESS, {**tables, "names": [*names]})
    return dict(cursor.fetchall())


def _reason(trigger: Trigger, table: str, stored: Sequence[Any] | None, right: Right) -> str:
    if stored is None:
        return "is missing"
    definition, enabled, is_of_postgresql = stored
    wanted = trigger.statement(right.places[table], right.schema)
    if definition != wanted or not is_of_postgresql or trigger.name not in right.functions:
        return "is of another version"
    if owner := right.powerless.get(trigger.name):
        return (
            f"has a function whose owner {owner} may not read data and turbine, and read, insert"
            " and update source_day"
        )
    return "" if enabled == "A" else "is not ALWAYS"


def functions(cursor: CursorWrapper) -> list[Function]:
    """Return the functions that the triggers of `data` and of its partitions have."""
    with names_of_postgresql_alone(cursor) as tables:
        cursor.execute(MADE, {**tables, "triggers": [trigger.name for trigger in TRIGGERS]})
        return [Function(*row) for row in cursor.fetchall()]


def mend(cursor: CursorWrapper) -> list[Fault]:
    """Make every trigger of the source what it must be; return what was wrong before.

    Takes the rights of the tables' owner, and waits for whoever writes measurements. What is right
    stays untouched: a new trigger or function is another state of all partitions that have it.
    """
    keep_to_the_schema_of_data(cursor)
    replaced = {made.name for made in functions(cursor) if not made.is_as_made}
    names = [partition.name for partition in partitions(cursor, "data")]
    mended, oids = faults(cursor, names), _oids(cursor, [*TABLES, *names])
    # Words of a condition must mean what they mean to PostgreSQL.
    with names_of_postgresql_alone(cursor) as tables:
        schema, bodies = _bodies(cursor, tables)
        powerless = _powerless(cursor, tables, bodies)
        right = _right_functions(cursor, tables, bodies) - replaced - powerless.keys()
        for name in bodies.keys() - right:
            _make_function(cursor, f"{schema}.{name}", bodies[name])
        if powerless:
            _give_to_the_owner_of_data(cursor, tables, [f"{schema}.{name}" for name in powerless])
        places = _places(cursor, oids)
        for fault in mended:
            for statement in _mending(fault, places[fault.table], schema):
                cursor.execute(statement)
    return mended


def _make_function(cursor: CursorWrapper, name: str, body: str) -> None:
    cursor.execute(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
        f" SECURITY DEFINER SET {SEARCH_PATH} AS $function${body}$function$"
    )
    # Else anybody could let it count rows of a table of their own.
    cursor.execute(f"REVOKE EXECUTE ON FUNCTION {name}() FROM PUBLIC")
    cursor.execute(f"COMMENT ON FUNCTION {name}() IS '{COMMENT}'")


def _give_to_the_owner_of_data(
    cursor: CursorWrapper, tables: Mapping[str, str], functions: Sequence[str]
) -> None:
    cursor.execute(OWNER, tables)
    (owner,) = cursor.fetchone()
    for name in functions:
        cursor.execute(f"ALTER FUNCTION {name}() OWNER TO {owner}")


def _mending(fault: Fault, table: str, schema: str) -> Iterator[str]:
    name = fault.trigger.name
    # A row's trigger comes to a partition from its table.
    if fault.table in TABLES or not fault.trigger.is_of_each_row:
        yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
        yield fault.trigger.statement(table, schema)
    # Also in a session that replicates.
    yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"
