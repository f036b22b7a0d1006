"""`manage.py check` of a project whose databases are part of what is to be right."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import OperationalError, connections

pytestmark = pytest.mark.django_db


def check(*arguments: str) -> str:
    call_command("check", *arguments, stdout=(told := StringIO()), stderr=told)
    return told.getvalue()


def test_check_looks_into_the_databases() -> None:
    with connections["source"].cursor() as cursor:
        cursor.execute("DROP TRIGGER raise_revisions_after_insert ON data")
    assert "raise_revisions_after_insert on data is missing" in check()
    assert "is missing" not in check("--database", "default")


def test_a_database_that_does_not_answer_is_named_and_left_out(monkeypatch) -> None:
    def fail() -> None:
        raise OperationalError

    monkeypatch.setattr(connections["source"], "ensure_connection", fail)
    assert "The database 'source' does not answer, and was not looked at." in check()
