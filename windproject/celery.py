"""The Celery application: what its workers and its scheduler run is found in `tasks.py` files."""

import os
import warnings
from logging.config import dictConfig
from typing import Any

from celery import Celery
from celery.platforms import SecurityWarning
from celery.signals import setup_logging, worker_init, worker_process_init
from django.conf import settings

from common import waits
from common.patience import keep_to
from common.postgres import watchdog
from windproject.hints import refuse_compression

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "windproject.settings")
# Django's checks load every page, and neither a worker nor the scheduler shows any. Nobody would
# be told here what they find.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")
# Celery advises against root for messages that run code; these are JSON, and name our tasks.
warnings.simplefilter("ignore", SecurityWarning)


class CelerySettings:
    """Celery's own settings alone, for it shows what it has, and others are secrets."""

    def __getattr__(self, name: str) -> Any:
        return getattr(settings, f"CELERY_{name.upper()}")

    def __dir__(self) -> list[str]:
        names = [name for name in dir(settings) if name.startswith("CELERY_")]
        return [name.removeprefix("CELERY_").lower() for name in names]


app = Celery("windproject")

app.config_from_object(CelerySettings())


@worker_init.connect
def find_tasks(**kwargs: Any) -> None:
    """Load the tasks where they run: the scheduler sends their names, and needs no pandas.

    Celery would go on where that fails, and the worker would refuse whatever it is sent.
    """
    keep_to(waits.RUN)
    refuse_compression()
    try:
        app.autodiscover_tasks(force=True)
    except Exception as error:
        raise SystemExit(f"The tasks cannot be loaded: {error!r}") from error


@worker_init.connect
@worker_process_init.connect
def leave_servers_that_stand_still(**kwargs: Any) -> None:
    """Watch the connections of this process: no thread is there in those that it forks."""
    watchdog.start(waits.RUN.statement_s + waits.LEFT_LATER_S)


@setup_logging.connect
def log_as_django_does(**kwargs: Any) -> None:
    """Keep Celery from setting up logs of its own."""
    dictConfig(settings.LOGGING)
