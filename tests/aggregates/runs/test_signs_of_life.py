"""Signs of life of runs and workers, where the connection to the database breaks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from aggregates.models import Run
from aggregates.runs import heartbeat, presence

pytestmark = pytest.mark.django_db


def on_a_broken_connection(call: Callable[..., None], *arguments: Any) -> None:
    """Call in a thread whose connection is closed without a word to Django."""

    def run() -> None:
        connection.ensure_connection()
        connection.connection.close()
        call(*arguments)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(run).result()


def test_a_run_gives_the_next_sign_of_life_where_one_meets_a_broken_connection(caplog) -> None:
    on_a_broken_connection(heartbeat._beat, Run(pk=1))
    assert "gives no sign of life: connection already closed" in caplog.text


def test_a_worker_tells_again_where_it_met_a_broken_connection(caplog) -> None:
    on_a_broken_connection(presence._tell, 1)
    assert "cannot tell that it is there: connection already closed" in caplog.text
