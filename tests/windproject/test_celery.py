"""What the programs that Celery runs load, and what they offer."""

import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.processes import environment
from windproject.celery import app, find_tasks

# The program does what `celery beat` does before it reads its schedule.
STARTS = """
import sys
from windproject.celery import app, find_tasks

app.loader.init_worker()
app.finalize()
print(*sys.modules)
"""


def test_the_scheduler_loads_neither_pages_nor_pandas() -> None:
    loaded = subprocess.check_output(
        [sys.executable, "-c", STARTS], cwd=settings.BASE_DIR, text=True
    ).split()
    assert "django_celery_beat.models" in loaded
    assert {"pandas", "windproject.urls", "aggregates.admin"}.isdisjoint(loaded)


# The program waits for a database that ends nothing by itself.
WAITS = """
from dataclasses import replace
from common import waits
waits.RUN, waits.LEFT_LATER_S = replace(waits.RUN, statement_s=1), 1
from windproject.celery import app
import django
django.setup()
from celery.signals import worker_process_init
from django.db import OperationalError, connection
{begins}
with connection.cursor() as cursor:
    cursor.execute("SHOW lock_timeout")
    print(*cursor.fetchone())
    cursor.execute("SET statement_timeout = 0")
    try:
        cursor.execute("SELECT pg_sleep(300)")
    except OperationalError:
        print("left")
"""
BEGINS = {
    "worker": "from windproject.celery import find_tasks; find_tasks()\n"
    "worker_process_init.send(None)",
    "beat": "from windproject.beat import Scheduler; Scheduler(app)",
}


@pytest.mark.django_db
@pytest.mark.parametrize("begins", BEGINS.values(), ids=BEGINS)
def test_a_program_of_celery_waits_for_no_database_for_ever(begins: str) -> None:
    command = [sys.executable, "-c", WAITS.format(begins=begins)]
    printed = subprocess.check_output(
        command, cwd=settings.BASE_DIR, env=environment(), text=True, timeout=60
    )
    assert printed.split() == ["1min", "left"]


def test_the_form_of_a_periodic_task_offers_what_there_is(admin_client: Client) -> None:
    page = admin_client.get("/admin/django_celery_beat/periodictask/add/").content.decode()
    for name in ("aggregate_pending", "audit_in_turn"):
        assert f'value="aggregates.tasks.{name}"' in page


def test_a_worker_without_its_tasks_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**options: Any) -> None:
        raise ImportError("no pandas")

    monkeypatch.setattr(app, "autodiscover_tasks", fail)
    with pytest.raises(SystemExit, match="cannot be loaded: ImportError\\('no pandas'\\)"):
        find_tasks()
