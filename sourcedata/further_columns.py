"""The columns of `data` that a deployment adds by VARIABLES_FILE, made by `migrate`.

Migrations know nothing of them: each deployment has its own. One that is declared no more stays,
with what it holds.
"""

from collections.abc import Sequence

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from common import waits
from common.databases import SOURCE
from common.refusals import Refusal
from common.wording import listed, quoted
from sourcedata.snapshot import keep_to_the_schema_of_data
from sourcedata.storage import MADE, XMIN_OF_TABLE
from sourcedata.variables import FURTHER_NAMES

# A column and its comment are made in one transaction, so that whatever is done to the column
# later shows: see `storage`.
STORED = f"""
    SELECT attname, coalesce(starts_with(col_description(attrelid, attnum), '{MADE}'), false)
    FROM pg_attribute
    WHERE attrelid = 'data'::regclass AND attnum > 0 AND NOT attisdropped
"""
MADE_LAST = f"SELECT {XMIN_OF_TABLE} FROM pg_class WHERE oid = 'data'::regclass"


class ColumnRefused(Refusal):
    """A column cannot be made; its sentence says why, and what to do instead."""


def missing_columns(cursor: CursorWrapper) -> list[str]:
    """Return the columns that are declared and that `data` does not have, in their order.

    Raises:
        ColumnRefused: where it has one that is not of this project.
    """
    cursor.execute(STORED)
    stored = dict(cursor.fetchall())
    foreign = [name for name in FURTHER_NAMES if not stored.get(name, True)]
    if foreign:
        raise ColumnRefused(
            f"data has the columns {listed(map(quoted, foreign))} already, which this project did"
            " not make. Give these variables other names in VARIABLES_FILE, or where the columns"
            f" are meant, write for each: COMMENT ON COLUMN data.{foreign[0]} IS '{MADE}hand'."
        )
    return [name for name in FURTHER_NAMES if name not in stored]


def undeclared_columns(cursor: CursorWrapper) -> list[str]:
    """Return the columns that were made once, and that are declared no more."""
    cursor.execute(STORED)
    return [name for name, is_ours in cursor.fetchall() if is_ours and name not in FURTHER_NAMES]


def make_missing_columns() -> Sequence[str]:
    """Make the columns that are missing, and return their names.

    Raises:
        ColumnRefused: as `missing_columns`.
        django.db.DatabaseError: where the database does not let it, or somebody reads for long.
    """
    with transaction.atomic(using=SOURCE), connections[SOURCE].cursor() as cursor:
        keep_to_the_schema_of_data(cursor)
        missing = missing_columns(cursor)
        if missing:
            # Nobody changes the table before its columns are made.
            cursor.execute(f"SET LOCAL lock_timeout = '{waits.WRITERS_S}s'")
            cursor.execute("LOCK TABLE data IN ACCESS EXCLUSIVE MODE")
        cursor.execute(MADE_LAST)
        (before,) = cursor.fetchone()
        for name in missing:
            cursor.execute(f"ALTER TABLE data ADD COLUMN {name} double precision")
            cursor.execute(f"COMMENT ON COLUMN data.{name} IS '{MADE}{before}'")
    return missing
