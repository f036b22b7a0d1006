"""Strict reading of the environment: a value that cannot be meant is an error, never a default.

A file `.env` beside `manage.py` counts as part of the environment, which goes before it. An empty
value counts as none.
"""

import os
import re
from collections.abc import Collection
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import environ
import idna
from django.core.exceptions import ImproperlyConfigured

import embedded
from common.patience import connecting
from common.waits import ANSWER
from common.wording import listed, quoted
from sourcedata.variables_file import VariablesFileRefused

BASE_DIR = Path(__file__).resolve().parent.parent
# The embedded servers and everything else that a checkout makes for itself.
VAR_DIR = BASE_DIR / "var"

# To make a connection takes as long as a small answer, so it is kept; a broken one is made anew.
KEPT_OPEN = {"CONN_MAX_AGE": ANSWER.idle_session_s, "CONN_HEALTH_CHECKS": True}
LONGEST_NUMBER = 20
HOST = re.compile(r"\*|\.?[\w-]+(\.[\w-]+)*|\[[0-9a-fA-F:]+\]", re.ASCII)
# Words with dots between them, on both sides.
MAIL_ADDRESS = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*@[\w-]+(\.[\w-]+)*")
LONGEST_LABEL = 63
SOCKET = "redis+socket:///"
ADDRESS = re.compile(r"\w+:/|.*://")
STORE = re.compile(r"s3://[a-z0-9][a-z0-9.-]+(/[\w.=-]+)*/?", re.ASCII)
BROKER_DATABASE = re.compile(r"/?[0-9]{0,4}", re.ASCII)

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
    is_number = value.isascii() and value.isdigit() and len(value) <= LONGEST_NUMBER
    if not (is_number and least <= int(value) <= most):
        raise _wrong(name, value, f"a whole number from {least} to {most}")
    return int(value)


def names(name: str) -> list[str]:
    """Return the variable's values, which commas separate."""
    return [value.strip() for value in text(name).split(",") if value.strip()]


def hosts(name: str) -> list[str]:
    """Return the names of hosts, which commas separate.

    Raises:
        ImproperlyConfigured: where there is none, or one that is none.
    """
    listed_hosts = names(name)
    for host in listed_hosts or [text(name)]:
        if not HOST.fullmatch(host):
            raise _wrong(name, host, "names such as wind.example.org, with commas between them")
    return listed_hosts


def web_address(name: str) -> str:
    """Return an http or https address, or an empty text.

    Raises:
        ImproperlyConfigured: where it is something else, or holds a password.
    """
    value = text(name)
    if value and not _is_address(value, ("http", "https"), with_login=False):
        raise ImproperlyConfigured(
            f"{name} is no address such as https://wind.example.org, without a password in it."
        )
    return value


def base_address(name: str) -> str:
    """Return an http or https address that others are made of, or an empty text.

    Raises:
        ImproperlyConfigured: where it is something else, or has a query.
    """
    value = web_address(name).rstrip("/")
    if "?" in value:
        raise ImproperlyConfigured(f"{name} has a query, to which no address can be added.")
    return value


def folder_or_store(name: str) -> str:
    """Return a folder, or a place in a store of the S3 kind, or an empty text.

    Raises:
        ImproperlyConfigured: where it is something else.
    """
    value = text(name)
    is_store = bool(STORE.fullmatch(value))
    if not is_store and (ADDRESS.match(value) or value.startswith("~") or "%" in value):
        raise _wrong(name, value, "a folder, without ~ and %, or s3://BUCKET/PATH")
    return value.rstrip("/") if is_store or not value else str(BASE_DIR / value)


def broker(name: str) -> str:
    """Return the address of a Redis or Valkey server, or an empty text.

    Raises:
        ImproperlyConfigured: where it is something else.
    """
    value = text(name)
    if value and not _is_broker(value):
        raise ImproperlyConfigured(f"{name} is no address such as redis://HOST:6379/0.")
    return value


def _is_broker(value: str) -> bool:
    """Return whether it names a socket, or a host, a database by its number, and how to encrypt."""
    if value.startswith(SOCKET):
        return len(value) > len(SOCKET)
    if not _is_address(value, ("redis", "rediss")):
        return False
    url = urlsplit(value)
    is_about_ssl = all(name.startswith("ssl_") for name, _ in parse_qsl(url.query, True))
    return is_about_ssl and bool(BROKER_DATABASE.fullmatch(url.path))


def _is_address(value: str, schemes: Collection[str], with_login: bool = True) -> bool:
    """Return whether it names a host by one of the schemes, and a port if any."""
    try:
        url = urlsplit(value)
        is_complete = url.scheme in schemes and _is_host(url.hostname or "") and url.port != 0
    except ValueError:
        return False
    is_clean = value.isprintable() and " " not in value and not url.fragment
    return is_complete and is_clean and (with_login or "@" not in url.netloc)


def _is_host(host: str) -> bool:
    """Return whether the name can be one in DNS, in whatever script it is written.

    Raises:
        UnicodeError: where it can be written in none.
    """
    labels = host.removesuffix(".").split(".")
    for label in labels:
        if label.startswith("xn--"):
            idna.decode(label)
        elif not label.isascii():
            idna.encode(label)
    return all(0 < len(label) <= LONGEST_LABEL for label in labels)


def mail_addresses(name: str, default: str = "") -> list[str]:
    """Return mail addresses, which commas separate.

    Raises:
        ImproperlyConfigured: naming one that is none.
    """
    addresses = names(name) or ([default] if default else [])
    for address in addresses:
        if not (MAIL_ADDRESS.fullmatch(address) and _is_mail_host(address.partition("@")[2])):
            raise _wrong(name, address, "addresses such as ada@example.org")
    return addresses


def _is_mail_host(host: str) -> bool:
    try:
        return _is_host(host)
    except UnicodeError:
        return False


def header(name: str) -> str:
    """Return a value that may be sent in a header of an HTTP request; it is kept secret.

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
        return embedded_database(name, VAR_DIR / "postgres")
    try:
        address = urlsplit(url)
        if address.scheme not in ("postgres", "postgresql") or len(address.path) < 2:
            raise ValueError("it is not postgres://USER:PASSWORD@HOST:PORT/NAME, nor empty")
        configured: dict[str, Any] = environ.Env.db_url_config(url)
        _refuse_what_django_would(configured)
    except ValueError as error:
        raise ImproperlyConfigured(f"{variable} cannot be read: {error}.") from error
    configured["OPTIONS"] = connecting(configured.get("OPTIONS", {}))
    return KEPT_OPEN | configured | {"ENGINE": "common.postgres.bounded"}


def _refuse_what_django_would(configured: dict[str, Any]) -> None:
    """Refuse what nobody would be told of before the first connection.

    Raises:
        ValueError: saying what.
    """
    if not all(str(part).isprintable() for part in configured.values()):
        raise ValueError("it holds a character that is none to be seen")
    kept_s = configured.get("CONN_MAX_AGE")
    if kept_s is not None and not (isinstance(kept_s, int) and kept_s >= 0):
        raise ValueError("CONN_MAX_AGE is no number of seconds")


def embedded_database(name: str, directory: Path) -> dict[str, Any]:
    """Return the settings of the database `name` of the embedded server in the folder."""
    configured = embedded.database(name, directory)
    return KEPT_OPEN | configured | {"OPTIONS": connecting(configured["OPTIONS"])}


def read_variables() -> None:
    """Read the file of variables that VARIABLES_FILE names, if any.

    Raises:
        ImproperlyConfigured: where it cannot be read, or meant.
    """
    try:
        # They are declared where the environment is complete, and not before.
        import_module("sourcedata.variables")
    except VariablesFileRefused as error:
        raise ImproperlyConfigured(f"VARIABLES_FILE: {error}") from error


def mail_server(name: str) -> dict[str, Any]:
    """Return Django's settings of the mail server that the variable names, if any.

    Raises:
        ImproperlyConfigured: where it is not smtp:, smtp+tls: or smtp+ssl: and a host.
    """
    value = text(name)
    if not value:
        return {}
    if not _is_address(value, ("smtp", "smtp+tls", "smtp+ssl")):
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


def require_different(first: str, second: str) -> None:
    """Refuse to go on where two variables say the same.

    Raises:
        ImproperlyConfigured: naming both.
    """
    if text(first) and text(first) == text(second):
        raise ImproperlyConfigured(
            f"{first} and {second} name the same database: create a second one, and name it in one."
        )


def _wrong(name: str, value: str, allowed: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name} is {quoted(value)}; allowed: {allowed}.")
