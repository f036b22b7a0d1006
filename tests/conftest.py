"""What every test may use."""

import os
import shutil
from pathlib import Path

import pytest

from tests.settings import TEST_SESSION_DIR, TEST_SESSIONS_DIR

pytest_plugins = ["tests.posts"]

BOTH_DATABASES = ["default", "source"]


def pytest_configure() -> None:
    """Keep temporary files in the checkout, and remove those of sessions that have ended."""
    TEST_SESSION_DIR.mkdir(parents=True, exist_ok=True)
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(TEST_SESSION_DIR)
    for session in TEST_SESSIONS_DIR.iterdir():
        if not Path("/proc", session.name).exists():
            shutil.rmtree(session, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that may use a database may use both."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker:
            both = pytest.mark.django_db(**{"databases": BOTH_DATABASES, **marker.kwargs})
            item.add_marker(both, append=False)
