"""The project's settings, with databases that benchmarks may fill."""

import os

import embedded
from windproject import environment
from windproject.settings import *  # noqa: F403  (every setting but those below)
from windproject.settings import DATABASES, REST_FRAMEWORK, VAR_DIR

# The databases of the farm with a year of history are on a server of their own.
FOLDER = os.environ.get("BENCHMARK_FOLDER", "benchmarks")
for alias, name in [("default", "target"), ("source", "source")]:
    if DATABASES[alias]["ENGINE"] == embedded.__name__:
        DATABASES[alias] |= environment.embedded_database(name, VAR_DIR / FOLDER)

VAR_DIR = VAR_DIR / FOLDER
BROKER_DIR = VAR_DIR / "broker"
CELERY_BROKER_URL = embedded.broker_url(BROKER_DIR)
# The API is asked as often as it answers; the HTTP requests are counted all the same.
REST_FRAMEWORK = REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": {"read": "9999/s", "write": "9999/s"}}
