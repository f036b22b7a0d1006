"""The web server beside visitors on a host of their own, who read nothing of what they ask for.

To the same host the kernel takes so much of an answer at once that nobody has to wait.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from tests.hosts.conftest import HERE, ONE_NETWORK, Deployment, Host
from tests.hosts.test_vanished_hosts import line_of
from tests.windproject.sites import Site, served

pytestmark = [pytest.mark.django_db(transaction=True), ONE_NETWORK]

# Threads wait for so many seconds for those who read nothing, so that others would after a while.
LOOKED_FOR_S = 12


@pytest.fixture
def site(worker_host: Host) -> Iterator[Site]:
    with served(HERE) as site:
        site.proves_to_answer()
        yield site


def asking_for(site: Site, path: str) -> bytes:
    cookie = f"Cookie: sessionid={site.session_id}\r\n"
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{cookie}\r\n".encode()


@contextmanager
def read_by_nobody(
    host: Host, site: Site, connections: int, sent: bytes, times: int
) -> Iterator[None]:
    """Have the host send this on so many connections and read nothing, while the block lasts."""
    arguments = [site.host, site.port, connections, sent, times]
    with Deployment({}).run("-m", "tests.hosts.reader", *map(str, arguments), at=host) as child:
        assert line_of(child) == "ready"
        yield


def proves_to_answer_for_a_while(site: Site) -> None:
    until = time.monotonic() + LOOKED_FOR_S
    while time.monotonic() < until:
        # Either process may take the connection.
        site.visitor = site.new_visitor()
        site.proves_to_answer()
        time.sleep(0.3)


@pytest.mark.parametrize("path", ["/favicon.ico", "/health/live"])
def test_who_asks_a_thousand_times_and_reads_nothing_keeps_nobody_waiting(
    site: Site, worker_host: Host, path: str
) -> None:
    processes = psutil.Process(site.pid).children()
    with read_by_nobody(worker_host, site, 150, asking_for(site, path), 1000):
        proves_to_answer_for_a_while(site)
    assert psutil.Process(site.pid).children() == processes


def test_who_reads_nothing_of_a_long_answer_keeps_nobody_waiting(
    site: Site, worker_host: Host
) -> None:
    assert len(site.visitor.get("/api/schema").content) > 100_000
    asked = asking_for(site, "/api/schema")
    with read_by_nobody(worker_host, site, 150, asked, 1):
        time.sleep(2)
        proves_to_answer_for_a_while(site)
