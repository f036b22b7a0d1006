"""The web server as it is run, and whether its pages are there in time."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from common.days import today
from tests.builders import aggregated, measurements, turbine
from tests.processes import process, wait_until
from tests.windproject.test_serve import free_port

# The login page redirects a visitor who has logged in.
LOGIN = "/admin/login/"
# Each page may take so many seconds.
PAGES = {
    "/health/live": 1,
    "/admin/": 3,
    LOGIN: 3,
    "/admin/aggregates/run/": 3,
    "/admin/aggregates/day/": 3,
    "/admin/aggregates/alert/": 3,
    "/admin/django_celery_beat/periodictask/": 3,
}


class Site:
    """The web server of the tests, and a visitor who has logged in."""

    def __init__(self, host: str, port: int, pid: int, session_id: str) -> None:
        self.host, self.port, self.pid = host, port, pid
        self.session_id = session_id
        self.visitor = self.new_visitor()

    def new_visitor(self) -> httpx.Client:
        return httpx.Client(
            base_url=f"http://{self.host}:{self.port}",
            headers={"Cookie": f"sessionid={self.session_id}", "Host": "localhost"},
            timeout=30,
        )

    def connect(self, sent: bytes) -> socket.socket:
        link = socket.create_connection((self.host, self.port))
        link.sendall(sent)
        return link

    def proves_to_answer(self) -> None:
        """Fail unless each page is there in time."""
        for address, longest_s in PAGES.items():
            started = time.monotonic()
            answer = self.visitor.get(address)
            assert answer.status_code == (302 if address == LOGIN else 200), address
            assert time.monotonic() - started < longest_s, address


@contextmanager
def served(host: str = "127.0.0.1", **environment: str) -> Iterator[Site]:
    """Run the web server, at an address of this machine, on a day that was aggregated."""
    measurements(turbine(retired_on=today()), f"{today()}T00:00", power=[1.0] * 60)
    aggregated(today())
    client, port = Client(), free_port()
    client.force_login(User.objects.create_superuser("ada"))
    arguments = ["windproject.wsgi", "--config", "python:windproject.gunicorn"]
    arguments += ["--bind", f"{host}:{port}"]
    own = {"SECRET_KEY": settings.SECRET_KEY, **environment}
    with process("-m", "gunicorn", *arguments, **own) as child:
        site = Site(host, port, child.pid, client.cookies["sessionid"].value)
        wait_until(lambda: is_live(site), "web server")
        yield site


def is_live(site: Site) -> bool:
    try:
        return bool(site.visitor.get("/health/live").is_success)
    except httpx.TransportError:
        return False
