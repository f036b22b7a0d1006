"""System checks: what an operator must set right before the project may run."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from common.databases import SOURCE, TARGET

# Every command needs the checks of this tag. Django's own checks load every page to look at it,
# which takes longer than many a command has to do.
PROJECT_CHECKS = "windproject"
# Those of this tag compare the variables that this program knows with those that the source has.
VARIABLES_CHECKS = "variables"

OLDEST_POSTGRESQL = 15
LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}


@register(PROJECT_CHECKS)
def databases_are_two(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse one database for both: each holds a table `data` of its own."""
    return _same_database() if _address(SOURCE) == _address(TARGET) else []


@register(PROJECT_CHECKS)
def time_zone_is_utc(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse any other time zone, for days and windows are cut in UTC."""
    if settings.TIME_ZONE == "UTC" and settings.USE_TZ:
        return []
    return [
        Error(
            f"TIME_ZONE is {settings.TIME_ZONE!r} and USE_TZ {settings.USE_TZ}.",
            hint="Set TIME_ZONE = 'UTC' and USE_TZ = True: a day is [00:00, 24:00) UTC.",
            id="windproject.E003",
        )
    ]


@register(Tags.database)
def servers_are_new_enough(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Ask the servers for their versions, where a command names databases to look into."""
    return [
        Error(
            f"The server of the database {alias!r} is PostgreSQL {version}.",
            hint=f"Use a server of version {OLDEST_POSTGRESQL} or newer.",
            id="windproject.E004",
        )
        for alias in databases or ()
        if (version := _version(connections[alias])) < OLDEST_POSTGRESQL
    ]


@register(Tags.database)
def databases_are_two_in_fact(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Ask the servers whether they are one database, which can be spelt in many ways."""
    if not {SOURCE, TARGET} <= set(databases or ()):
        return []
    return _same_database() if _identity(SOURCE) == _identity(TARGET) else []


def _same_database() -> list[CheckMessage]:
    return [
        Error(
            "SOURCE_DATABASE_URL and TARGET_DATABASE_URL name the same database.",
            hint="Create a second database, on the same server or another, and name it in one.",
            id="windproject.E002",
        )
    ]


def _identity(alias: str) -> tuple[int, int]:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT system_identifier, pg_database.oid FROM pg_control_system(), pg_database"
            " WHERE datname = current_database()"
        )
        return cursor.fetchone()


def _address(alias: str) -> tuple[str, str, str]:
    configured = connections.settings[alias]
    host = str(configured["HOST"])
    return (
        "localhost" if host in LOCAL_HOSTS else host,
        str(configured["PORT"] or 5432),
        str(configured["NAME"]),
    )


def _version(connection: Any) -> int:
    connection.ensure_connection()
    return int(connection.pg_version) // 10_000
