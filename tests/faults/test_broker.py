"""A broker that answers, and takes nothing."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from socketserver import BaseRequestHandler
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.test import Client
from django_celery_beat.models import PeriodicTask

from aggregates.models import Run
from aggregates.runs import reconciler
from common.days import now
from sourcedata.models import Measurement
from tests import processes
from tests.faults.conftest import DAY, ask, measured, proves_well
from tests.faults.relay import listening
from tests.processes import wait_until

REFUSALS: dict[str, tuple[Callable[[Any], object], Callable[[Any], object]]] = {
    "a replica": (
        lambda broker: broker.replicaof("127.0.0.1", 1),
        lambda broker: broker.replicaof("NO", "ONE"),
    ),
    "full": (
        lambda broker: broker.config_set("maxmemory", 1),
        lambda broker: broker.config_set("maxmemory", 0),
    ),
    "without its replicas": (
        lambda broker: broker.config_set("min-replicas-to-write", 1),
        lambda broker: broker.config_set("min-replicas-to-write", 0),
    ),
}


@pytest.fixture(params=[b":x\r\n", b"$abc\r\n", b"*1\r\n" * 5000], ids=["number", "text", "list"])
def garbage(request: pytest.FixtureRequest) -> Iterator[None]:
    """A program in the broker's place that says to everything what no broker does."""

    class Garbage(BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                while self.request.recv(10_000):
                    self.request.sendall(request.param)

    with listening(settings.CELERY_BROKER_URL, Garbage):
        yield


def test_a_broker_that_says_what_none_does_fails_no_page(
    garbage: None, admin_client: Client, migrated_schedule: str
) -> None:
    measured()
    admin_client.raise_request_exception = False
    body = {"from": str(DAY), "to": str(DAY)}
    assert admin_client.post("/api/runs", body, "application/json").status_code == 202
    assert admin_client.get("/health/ready").json()["broker"] == "does not answer"
    assert admin_client.get("/admin/").status_code == 200
    task = PeriodicTask.objects.get(name=migrated_schedule)
    form = {"action": "run_tasks", "_selected_action": task.pk}
    assert admin_client.post("/admin/django_celery_beat/periodictask/", form).status_code == 503


def told(change: Callable[[Any], object]) -> None:
    with current_app.connection_for_write() as link:
        change(link.default_channel.client)


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_broker_that_takes_nothing_for_a_while_fails_no_page_and_ends_no_program(
    refusal: str, broker: None, admin_client: Client
) -> None:
    begin, end = REFUSALS[refusal]
    measured()
    with processes.worker() as worker, processes.beat() as beat:
        ask()
        wait_until(lambda: Run.objects.latest("id").is_well, "run that succeeded")
        told(begin)
        Measurement.objects.update(power=2.0)
        ask()
        page = admin_client.get("/admin/").content.decode()
        ready = admin_client.get("/health/ready")
        time.sleep(3)
        told(end)
        assert "The broker takes nothing: runs wait in the queue." in page
        assert (ready.status_code, ready.json()["broker"]) == (503, "takes nothing")
        assert (worker.poll(), beat.poll()) == (None, None)
        reconciler.tick(now() + timedelta(minutes=11))
        wait_until(lambda: Run.objects.latest("id").is_well, "run that succeeded")
    assert Run.objects.count() == 2
    proves_well()


def keys_of_another_type(broker: Any) -> None:
    for key in ("urgent", "celery", "unacked", "_kombu.binding.urgent"):
        broker.delete(key)
        broker.set(key, "x")


def condition_of_broker(client: Client) -> str:
    return str(client.get("/health/ready").json()["broker"])


def test_keys_of_another_type_keep_nothing_from_being_done(
    broker: None, admin_client: Client
) -> None:
    measured()
    with processes.worker():
        for _ in range(2):
            told(keys_of_another_type)
            assert condition_of_broker(admin_client) == "takes nothing"
            wait_until(lambda: condition_of_broker(admin_client) == "ok", "broker that works")
        told(keys_of_another_type)
        ask()
        wait_until(lambda: Run.objects.latest("id").is_well, "run that succeeded")
    proves_well()
