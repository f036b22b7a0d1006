"""How gunicorn serves the application; its address is given on the command line."""

import os
import resource
import signal
from contextlib import closing
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.core.management.utils import get_random_secret_key

from common import logs, waits
from windproject import environment
from windproject.supervisor import end_with_parent

# Both processes have the same key, also where nobody chose one: a session is to hold in either.
os.environ["SECRET_KEY"] = environment.text("SECRET_KEY") or get_random_secret_key()
# Two processes, so that one that stands still leaves the other.
workers = 2
worker_class = "windproject.web.PatientWorker"
# Connections that wait for their HTTP request to be whole take no thread, but a file of the process
# each; what it needs otherwise, for databases among others, takes no more than this.
MOST_CONNECTIONS, LEAST_CONNECTIONS, OTHER_FILES = 2000, 50, 200
files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
is_unlimited = files == resource.RLIM_INFINITY
worker_connections = (
    MOST_CONNECTIONS
    if is_unlimited
    else max(min(MOST_CONNECTIONS, files - OTHER_FILES), LEAST_CONNECTIONS)
)
keepalive = waits.REQUEST_S
# A process that stands still for longer is killed, and another one started in its place.
timeout = waits.WEB_PROCESS_S
graceful_timeout = waits.WEB_ENDS_S
# gunicorn takes no longer ones, and an address may name many turbines.
limit_request_line = 8190
# Neither a visitor nor a proxy may say where the application is mounted.
forwarder_headers = ""
# The socket would be a file in the home of the account that starts this.
control_socket_disable = True
logconfig_dict = logs.configuration(
    environment.choice("LOG_FORMAT", logs.FORMATS, default="text"),
    environment.choice("LOG_LEVEL", logs.LEVELS, default="WARNING"),
)


def post_fork(server: Any, worker: Any) -> None:
    """Have the process end with the one that started it, also where it stands still.

    It would keep the address, and the web server that is started next could not have it.
    """
    end_with_parent(signal.SIGKILL)
    if os.getppid() != worker.ppid:
        os.kill(os.getpid(), signal.SIGKILL)


def post_worker_init(worker: Any) -> None:
    """Answer once before anybody asks: the first answer loads all pages, which takes a second."""
    environ = {"PATH_INFO": "/health/live", "HTTP_HOST": "localhost"}
    setup_testing_defaults(environ)
    with closing(worker.wsgi(environ, lambda status, headers: None)):
        pass
