"""A broker that is lost, or holds what nobody expects, keeps no worker from the next hint."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app

from aggregates.models import Run, Worker
from aggregates.models.workers import SEEN_EVERY_S
from aggregates.runs import reconciler
from common.broker import MOST_HINTS
from common.days import now
from sourcedata.models import Measurement
from tests import processes
from tests.faults.conftest import ask, measured, proves_well
from tests.faults.relay import RELAYED, Relay, nothing, relayed
from tests.faults.test_broker import told
from tests.processes import wait_until


@pytest.fixture
def relay(broker: None) -> Iterator[Relay]:
    with relayed() as relay:
        yield relay


def relayed_worker() -> processes.Process:
    return processes.worker(VAR=RELAYED)


def runs_well(number: int) -> bool:
    return Run.objects.count() == number and Run.objects.latest("id").is_well


def runs(number: int) -> None:
    """Ask for a run of what has changed, and wait until it is over."""
    if number == 1:
        measured()
    Measurement.objects.update(power=number)
    ask()
    wait_until(lambda: runs_well(number), f"run {number} that succeeded")


def test_a_worker_whose_acknowledgement_is_lost_takes_the_next_hint(relay: Relay) -> None:
    with relayed_worker():
        runs(1)
        relay.loses = lambda said: b"ZREM" in said
        runs(2)
        runs(3)
    proves_well()


def test_a_worker_whose_connections_are_lost_connects_anew(relay: Relay) -> None:
    with relayed_worker() as worker:
        runs(1)
        relay.lose_all()
        Measurement.objects.update(power=2)
        ask()
        # A hint that was given out to a lost connection comes again with a tick.
        wait_until(ticked_until_it_runs_well, "run 2 that succeeded")
        assert worker.poll() is None
    proves_well()


def ticked_until_it_runs_well() -> bool:
    reconciler.tick(now() + timedelta(minutes=11))
    time.sleep(1)
    return runs_well(2)


def test_a_worker_that_takes_nothing_gives_no_sign_of_life(relay: Relay) -> None:
    with relayed_worker():
        wait_until(Worker.objects.exists, "worker")
        relay.loses = lambda said: b"BRPOP" in said
        wait_until(gives_no_sign, "worker that gives no sign")
        relay.loses = nothing
        wait_until(Worker.objects.exists, "worker that is back")


@pytest.mark.usefixtures("broker")
def test_a_worker_to_which_the_broker_gives_nothing_gives_no_sign_of_life() -> None:
    with processes.worker():
        wait_until(Worker.objects.exists, "worker")
        told(lambda client: client.replicaof("127.0.0.1", 1))
        wait_until(gives_no_sign, "worker that gives no sign")
        told(lambda client: client.replicaof("NO", "ONE"))
        wait_until(Worker.objects.exists, "worker that is back")


def gives_no_sign() -> bool:
    Worker.objects.all().delete()
    time.sleep(SEEN_EVERY_S + 2)
    return not Worker.objects.exists()


@pytest.mark.usefixtures("broker")
def test_what_somebody_notes_of_messages_under_way_keeps_no_worker_from_any() -> None:
    with processes.worker():
        runs(1)
        told(note_rubbish)
        runs(2)
    with processes.worker():
        runs(3)
    proves_well()


def note_rubbish(client: Any) -> None:
    client.hset("unacked", "junk", "no JSON")
    client.zadd("unacked_index", {"junk": 1})
    client.sadd("_kombu.binding.urgent", b"\xff", "junk")
    client.client_kill_filter(_type="normal", skipme=True)


@pytest.mark.usefixtures("broker")
def test_a_queue_full_of_rubbish_is_gone_at_once() -> None:
    with processes.worker():
        runs(1)
        told(lambda client: client.lpush("celery", *[b"\xff"] * 3000))
        runs(2)
    proves_well()


@pytest.mark.usefixtures("broker")
def test_of_hints_without_number_the_last_ones_are_kept(migrated_schedule: str) -> None:
    hint = json.dumps({"body": "", "headers": {}, "properties": {}})
    told(lambda client: client.lpush("urgent", *[hint] * 100_000))
    with processes.beat():
        wait_until(lambda: waiting("urgent") <= MOST_HINTS + 1, "queue that is short")


def waiting(queue: str) -> int:
    with current_app.connection_for_write() as link:
        return int(link.default_channel.client.llen(queue))
