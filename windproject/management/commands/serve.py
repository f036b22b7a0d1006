"""`manage.py serve`: everything that runs, together."""

import fcntl
import os
import secrets
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.management.utils import get_random_secret_key
from django.db import connection

import embedded
from embedded.broker import broker_socket
from windproject import environment


class Command(BaseCommand):
    help = "Runs broker (where REDIS_URL names none), web server, worker and scheduler."

    def handle(self, *args: Any, **options: Any) -> None:
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        serve_alone(settings.VAR_DIR / "serve.lock")
        call_command("migrate", verbosity=0)
        if connection.settings_dict["ENGINE"] == embedded.__name__:
            self._ensure_administrator(settings.VAR_DIR / "admin-password")
        if not environment.text("SECRET_KEY"):
            os.environ["SECRET_KEY"] = _kept_secret(settings.VAR_DIR / "secret-key")
        os.environ.setdefault("LOG_LEVEL", "INFO")
        self.stdout.write(f"Serving on http://127.0.0.1:{settings.WEB_PORT}/ until Ctrl-C.")
        programs, broker = ["web", "worker", "beat"], ""
        if not settings.REDIS_URL:
            programs, broker = ["broker", *programs], broker_socket(settings.VAR_DIR)
        if environment.boolean("SIMULATE", default=False):
            programs.append("simulate")
        self.stdout.flush()
        supervisor = str(settings.BASE_DIR / "windproject" / "supervisor.py")
        os.chdir(settings.BASE_DIR)
        # With -P nobody imports a module beside the program in place of a package of its name.
        os.execv(sys.executable, [sys.executable, "-P", supervisor, broker, *programs])

    def _ensure_administrator(self, kept: Path) -> None:
        """Make the first superuser of an embedded database, which nobody else can reach."""
        users = get_user_model().objects
        if users.filter(is_superuser=True).exists():
            return
        password = secrets.token_urlsafe(12)
        users.create_superuser("admin", password=password)
        _keep(password, kept)
        self.stdout.write(f"Log in as admin with the password {password} (kept in {kept}).")


def serve_alone(file: Path) -> None:
    """Hold the lock that says that this checkout is served, for as long as it is.

    A second one would take the embedded broker away from the first.

    Raises:
        CommandError: where another process holds it.
    """
    lock = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        who = os.read(lock, 100).decode()
        raise CommandError(f"This checkout is served already, {who}: end that first.") from None
    os.ftruncate(lock, 0)
    os.write(lock, f"by process {os.getpid()} on port {settings.WEB_PORT}".encode())
    # The supervisor that this process becomes goes on holding the lock.
    os.set_inheritable(lock, True)


def _kept_secret(kept: Path) -> str:
    """Return the key that sessions are signed with, so that they outlive a restart."""
    if not kept.exists():
        _keep(get_random_secret_key(), kept)
    return kept.read_text().strip()


def _keep(secret: str, path: Path) -> None:
    """Write a file that its owner alone may read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{secret}\n")
