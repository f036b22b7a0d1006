"""The project's settings, with servers for the pictures alone."""

import embedded
from windproject import environment
from windproject.settings import *  # noqa: F403  (every setting but those below)
from windproject.settings import DATABASES, VAR_DIR

VAR_DIR = VAR_DIR / "screenshots"
for alias, name in [("default", "target"), ("source", "source")]:
    DATABASES[alias] |= environment.embedded_database(name, VAR_DIR / "postgres")
REDIS_URL = ""
BROKER_DIR = VAR_DIR / "broker"
CELERY_BROKER_URL = embedded.broker_url(BROKER_DIR)
