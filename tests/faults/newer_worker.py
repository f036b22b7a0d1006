"""A Celery worker whose code computes statistics by newer rules than the tests'."""

import django

django.setup()

from aggregates.compute import rules
from windproject.celery import app

if __name__ == "__main__":
    rules.ALGORITHM = 99
    app.worker_main(["worker", "--concurrency=1", "--hostname=newer@%h"])
