"""Telling a server that fails from one that refuses what it was asked."""

from django.db import DatabaseError, InterfaceError, OperationalError
from kombu.exceptions import OperationalError as BrokerUnreachable
from psycopg2 import errorcodes
from redis.exceptions import RedisError

# A broker raises these where it does not answer, or takes nothing, as a full one or a replica.
BROKER_ERRORS = (BrokerUnreachable, RedisError)


def is_outage(error: Exception) -> bool:
    """Return whether a server, or the way to it, failed.

    A server that falls in the middle of an answer has no error of its own in psycopg2. One that
    takes nothing, as a replica, cannot be used either.
    """
    if getattr(error.__cause__, "pgcode", None) == errorcodes.READ_ONLY_SQL_TRANSACTION:
        return True
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError
