"""`manage.py migrate` with two databases."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections

from common.postgres import lock_numbers

pytestmark = pytest.mark.django_db


def migrate(*arguments: str) -> str:
    output = StringIO()
    call_command("migrate", *arguments, stdout=output)
    return output.getvalue()


def test_migrate_alone_migrates_both_databases() -> None:
    output = migrate()
    assert "Database default:" in output
    assert "Database source:" in output


def test_one_database_can_be_chosen() -> None:
    assert "Database default:" not in migrate("--database", "source")


@pytest.mark.parametrize("alias", ["default", "source"])
def test_a_database_of_a_newer_version_is_refused(alias: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('aggregates', '0999_later', now())"
        )
    with pytest.raises(
        CommandError, match=r"aggregates\.0999_later.*delete the (folder|database) "
    ):
        migrate()


def test_a_migration_waits_for_the_one_under_way() -> None:
    elsewhere = connections["source"].copy()
    try:
        with elsewhere.cursor() as other, connections["source"].cursor() as cursor:
            other.execute("SELECT pg_advisory_lock(%s)", [lock_numbers.MIGRATE])
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
            with pytest.raises(OperationalError, match="lock timeout"):
                migrate("--database", "source")
    finally:
        elsewhere.close()
