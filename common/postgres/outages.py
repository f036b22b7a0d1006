"""Telling a server that fails from one that refuses what it was asked."""

from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
)
from psycopg2 import errorcodes

# A database that takes nothing, as a replica, or where somebody took rights or tables away.
CANNOT_BE_USED = {
    errorcodes.READ_ONLY_SQL_TRANSACTION,
    errorcodes.INSUFFICIENT_PRIVILEGE,
    errorcodes.UNDEFINED_TABLE,
    errorcodes.UNDEFINED_COLUMN,
    errorcodes.INVALID_SCHEMA_NAME,
    errorcodes.WRONG_OBJECT_TYPE,
}
# The class of a server's own errors, as over a page of a table that is damaged.
OF_THE_SERVER_ITSELF = errorcodes.CLASS_INTERNAL_ERROR


# A trigger that raises an error, a rule, and whatever a column, a key or a check does not take.
REFUSALS = (IntegrityError, InternalError, NotSupportedError, DataError)


def lacks_tables(error: Exception) -> bool:
    """Return whether a table is asked for that the database does not have."""
    return getattr(error.__cause__, "pgcode", None) == errorcodes.UNDEFINED_TABLE


def is_refusal(error: Exception) -> bool:
    """Return whether a database refuses what it was told, as its tables are.

    Somebody gave them a trigger, a rule or a column that stands against it, say.
    """
    return isinstance(error, REFUSALS) and not is_outage(error)


def is_outage(error: Exception) -> bool:
    """Return whether a server, or the way to it, failed, or its database cannot be used.

    A server that falls in the middle of an answer has no error of its own in psycopg2.
    """
    code = getattr(error.__cause__, "pgcode", None) or ""
    if code in CANNOT_BE_USED or code.startswith(OF_THE_SERVER_ITSELF):
        return True
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError
