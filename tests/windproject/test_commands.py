"""What commands that compute or judge say of variables that they were started without."""

from contextlib import suppress
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections

from sourcedata.storage import MADE

pytestmark = pytest.mark.django_db

DAYS = ["--from=2025-08-31", "--to=2025-08-31"]
COMMANDS = {
    "aggregate": ["--date=2025-08-31"],
    "assess": DAYS,
    "audit": DAYS,
    "find": DAYS,
    "import_measurements": ["nowhere.csv"],
    "lake": ["status"],
    "verify_source": [],
}


@pytest.fixture(autouse=True)
def undeclared_column() -> None:
    """Other programs of the deployment have a variable, of which this one knows nothing."""
    with connections["source"].cursor() as cursor:
        cursor.execute("ALTER TABLE data ADD COLUMN gust double precision")
        cursor.execute(f"COMMENT ON COLUMN data.gust IS '{MADE}0'")


def warnings(command: str) -> str:
    """Return what the command says on its standard error, whether or not it fails after that."""
    said = StringIO()
    with suppress(CommandError):
        call_command(command, *COMMANDS[command], stdout=StringIO(), stderr=said, skip_checks=False)
    return said.getvalue()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_without_the_variables_of_the_others_warns(command: str) -> None:
    assert warnings(command).startswith(
        "Warning: data keeps gust, which this program's VARIABLES_FILE lacks."
    )


def test_a_source_that_does_not_answer_keeps_no_command_from_its_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> None:
        raise OperationalError

    monkeypatch.setattr(connections["source"], "cursor", fail)
    assert warnings("assess") == ""


def test_of_another_deployment_s_source_nothing_is_said(settings: Any) -> None:
    settings.SOURCE_API_URL = "https://farm.example.com"
    assert warnings("assess") == ""
