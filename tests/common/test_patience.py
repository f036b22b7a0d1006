"""How long a database may keep a program waiting, and a program a database."""

import json
import subprocess
import sys

import pytest
from django.conf import settings

from common import waits
from tests.processes import environment
from windproject import environment as settings_of

SHOW = """
import json
from django.db import connections
names = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout",
    "idle_session_timeout", "client_connection_check_interval"]
with connections["source"].cursor() as cursor:
    cursor.execute("SELECT " + ", ".join(f"current_setting('{name}')" for name in names))
    print(json.dumps(cursor.fetchone()))
"""
WEB = "import windproject.wsgi"
WORKER = "import django; django.setup(); import windproject.celery as c; c.find_tasks()"
COMMAND = "import django; django.setup()"


@pytest.mark.django_db(databases=["default", "source"])
@pytest.mark.parametrize(
    ("program", "limits"),
    [
        (WEB, ["30s", "2s", "1min", "1min", "2s"]),
        (WORKER, ["90s", "1min", "10min", "0", "2s"]),
        (COMMAND, ["0", "0", "0", "0", "2s"]),
    ],
)
def test_a_server_keeps_to_the_patience_of_who_asks_it(program: str, limits: list[str]) -> None:
    code = f"{program}\n{SHOW}"
    printed = subprocess.check_output(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, env=environment()
    )
    assert json.loads(printed) == limits


def test_what_a_deployment_chooses_itself_goes_before(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgres://u@h/db?connect_timeout=3&options=-c%20work_mem=8MB"
    monkeypatch.setenv("SOURCE_DATABASE_URL", url)
    options = settings_of.database("SOURCE_DATABASE_URL", "source")["OPTIONS"]
    assert options["connect_timeout"] == 3
    assert options["tcp_user_timeout"] == 1000 * waits.UNACKNOWLEDGED_S
    assert options["options"].endswith("-c work_mem=8MB")


def test_what_a_lease_rests_on_is_shorter_than_the_lease() -> None:
    assert max(waits.RUN.statement_s, waits.RUN.lock_s, waits.UNACKNOWLEDGED_S) < waits.LEASE_S
