"""Telling a server that fails from one that refuses what it was asked."""

from django.db import DatabaseError, InterfaceError, OperationalError
from psycopg2 import errorcodes

# A database that takes nothing, as a replica, or where somebody took rights or tables away.
CANNOT_BE_USED = {
    errorcodes.READ_ONLY_SQL_TRANSACTION,
    errorcodes.INSUFFICIENT_PRIVILEGE,
    errorcodes.UNDEFINED_TABLE,
    errorcodes.UNDEFINED_COLUMN,
    errorcodes.INVALID_SCHEMA_NAME,
}


def is_outage(error: Exception) -> bool:
    """Return whether a server, or the way to it, failed, or its database cannot be used.

    A server that falls in the middle of an answer has no error of its own in psycopg2.
    """
    if getattr(error.__cause__, "pgcode", None) in CANNOT_BE_USED:
        return True
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError
