"""Messages of somebody who has the broker's address."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from kombu import Exchange, Producer, Queue

from aggregates.models import Run
from sourcedata.models import Measurement
from tests import processes
from tests.faults.conftest import DAY, ask, heals, measured
from tests.processes import environment, wait_until

AGGREGATE = "aggregates.tasks.aggregate_next"
HINT = json.dumps([[], {}, {}])


def send(body: str | bytes = HINT, **headers: Any) -> None:
    """Send the workers a message with these headers."""
    compression = headers.pop("compress", None)
    with current_app.connection_for_write() as link:
        exchange = Exchange("celery", "direct")
        Producer(link, exchange, "celery").publish(
            body,
            declare=[Queue("celery", exchange, "celery")],
            headers={"task": AGGREGATE, "id": "1", "lang": "py", **headers},
            content_type="application/json",
            content_encoding="utf-8",
            compression=compression,
        )


def push(rubbish: str) -> None:
    """Put into the queue what is no message."""
    with current_app.connection_for_write() as link:
        link.default_channel.client.lpush("celery", rubbish)


STRANGE: list[Callable[[], None]] = [
    lambda: push("rubbish"),
    lambda: push("5"),
    lambda: push("{}"),
    lambda: push('{"body": 1, "headers": 2, "properties": 3}'),
    lambda: send(task="celery.chord"),
    lambda: send(task=["aggregates.tasks.aggregate_next"]),
    lambda: send(task="aggregates.tasks.aggregate_everything"),
    lambda: send("no JSON"),
    lambda: send("5"),
    lambda: send(json.dumps([[{"a": 1}], {}, {}])),
    lambda: send(" " * 100_000 + HINT),
    lambda: send(HINT, compress="zlib"),
    lambda: send(expires="nonsense", eta=[], timelimit="x"),
    lambda: send(json.dumps({"task": AGGREGATE, "id": "1", "args": [], "kwargs": {}, "eta": "x"})),
]


@pytest.mark.usefixtures("broker")
def test_strange_messages_leave_a_worker_at_work() -> None:
    measured()
    with processes.worker() as worker:
        for message in STRANGE:
            message()
        ask()
        wait_until(lambda: Run.objects.latest("id").is_well, "run that succeeded")
        assert worker.poll() is None
    heals()


def test_a_message_puts_nothing_off_and_limits_nothing(paused_worker: Any) -> None:
    measured()
    with paused_worker("transform") as worker:
        Run.objects.request(DAY, [], requested_by="test")
        send(timelimit=[1, 1], eta="2999-01-01T00:00:00+00:00", expires="2000-01-01T00:00:00+00:00")
        wait_until(worker.is_there, "run that came to where it stands still")
        time.sleep(2)
        worker.go_on()
        wait_until(lambda: Run.objects.get().is_well, "run that succeeded")
    assert Run.objects.get().attempt == 1
    heals()


@pytest.mark.usefixtures("broker")
def test_no_worker_can_be_reached_by_remote_control() -> None:
    with processes.worker():
        measured()
        ask()
        wait_until(lambda: Run.objects.latest("id").is_well, "run that succeeded")
        assert current_app.control.ping(timeout=1) == []
        current_app.control.shutdown()
        Measurement.objects.update(power=2.0)
        ask()
        wait_until(lambda: Run.objects.count() == 2 and Run.objects.latest("id").is_well, "run")
    heals()


def test_celery_shows_no_secret_of_others() -> None:
    command = [sys.executable, "-m", "celery", "-A", "windproject", "report"]
    secret = environment(ALERT_WEBHOOK_URL="https://chat.example/hook/s3cret")
    shown = subprocess.check_output(command, env=secret, cwd=settings.BASE_DIR, text=True)
    assert "timezone" in shown
    assert "s3cret" not in shown
