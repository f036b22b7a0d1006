"""How long connecting to a database may take, as a whole."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.db import OperationalError

from common import waits
from common.postgres.bounded.base import DatabaseWrapper
from tests.windproject.test_serve import free_port
from windproject import environment

pytestmark = pytest.mark.django_db

ADDRESSES = ("127.0.0.1", "127.0.0.2", "127.0.0.3")


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port at three addresses that takes connections and never says a word."""
    port = free_port()
    with ExitStack() as listeners:
        for address in ADDRESSES:
            listeners.enter_context(socket.create_server((address, port)))
        yield port


def wrapper(url: str, monkeypatch: pytest.MonkeyPatch) -> DatabaseWrapper:
    monkeypatch.setenv("SOURCE_DATABASE_URL", url)
    configured = environment.database("SOURCE_DATABASE_URL", "source")
    assert configured["ENGINE"] == "common.postgres.bounded"
    defaults = {"TIME_ZONE": None, "AUTOCOMMIT": True}
    return DatabaseWrapper(defaults | configured, "source")


def test_a_host_whose_addresses_say_nothing_is_given_up_in_time(
    silent_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = wrapper(f"postgres://u:p@h:{silent_port}/db", monkeypatch)
    connection.settings_dict["HOST"] = ",".join(ADDRESSES)
    started = time.monotonic()
    with pytest.raises(OperationalError, match="longer than 5 seconds"):
        connection.ensure_connection()
    assert time.monotonic() - started < waits.CONNECT_S + 1


def test_why_no_connection_is_made_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = wrapper(f"postgres://u:p@127.0.0.1:{free_port()}/db", monkeypatch)
    with pytest.raises(OperationalError, match="refused"):
        connection.ensure_connection()
