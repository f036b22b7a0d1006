"""Strict reading of the environment: a value that cannot be meant is an error, never a default.

A file `.env` beside `manage.py` counts as part of the environment, which goes before it. An empty
value counts as none.
"""

import os
from collections.abc import Collection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from windproject import embedded
from windproject.wording import listed, quoted

BASE_DIR = Path(__file__).resolve().parent.parent
# The embedded servers and everything else that a checkout makes for itself.
VAR_DIR = BASE_DIR / "var"

CONNECT_TIMEOUT_S = 10

BOOLEANS = {"1": True, "true": True, "yes": True, "on": True}
BOOLEANS |= {"0": False, "false": False, "no": False, "off": False}

if (BASE_DIR / ".env").exists():
    environ.Env.read_env(BASE_DIR / ".env")


def text(name: str, default: str = "") -> str:
    """Return the variable's value, else `default`."""
    return os.environ.get(name, "").strip() or default


def choice(name: str, allowed: Collection[str], default: str) -> str:
    """Return one of `allowed`.

    Raises:
        ImproperlyConfigured: where the variable is something else.
    """
    value = text(name, default)
    if value not in allowed:
        raise _wrong(name, value, listed(allowed))
    return value


def boolean(name: str, default: bool) -> bool:
    """Return whether the variable says yes.

    Raises:
        ImproperlyConfigured: where it is neither a yes nor a no.
    """
    return BOOLEANS[choice(name, BOOLEANS, "1" if default else "0")]


def number(name: str, default: int, least: int, most: int) -> int:
    """Return a whole number from `least` to `most`.

    Raises:
        ImproperlyConfigured: where the variable is something else.
    """
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        raise _wrong(name, value, f"a whole number from {least} to {most}")
    return int(value)


def names(name: str) -> list[str]:
    """Return the variable's values, which commas separate."""
    return [value.strip() for value in text(name).split(",") if value.strip()]


def web_address(name: str) -> str:
    """Return an http or https address, or an empty text.

    Raises:
        ImproperlyConfigured: where it is something else, or holds a password.
    """
    value = text(name)
    if not value:
        return ""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ImproperlyConfigured(
            f"{name} is no address such as https://wind.example.org, without a password in it."
        )
    return value


def header(name: str) -> str:
    """Return a value that may be sent in a header of a request, which is kept secret.

    Raises:
        ImproperlyConfigured: where it may not.
    """
    value = text(name)
    if not (value.isascii() and value.isprintable() and " " not in value):
        raise ImproperlyConfigured(f"{name} holds a space or a character that no token has.")
    return value


def database(variable: str, name: str) -> dict[str, Any]:
    """Return the settings of the database that `variable` names, else of the embedded one.

    Raises:
        ImproperlyConfigured: where the variable cannot be read.
    """
    url = text(variable)
    if not url:
        return embedded.database(name, VAR_DIR / "postgres")
    try:
        if urlsplit(url).scheme not in ("postgres", "postgresql"):
            raise ValueError("it is not postgres://USER:PASSWORD@HOST:PORT/NAME, nor empty")
        found: dict[str, Any] = environ.Env.db_url_config(url)
    except ValueError as error:
        raise ImproperlyConfigured(f"{variable} cannot be read: {error}.") from error
    # A host that swallows what it is sent must not hold its visitors for minutes.
    found["OPTIONS"] = {"connect_timeout": CONNECT_TIMEOUT_S} | found.get("OPTIONS", {})
    return found


def mail_server(name: str) -> dict[str, Any]:
    """Return Django's settings of the mail server that the variable names, if any.

    Raises:
        ImproperlyConfigured: where it is not smtp:, smtp+tls: or smtp+ssl: and a host.
    """
    value = text(name)
    if not value:
        return {}
    parts = urlsplit(value)
    if parts.scheme not in ("smtp", "smtp+tls", "smtp+ssl") or not parts.hostname:
        raise ImproperlyConfigured(
            f"{name} is no address such as smtp+tls://USER:PASSWORD@mail.example.org:587."
        )
    return environ.Env.email_url_config(value)


def require(*variables: str) -> None:
    """Refuse to go on without these variables.

    Raises:
        ImproperlyConfigured: naming all that are missing.
    """
    missing = [name for name in variables if not text(name)]
    if missing:
        raise ImproperlyConfigured(
            f"A deployment needs {listed(missing)} in its environment; .env.example says what for."
        )


def _wrong(name: str, value: str, allowed: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name} is {quoted(value)}; allowed: {allowed}.")
