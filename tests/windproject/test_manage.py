"""`manage.py` says in a sentence what a database lacks, whatever the command."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

NOBODY_LISTENS = "postgres://postgres@127.0.0.1:1/{}"
UNREACHABLE = {
    "TARGET_DATABASE_URL": NOBODY_LISTENS.format("target"),
    "SOURCE_DATABASE_URL": NOBODY_LISTENS.format("source"),
}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "windproject.settings"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", [["demo"], ["migrate"]])
def test_a_database_that_does_not_answer_is_one_sentence(command: list[str]) -> None:
    ended = manage(*command, **UNREACHABLE)
    assert ended.returncode == 1
    assert ended.stderr.startswith("A database cannot be used: connection to server")
    assert "Traceback" not in ended.stderr


def test_a_command_that_shows_no_page_loads_none() -> None:
    ended = manage("aggregate", "--pending", PYTHONPROFILEIMPORTTIME="1", **UNREACHABLE)
    assert "aggregates.runs.pipeline" in ended.stderr
    assert "windproject.urls" not in ended.stderr


@pytest.mark.parametrize("command", [["check"], ["aggregate", "--pending"], ["partitions"]])
def test_databases_that_are_one_are_refused_with_a_hint(command: list[str]) -> None:
    other_words = f"{UNREACHABLE['TARGET_DATABASE_URL']}?application_name=source"
    ended = manage(*command, **UNREACHABLE | {"SOURCE_DATABASE_URL": other_words})
    assert ended.returncode == 1
    assert "name the same database" in ended.stderr
    assert "HINT" in ended.stderr


@pytest.mark.parametrize("url", ["postgres://h:port/x", "mysql://a/b", "$NONSENSE", "source"])
def test_a_database_url_that_cannot_be_read_is_named(url: str) -> None:
    ended = manage("check", **UNREACHABLE | {"SOURCE_DATABASE_URL": url})
    assert ended.returncode == 1
    assert ended.stderr.startswith("A setting is wrong: SOURCE_DATABASE_URL cannot be read")
