"""What the programs that Celery runs load, and what they offer."""

import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

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
