"""What a load balancer is told, without a login and without a secret."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connections
from django.test import Client

from tests import processes
from tests.processes import wait_until

ALL_WELL = {"source": "ok", "target": "ok", "broker": "ok"}


def test_a_process_that_answers_is_live(client: Client) -> None:
    assert client.get("/health/live").content == b"ok\n"


def ready(client: Client) -> tuple[int, Any]:
    answer = client.get("/health/ready")
    return answer.status_code, answer.json()


@pytest.mark.django_db
def test_a_deployment_is_ready_while_databases_and_broker_answer(client: Client) -> None:
    assert ready(client) == (503, ALL_WELL | {"broker": "does not answer"})
    with processes.broker():
        wait_until(processes.broker_answers, "answer of the broker")
        assert ready(client) == (200, ALL_WELL)


@pytest.mark.django_db
def test_a_database_that_lacks_migrations_is_not_ready(client: Client) -> None:
    with connections["source"].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sourcedata'")
    assert ready(client)[1]["source"] == "lacks migrations"
    call_command("migrate", "sourcedata", database="source", fake=True, verbosity=0)
    assert ready(client)[1]["source"] == "ok"


@pytest.mark.django_db
def test_a_database_that_is_down_is_not_ready_and_keeps_its_secrets(
    client: Client, monkeypatch: Any
) -> None:
    def refuse() -> None:
        raise OperationalError("password=secret")

    monkeypatch.setattr(connections["source"], "cursor", refuse)
    status, answer = ready(client)
    assert (status, answer["source"], answer["target"]) == (503, "does not answer", "ok")


@pytest.mark.parametrize("name", ["live", "ready", "freshness"])
def test_health_is_only_asked_for(name: str) -> None:
    assert Client(enforce_csrf_checks=True).post(f"/health/{name}").status_code == 405
