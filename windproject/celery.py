"""The Celery application: what its workers and its scheduler run is found in `tasks.py` files."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "windproject.settings")

app = Celery("windproject")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
