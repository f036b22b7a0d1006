"""The project's settings, with embedded servers for this test session alone."""

import os
from datetime import timedelta
from pathlib import Path

import embedded
from windproject import environment
from windproject.settings import *  # noqa: F403  (every setting but those below)
from windproject.settings import DATABASES, REST_FRAMEWORK, VAR_DIR

# Processes inherit the environment of the one that started them, so a session shares this.
SESSION = os.environ.setdefault("TEST_SESSION", str(os.getpid()))
TEST_SESSIONS_DIR: Path = VAR_DIR / "tests"
TEST_SESSION_DIR = TEST_SESSIONS_DIR / SESSION
# Tests that run at the same time have servers of their own.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
# Processes that a test starts work on the databases that the tests made.
IN_TEST_PROCESS = "TEST_PROCESS" in os.environ
# Or on copies of these, which a test may do anything to.
COPY = os.environ.get("TEST_COPY", "")

for alias, name in [("default", "target"), ("source", "source")]:
    if DATABASES[alias]["ENGINE"] == embedded.__name__:
        # Each database has a server of its own, so that one can fall while the other stands.
        DATABASES[alias] |= environment.embedded_database(
            name, TEST_SESSION_DIR / f"{name}{WORKER}"
        )
    if IN_TEST_PROCESS:
        DATABASES[alias]["NAME"] = "_".join(
            filter(None, ["test", DATABASES[alias]["NAME"], WORKER, COPY])
        )

VAR_DIR = TEST_SESSION_DIR / os.environ.get("VAR", "")
BROKER_DIR = VAR_DIR / f"broker{WORKER}"
CELERY_BROKER_URL = embedded.broker_url(BROKER_DIR)
RUN_LEASE = timedelta(seconds=int(os.environ.get("TEST_LEASE_S", "120")))
CELERY_TASK_SOFT_TIME_LIMIT = int(os.environ.get("TEST_SOFT_LIMIT_S", "600"))
CELERY_TASK_TIME_LIMIT = int(os.environ.get("TEST_HARD_LIMIT_S", "660"))
# The tests read without a token, whatever the environment says.
API_PUBLIC_READ = True
# Tests ask the API more often than any visitor.
REST_FRAMEWORK = REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": {"read": "9999/s", "write": "9999/s"}}
