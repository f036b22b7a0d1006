"""A real browser at a real web server, on the databases of the test session."""

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from tests.processes import process, wait_until

CHROMIUM = shutil.which("chromium")
NAME, PASSWORD = "ada", "a long password of hers"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Make these tests commit: a web server sees nothing else."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            both = ["default", "source"]
            item.add_marker(pytest.mark.django_db(transaction=True, databases=both))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        is_required = os.environ.get("BROWSER_TESTS") == "required"
        (pytest.fail if is_required else pytest.skip)("no Chromium: apt-get install chromium")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright runs an event loop in the thread of the tests, and Django's ORM refuses to work
        # beside one. It is safe here: the tests wait for each answer of both.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        # Chromium's own sandbox does not start as root.
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@pytest.fixture(scope="package")
def server(browser: Browser, django_db_setup: None) -> Iterator[str]:
    """The address of a web server."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{listener.getsockname()[1]}"
    gunicorn = ("-m", "gunicorn", "windproject.wsgi", "--config", "python:windproject.gunicorn")
    with process(*gunicorn, "--bind", address):
        wait_until(lambda: answers(f"http://{address}/health/live"), "answer of the web server")
        yield f"http://{address}"


def answers(address: str) -> bool:
    try:
        with urlopen(address) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture
def page(browser: Browser, server: str) -> Iterator[Page]:
    """A page of a new visitor, who finds nothing amiss and is sent to nobody else."""
    faults: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            faults.append(f"{message.type}: {message.text}")

    def see(http_request: Request) -> None:
        if not http_request.url.startswith((f"{server}/", "data:")):
            faults.append(f"HTTP request to {http_request.url}")

    with browser.new_context(base_url=server) as visitor:
        page = visitor.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", see)
        yield page
    assert faults == []


def log_in(page: Page, password: str = PASSWORD) -> None:
    """Log in by the form."""
    page.goto("/admin/")
    page.get_by_label("Username").fill(NAME)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


@pytest.fixture
def admin(page: Page) -> Page:
    """A page of somebody who may do everything and has logged in."""
    User.objects.create_superuser(NAME, password=PASSWORD)
    log_in(page)
    return page
