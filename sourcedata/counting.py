"""Whether every change of the measurements is counted, so that each has another revision."""

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper

from common.wording import listed
from sourcedata import upkeep
from sourcedata.snapshot import (
    WRITING,
    UnreadableSource,
    holders,
    limited_waits,
    names_of_postgresql_alone,
)
from sourcedata.storage import StoredPartition, doubtful_indexes
from sourcedata.triggers import TRIGGERS
from sourcedata.upkeep import Function
from sourcedata.variables import COLUMNS

# What must hold of the tables, and what is wrong where it does not.
SOUND = {
    "relkind = 'p' AND NOT relispartition": "data is not partitioned, or is a partition itself",
    "EXISTS (SELECT FROM pg_partitioned_table JOIN pg_attribute ON attrelid = partrelid"
    " AND attnum = partattrs[0] WHERE partrelid = root.oid AND partstrat = 'r' AND partnatts = 1"
    " AND attname = 'timestamp')": "data is not partitioned by ranges of its timestamp alone",
    "relnamespace = ALL(SELECT relnamespace FROM pg_class"
    " WHERE oid IN (%(source_day)s, %(turbine)s))": (
        "data, source_day and turbine are not in one schema"
    ),
    "2 = (SELECT count(*) FROM pg_class WHERE relkind = 'r' AND NOT relispartition"
    " AND oid IN (%(source_day)s, %(turbine)s)) AND NOT EXISTS ("
    "SELECT FROM pg_inherits WHERE ARRAY[%(source_day)s::oid, %(turbine)s::oid]"
    " && ARRAY[inhrelid, inhparent])": "source_day or turbine is not a plain table of its own",
    "NOT EXISTS (SELECT FROM pg_class WHERE oid IN (%(source_day)s, %(turbine)s)"
    " AND (relrowsecurity OR relpersistence <> 'p'))": (
        "source_day or turbine hides rows, or would lose them in a crash"
    ),
    "EXISTS (SELECT FROM pg_attribute LEFT JOIN pg_collation ON pg_collation.oid = attcollation"
    " WHERE attrelid = %(turbine)s AND attname = 'name' AND collisdeterministic"
    " AND atttypid::regtype::text IN ('character varying', 'text'))": (
        "the names of turbines are no plain text, so that others equal them"
    ),
    "EXISTS (SELECT FROM pg_attribute WHERE attrelid = root.oid AND attname = 'turbine_id'"
    " AND atttypid = 'int8'::regtype)": "the turbines of data are no bigint",
    "EXISTS (SELECT FROM pg_index WHERE indrelid = root.oid AND indisprimary AND indimmediate"
    " AND indisvalid AND ARRAY(SELECT attname::text FROM unnest(indkey) WITH ORDINALITY"
    " AS key (attnum, place) JOIN pg_attribute USING (attnum) WHERE attrelid = indrelid"
    " ORDER BY place) = '{turbine_id,timestamp}')": (
        "data has no primary key of turbine_id and timestamp that is checked at once"
    ),
    "EXISTS (SELECT FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]"
    " WHERE indrelid = %(turbine)s AND attname = 'name' AND indnkeyatts = 1"
    " AND indisunique AND indisvalid AND indimmediate AND indpred IS NULL)": (
        "two turbines may have one name"
    ),
    "EXISTS (SELECT FROM pg_attribute WHERE attrelid = root.oid"
    " AND attname = 'timestamp' AND atttypid = 'timestamptz'::regtype)": (
        "the timestamps of data have no time zone"
    ),
    "EXISTS (SELECT FROM pg_constraint WHERE conrelid = root.oid AND contype = 'c'"
    " AND convalidated AND conname = 'data_timestamp_from_1970_to_2099')": (
        "data has lost the check of its timestamps"
    ),
    "NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = root.oid AND attname = ANY(%(names)s)"
    " AND attgenerated = 'v')": "a variable is computed anew each time that it is read",
    "4 = (SELECT count(*) FROM pg_attribute WHERE attrelid = %(source_day)s"
    " AND (attname, atttypid::regtype::text) IN (('turbine_id', 'bigint'), ('day', 'date'),"
    " ('revision', 'bigint'), ('samples', 'bigint')))": "source_day has columns of other types",
    "NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = %(source_day)s AND NOT attnotnull"
    " AND attname IN ('turbine_id', 'day', 'revision', 'samples'))": (
        "source_day may lack a revision or a number of samples: run verify_source --repair, and"
        " give turbine_id, day, revision and samples their NOT NULL back"
    ),
    "NOT EXISTS (SELECT FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
    " WHERE tgrelid = %(source_day)s AND NOT tgisinternal AND tgenabled <> 'D'"
    " AND tgtype & 20 <> 0"
    " AND (proname, pronamespace) <> ('refuse_renumbering', root.relnamespace))": (
        "source_day has triggers of somebody else"
    ),
    "NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = root.oid AND NOT EXISTS ("
    "SELECT FROM pg_trigger WHERE tgrelid = inhrelid AND tgname = 'zz_note_moves'"
    " AND tgenabled = 'A'))": "zz_note_moves is missing or not ALWAYS in a partition",
    "NOT EXISTS (SELECT FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
    " WHERE tgname <> proname AND proname = ANY(%(triggers)s)"
    " AND tgrelid = ANY(ARRAY(SELECT relid FROM pg_partition_tree(root.oid))))": (
        "data has triggers that count a second time"
    ),
    "NOT EXISTS (SELECT FROM pg_trigger WHERE tgtype & 19 = 19 AND tgenabled <> 'D'"
    " AND tgname > 'zz_note_moves'"
    " AND tgrelid = ANY(ARRAY(SELECT relid FROM pg_partition_tree(root.oid))))": (
        "data has a trigger that changes rows after zz_note_moves has seen them"
    ),
}

NO_NUMBERS = """
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = %(data)s AND attname = ANY(%(names)s)
    AND atttypid <> ALL('{float8,float4,numeric,int8,int4,int2}'::regtype[])
ORDER BY attnum
"""


def uncounted(cursor: CursorWrapper, partitions: Sequence[StoredPartition]) -> list[str]:
    """Return why changes of the tables, and of these partitions, are not counted; none if all are.

    Each reason is a sentence without its end.
    """
    wanted = {"names": list(COLUMNS), "triggers": [trigger.name for trigger in TRIGGERS]}
    with names_of_postgresql_alone(cursor) as tables:
        cursor.execute(
            f"SELECT {', '.join(SOUND)} FROM pg_class root WHERE oid = %(data)s",
            {**tables, **wanted},
        )
        are_so = cursor.fetchone()
        cursor.execute(NO_NUMBERS, {**tables, **wanted})
        no_numbers = cursor.fetchall()
    reasons = [reason for reason, is_so in zip(SOUND.values(), are_so, strict=True) if not is_so]
    reasons += [
        f"{column} of data is {kind}, and no number; as the owner: ALTER TABLE data ALTER COLUMN"
        f" {column} TYPE double precision USING {column}::double precision"
        for column, kind in no_numbers
    ]
    reasons += [
        f"{partition.name} is not a plain table, or hides rows"
        for partition in partitions
        if not partition.is_plain
    ]
    reasons += doubtful_indexes(cursor)
    names = [partition.name for partition in partitions]
    return reasons + [str(fault) for fault in upkeep.faults(cursor, names)]


REPLACED = (
    "Somebody replaced or restored functions of the source's triggers, or changed their rights,"
    " owner or comment"
)


def settled_functions() -> list[Function]:
    """Return the functions of the triggers of `data`, which all who write fire by now.

    So they do in a later snapshot in which the functions are the same.

    Raises:
        UnreadableSource: where somebody writes who may have fired others.
    """
    with limited_waits() as cursor:
        functions = upkeep.functions(cursor)
        is_settled = all(function.is_as_made for function in functions)
        if not is_settled and _is_replica(cursor):
            raise UnreadableSource(
                f"{REPLACED}, and a replica does not show who writes: at the primary, manage.py"
                " verify_source --repair"
            )
        if not is_settled and (writers := holders(WRITING)):
            raise UnreadableSource(
                f"{REPLACED}, and {listed(writers)} may have written before. That must end first;"
                " or, as the owner of the tables: manage.py verify_source --repair"
            )
        return functions


def _is_replica(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT pg_is_in_recovery()")
    (is_replica,) = cursor.fetchone()
    return bool(is_replica)


def refuse_uncounted(
    cursor: CursorWrapper, partitions: Sequence[StoredPartition], functions: Sequence[Function]
) -> None:
    """Refuse to read what may change, or may have changed, without a new revision.

    `functions` are those that were settled before.

    Raises:
        UnreadableSource: saying why.
    """
    reasons = uncounted(cursor, partitions)
    if reasons:
        raise UnreadableSource(
            f"The source could change unnoticed: {listed(reasons)}. As the owner of its tables,"
            " manage.py verify_source --repair puts triggers back."
        )
    if upkeep.functions(cursor) != functions:
        raise UnreadableSource("The functions of the source's triggers changed meanwhile.")
