"""Telling a server that fails from one that refuses what it was asked."""

from django.db import DatabaseError, InterfaceError, OperationalError
from psycopg2 import errorcodes


def is_outage(error: Exception) -> bool:
    """Return whether a server, or the way to it, failed.

    A server that falls in the middle of an answer has no error of its own in psycopg2. One that
    takes nothing, as a replica, cannot be used either.
    """
    if getattr(error.__cause__, "pgcode", None) == errorcodes.READ_ONLY_SQL_TRANSACTION:
        return True
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError
