"""Whether every change of the measurements is counted, so that each has another revision."""

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper

from sourcedata import upkeep
from sourcedata.snapshot import UnreadableSource, holders, limited_waits
from sourcedata.storage import StoredPartition
from sourcedata.upkeep import Function
from sourcedata.variables import VARIABLE_NAMES
from windproject.wording import listed

# What must hold of the tables, and what is wrong where it does not.
SOUND = {
    "relkind = 'p' AND NOT relispartition": "data is not partitioned, or is a partition itself",
    "relnamespace = ALL(SELECT relnamespace FROM pg_class"
    " WHERE oid IN ('source_day'::regclass, 'turbine'::regclass))": (
        "data, source_day and turbine are not in one schema"
    ),
    "EXISTS (SELECT FROM pg_index WHERE indrelid = root.oid AND indisprimary AND indimmediate)": (
        "data has no primary key that is checked at once"
    ),
    "EXISTS (SELECT FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]"
    " WHERE indrelid = 'turbine'::regclass AND attname = 'name' AND indnkeyatts = 1"
    " AND indisunique AND indimmediate AND indpred IS NULL)": "two turbines may have one name",
    "EXISTS (SELECT FROM pg_attribute WHERE attrelid = root.oid"
    " AND attname = 'timestamp' AND atttypid = 'timestamptz'::regtype)": (
        "the timestamps of data have no time zone"
    ),
    "NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = root.oid AND attname = ANY(%(names)s)"
    " AND atttypid <> ALL('{float8,float4,numeric,int8,int4,int2}'::regtype[]))": (
        "a variable is not a column of numbers"
    ),
}


def uncounted(cursor: CursorWrapper, partitions: Sequence[StoredPartition]) -> list[str]:
    """Return why changes of the tables, and of these partitions, are not counted; none if all are.

    Each reason is a sentence without its end.
    """
    cursor.execute(
        f"SELECT {', '.join(SOUND)} FROM pg_class root WHERE oid = 'data'::regclass",
        {"names": list(VARIABLE_NAMES)},
    )
    reasons = [
        reason for reason, is_so in zip(SOUND.values(), cursor.fetchone(), strict=True) if not is_so
    ]
    reasons += [
        f"{partition.name} is not a plain table, or hides rows"
        for partition in partitions
        if not partition.is_plain
    ]
    names = [partition.name for partition in partitions]
    return reasons + [str(fault) for fault in upkeep.faults(cursor, names)]


# All but the locks of those who only read.
WRITING = ["RowExclusiveLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"]


def settled_functions() -> list[Function]:
    """Return the functions of the triggers of `data`, which all who write fire by now.

    So they do in a later snapshot in which the functions are the same.

    Raises:
        UnreadableSource: where somebody writes who may have fired others.
    """
    with limited_waits() as cursor:
        functions = upkeep.functions(cursor)
        is_settled = all(function.came_with_triggers for function in functions)
        if not is_settled and (writers := holders(WRITING)):
            raise UnreadableSource(
                "The functions of the source's triggers were made or changed without the triggers,"
                f" and {listed(writers)} may have written before. That must end first; or, as the"
                " owner of the tables: manage.py verify_source --repair"
            )
        return functions


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
