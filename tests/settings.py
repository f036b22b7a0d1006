"""The project's settings, with an embedded server for this test session alone."""

import os
from pathlib import Path

from windproject import embedded
from windproject.settings import *  # noqa: F403  (every setting but those below)
from windproject.settings import DATABASES, VAR_DIR

# Workers of one session share it: they inherit the environment of the process that started them.
SESSION = os.environ.setdefault("TEST_SESSION", str(os.getpid()))
TEST_SESSIONS_DIR: Path = VAR_DIR / "tests"
TEST_SESSION_DIR = TEST_SESSIONS_DIR / SESSION

for alias, name in [("default", "target"), ("source", "source")]:
    if DATABASES[alias]["ENGINE"] == embedded.__name__:
        DATABASES[alias] = embedded.database(name, TEST_SESSION_DIR / "postgres")
