"""What every test may use."""

import os
import shutil
from importlib import import_module
from pathlib import Path

import hypothesis
import pytest
from django.apps import apps
from django.db import connection

from tests.settings import TEST_SESSION_DIR, TEST_SESSIONS_DIR

pytest_plugins = ["tests.posts", "tests.mails", "tests.replies"]

BOTH_DATABASES = ["default", "source"]

# The time that an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


@pytest.fixture
def migrated_schedule(db: None) -> str:
    """The name of the periodic task that the migrations made.

    The clean-up of a test that commits removes it, so the migrations' own functions make it again.
    """
    migration = import_module("aggregates.migrations.0004_schedule")
    quickening = import_module("aggregates.migrations.0021_ticks_that_follow_windows")
    with connection.schema_editor() as editor:
        migration.create_schedule(apps, editor)
        quickening.tick_every_ten_seconds(apps, editor)
    return str(migration.NAME)


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
