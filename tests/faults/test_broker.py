"""A broker that answers, and takes nothing."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.test import Client

from aggregates.models import Run
from aggregates.runs import reconciler
from common.days import now
from sourcedata.models import Measurement
from tests import processes
from tests.faults.conftest import ask, measured, proves_well
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
