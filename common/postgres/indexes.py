"""Indexes that PostgreSQL reads in place of a table, and that may lack some of its rows."""

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper

# The condition of an index, and what it is by, may call a function that somebody replaced, and so
# say of rows what is not so any more. PostgreSQL reads such an index in place of the table all the
# same. On what is PostgreSQL's own, nothing is noted to depend.
DOUBTFUL = """
    SELECT indexrelid::regclass::text, indpred IS NOT NULL FROM pg_index
    WHERE indrelid IN (
        SELECT unnest(%(tables)s::regclass[]) UNION ALL
        SELECT relid FROM unnest(%(tables)s::regclass[]) AS root (name), pg_partition_tree(name)
    ) AND (indpred IS NOT NULL OR EXISTS (
        SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = indexrelid
        AND refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_opclass'::regclass)
    ))
    ORDER BY 1
"""


def doubtful_indexes(cursor: CursorWrapper, tables: Sequence[str]) -> list[str]:
    """Return what is wrong with indexes that may hide rows, a sentence without its end each.

    `tables` are named, or have their oids; those of their partitions count too.
    """
    cursor.execute(DOUBTFUL, {"tables": [*tables]})
    return [
        f"{index} is an index of some rows alone, and may hide others: DROP INDEX {index}"
        if is_partial
        else f"{index} is an index by functions or operators that are not PostgreSQL's own, and"
        f" may hide rows: DROP INDEX {index}"
        for index, is_partial in cursor.fetchall()
    ]
